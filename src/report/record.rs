//! Records of items as CSV and as JSON, whatever fields they have.

use std::time::Duration;

use super::{Row, Rows, State};
use crate::image::{Dimensions, ImageFacts};
use crate::plan::{EntryName, Item, Plan};
use crate::run::FetchError;
use crate::seconds::decimal_millis;
use crate::text::{Hex, add, text};

/// A field of an item's record.
pub struct Field {
    /// Its key in JSON.
    pub key: &'static str,
    /// The titles of its columns in CSV, separated by commas.
    pub columns: &'static str,
    /// Its value.
    pub value: for<'a> fn(&Record<'a>) -> Value<'a>,
}

/// What is known of one item.
pub struct Record<'a> {
    /// Its number in the list, from 0.
    pub index: usize,
    /// What was asked for.
    pub item: &'a Item,
    /// What came of it.
    pub row: &'a Row,
    /// Its entry, if it has one.
    pub name: Option<&'a EntryName>,
}

impl<'a> Record<'a> {
    /// Its image, if that is stored.
    pub fn image(&self) -> Option<&'a ImageFacts> {
        self.row.image.as_ref().filter(|_| self.row.state == State::Stored)
    }

    /// Where its image came from, if the request was redirected.
    pub fn final_url(&self) -> Option<&'a str> {
        self.image()?.final_url.as_deref()
    }

    /// The width or the height of its image.
    pub fn pixels(&self, side: fn(&Dimensions) -> u32) -> Value<'static> {
        let dimensions = self.image().and_then(|image| image.dimensions.as_ref());
        dimensions.map_or(Value::None, |size| Value::Number(text![side(size)]))
    }
}

/// The value of a field, which knows how it is written in either format.
pub enum Value<'a> {
    /// Empty in CSV, `null` in JSON.
    None,
    Text(&'a str),
    /// A text that was put together.
    Owned(String),
    /// The digits of a number.
    Number(String),
    Bool(bool),
    /// In CSV hexadecimal, as zip tools print it, or empty; in JSON a number, or 0.
    Crc32(Option<u32>),
    /// In CSV three columns, in JSON an object or `null`.
    Error(Option<&'a FetchError>),
}

/// A field with one column, titled as its key.
pub const fn field(key: &'static str, value: for<'a> fn(&Record<'a>) -> Value<'a>) -> Field {
    Field { key, columns: key, value }
}

/// The records of all items of a run; `names` are those of its entries, or empty if there is no archive.
pub fn records<'a>(
    plan: &'a Plan,
    rows: &'a Rows,
    names: &'a [Option<EntryName>],
) -> impl Iterator<Item = Record<'a>> {
    let items = plan.items().iter().zip(rows.as_slice()).enumerate();
    items.map(|(index, (item, row))| {
        let name = names.get(index).and_then(Option::as_ref);
        Record { index, item, row, name }
    })
}

/// RFC 4180, with a header line.
pub fn csv<'a>(fields: &[&Field], records: impl Iterator<Item = Record<'a>>) -> String {
    let mut csv = String::new();
    for (number, field) in fields.iter().enumerate() {
        csv += if number > 0 { "," } else { "" };
        csv += field.columns;
    }
    csv.push_str("\r\n");
    for record in records {
        for (number, field) in fields.iter().enumerate() {
            csv += if number > 0 { "," } else { "" };
            push_csv(&mut csv, (field.value)(&record));
        }
        csv.push_str("\r\n");
    }
    csv
}

/// A JSON array with an object on each line.
pub fn json<'a>(fields: &[&Field], records: impl Iterator<Item = Record<'a>>) -> String {
    let mut json = String::from("[");
    for (number, record) in records.enumerate() {
        json.push_str(if number > 0 { ",\n" } else { "\n" });
        let mut separator = '{';
        for field in fields {
            add!(&mut json, separator, "\"", field.key, "\":");
            push_json(&mut json, (field.value)(&record));
            separator = ',';
        }
        json.push('}');
    }
    json + "\n]"
}

/// A time in milliseconds.
pub fn time(value: Option<Duration>) -> Value<'static> {
    value.map_or(Value::None, |time| Value::Number(decimal_millis(time)))
}

/// The outcome of an item in a word.
pub fn outcome(row: &Row) -> &'static str {
    match row.state {
        State::Stored => "stored",
        State::LeftOut(_) => "left-out",
        State::Cancelled => "cancelled",
        _ => "failed",
    }
}

fn push_csv(csv: &mut String, value: Value<'_>) {
    match value {
        Value::None | Value::Crc32(None) => {}
        Value::Text(text) => push_cell(csv, text),
        Value::Owned(text) => push_cell(csv, &text),
        Value::Number(digits) => csv.push_str(&digits),
        Value::Bool(is_true) => csv.push_str(bool_text(is_true)),
        Value::Crc32(Some(crc32)) => add!(csv, Hex(crc32, 8)),
        Value::Error(None) => csv.push_str(",,"),
        Value::Error(Some(error)) => {
            add!(csv, error.kind(), ",");
            push_cell(csv, &text![error]);
            csv.push(',');
            if let Some(status) = error.status() {
                add!(csv, status);
            }
        }
    }
}

fn push_json(json: &mut String, value: Value<'_>) {
    match value {
        Value::None | Value::Error(None) => json.push_str("null"),
        Value::Text(text) => push_string(json, text),
        Value::Owned(text) => push_string(json, &text),
        Value::Number(digits) => json.push_str(&digits),
        Value::Bool(is_true) => json.push_str(bool_text(is_true)),
        Value::Crc32(crc32) => add!(json, crc32.unwrap_or(0)),
        Value::Error(Some(error)) => {
            add!(json, "{\"kind\":\"", error.kind(), "\",\"message\":");
            push_string(json, &text![error]);
            json.push_str(",\"status\":");
            match error.status() {
                Some(status) => add!(json, status),
                None => json.push_str("null"),
            }
            json.push('}');
        }
    }
}

/// Appends a cell of text, quoted if necessary. A text that a spreadsheet would run as a formula is
/// prefixed by an apostrophe, since URLs and error texts come from strangers.
fn push_cell(csv: &mut String, text: &str) {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let is_plain = !is_formula && !text.contains(['"', ',', '\r', '\n']);
    if is_plain {
        csv.push_str(text);
        return;
    }
    csv.push('"');
    if is_formula {
        csv.push('\'');
    }
    csv.push_str(&text.replace('"', "\"\""));
    csv.push('"');
}

fn bool_text(is_true: bool) -> &'static str {
    if is_true { "true" } else { "false" }
}

/// Appends a string of JSON.
pub fn push_string(json: &mut String, text: &str) {
    json.push('"');
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            // U+2028 and U+2029 are valid in JSON, but are line ends in older JavaScript.
            '\0'..='\x1f' | '\u{2028}' | '\u{2029}' => {
                add!(json, "\\u", Hex(u32::from(c), 4))
            }
            c => json.push(c),
        }
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_escaped() {
        let mut json = String::new();
        push_string(&mut json, "a\"b\\c\n\u{1}\u{2028}é");
        assert_eq!(json, "\"a\\\"b\\\\c\\n\\u0001\\u2028é\"");
    }
}
