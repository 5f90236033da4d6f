//! Splits HTML into tags and texts, by the tokenizer of the HTML standard
//! (<https://html.spec.whatwg.org/multipage/parsing.html#tokenization>).

use super::references::decoded;
use super::scanner::Scanner;

/// A piece of HTML. Comments, document types and what is torn at the end are none.
#[derive(Debug)]
pub enum Token<'a> {
    /// The text between two tags, with its character references.
    Text(&'a str),
    /// A start tag.
    Start(Tag),
    /// The name of an end tag, in lower case.
    End(String),
}

/// A start tag.
#[derive(Debug)]
pub struct Tag {
    /// Its name, in lower case.
    pub name: String,
    /// Names in lower case, each once, and values.
    pub attributes: Vec<(String, String)>,
    /// Whether it ends with `/>`.
    pub is_self_closing: bool,
}

/// White space of HTML.
pub fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\u{c}' | '\r')
}

/// Reads HTML whose lines end with LF.
pub struct Tokens<'a>(pub Scanner<'a>);

impl<'a> Tokens<'a> {
    /// The next token. Inside SVG and MathML, a CDATA section is text.
    pub fn next(&mut self, is_foreign: bool) -> Option<Token<'a>> {
        loop {
            let rest = self.0;
            if rest.0.is_empty() {
                return None;
            }
            if !self.0.eat("<") {
                return Some(Token::Text(self.0.take(|c| c == '<')));
            }
            if is_foreign && self.0.eat("![CDATA[") {
                let text = self.0.take_until("]]>");
                return Some(Token::Text(text.unwrap_or_else(|| self.0.take(|_| false))));
            }
            let is_end = self.0.eat("/");
            match self.0.peek() {
                Some(c) if c.is_ascii_alphabetic() => {
                    let tag = self.tag()?;
                    return Some(if is_end { Token::End(tag.name) } else { Token::Start(tag) });
                }
                Some('!') if !is_end => self.skip_comment(),
                Some('?') if !is_end => self.skip_bogus(),
                Some(_) if is_end => self.skip_bogus(),
                _ => {
                    // A lone `<` is text, and ends before the next one.
                    self.0 = rest;
                    let end = rest.0.get(1..).and_then(|after| after.find('<')).map(|end| end + 1);
                    return Some(Token::Text(self.0.take_bytes(end.unwrap_or(rest.0.len()))));
                }
            }
        }
    }

    /// Reads what is between a start tag and its end tag as text, to the end of everything if there is none.
    pub fn raw_text(&mut self, name: &str) -> &'a str {
        let whole = self.0.0;
        let start = whole.len();
        // Inside `<!--`, a script may contain scripts.
        let (mut is_escaped, mut is_nested) = (false, false);
        let is_script = name == "script";
        let at = |scanner: &Scanner<'_>| start - scanner.0.len();
        loop {
            self.0.take(|c| matches!(c, '<' | '-'));
            let here = at(&self.0);
            if is_script && self.0.eat("<!--") {
                is_escaped = true;
                // `<!-->` ends at once.
                self.0 = Scanner(whole.get(here + 2..).unwrap_or_default());
            } else if self.0.eat("-->") {
                (is_escaped, is_nested) = (false, false);
            } else if is_script && is_escaped && !is_nested && is_tag(self.0.0, "<", name) {
                is_nested = true;
                self.0.eat("<");
            } else if is_tag(self.0.0, "</", name) {
                if !is_nested {
                    let text = whole.get(..here).unwrap_or_default();
                    // The end tag, which may have attributes.
                    self.0.take_bytes(2);
                    if self.tag().is_none() {
                        self.0 = Scanner("");
                    }
                    return text;
                }
                is_nested = false;
                self.0.eat("<");
            } else if self.0.0.is_empty() {
                return whole;
            } else {
                self.0.take_bytes(1);
            }
        }
    }

    /// Reads the name of a tag and what follows it, past its `>`; `None` if the text ends before.
    fn tag(&mut self) -> Option<Tag> {
        let name = self.0.take(|c| is_space(c) || matches!(c, '/' | '>')).to_ascii_lowercase();
        let mut attributes: Vec<(String, String)> = Vec::new();
        loop {
            self.0.take(|c| !is_space(c));
            if self.0.eat("/>") {
                return Some(Tag { name, attributes, is_self_closing: true });
            }
            if self.0.eat(">") {
                return Some(Tag { name, attributes, is_self_closing: false });
            }
            if self.0.eat("/") {
                continue;
            }
            self.0.peek()?;
            let (name, value) = self.attribute()?;
            if attributes.iter().all(|(other, _)| *other != name) {
                attributes.push((name, value));
            }
        }
    }

    fn attribute(&mut self) -> Option<(String, String)> {
        // An equals sign at the beginning belongs to the name.
        let start = if self.0.eat("=") { "=" } else { "" };
        let name = self.0.take(|c| is_space(c) || matches!(c, '/' | '>' | '='));
        let name = [start, name].concat().to_ascii_lowercase();
        let after_name = self.0;
        self.0.take(|c| !is_space(c));
        if !self.0.eat("=") {
            self.0 = after_name;
            return Some((name, String::new()));
        }
        self.0.take(|c| !is_space(c));
        let value = if self.0.eat("\"") {
            self.0.take_until("\"")?
        } else if self.0.eat("'") {
            self.0.take_until("'")?
        } else {
            self.0.take(|c| is_space(c) || c == '>')
        };
        Some((name, decoded(value, true)))
    }

    fn skip_comment(&mut self) {
        if !self.0.eat("!--") {
            return self.skip_bogus();
        }
        if self.0.eat(">") || self.0.eat("->") {
            return;
        }
        loop {
            self.0.take(|c| c == '-');
            if self.0.0.is_empty() || self.0.eat("-->") || self.0.eat("--!>") {
                return;
            }
            self.0.take_bytes(1);
        }
    }

    /// Skips what a browser takes for a comment that ends at the next `>`.
    fn skip_bogus(&mut self) {
        self.0.take(|c| c == '>');
        self.0.eat(">");
    }
}

/// Whether a text begins with a tag of this name.
fn is_tag(text: &str, open: &str, name: &str) -> bool {
    let Some((found, after)) = text.strip_prefix(open).and_then(|rest| rest.split_at_checked(name.len()))
    else {
        return false;
    };
    found.eq_ignore_ascii_case(name) && after.starts_with(|c| is_space(c) || matches!(c, '/' | '>'))
}
