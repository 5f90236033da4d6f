//! The record inside an archive: which file came from where.
//!
//! The same images give the same record, whatever arrived first and however often it was tried, so it has
//! no times.

use super::record::{Field, Value, csv, field, json, outcome, records};
use super::row_text::left_out_text;
use super::{Rows, State};
use crate::plan::{EntryName, Plan, without_secrets};
use crate::text::text;

/// What a record has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestOptions {
    /// The name of its files, without an extension.
    pub name: String,
    /// Whether there is one as CSV.
    pub has_csv: bool,
    /// Whether there is one as JSON.
    pub has_json: bool,
    /// Whether it has the SHA-256 of each image.
    pub has_sha256: bool,
    /// Whether addresses keep what signs or opens them.
    pub has_whole_addresses: bool,
}

impl Default for ManifestOptions {
    fn default() -> Self {
        Self {
            name: "manifest".into(),
            has_csv: true,
            has_json: true,
            has_sha256: false,
            has_whole_addresses: false,
        }
    }
}

/// A file beside the images.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordFile {
    /// Its name.
    pub name: String,
    /// Its text.
    pub content: String,
}

/// The record's files; `names` are those of the archive's entries.
pub fn record_files(
    plan: &Plan,
    rows: &Rows,
    names: &[Option<EntryName>],
    options: &ManifestOptions,
) -> Vec<RecordFile> {
    let ManifestOptions { name, has_csv, has_json, has_sha256, has_whole_addresses } = options;
    let addresses = if *has_whole_addresses { &WHOLE_ADDRESSES } else { &ADDRESSES };
    let [line, url, final_url] = addresses;
    let mut fields = vec![line, url, final_url];
    fields.extend(&FACTS);
    if *has_sha256 {
        fields.push(&SHA256);
    }
    let mut files = Vec::new();
    if *has_csv {
        let content = csv(&fields, records(plan, rows, names));
        files.push(RecordFile { name: text![name, ".csv"], content });
    }
    if *has_json {
        let items = json(&fields, records(plan, rows, names));
        files.push(RecordFile { name: text![name, ".json"], content: text!["{\"items\":", items, "}\n"] });
    }
    files
}

const LINE: Field =
    field("line", |record| Value::Number(text![record.item.line.unwrap_or(record.index + 1)]));

const ADDRESSES: [Field; 3] = [
    LINE,
    field("url", |record| Value::Owned(without_secrets(record.item.display_text()))),
    field("finalUrl", |record| {
        record.final_url().map_or(Value::None, |address| Value::Owned(without_secrets(address)))
    }),
];

const WHOLE_ADDRESSES: [Field; 3] = [
    LINE,
    field("url", |record| Value::Text(record.item.display_text())),
    field("finalUrl", |record| record.final_url().map_or(Value::None, Value::Text)),
];

/// In the order in which both formats have them.
const FACTS: [Field; 9] = [
    field("entryName", |record| record.name.map_or(Value::None, |name| Value::Text(name.as_str()))),
    field("outcome", |record| Value::Text(outcome(record.row))),
    field("reason", |record| match &record.row.state {
        State::Failed(error) => Value::Owned(text![error]),
        State::LeftOut(reason) => Value::Owned(left_out_text(*reason)),
        _ => Value::None,
    }),
    field("status", |record| {
        let status = record.row.error().and_then(|error| error.status());
        status.map_or(Value::None, |status| Value::Number(text![status]))
    }),
    field("type", |record| {
        record.image().map_or(Value::None, |image| Value::Text(image.file_type.media_type()))
    }),
    field("bytes", |record| record.image().map_or(Value::None, |image| Value::Number(text![image.bytes]))),
    field("width", |record| record.pixels(|size| size.width)),
    field("height", |record| record.pixels(|size| size.height)),
    field("crc32", |record| Value::Crc32(record.image().map(|image| image.crc32))),
];

const SHA256: Field = field("sha256", |record| {
    record.image().and_then(|image| image.sha256_text()).map_or(Value::None, Value::Owned)
});

#[cfg(test)]
mod tests {
    use super::super::fixtures::event;
    use super::*;
    use crate::image::{Dimensions, Format, ImageFacts};
    use crate::plan::LeftOut;
    use crate::plan::tests::plan_of;
    use crate::run::{EventKind, FetchError};

    #[test]
    fn a_record_says_of_each_item_where_it_came_from_and_what_became_of_it() {
        let plan = plan_of([
            "https://a.example/1.jpg?X-Amz-Signature=abc&w=3",
            "https://a.example/gone.jpg",
            "https://a.example/1.jpg",
        ]);
        let mut rows = Rows::new(3);
        let image = ImageFacts {
            dimensions: Some(Dimensions { width: 640, height: 480 }),
            final_url: Some("https://cdn.example/x?token=t".into()),
            sha256: Some(Box::new([0xAB; 32])),
            ..ImageFacts::new(10, 0xABC, Format::Jpeg)
        };
        let again = LeftOut::RepeatedImage(0);
        for (item, kind) in [
            (0, EventKind::Queued),
            (1, EventKind::Queued),
            (2, EventKind::Queued),
            (0, EventKind::Stored(image)),
            (1, EventKind::Failed { error: FetchError::http(404) }),
            (2, EventKind::Stored(ImageFacts::new(10, 0xABC, Format::Jpeg))),
            (2, EventKind::LeftOut { reason: again }),
        ] {
            rows.apply(&event(1, item, kind));
        }
        let names = [Some(EntryName::validated("1.jpg")), None, None];
        let files = |options: &ManifestOptions| record_files(&plan, &rows, &names, options);
        let [csv, json] = &files(&ManifestOptions::default())[..] else { panic!("there are two files") };
        assert_eq!((csv.name.as_str(), json.name.as_str()), ("manifest.csv", "manifest.json"));
        let message = FetchError::http(404).to_string();
        let expected = [
            "line,url,finalUrl,entryName,outcome,reason,status,type,bytes,width,height,crc32".to_owned(),
            "1,https://a.example/1.jpg?X-Amz-Signature=***&w=3,https://cdn.example/x?token=***,1.jpg,stored,,,\
             image/jpeg,10,640,480,00000abc"
                .to_owned(),
            format!("2,https://a.example/gone.jpg,,,failed,{message},404,,,,,"),
            "3,https://a.example/1.jpg,,,left-out,the same bytes as image 1,,,,,,".to_owned(),
        ];
        assert_eq!(csv.content, expected.join("\r\n") + "\r\n");
        let first = "{\"items\":[\n{\"line\":1,\"url\":\"https://a.example/1.jpg?X-Amz-Signature=***&w=3\",";
        assert!(json.content.starts_with(first), "{}", json.content);

        let whole = ManifestOptions {
            has_csv: false,
            has_sha256: true,
            has_whole_addresses: true,
            name: "record".into(),
            ..ManifestOptions::default()
        };
        let [json] = &files(&whole)[..] else { panic!("there is one file") };
        assert_eq!(json.name, "record.json");
        assert!(json.content.contains("?X-Amz-Signature=abc&w=3") && json.content.contains("?token=t"));
        assert!(json.content.contains(&format!("\"sha256\":\"{}\"", "ab".repeat(32))));
    }
}
