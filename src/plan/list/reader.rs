//! Reads a list in steps, whatever its form.

use super::aria2::Aria2Reader;
use super::document::ListWeb;
use super::form::Form;
use super::json::JsonReader;
use super::output::Output;
use super::request::{Rejected, Request};
use super::table::{TableReader, forced_layout};
use super::text::TextReader;
use super::xml::XmlReader;
use crate::text::text;

/// How a list is to be read. By default, everything is detected from the content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// The form, if the user chose one.
    pub form: Option<Form>,
    /// The numbers of the columns that have the addresses, from 0; none, and they are found.
    pub columns: Vec<usize>,
    /// The address of the page that the list is from, against which relative addresses are resolved;
    /// empty if it is not known.
    pub page: String,
    /// Whether ranges such as `[1-10]` are left as they are.
    pub keeps_ranges: bool,
    /// Whether only the failed images of an exported record are read.
    pub only_failed: bool,
    /// The names of the columns whose values requests carry.
    pub kept_columns: Vec<String>,
}

/// What a list was understood to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Understood {
    /// Its form.
    pub form: Form,
    /// The names of its columns, each with whether it has addresses.
    pub columns: Vec<(String, bool)>,
    /// The numbers of the columns that the addresses are taken from.
    pub chosen: Vec<usize>,
    /// Whether it has relative addresses, and the page that it is from is not known.
    pub needs_page: bool,
}

impl Understood {
    /// The form and the columns in words, such as `CSV, 3 columns, addresses in “Image URL”`; empty for
    /// plain text.
    pub fn description(&self) -> String {
        if self.form == Form::Text {
            return String::new();
        }
        let mut text = self.form.title().to_owned();
        // JSON that only has texts has one column without a name.
        if self.columns.iter().any(|(name, _)| !name.is_empty()) {
            let count = self.columns.len();
            text += &text![", ", count, if count == 1 { " column" } else { " columns" }];
            let chosen = self.chosen.iter().filter_map(|number| self.columns.get(*number));
            let names: Vec<_> = chosen.map(|(name, _)| text!["“", name, "”"]).collect();
            text += &match names.is_empty() {
                true => ", no addresses".into(),
                false => text![", addresses in ", names.join(", ")],
            };
        }
        text
    }

    /// Whether it is a record that fetchzip exported.
    pub fn is_record(&self) -> bool {
        let has = |end: &str| self.columns.iter().any(|(name, _)| name.rsplit('.').next() == Some(end));
        has("outcome") && has("url")
    }
}

/// Reads a list; an iterator over what it names, and over what it says instead.
pub struct ListReader<'a, W: ListWeb> {
    source: Source<'a, W>,
    form: Form,
    output: Output,
    is_over: bool,
    web: &'a W,
}

enum Source<'a, W: ListWeb> {
    Text(TextReader<'a, W::Element>),
    Table(Box<TableReader<'a>>),
    Json(JsonReader<'a, W::Json>),
    Xml(XmlReader<W::Element>),
    Aria2(Aria2Reader<'a>),
}

impl<'a, W: ListWeb> ListReader<'a, W> {
    /// Tells the form of a text, and begins to read it.
    pub fn new(text: &'a str, choice: &Choice, web: &'a W) -> Self {
        let Choice { columns, page, keeps_ranges, only_failed, kept_columns, .. } = choice;
        let text = text.trim_start_matches('\u{feff}');
        let form = choice.form.unwrap_or_else(|| Form::of(text, web));
        let mut output = Output::new(*keeps_ranges);
        let source = match form {
            Form::Table => {
                let mut table = TableReader::new(text, forced_layout(text), columns, *only_failed);
                table.keep(kept_columns);
                Source::Table(Box::new(table))
            }
            Form::Json | Form::JsonLines => {
                let value = if form == Form::Json { web.parse_json(text) } else { None };
                let mut json = match value {
                    Some(value) => JsonReader::of_value(value, columns, *only_failed, web),
                    None => JsonReader::of_lines(text, columns, *only_failed, web),
                };
                json.keep(kept_columns);
                Source::Json(json)
            }
            Form::Xml => match XmlReader::new(text.trim_start(), page, web) {
                Some(xml) => Source::Xml(xml),
                None => {
                    let reason = "the XML is not well-formed, so it was searched for addresses of images";
                    output.reject(None, "<…>", reason);
                    Source::Text(TextReader::new(text, Form::Rst, page))
                }
            },
            Form::Aria2 => Source::Aria2(Aria2Reader::new(text)),
            _ => Source::Text(TextReader::new(text, form, page)),
        };
        Self { source, form, output, is_over: false, web }
    }

    /// Has requests carry the values of all columns, each by its column's name.
    pub fn keep_all(&mut self) {
        match &mut self.source {
            Source::Table(table) => table.keep_all(),
            Source::Json(json) => json.keep_all(),
            _ => {}
        }
    }

    /// What the list was understood to be; complete at the end.
    pub fn understood(&self) -> Understood {
        let (columns, chosen) = match &self.source {
            Source::Table(table) => (table.columns.as_slice(), table.chosen.as_slice()),
            Source::Json(json) => (json.columns.as_slice(), json.chosen.as_slice()),
            _ => (&[][..], &[][..]),
        };
        let columns = columns.iter().map(|column| (column.name.clone(), column.has_addresses())).collect();
        let needs_page = match &self.source {
            Source::Text(text) => text.needs_page,
            Source::Xml(xml) => xml.needs_page,
            _ => false,
        };
        Understood { form: self.form, columns, chosen: chosen.to_vec(), needs_page }
    }
}

impl<W: ListWeb> ListReader<'_, W> {
    /// Reads a little more, which may name nothing; false at the end. A page reads in steps, to keep
    /// responding.
    pub fn step(&mut self) -> bool {
        if self.is_over || self.output.is_full {
            return false;
        }
        let out = &mut self.output;
        self.is_over = !match &mut self.source {
            Source::Text(text) => text.step(self.web, out),
            Source::Table(table) => table.step(out),
            Source::Json(json) => json.step(self.web, out),
            Source::Xml(xml) => xml.step(self.web, out),
            Source::Aria2(aria2) => aria2.step(out),
        };
        true
    }

    /// What the steps so far have found and this has not returned.
    pub fn pop(&mut self) -> Option<Result<Request, Rejected>> {
        self.output.pop()
    }
}

impl<W: ListWeb> Iterator for ListReader<'_, W> {
    type Item = Result<Request, Rejected>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.pop() {
                return Some(item);
            }
            if !self.step() {
                return None;
            }
        }
    }
}
