//! The record of a run as CSV and as JSON: one entry per item, with the fields of the JavaScript
//! result.

use std::time::Duration;

use super::formatting::decimal_millis;
use super::{Comparison, Row, Rows, State, TimedRun};
use crate::plan::{EntryName, Item, Plan};
use crate::run::FetchError;
use crate::seconds::seconds;
use crate::text::{Hex, add, text};

/// A finished run, ready to be written out.
#[derive(Clone, Copy, Debug)]
pub struct Export<'a> {
    /// The plan of the run.
    pub plan: &'a Plan,
    /// The outcome of each item.
    pub rows: &'a Rows,
    /// The name of each item in the archive, if it is there; empty if there is no archive.
    pub names: &'a [Option<EntryName>],
    /// Wall time, from the start of the run to the finished archive.
    pub wall: Duration,
    /// The comparison that the run was part of.
    pub comparison: Option<&'a Comparison>,
    /// Whether it has the failed items only.
    pub only_failed: bool,
}

/// A field of an item's record.
struct Field {
    /// Its key in JSON.
    key: &'static str,
    /// The titles of its columns in CSV, separated by commas.
    columns: &'static str,
    value: for<'a> fn(&Record<'a>) -> Value<'a>,
}

/// What is known of one item.
struct Record<'a> {
    item: &'a Item,
    row: &'a Row,
    name: Option<&'a EntryName>,
}

/// The value of a field, which knows how it is written in either format.
enum Value<'a> {
    /// Empty in CSV, `null` in JSON.
    None,
    Text(&'a str),
    /// The digits of a number.
    Number(String),
    Bool(bool),
    /// In CSV hexadecimal, as zip tools print it, or empty; in JSON a number, or 0.
    Crc32(Option<u32>),
    /// In CSV three columns, in JSON an object or `null`.
    Error(Option<&'a FetchError>),
}

/// The fields in the order in which both formats have them. In CSV, the item's index comes first.
const FIELDS: [Field; 13] = [
    field("url", |record| Value::Text(record.item.display_text())),
    field("entryName", |record| record.name.map_or(Value::None, |name| Value::Text(name.as_str()))),
    field("outcome", |record| Value::Text(outcome(record.row))),
    Field {
        key: "error",
        columns: "errorKind,errorMessage,status",
        value: |record| Value::Error(record.row.error()),
    },
    field("type", |record| match record.row {
        Row { state: State::Stored, format: Some(format), .. } => Value::Text(format.media_type()),
        _ => Value::None,
    }),
    field("bytes", |record| Value::Number(text![record.row.received])),
    field("crc32", |record| Value::Crc32((record.row.state == State::Stored).then_some(record.row.crc32))),
    field("isCutShort", |record| Value::Bool(record.row.is_cut_short)),
    field("attempts", |record| Value::Number(text![record.row.attempts.len()])),
    field("queuedAt", |record| time(Some(record.row.queued))),
    field("startedAt", |record| time(record.row.started())),
    field("headersAt", |record| time(record.row.headers())),
    field("finishedAt", |record| time(record.row.finished)),
];

/// A field with one column, titled as its key.
const fn field(key: &'static str, value: for<'a> fn(&Record<'a>) -> Value<'a>) -> Field {
    Field { key, columns: key, value }
}

impl Export<'_> {
    /// RFC 4180, with a header line. Times are milliseconds since the run began.
    pub fn csv(&self) -> String {
        let mut csv = String::from("index");
        for field in &FIELDS {
            add!(&mut csv, ",", field.columns);
        }
        csv.push_str("\r\n");
        for (index, record) in self.records() {
            add!(&mut csv, index);
            for field in &FIELDS {
                csv.push(',');
                push_csv(&mut csv, (field.value)(&record));
            }
            csv.push_str("\r\n");
        }
        csv
    }

    /// JSON: `items` and `timings` as in the JavaScript result, with `isCutShort` for each item, and
    /// `comparison`.
    pub fn json(&self) -> String {
        let totals = self.rows.totals();
        let mut json = String::from("{\"items\":[");
        let mut line_end = "\n";
        for (_, record) in self.records() {
            json.push_str(line_end);
            line_end = ",\n";
            let mut separator = '{';
            for field in &FIELDS {
                add!(&mut json, separator, "\"", field.key, "\":");
                push_json(&mut json, (field.value)(&record));
                separator = ',';
            }
            json.push('}');
        }
        json += &text![
            "\n],\"timings\":{\"wallMs\":",
            decimal_millis(self.wall),
            ",\"busyMs\":",
            decimal_millis(totals.busy),
            ",\"bytes\":",
            totals.stored_bytes,
            "},\"comparison\":"
        ];
        match self.comparison {
            Some(comparison) => json += &comparison_json(comparison),
            None => json += "null",
        }
        json += "}\n";
        json
    }

    /// The records to write, each with its index in the input.
    fn records(&self) -> impl Iterator<Item = (usize, Record<'_>)> {
        let items = self.plan.items().iter().zip(self.rows.as_slice()).enumerate();
        let records = items.map(|(index, (item, row))| {
            (index, Record { item, row, name: self.names.get(index).and_then(Option::as_ref) })
        });
        records.filter(|(_, record)| !self.only_failed || record.row.error().is_some())
    }
}

fn time(value: Option<Duration>) -> Value<'static> {
    value.map_or(Value::None, |time| Value::Number(decimal_millis(time)))
}

