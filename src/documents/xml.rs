//! Finds elements of XML that is well-formed and whose namespaces are declared, as a browser demands
//! (<https://www.w3.org/TR/xml/>, <https://www.w3.org/TR/xml-names/>).
//!
//! Entities are only XML's own: one that a document type declares makes the text not well-formed here.

use std::rc::Rc;

use super::references::{decoded_xml, is_xml_char};
use super::scanner::Scanner;
use super::{Around, MAX_DEPTH, Node};

/// The elements with any of the local names, which are separated by commas; `None` if the text is not
/// well-formed.
pub fn xml_elements(text: &str, names: &str) -> Option<Vec<Node>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if !text.chars().all(is_xml_char) {
        return None;
    }
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut document = Document {
        scanner: Scanner(&text),
        names: names.split(',').collect(),
        found: Vec::new(),
        open: Vec::new(),
        prefixes: Vec::new(),
        has_root: false,
    };
    if is_declaration(&text) {
        document.scanner.take_until("?>")?;
    }
    while !document.scanner.0.is_empty() {
        document.step()?;
    }
    (document.has_root && document.open.is_empty()).then_some(document.found)
}

fn is_declaration(text: &str) -> bool {
    text.strip_prefix("<?xml").is_some_and(|rest| rest.starts_with(is_space))
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

struct Document<'a> {
    scanner: Scanner<'a>,
    names: Vec<&'a str>,
    found: Vec<Node>,
    open: Vec<Open<'a>>,
    /// The prefixes that the open elements declare.
    prefixes: Vec<&'a str>,
    has_root: bool,
}

/// An element whose end tag has not come.
struct Open<'a> {
    name: &'a str,
    around: Option<Rc<Around>>,
    found: Option<usize>,
    /// The number of declared prefixes outside it.
    prefixes: usize,
}

impl<'a> Document<'a> {
    /// Reads the next text, tag or section; `None` if it is not well-formed.
    fn step(&mut self) -> Option<()> {
        if !self.scanner.eat("<") {
            let text = self.scanner.take(|c| c == '<');
            if text.contains("]]>") {
                return None;
            }
            return self.push_text(&decoded_xml(text)?, text.trim_matches(is_space).is_empty());
        }
        if self.scanner.eat("!--") {
            // Two hyphens are nowhere else in a comment.
            self.scanner.take_until("--")?;
            return self.scanner.eat(">").then_some(());
        }
        if self.scanner.eat("?") {
            let mut inside = Scanner(self.scanner.take_until("?>")?);
            let target = inside.take(|c| !is_name(c));
            let is_named = target.starts_with(is_name_start) && !target.contains(':');
            let is_ended = inside.0.is_empty() || inside.0.starts_with(is_space);
            return (is_named && is_ended && !target.eq_ignore_ascii_case("xml")).then_some(());
        }
        if self.scanner.eat("![CDATA[") {
            let text = self.scanner.take_until("]]>")?;
            return self.push_text(text, false);
        }
        if self.scanner.eat("!DOCTYPE") {
            return self.skip_document_type();
        }
        if self.scanner.eat("/") { self.end() } else { self.start() }
    }

    fn push_text(&mut self, text: &str, may_be_outside: bool) -> Option<()> {
        for index in self.open.iter().filter_map(|open| open.found) {
            if let Some(node) = self.found.get_mut(index) {
                node.text += text;
            }
        }
        (may_be_outside || !self.open.is_empty()).then_some(())
    }

    fn skip_document_type(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        if self.has_root || !self.scanner.0.starts_with(is_space) {
            return None;
        }
        loop {
            self.scanner.take(|c| matches!(c, '<' | '>' | '[' | ']' | '"' | '\''));
            if self.scanner.eat("<!--") {
                self.scanner.take_until("-->")?;
                continue;
            }
            match self.scanner.take_bytes(1) {
                "\"" => self.scanner.take_until("\"").map(drop)?,
                "'" => self.scanner.take_until("'").map(drop)?,
                "<" | "[" => depth += 1,
                "]" => depth = depth.checked_sub(1)?,
                ">" if depth == 0 => return Some(()),
                ">" => depth -= 1,
                _ => return None,
            }
        }
    }

