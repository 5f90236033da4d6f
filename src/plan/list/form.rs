//! What a list is, detected from its content.

use super::aria2::is_aria2;
use super::document::ListWeb;
use super::html::first_tag;
use super::lines::{is_blank, lines_of, starts_with};
use super::table::layout_of;

/// The form of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// Plain text: addresses, one or several a line, among words.
    #[default]
    Text,
    /// A table with separated values: CSV, TSV and the like.
    Table,
    /// One JSON value.
    Json,
    /// A JSON value a line.
    JsonLines,
    /// HTML, a document or pieces.
    Html,
    /// A sitemap or a feed.
    Xml,
    /// Markdown.
    Markdown,
    /// The markup of forums.
    BbCode,
    /// reStructuredText.
    Rst,
    /// An input file of aria2.
    Aria2,
}

impl Form {
    /// All forms, in the order in which a user may choose one.
    pub const ALL: [Self; 10] = [
        Self::Text,
        Self::Table,
        Self::Json,
        Self::JsonLines,
        Self::Html,
        Self::Xml,
        Self::Markdown,
        Self::BbCode,
        Self::Rst,
        Self::Aria2,
    ];

    /// Its name for users.
    pub fn title(self) -> &'static str {
        match self {
            Self::Text => "Text",
            Self::Table => "CSV",
            Self::Json => "JSON",
            Self::JsonLines => "JSON Lines",
            Self::Html => "HTML",
            Self::Xml => "XML",
            Self::Markdown => "Markdown",
            Self::BbCode => "BBCode",
            Self::Rst => "reStructuredText",
            Self::Aria2 => "aria2 input file",
        }
    }

    /// Tells the form of a text.
    pub fn of<W: ListWeb>(text: &str, web: &W) -> Self {
        let start = text.trim_start_matches(is_blank);
        if start.starts_with(['[', '{']) {
            if web.parse_json(start).is_some() {
                return Self::Json;
            }
            if lines_of(start).next().is_some_and(|line| web.parse_json(line).is_some()) {
                return Self::JsonLines;
            }
        }
        // Of a table, the columns without the addresses would be left out.
        let is_torn_json = start
            .strip_prefix(['[', '{'])
            .is_some_and(|inside| inside.trim_start().starts_with(['"', '\'', '[', '{']));
        if is_xml(start) {
            Self::Xml
        } else if first_tag(lines_of(start).next().unwrap_or_default()) == Some(0) {
            Self::Html
        } else if is_aria2(text) {
            Self::Aria2
        } else if !is_torn_json && layout_of(text).is_some() {
            Self::Table
        } else if is_rst(text) {
            Self::Rst
        } else if text.contains("[/img]") || text.contains("[/IMG]") {
            Self::BbCode
        } else if text.contains("![") {
            Self::Markdown
        } else {
            Self::Text
        }
    }
}

/// Whether a text has a directive of reStructuredText that shows an image.
fn is_rst(text: &str) -> bool {
    let is_directive = |line: &str| {
        line.trim_start().starts_with("..") && (line.contains("image::") || line.contains("figure::"))
    };
    // Looking at each of many lines takes several times as long.
    text.contains("::") && lines_of(text).any(is_directive)
}

/// Whether a text is XML, but not XHTML.
fn is_xml(start: &str) -> bool {
    const ROOTS: [&str; 5] = ["<urlset", "<sitemapindex", "<rss", "<feed", "<rdf:rdf"];
    let head: String = start.chars().take(1024).collect();
    let is_declared = starts_with(start, "<?xml") && !head.to_ascii_lowercase().contains("<html");
    is_declared || ROOTS.iter().any(|root| starts_with(start, root))
}