fn outcome(row: &Row) -> &'static str {
    match row.state {
        State::Stored => "stored",
        State::Cancelled => "cancelled",
        _ => "failed",
    }
}

fn comparison_json(comparison: &Comparison) -> String {
    let walls =
        |runs: &[TimedRun]| runs.iter().map(|run| decimal_millis(run.wall)).collect::<Vec<_>>().join(",");
    let stored = |runs: &[TimedRun]| {
        let count = |run: &TimedRun| text![run.stored.iter().filter(|stored| **stored).count()];
        runs.iter().map(count).collect::<Vec<_>>().join(",")
    };
    let (sequential, concurrent) = (&comparison.sequential, &comparison.concurrent);
    let thousandths = |value: f64| decimal_millis(seconds(value / 1000.0));
    let speed_up = comparison.speed_up().map_or_else(
        || "null".to_owned(),
        |found| {
            text![
                "{\"median\":",
                thousandths(found.median),
                ",\"least\":",
                thousandths(found.least),
                ",\"most\":",
                thousandths(found.most),
                ",\"pairs\":",
                found.pairs,
                "}"
            ]
        },
    );
    text![
        "{\"sequentialWallMs\":[",
        walls(sequential),
        "],\"concurrentWallMs\":[",
        walls(concurrent),
        "],\"sequentialStored\":[",
        stored(sequential),
        "],\"concurrentStored\":[",
        stored(concurrent),
        "],\"speedUp\":",
        speed_up,
        "}"
    ]
}

