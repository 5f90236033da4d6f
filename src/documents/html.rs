//! Finds elements of HTML, and what they are in, by the rules of the standard for what a tag ends
//! (<https://html.spec.whatwg.org/multipage/parsing.html#tree-construction>).
//!
//! Nothing is moved: where a browser puts something in front of a table because it is in no cell, or takes a block
//! out of a link that was closed too early, everything stays in the order of the text.

use std::rc::Rc;

use super::references::decoded;
use super::scanner::Scanner;
use super::tags::{Tag, Token, Tokens, is_space};
use super::{Around, MAX_DEPTH, Node, is_inside};
use crate::plan::TextMap;

/// Kinds of elements, which are bits, and the names of those that are of the kind.
const KINDS: [(usize, &str); 11] = [
    (
        VOID,
        "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr",
    ),
    (RAW, "iframe noembed noframes script style textarea title xmp"),
    (HEAD, "base basefont bgsound head html link meta noframes noscript script style template title"),
    (HEAD_NOSCRIPT, "basefont bgsound head html link meta noframes noscript style"),
    (
        BLOCK,
        "address article aside blockquote center dd details dialog dir div dl dt fieldset figcaption figure footer \
         form h1 h2 h3 h4 h5 h6 header hgroup hr li listing main menu nav ol p plaintext pre search section summary \
         ul xmp",
    ),
    (
        SPECIAL,
        "address applet area article aside base basefont bgsound blockquote body br button caption center col \
         colgroup dd details dir div dl dt embed fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 \
         h5 h6 head header hgroup hr html iframe img input keygen li link listing main marquee menu meta nav \
         noembed noframes noscript object ol p param plaintext pre script search section select source style \
         summary table tbody td template textarea tfoot th thead title tr track ul wbr xmp",
    ),
    (SCOPE, "applet caption html marquee object table td template th"),
    (TABLE_PART, "caption table tbody td tfoot th thead tr"),
    (FORMATTING, "a b big code em font i nobr s small strike strong tt u"),
    (
        BREAKOUT,
        "b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu \
         meta nobr ol p pre ruby s small span strike strong sub sup table tt u ul var",
    ),
    (INTEGRATION, "desc foreignobject mi mn mo ms mtext title"),
];

/// Has no end tag.
const VOID: usize = 1;
/// Its content is text up to its end tag.
const RAW: usize = 1 << 1;
/// May be in the head.
const HEAD: usize = 1 << 2;
/// May be in a `noscript` of the head.
const HEAD_NOSCRIPT: usize = 1 << 3;
/// Ends an open paragraph, and its end tag reaches through others of the kind.
const BLOCK: usize = 1 << 4;
/// The end tags of most elements do not reach through it.
const SPECIAL: usize = 1 << 5;
/// Nor does the end tag of a block or of a style of text.
const SCOPE: usize = 1 << 6;
/// Its end tag reaches through all but a table.
const TABLE_PART: usize = 1 << 7;
/// A style of text, or a link.
const FORMATTING: usize = 1 << 8;
/// Ends SVG or MathML around it.
const BREAKOUT: usize = 1 << 9;
/// Contains HTML, although it is of SVG or MathML.
const INTEGRATION: usize = 1 << 10;

/// The end tag of one ends any.
const HEADINGS: [&str; 6] = ["h1", "h2", "h3", "h4", "h5", "h6"];

/// The kinds that an element is of.
fn kinds_of(name: &str) -> usize {
    let is_one = |names: &str| names.split_ascii_whitespace().any(|own| own == name);
    KINDS.iter().filter(|(_, names)| is_one(names)).map(|(kind, _)| kind).sum()
}

