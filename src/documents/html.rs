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

/// Elements that have no end tag.
const VOID: &str = " area base basefont bgsound br col embed frame hr img input keygen link meta param source \
    track wbr ";

/// Elements whose content is text up to their end tag.
const RAW: &str = " iframe noembed noframes script style textarea title xmp ";

/// What may be in the head.
const HEAD: &str =
    " base basefont bgsound head html link meta noframes noscript script style template title ";

/// What may be in a `noscript` of the head.
const HEAD_NOSCRIPT: &str = " basefont bgsound head html link meta noframes noscript style ";

/// Elements that end an open paragraph, and whose end tag reaches through others of them.
const BLOCK: &str = " address article aside blockquote center dd details dialog dir div dl dt fieldset \
    figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr li listing main menu nav ol p plaintext \
    pre search section summary ul xmp ";

/// Elements through which any other end tag does not reach.
const SPECIAL: &str = " address applet area article aside base basefont bgsound blockquote body br button caption \
    center col colgroup dd details dir div dl dt embed fieldset figcaption figure footer form frame frameset h1 \
    h2 h3 h4 h5 h6 head header hgroup hr html iframe img input keygen li link listing main marquee menu meta \
    nav noembed noframes noscript object ol p param plaintext pre script search section select source style \
    summary table tbody td template textarea tfoot th thead title tr track ul wbr xmp ";

/// Elements through which the end tag of a block, or of a style of text, does not reach.
const SCOPE: &str = " applet caption html marquee object table td template th ";

/// The same for the parts of a table.
const TABLE_SCOPE: &str = " html table template ";

const TABLE_PARTS: &str = " caption table tbody td tfoot th thead tr ";

const FORMATTING: &str = " a b big code em font i nobr s small strike strong tt u ";

/// Elements that end SVG or MathML around them.
const BREAKOUT: &str = " b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img \
    li listing menu meta nobr ol p pre ruby s small span strike strong sub sup table tt u ul var ";

/// Elements of SVG and MathML that contain HTML.
const INTEGRATION: &str = " desc foreignobject mi mn mo ms mtext title ";

/// Whether a list that begins and ends with a space has this name.
fn has(list: &str, name: &str) -> bool {
    list.split(' ').any(|own| own == name)
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
    selectors: Vec<&'a str>,
    found: Vec<Node>,
    open: Vec<Open>,
    is_in_head: bool,
}

/// An element whose end tag has not come.
struct Open {
    name: String,
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
        !self.is_foreign || has(INTEGRATION, &self.name)
    }
}

impl<'a> Document<'a> {
    fn new(selectors: &'a str) -> Self {
        let selectors = selectors.split(',').collect();
        Self { selectors, found: Vec::new(), open: Vec::new(), is_in_head: true }
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

    /// Adds an element; returns its name if its content is text.
    fn start(&mut self, mut tag: Tag) -> Option<String> {
        if !self.open.last().is_none_or(Open::has_html) {
            let has_font = |(name, _): &(String, String)| matches!(name.as_str(), "color" | "face" | "size");
            if !has(BREAKOUT, &tag.name) && !(tag.name == "font" && tag.attributes.iter().any(has_font)) {
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
        if self.is_in_head {
            let is_in_noscript = self.open.last().is_some_and(|top| top.name == "noscript");
            let allowed = if is_in_noscript { HEAD_NOSCRIPT } else { HEAD };
            if !has(allowed, &tag.name) {
                self.leave_head();
            } else if is_in_noscript && tag.name == "noscript" {
                return None;
            }
        }
        self.close_for(&tag.name);
        let is_foreign = matches!(tag.name.as_str(), "svg" | "math");
        let is_raw = has(RAW, &tag.name);
        // They can't be closed before the end of the document.
        let is_root = matches!(tag.name.as_str(), "html" | "head" | "body");
        let is_closed = is_raw || is_root || has(VOID, &tag.name) || is_foreign && tag.is_self_closing;
        let name = is_raw.then(|| tag.name.clone());
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
    fn close_for(&mut self, name: &str) {
        if has(BLOCK, name) {
            self.close(" p ", |outer| has(SCOPE, outer) || outer == "button");
        }
        let is_block = |outer: &str| has(SPECIAL, outer) && !has(" address div p ", outer);
        match name {
            "a" => self.end(name),
            "li" => self.close(" li ", is_block),
            "dd" | "dt" => self.close(" dd dt ", is_block),
            "td" | "th" => self.close(" td th ", |outer| has(TABLE_SCOPE, outer)),
            "tr" => self.close(" tr ", |outer| has(TABLE_SCOPE, outer)),
            "tbody" | "tfoot" | "thead" => {
                self.close(" tbody tfoot thead ", |outer| has(TABLE_SCOPE, outer));
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "html" | "head" | "body" => {}
            "template" => self.close(name, |_| false),
            _ if has(TABLE_PARTS, name) => self.close(name, |outer| has(TABLE_SCOPE, outer)),
            _ if has(BLOCK, name) || has(FORMATTING, name) || has(SCOPE, name) || name == "button" => {
                self.close(name, |outer| has(SCOPE, outer));
            }
            _ => self.close(name, |outer| has(SPECIAL, outer)),
        }
    }

    /// Closes the innermost element with one of these names, and what is in it, unless a barrier is in
    /// between.
    fn close(&mut self, names: &str, is_barrier: impl Fn(&str) -> bool) {
        let mut is_foreign = self.is_foreign();
        for index in (0..self.open.len()).rev() {
            let Some(open) = self.open.get(index) else { return };
            is_foreign &= open.is_foreign;
            if has(names, &open.name) {
                let is_formatting = has(FORMATTING, &open.name);
                let has_block = || self.open.iter().skip(index + 1).any(|inner| has(SPECIAL, &inner.name));
                if open.name == "form" || is_formatting && has_block() {
                    // What is in it stays open.
                    self.open.remove(index);
                } else {
                    self.open.truncate(index);
                }
                return;
            }
            if !is_foreign && (is_barrier(&open.name) || open.is_foreign && open.has_html()) {
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
            let around = Around::new(&name, outer);
            self.open.push(Open { name, around, found, is_foreign });
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