fn push_csv(csv: &mut String, value: Value<'_>) {
    match value {
        Value::None | Value::Crc32(None) => {}
        Value::Text(text) => push_cell(csv, text),
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
        Value::Number(digits) => json.push_str(&digits),
        Value::Bool(is_true) => json.push_str(bool_text(is_true)),
        Value::Crc32(crc32) => add!(json, crc32.unwrap_or(0)),
        Value::Error(Some(error)) => {
            add!(json, "{\"kind\":\"", error.kind(), "\",\"message\":");
            push_string(json, &text![error]);
            if let Some(status) = error.status() {
                add!(json, ",\"status\":", status);
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
pub(super) fn push_string(json: &mut String, text: &str) {
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
    use super::super::Mode;
    use super::*;
    use crate::image::Format;
    use crate::plan::tests::{NativeText, plan_of};
    use crate::plan::{EntryNames, NameTemplate};
    use crate::run::{Event, EventKind, FetchError};

    fn exported(only_failed: bool, read: impl Fn(&Export<'_>) -> String) -> String {
        let plan = plan_of(["https://a.example/a,b.jpg", "=cmd|' /C calc'!A0", "https://a.example/2"]);
        let mut rows = Rows::new(plan.len());
        let failed = FetchError::Address(plan.items()[1].address.clone().unwrap_err());
        let events = [
            (1, 0, EventKind::Started { attempt: 1 }),
            (3, 0, EventKind::Headers { declared: None }),
            (7, 0, EventKind::Stored { bytes: 10, crc32: 0xABC, format: Format::Jpeg, is_cut_short: true }),
            (0, 1, EventKind::Failed { error: failed }),
            (1, 2, EventKind::Started { attempt: 1 }),
            (5, 2, EventKind::Failed { error: FetchError::http(404) }),
        ];
        for (at, item, kind) in events {
            rows.apply(&Event { at: Duration::from_millis(at), item, kind });
        }
        let template = NameTemplate::default();
        let name = EntryNames::new(&plan, &template, &NativeText).claim(0, Format::Jpeg);
        let mut comparison = Comparison::default();
        comparison.push(Mode::Sequential, TimedRun { wall: Duration::from_millis(21), stored: vec![true] });
        comparison.push(Mode::Concurrent, TimedRun { wall: Duration::from_millis(8), stored: vec![true] });
        read(&Export {
            plan: &plan,
            rows: &rows,
            names: &[Some(name), None, None],
            wall: Duration::from_micros(8500),
            comparison: Some(&comparison),
            only_failed,
        })
    }

    #[test]
    fn csv_is_quoted_and_disarms_formulas() {
        let csv = exported(false, |export| export.csv());
        let lines: Vec<_> = csv.split("\r\n").collect();
        assert_eq!(lines.len(), 5);
        assert_eq!(
            lines[0],
            "index,url,entryName,outcome,errorKind,errorMessage,status,type,bytes,crc32,isCutShort,attempts,\
             queuedAt,startedAt,headersAt,finishedAt"
        );
        assert_eq!(
            lines[1],
            "0,\"https://a.example/a,b.jpg\",\"a,b.jpg\",stored,,,,image/jpeg,10,00000abc,true,1,0,1,3,7"
        );
        assert!(lines[2].starts_with("1,\"'=cmd|' /C calc'!A0\",,failed,address,\"not a URL: \"\"=cmd"));
        assert!(lines[3].ends_with(",404,,0,,false,1,0,1,,5"), "{}", lines[3]);
        assert_eq!(lines[4], "");
    }

    #[test]
    fn json_has_the_fields_of_the_javascript_result() {
        let json = exported(false, |export| export.json());
        let lines: Vec<_> = json.lines().collect();
        assert_eq!(
            lines[1],
            "{\"url\":\"https://a.example/a,b.jpg\",\"entryName\":\"a,b.jpg\",\"outcome\":\"stored\",\
             \"error\":null,\"type\":\"image/jpeg\",\"bytes\":10,\"crc32\":2748,\
             \"isCutShort\":true,\"attempts\":1,\"queuedAt\":0,\"startedAt\":1,\"headersAt\":3,\"finishedAt\":7},"
        );
        assert!(lines[3].contains(
            "\"error\":{\"kind\":\"http\",\"message\":\"the server answered 404 (not found): check the \
             address\",\"status\":404},\"type\":null,\"bytes\":0,\"crc32\":0,"
        ));
        assert_eq!(
            lines[4],
            "],\"timings\":{\"wallMs\":8.5,\"busyMs\":10,\"bytes\":10},\"comparison\":\
             {\"sequentialWallMs\":[21],\"concurrentWallMs\":[8],\"sequentialStored\":[1],\
             \"concurrentStored\":[1],\"speedUp\":{\"median\":2.625,\"least\":2.625,\"most\":2.625,\
             \"pairs\":1}}}"
        );
    }

    #[test]
    fn the_failed_items_can_be_written_alone() {
        let csv = exported(true, |export| export.csv());
        let indices: Vec<_> = csv.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
        assert_eq!(indices, ["1", "2"]);
        let json = exported(true, |export| export.json());
        let items: serde_json::Value = serde_json::from_str(&json).unwrap();
        let outcomes: Vec<_> =
            items["items"].as_array().unwrap().iter().map(|item| &item["outcome"]).collect();
        assert_eq!(outcomes, ["failed", "failed"]);
    }

    #[test]
    fn strings_are_escaped() {
        let mut json = String::new();
        push_string(&mut json, "a\"b\\c\n\u{1}\u{2028}é");
        assert_eq!(json, "\"a\\\"b\\\\c\\n\\u0001\\u2028é\"");
    }
}