/// The elements of a document that match any of the selectors, which are separated by commas: a name, or an
/// attribute in square brackets. In document order, without the contents of `template`.
pub fn html_elements(text: &str, selectors: &str) -> Vec<Node> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut document = Document::new(selectors);
    let mut tokens = Tokens(Scanner(&text));
    while let Some(token) = tokens.next(document.is_foreign()) {
        match token {
            Token::Text(text) => {
                if document.is_in_head && !text.trim_matches(is_space).is_empty() {
                    document.leave_head();
                }
                document.push_text(text, true);
            }
            Token::Start(tag) => {
                if let Some(name) = document.start(tag) {
                    let has_references = matches!(name.as_str(), "textarea" | "title");
                    document.push_text(tokens.raw_text(&name), has_references);
                }
            }
            Token::End(name) => document.end(&name),
        }
    }
    document.found
}

struct Document<'a> {
    /// The kinds of the elements so far.
    kinds: TextMap,
    selectors: Vec<&'a str>,
    found: Vec<Node>,
    open: Vec<Open>,
    is_in_head: bool,
}

/// An element whose end tag has not come.
struct Open {
    name: String,
    kinds: usize,
    /// The element as something around others, and what is around it.
    around: Option<Rc<Around>>,
    /// Its index among those that were found, if its text is collected.
    found: Option<usize>,
    /// Whether it is of SVG or MathML.
    is_foreign: bool,
}

impl Open {
    /// Whether HTML may be in it.
    fn has_html(&self) -> bool {
        !self.is_foreign || self.is(INTEGRATION)
    }

    fn is(&self, kind: usize) -> bool {
        self.kinds & kind != 0
    }

    fn is_heading(&self) -> bool {
        HEADINGS.contains(&self.name.as_str())
    }

    /// Whether the end tag of a part of a table does not reach through it.
    fn is_table(&self) -> bool {
        matches!(self.name.as_str(), "table" | "template")
    }
}

impl<'a> Document<'a> {
    fn new(selectors: &'a str) -> Self {
        let selectors = selectors.split(',').collect();
        Self { kinds: TextMap::default(), selectors, found: Vec::new(), open: Vec::new(), is_in_head: true }
    }

    fn is_foreign(&self) -> bool {
        self.open.last().is_some_and(|top| top.is_foreign)
    }

    /// Adds a text to the elements that it is in.
    fn push_text(&mut self, text: &str, has_references: bool) {
        let mut containing = self.open.iter().filter_map(|open| open.found).peekable();
        if containing.peek().is_none() {
            return;
        }
        let text = if has_references { decoded(text, false) } else { text.to_owned() };
        for index in containing {
            if let Some(node) = self.found.get_mut(index) {
                node.text += &text;
            }
        }
    }

    fn kinds(&mut self, name: &str) -> usize {
        self.kinds.get(name).unwrap_or_else(|| {
            let kinds = kinds_of(name);
            self.kinds.set(name.to_owned(), kinds);
            kinds
        })
    }

    /// Adds an element; returns its name if its content is text.
    fn start(&mut self, mut tag: Tag) -> Option<String> {
        if !self.open.last().is_none_or(Open::has_html) {
            let has_font = |(name, _): &(String, String)| matches!(name.as_str(), "color" | "face" | "size");
            let is_font = tag.name == "font" && tag.attributes.iter().any(has_font);
            if self.kinds(&tag.name) & BREAKOUT == 0 && !is_font {
                let is_closed = tag.is_self_closing;
                self.insert(tag, true, is_closed);
                return None;
            }
            while self.open.last().is_some_and(|top| !top.has_html()) {
                self.open.pop();
            }
        }
        if tag.name == "image" {
            tag.name = "img".into();
        }
        let kinds = self.kinds(&tag.name);
        if self.is_in_head {
            if self.open.last().is_some_and(|top| top.name == "noscript") {
                if tag.name == "noscript" {
                    return None;
                }
                if kinds & HEAD_NOSCRIPT == 0 {
                    self.open.pop();
                }
            }
            if kinds & HEAD == 0 {
                self.leave_head();
            }
        }
        self.close_for(&tag.name, kinds);
        let is_foreign = matches!(tag.name.as_str(), "svg" | "math");
        // They can't be closed before the end of the document.
        let is_root = matches!(tag.name.as_str(), "html" | "head" | "body");
        let is_closed = kinds & (RAW | VOID) != 0 || is_root || is_foreign && tag.is_self_closing;
        let name = (kinds & RAW != 0).then(|| tag.name.clone());
        self.insert(tag, is_foreign, is_closed);
        name
    }

