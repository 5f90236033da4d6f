//! Answers that are no images: refused, or all kept.

use std::fs;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::package_driver::{Outcome, PLACES, Place, with_package};
use support::archive::check_in_every_reader;
use support::archive::contents::{File, entries};

/// `%PDF-1.7`, a line feed and `%%EOF`.
const PDF: &str = "/bytes?hex=255044462d312e370a2525454f46&type=application/octet-stream";

/// Paths, the names of their entries, and their media types.
const ANSWERS: [(&str, &str, &str); 8] = [
    (PDF, "bytes.pdf", "application/pdf"),
    ("/image/1/64x48.jpg", "64x48.jpg", "image/jpeg"),
    ("/fault/html", "html.html", "text/html"),
    ("/fault/empty", "empty", "application/octet-stream"),
    ("/fault/no-content", "no-content", "application/octet-stream"),
    ("/file/figures.csv?kind=text&type=Text%2FCSV%3Bheader%3Dpresent", "figures.csv", "text/csv"),
    ("/fault/json-error", "json-error.json", "application/json"),
    ("/file/dog.gif?kind=png", "dog.png", "image/png"),
];

#[test]
fn only_images_are_kept_by_default() {
    with_package(async |browser| {
        let urls: Vec<_> = ANSWERS.iter().map(|(path, ..)| browser.origin.url(path)).collect();
        let kinds =
            ["not-an-image", "-", "not-an-image", "empty", "empty", "not-an-image", "not-an-image", "-"];
        for options in [json!({}), json!({ "accept": "images" })] {
            let outcome = browser.fetch_zip(Place::Page, json!(urls), options).await;
            assert_eq!(error_kinds(&outcome), kinds);
            let names: Vec<_> = entries(outcome.zip()).into_iter().map(|(name, _)| name).collect();
            assert_eq!(names, ["64x48.jpg", "dog.png"]);
        }
    });
}

#[test]
fn any_answer_of_success_is_kept_as_it_is_on_request() {
    with_package(async |browser| {
        let mut urls: Vec<_> = ANSWERS.iter().map(|(path, ..)| browser.origin.url(path)).collect();
        urls.push(browser.origin.url("/fault/status/404"));
        urls.push(browser.origin.url("/fault/html-404"));
        let expected: Vec<_> = ANSWERS
            .iter()
            .map(|(path, name, _)| {
                // An answer without content has no body to ask for.
                let is_empty = ["/fault/empty", "/fault/no-content"].contains(path);
                ((*name).to_owned(), if is_empty { Vec::new() } else { browser.origin.get(path) })
            })
            .collect();
        for place in PLACES {
            let outcome = browser.fetch_zip(place, json!(urls), json!({ "accept": "all" })).await;
            assert_eq!(error_kinds(&outcome)[ANSWERS.len()..], ["http", "http"]);
            assert!(entries(outcome.zip()) == expected, "{place:?}: {:?}", outcome.entry_names());
            for ((item, (_, content)), (path, name, media_type)) in
                outcome.items().iter().zip(&expected).zip(ANSWERS)
            {
                assert_eq!(item["outcome"], "stored", "{path}");
                assert_eq!((&item["entryName"], &item["type"]), (&json!(name), &json!(media_type)));
                assert_eq!(item["bytes"], content.len(), "{path}");
                assert_eq!(item["crc32"], crc32fast::hash(content), "{path}");
                assert_eq!(item["isCutShort"], false, "{path}");
                assert_eq!(item["width"].is_null(), !media_type.starts_with("image/"), "{path}");
            }
        }

        let outcome = browser.fetch_zip(Place::Page, json!(urls), json!({ "accept": "all" })).await;
        let folder = TempDir::new().unwrap();
        let archive = folder.path().join("all.zip");
        fs::write(&archive, outcome.zip()).unwrap();
        let files: Vec<_> = expected.iter().map(|(name, content)| File::new(name, content)).collect();
        check_in_every_reader(&archive, &files);
    });
}

#[test]
fn an_archive_of_other_files_is_proved_recorded_and_written_to_a_sink() {
    with_package(async |browser| {
        let urls: Vec<_> = ANSWERS.iter().map(|(path, ..)| browser.origin.url(path)).collect();
        let body = "const types = [];
            const onEvent = (event) => { if (event.kind === 'stored') types.push(event.type); };
            const options = { accept: 'all', manifest: { format: 'json' }, onEvent };
            const result = await fetchZip(args, options);
            await result.prove();
            const chunks = [];
            const sink = new WritableStream({ write: (chunk) => void chunks.push(chunk.slice()) });
            await fetchZip(args, { ...options, sink });
            return { types, zip: await base64(result.blob), written: await base64(new Blob(chunks)) };";
        let ran = browser.run(Place::Page, body, json!(urls)).await.unwrap();
        let mut types: Vec<_> = ran["types"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let mut expected: Vec<_> =
            ANSWERS.iter().chain(&ANSWERS).map(|(.., media_type)| *media_type).collect();
        types.sort_unstable();
        expected.sort_unstable();
        assert_eq!(types, expected);
        let zip = entries(&BASE64_STANDARD.decode(ran["zip"].as_str().unwrap()).unwrap());
        let written = entries(&BASE64_STANDARD.decode(ran["written"].as_str().unwrap()).unwrap());
        assert!(zip == written);
        let record: Value = serde_json::from_slice(&zip[ANSWERS.len()].1).unwrap();
        for ((item, (name, _)), (_, own, media_type)) in
            record["items"].as_array().unwrap().iter().zip(&zip).zip(ANSWERS)
        {
            assert_eq!((name.as_str(), item["entryName"].as_str()), (own, Some(own)));
            assert_eq!(item["type"], media_type);
        }
    });
}

fn error_kinds(outcome: &Outcome) -> Vec<&str> {
    outcome.items().iter().map(|item| item["error"]["kind"].as_str().unwrap_or("-")).collect()
}