    fn start(&mut self) -> Option<()> {
        if self.has_root && self.open.is_empty() {
            return None;
        }
        self.has_root = true;
        let name = self.name()?;
        let outside = self.prefixes.len();
        let mut attributes: Vec<(String, String)> = Vec::new();
        let is_closed = loop {
            let space = self.scanner.take(|c| !is_space(c));
            if self.scanner.eat(">") {
                break false;
            }
            if self.scanner.eat("/>") {
                break true;
            }
            if space.is_empty() {
                return None;
            }
            let (name, value) = self.attribute()?;
            if attributes.iter().any(|(other, _)| other == name) {
                return None;
            }
            if let Some(prefix) = name.strip_prefix("xmlns:") {
                self.prefixes.push((!value.is_empty() && prefix != "xmlns").then_some(prefix)?);
            }
            attributes.push((name.to_owned(), value));
        };
        let of_attributes = attributes.iter().map(|(name, _)| name.as_str());
        if !of_attributes.chain([name]).all(|name| self.is_declared(name)) {
            return None;
        }
        self.insert(name, attributes, outside, is_closed);
        Some(())
    }

    fn insert(&mut self, name: &'a str, attributes: Vec<(String, String)>, prefixes: usize, is_closed: bool) {
        let local = name.rsplit(':').next().unwrap_or_default();
        let outer = self.open.last().and_then(|top| top.around.clone());
        let mut found = None;
        if self.names.contains(&local) {
            found = Some(self.found.len());
            let around = outer.clone();
            self.found.push(Node { name: local.to_owned(), attributes, text: String::new(), around });
        }
        if is_closed {
            self.prefixes.truncate(prefixes);
        } else {
            let around = if self.open.len() < MAX_DEPTH { Around::new(local, outer) } else { outer };
            self.open.push(Open { name, around, found, prefixes });
        }
    }

    fn end(&mut self) -> Option<()> {
        let name = self.name()?;
        self.scanner.take(|c| !is_space(c));
        let open = self.open.pop().filter(|open| open.name == name)?;
        self.prefixes.truncate(open.prefixes);
        self.scanner.eat(">").then_some(())
    }

    /// Whether the prefix of a name is declared.
    fn is_declared(&self, name: &str) -> bool {
        let prefix = name.split_once(':').map(|(prefix, _)| prefix);
        prefix.is_none_or(|prefix| matches!(prefix, "xml" | "xmlns") || self.prefixes.contains(&prefix))
    }

    fn attribute(&mut self) -> Option<(&'a str, String)> {
        let name = self.name()?;
        self.scanner.take(|c| !is_space(c));
        self.scanner.eat("=").then_some(())?;
        self.scanner.take(|c| !is_space(c));
        let quote = if self.scanner.eat("\"") { "\"" } else { self.scanner.eat("'").then_some("'")? };
        let value = self.scanner.take_until(quote)?;
        let value = decoded_xml(&value.replace(['\t', '\n'], " ")).filter(|_| !value.contains('<'))?;
        Some((name, value))
    }

    /// Reads a name with at most one prefix.
    fn name(&mut self) -> Option<&'a str> {
        let name = self.scanner.take(|c| !is_name(c));
        let (prefix, local) = name.split_once(':').unwrap_or((name, name));
        let is_part = |part: &str| part.starts_with(is_name_start) && !part.contains(':');
        (is_part(prefix) && is_part(local)).then_some(name)
    }
}

fn is_name_start(c: char) -> bool {
    matches!(
        c,
        'A'..='Z' | 'a'..='z' | '_' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
            | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}' | '\u{200d}' | '\u{2070}'..='\u{218f}'
            | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}'
            | '\u{fdf0}'..='\u{fffd}' | '\u{10000}'..='\u{effff}'
    )
}

fn is_name(c: char) -> bool {
    let others =
        matches!(c, ':' | '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}' | '\u{2040}');
    others || is_name_start(c)
}