    /// Ends the head, and a `noscript` of it, but not a template.
    fn leave_head(&mut self) {
        if self.open.iter().any(|open| open.name == "template") {
            return;
        }
        self.is_in_head = false;
        self.open.clear();
    }

    /// Closes what a start tag ends.
    fn close_for(&mut self, name: &str, kinds: usize) {
        let is_block =
            |open: &Open| open.is(SPECIAL) && !matches!(open.name.as_str(), "address" | "div" | "p");
        match name {
            "li" => self.close(&["li"], is_block),
            "dd" | "dt" => self.close(&["dd", "dt"], is_block),
            _ => {}
        }
        if kinds & BLOCK != 0 {
            self.close(&["p"], |open| open.is(SCOPE) || open.name == "button");
        }
        match name {
            "a" => self.end(name),
            // A heading that was not closed ends only where it is the innermost element.
            _ if HEADINGS.contains(&name) && self.open.last().is_some_and(Open::is_heading) => {
                self.open.pop();
            }
            "td" | "th" => self.close(&["td", "th"], Open::is_table),
            "tr" => self.close(&["tr"], Open::is_table),
            "tbody" | "tfoot" | "thead" => self.close(&["tbody", "tfoot", "thead"], Open::is_table),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        let kinds = self.kinds(name);
        match name {
            "html" | "head" | "body" => {}
            "template" => self.close(&[name], |_| false),
            _ if HEADINGS.contains(&name) => self.close(&HEADINGS, |open| open.is(SCOPE)),
            _ if kinds & TABLE_PART != 0 => self.close(&[name], Open::is_table),
            _ if kinds & (BLOCK | FORMATTING | SCOPE) != 0 || name == "button" => {
                self.close(&[name], |open| open.is(SCOPE));
            }
            _ => self.close(&[name], |open| open.is(SPECIAL)),
        }
    }

    /// Closes the innermost element with one of these names, and what is in it, unless a barrier is in
    /// between.
    fn close(&mut self, names: &[&str], is_barrier: impl Fn(&Open) -> bool) {
        let mut is_foreign = self.is_foreign();
        for index in (0..self.open.len()).rev() {
            let Some(open) = self.open.get(index) else { return };
            is_foreign &= open.is_foreign;
            if names.contains(&open.name.as_str()) {
                let has_block = || self.open.iter().skip(index + 1).any(|inner| inner.is(SPECIAL));
                if open.name == "form" || open.is(FORMATTING) && has_block() {
                    // What is in it stays open.
                    self.open.remove(index);
                } else {
                    self.open.truncate(index);
                }
                return;
            }
            if !is_foreign && (is_barrier(open) || open.is_foreign && open.has_html()) {
                return;
            }
        }
    }

    fn insert(&mut self, tag: Tag, is_foreign: bool, is_closed: bool) {
        let outer = self.open.last().and_then(|top| top.around.clone());
        let Tag { name, attributes, .. } = tag;
        let mut found = None;
        if self.matches(&name, &attributes) && !is_inside(outer.as_ref(), "template") {
            found = Some(self.found.len());
            let (name, around) = (name.clone(), outer.clone());
            self.found.push(Node { name, attributes, text: String::new(), around });
        }
        if !is_closed && self.open.len() < MAX_DEPTH {
            let (kinds, around) = (self.kinds(&name), Around::new(&name, outer));
            self.open.push(Open { name, kinds, around, found, is_foreign });
        }
    }

    fn matches(&self, name: &str, attributes: &[(String, String)]) -> bool {
        self.selectors.iter().any(|selector| match selector.strip_prefix('[') {
            Some(rest) => {
                let wanted = rest.trim_end_matches(']');
                attributes.iter().any(|(name, _)| name == wanted)
            }
            None => *selector == name,
        })
    }
}
