//! The record of a run as CSV and as JSON: one entry per item, with the fields of the JavaScript
//! result.

use std::time::Duration;

use super::record::{Field, Record, Value, csv, field, json as json_of, outcome, records, time};
use super::{Comparison, Rows, TimedRun};
use crate::plan::{EntryName, Plan};
use crate::seconds::{decimal_millis, seconds};
use crate::text::text;

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

/// The fields in the order in which both formats have them. JSON has no index.
const FIELDS: [Field; 17] = [
    field("index", |record| Value::Number(text![record.index])),
    field("url", |record| Value::Text(record.item.display_text())),
    field("finalUrl", |record| record.final_url().map_or(Value::None, Value::Text)),
    field("entryName", |record| record.name.map_or(Value::None, |name| Value::Text(name.as_str()))),
    field("outcome", |record| Value::Text(outcome(record.row))),
    Field {
        key: "error",
        columns: "errorKind,errorMessage,status",
        value: |record| Value::Error(record.row.error()),
    },
    field("type", |record| {
        record.image().map_or(Value::None, |image| Value::Text(image.file_type.media_type()))
    }),
    field("bytes", |record| Value::Number(text![record.row.received])),
    field("width", |record| record.pixels(|size| size.width)),
    field("height", |record| record.pixels(|size| size.height)),
    field("crc32", |record| Value::Crc32(record.image().map(|image| image.crc32))),
    field("isCutShort", |record| Value::Bool(record.row.is_cut_short())),
    field("attempts", |record| Value::Number(text![record.row.attempts.len()])),
    field("queuedAt", |record| time(Some(record.row.queued))),
    field("startedAt", |record| time(record.row.started())),
    field("headersAt", |record| time(record.row.headers())),
    field("finishedAt", |record| time(record.row.finished)),
];

impl Export<'_> {
    /// RFC 4180, with a header line. Times are milliseconds since the run began.
    pub fn csv(&self) -> String {
        csv(&FIELDS.each_ref(), self.records())
    }

    /// JSON: `items` and `timings` as in the JavaScript result, with `isCutShort` for each item, and
    /// `comparison`.
    pub fn json(&self) -> String {
        let totals = self.rows.totals();
        let [_, fields @ ..] = &FIELDS.each_ref();
        let mut json = String::from("{\"items\":");
        json += &json_of(fields, self.records());
        json += &text![
            ",\"timings\":{\"wallMs\":",
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

    fn records(&self) -> impl Iterator<Item = Record<'_>> {
        let records = records(self.plan, self.rows, self.names);
        records.filter(|record| !self.only_failed || record.row.error().is_some())
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

#[cfg(test)]
mod tests {
    use super::super::Mode;
    use super::*;
    use crate::image::{Format, ImageFacts};
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
            (
                7,
                0,
                EventKind::Stored(ImageFacts {
                    is_cut_short: true,
                    ..ImageFacts::new(10, 0xABC, Format::Jpeg)
                }),
            ),
            (0, 1, EventKind::Failed { error: failed }),
            (1, 2, EventKind::Started { attempt: 1 }),
            (5, 2, EventKind::Failed { error: FetchError::http(404) }),
        ];
        for (at, item, kind) in events {
            rows.apply(&Event { at: Duration::from_millis(at), item, kind });
        }
        let template = NameTemplate::default();
        let name =
            EntryNames::new(&plan, &template, &NativeText).claim(0, &ImageFacts::new(0, 0, Format::Jpeg));
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
            "index,url,finalUrl,entryName,outcome,errorKind,errorMessage,status,type,bytes,width,height,crc32,\
             isCutShort,attempts,queuedAt,startedAt,headersAt,finishedAt"
        );
        assert_eq!(
            lines[1],
            "0,\"https://a.example/a,b.jpg\",,\"a,b.jpg\",stored,,,,image/jpeg,10,,,00000abc,true,1,0,1,3,7"
        );
        assert!(lines[2].starts_with("1,\"'=cmd|' /C calc'!A0\",,,failed,address,\"not a URL: \"\"=cmd"));
        assert!(lines[3].ends_with(",404,,0,,,,false,1,0,1,,5"), "{}", lines[3]);
        assert_eq!(lines[4], "");
    }

    #[test]
    fn json_has_the_fields_of_the_javascript_result() {
        let json = exported(false, |export| export.json());
        let lines: Vec<_> = json.lines().collect();
        assert_eq!(
            lines[1],
            "{\"url\":\"https://a.example/a,b.jpg\",\"finalUrl\":null,\"entryName\":\"a,b.jpg\",\"outcome\":\"stored\",\
             \"error\":null,\"type\":\"image/jpeg\",\"bytes\":10,\"width\":null,\"height\":null,\"crc32\":2748,\
             \"isCutShort\":true,\"attempts\":1,\"queuedAt\":0,\"startedAt\":1,\"headersAt\":3,\"finishedAt\":7},"
        );
        assert!(lines[3].contains(
            "\"error\":{\"kind\":\"http\",\"message\":\"the server answered 404 (not found): check the \
             address\",\"status\":404},\"type\":null,\"bytes\":0,\"width\":null,\"height\":null,\"crc32\":0,"
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
        let outcomes: Vec<_> =
            json.split("\"outcome\":\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert_eq!(outcomes, ["failed", "failed"]);
    }
}
