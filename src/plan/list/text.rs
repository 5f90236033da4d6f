//! Lists by the line: plain text, markup, and HTML between the lines.

use std::iter::Peekable;

use super::document::ListWeb;
use super::form::Form;
use super::html::{self, HtmlReader, first_tag, step_inside};
use super::lines::{Lines, starts_with, trimmed};
use super::markup::{self, Definitions, Image};
use super::output::Output;
use super::prose::{Found, addresses, addresses_with_spaces, is_address, unquoted};
use super::request::Request;

/// Reads a text line by line, one at each step; of HTML, one element.
pub struct TextReader<'a, E> {
    lines: Peekable<Lines<'a>>,
    form: Form,
    /// The address of the page that the text is from, or empty.
    page: String,
    definitions: Definitions,
    /// The HTML that is being read.
    html: Option<HtmlReader<E>>,
    /// Whether an address could not be resolved.
    pub needs_page: bool,
}

impl<'a, E: super::Element> TextReader<'a, E> {
    /// Reads a text as one of the forms that have lines. HTML is read wherever it is, except in
    /// [`Form::Text`] that the user chose.
    pub fn new(text: &'a str, form: Form, page: &str) -> Self {
        let definitions = if form == Form::Markdown { Definitions::of(text) } else { Definitions::default() };
        let lines = Lines::of(text).peekable();
        Self { lines, form, page: page.to_owned(), definitions, html: None, needs_page: false }
    }

    /// Reads the next line, or the next element of HTML; false at the end.
    pub fn step<W: ListWeb<Element = E>>(&mut self, web: &W, out: &mut Output) -> bool {
        if step_inside(&mut self.html, &mut self.needs_page, web, out) {
            return true;
        }
        let Some((number, line)) = self.lines.next() else { return false };
        let line = trimmed(line);
        let is_comment = line.starts_with('#') && self.form != Form::Markdown;
        if line.is_empty() || is_comment {
            return true;
        }
        if !starts_with(line, "data:") && first_tag(line).is_some() {
            self.html = Some(self.html_from(number, line, web, out.count()));
            return true;
        }
        let images = match self.form {
            Form::Markdown => markup::markdown(line, &self.definitions),
            Form::BbCode => markup::bbcode(line),
            Form::Rst => markup::rst(line),
            _ => {
                plain(number, line, out);
                return true;
            }
        };
        for image in images {
            self.push(number, image, web, out);
        }
        true
    }

    fn push<W: ListWeb>(&mut self, number: usize, image: Image, web: &W, out: &mut Output) {
        let Image { address, title } = image;
        let is_relative = !is_address(&address) && !address.contains("://");
        let resolved = if is_relative { web.resolve(&address, &self.page) } else { Some(address.clone()) };
        match resolved {
            Some(text) => out.push(Request { title, ..Request::on_line(number, text) }),
            None => {
                self.needs_page = true;
                out.reject(Some(number), &address, html::RELATIVE);
            }
        }
    }

    /// Collects the HTML that begins on a line: a document to its end, a piece up to the next line that
    /// is one of a list.
    fn html_from<W: ListWeb<Element = E>>(
        &mut self,
        number: usize,
        line: &str,
        web: &W,
        before: usize,
    ) -> HtmlReader<E> {
        let is_document =
            ["<!doctype", "<html", "<head", "<body", "<?xml"].iter().any(|start| starts_with(line, start));
        let mut html = line.to_owned();
        let mut open = Open::default();
        open.read(line);
        while let Some((_, next)) = self.lines.peek() {
            let next = *next;
            let is_over = if is_document {
                open.has_ended
            } else {
                let is_of_list = || next.starts_with('#') || !addresses(next, &[]).is_empty();
                !open.is_open() && first_tag(next).is_none() && is_of_list()
            };
            if is_over {
                break;
            }
            open.read(next);
            html.push('\n');
            html.push_str(next);
            self.lines.next();
        }
        match is_document {
            true => HtmlReader::document(&html, &self.page, web, before),
            false => HtmlReader::piece(number, &html, &self.page, web, before),
        }
    }
}

/// What a line of HTML leaves open for the next.
#[derive(Default)]
struct Open {
    tag: bool,
    comment: bool,
    /// Whether the document has ended.
    has_ended: bool,
}

impl Open {
    fn is_open(&self) -> bool {
        self.tag || self.comment
    }

    fn read(&mut self, line: &str) {
        self.has_ended |= line.contains("</html>") || line.contains("</HTML>");
        self.comment = match (line.rfind("<!--"), line.rfind("-->")) {
            (None, None) => self.comment,
            (begin, end) => begin > end,
        };
        self.tag = match (line.rfind('<'), line.rfind('>')) {
            (None, None) => self.tag,
            (begin, end) => begin > end,
        };
    }
}

/// Reads a line of plain text: addresses among words, or a text that is none.
fn plain(number: usize, line: &str, out: &mut Output) {
    // As JSON and scripts write slashes and ampersands.
    let is_escaped = line.contains(":\\/\\/") || line.contains("\\u0026");
    let unescaped = if is_escaped { line.replace("\\/", "/").replace("\\u0026", "&") } else { String::new() };
    let line = if unescaped.is_empty() { line } else { &unescaped };
    let line = if starts_with(line, "data:") { line } else { without_comment(line) };
    let found = addresses_with_spaces(line);
    let mut before: Option<&Found<'_>> = None;
    for own in &found {
        let between = before.and_then(|before| line.get(before.end()..own.start));
        // A Markdown link whose text is its address.
        if between != Some("](") || before.is_some_and(|before| before.text != own.text) {
            out.push_range(Request::on_line(number, own.text));
        }
        before = Some(own);
    }
    let text = unquoted(line);
    if found.is_empty() && !text.is_empty() {
        // It is no address, or one that only the browser's parser knows as such.
        out.push(Request::on_line(number, text));
    }
}

/// The line without a comment, which begins with a `#` after white space.
fn without_comment(line: &str) -> &str {
    let is_comment = |at: &usize| line.get(..*at).is_some_and(|before| before.ends_with(char::is_whitespace));
    let comment = line.match_indices('#').map(|(index, _)| index).find(is_comment);
    comment.and_then(|end| line.get(..end)).unwrap_or(line).trim_end()
}
