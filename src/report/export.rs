//! The timings as CSV and as JSON, one record per item, with the fields of the JavaScript result.

use std::time::Duration;

use super::formatting::decimal_millis;
use super::{Comparison, Row, Rows, State, TimedRun};
use crate::plan::{EntryName, Plan};
use crate::seconds::seconds;
use crate::text::{Hex, add, text};

/// All that is written out of a run that ended.
#[derive(Clone, Copy, Debug)]
pub struct Export<'a> {
    /// What was asked for.
    pub plan: &'a Plan,
    /// What became of it.
    pub rows: &'a Rows,
    /// The names in the archive; empty where there is none.
    pub names: &'a [Option<EntryName>],
    /// From the run's beginning to the archive.
    pub wall: Duration,
    /// The comparison that the run was part of.
    pub comparison: Option<&'a Comparison>,
}

/// A value, before it is known what it is written as.
enum Value<'a> {
    None,
    Text(&'a str),
    Owned(String),
    /// Digits, as they are.
    Number(String),
    Truth(bool),
}

const COLUMNS: [&str; 16] = [
    "index",
    "url",
    "entryName",
    "outcome",
    "errorKind",
    "errorMessage",
    "status",
    "type",
    "bytes",
    "crc32",
    "isCutShort",
    "attempts",
    "queuedAt",
    "startedAt",
    "headersAt",
    "finishedAt",
];

impl Export<'_> {
    /// RFC 4180, with a header line. Times are milliseconds since the run began; the CRC-32 is in
    /// hexadecimal, as zip tools print it.
    pub fn csv(&self) -> String {
        let mut csv = COLUMNS.join(",");
        csv.push_str("\r\n");
        for index in 0..self.plan.len() {
            for (column, value) in self.record(index).into_iter().enumerate() {
                if column > 0 {
                    csv.push(',');
                }
                match (COLUMNS[column], value) {
                    (_, Value::None) => {}
                    ("crc32", _) => csv.push_str(&text![Hex(self.rows.as_slice()[index].crc32, 8)]),
                    (_, Value::Text(text)) => push_cell(&mut csv, text),
                    (_, Value::Owned(text)) => push_cell(&mut csv, &text),
                    (_, Value::Number(digits)) => csv.push_str(&digits),
                    (_, Value::Truth(is_so)) => csv.push_str(truth(is_so)),
                }
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
        for index in 0..self.plan.len() {
            json.push_str(if index > 0 { ",\n" } else { "\n" });
            self.push_item(&mut json, index);
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

    fn record(&self, index: usize) -> [Value<'_>; 16] {
        let (item, row) = (&self.plan.items()[index], &self.rows.as_slice()[index]);
        let error = row.error();
        let stored = row.state == State::Stored;
        let format = row.format.filter(|_| stored);
        let name = self.names.get(index).and_then(Option::as_ref);
        let text = |value: Option<&'static str>| value.map_or(Value::None, Value::Text);
        let time =
            |value: Option<Duration>| value.map_or(Value::None, |time| Value::Number(decimal_millis(time)));
        let crc32 = if stored { Value::Number(text![row.crc32]) } else { Value::None };
        [
            Value::Number(text![index]),
            Value::Text(item.display_text()),
            name.map_or(Value::None, |name| Value::Text(name.as_str())),
            Value::Text(outcome(row)),
            text(error.map(|error| error.kind())),
            error.map_or(Value::None, |error| Value::Owned(text![error])),
            error.and_then(|error| error.status()).map_or(Value::None, |status| Value::Number(text![status])),
            text(format.map(|format| format.media_type())),
            Value::Number(text![row.received]),
            crc32,
            Value::Truth(row.is_cut_short),
            Value::Number(text![row.attempts.len()]),
            Value::Number(decimal_millis(row.queued)),
            time(row.started()),
            time(row.headers()),
            time(row.finished),
        ]
    }

    /// The item as the JavaScript result has it: the error is one object, the CRC always a number.
    fn push_item(&self, json: &mut String, index: usize) {
        json.push('{');
        let mut error_is_open = false;
        for (column, value) in self.record(index).into_iter().enumerate().skip(1) {
            let name = match COLUMNS[column] {
                "errorKind" if matches!(value, Value::None) => {
                    json.push_str(",\"error\":null");
                    continue;
                }
                "errorKind" => {
                    json.push_str(",\"error\":{\"kind\":");
                    push_value(json, &value);
                    error_is_open = true;
                    continue;
                }
                "errorMessage" if !error_is_open => continue,
                "errorMessage" => "message",
                "status" if !error_is_open => continue,
                "status" => {
                    if !matches!(value, Value::None) {
                        json.push_str(",\"status\":");
                        push_value(json, &value);
                    }
                    json.push('}');
                    continue;
                }
                name => name,
            };
            if column > 1 {
                json.push(',');
            }
            push_string(json, name);
            json.push(':');
            match (name, value) {
                ("crc32", Value::None) => json.push('0'),
                (_, value) => push_value(json, &value),
            }
        }
        json.push('}');
    }
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

/// A cell of text, quoted where it has to be. A text that a spreadsheet would take for a formula
/// gets an apostrophe before it, since URLs and error texts come from strangers.
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

fn push_value(json: &mut String, value: &Value<'_>) {
    match value {
        Value::None => json.push_str("null"),
        Value::Text(text) => push_string(json, text),
        Value::Owned(text) => push_string(json, text),
        Value::Number(digits) => json.push_str(digits),
        Value::Truth(is_so) => json.push_str(truth(*is_so)),
    }
}

fn truth(is_so: bool) -> &'static str {
    if is_so { "true" } else { "false" }
}

fn push_string(json: &mut String, text: &str) {
    json.push('"');
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            // U+2028 and U+2029 are valid JSON, but end a line in older JavaScript.
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

    fn exported(read: impl Fn(&Export<'_>) -> String) -> String {
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
        })
    }

    #[test]
    fn csv_is_quoted_and_runs_no_formulas() {
        let csv = exported(|export| export.csv());
        let lines: Vec<_> = csv.split("\r\n").collect();
        assert_eq!(lines.len(), 5);
        assert_eq!(lines[0], COLUMNS.join(","));
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
        let json = exported(|export| export.json());
        let lines: Vec<_> = json.lines().collect();
        assert_eq!(
            lines[1],
            "{\"url\":\"https://a.example/a,b.jpg\",\"entryName\":\"a,b.jpg\",\"outcome\":\"stored\",\
             \"error\":null,\"type\":\"image/jpeg\",\"bytes\":10,\"crc32\":2748,\
             \"isCutShort\":true,\"attempts\":1,\"queuedAt\":0,\"startedAt\":1,\"headersAt\":3,\"finishedAt\":7},"
        );
        assert!(lines[3].contains(
            "\"error\":{\"kind\":\"http\",\"message\":\"the server answered 404 (not there): check the \
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
    fn strings_are_escaped() {
        let mut json = String::new();
        push_string(&mut json, "a\"b\\c\n\u{1}\u{2028}é");
        assert_eq!(json, "\"a\\\"b\\\\c\\n\\u0001\\u2028é\"");
    }
}
