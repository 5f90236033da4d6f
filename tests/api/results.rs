//! The result of a call.

use serde_json::{Value, json};

use super::package_driver::{PLACES, Place, with_package};
use support::archive::contents::entries;

#[test]
fn a_result_has_the_fields_of_the_contract_and_no_others() {
    with_package(async |browser| {
        let good = browser.origin.url("/image/7/64x48.png");
        let missing = browser.origin.url("/fault/status/404");
        let body = "const result = await fetchZip(args);
            const { blob, items, timings } = result;
            return { keys: Object.keys(result), isBlob: blob instanceof Blob, type: blob.type,
                     fileName: result.fileName, items, timings, isArray: Array.isArray(items) };";
        for place in PLACES {
            let value = browser.run(place, body, json!([good, missing, "nowhere at all"])).await.unwrap();
            assert_eq!(
                sorted(&value["keys"]),
                ["blob", "fileName", "items", "sourcesError", "storage", "timings"]
            );
            assert_eq!(value["isBlob"], true);
            assert_eq!(value["isArray"], true);
            assert_eq!(value["type"], "application/zip");
            assert_eq!(value["fileName"], "images.zip");
            assert_eq!(keys(&value["timings"]), ["busyMs", "bytes", "wallMs"]);

            let items = value["items"].as_array().unwrap();
            for item in items {
                let expected = [
                    "attempts",
                    "bytes",
                    "crc32",
                    "entryName",
                    "error",
                    "finalUrl",
                    "finishedAt",
                    "headersAt",
                    "height",
                    "isCutShort",
                    "outcome",
                    "queuedAt",
                    "startedAt",
                    "type",
                    "url",
                    "width",
                ];
                assert_eq!(keys(item), expected);
                assert!(item["queuedAt"].is_number() && item["finishedAt"].is_number(), "{item}");
            }
            let file = browser.origin.get("/image/7/64x48.png");
            let [stored, missing, nowhere] = &items[..] else { panic!("three items") };
            assert_eq!(stored["url"], good.as_str());
            assert_eq!(stored["entryName"], "64x48.png");
            assert_eq!(stored["outcome"], "stored");
            assert_eq!(stored["error"], Value::Null);
            assert_eq!(stored["type"], "image/png");
            assert_eq!(stored["bytes"], file.len());
            assert_eq!(stored["crc32"], crc32fast::hash(&file));
            assert_eq!(stored["attempts"], 1);
            assert_eq!(value["timings"]["bytes"], file.len());

            assert_eq!(missing["outcome"], "failed");
            assert_eq!(keys(&missing["error"]), ["kind", "message", "status"]);
            assert_eq!(
                (&missing["error"]["kind"], &missing["error"]["status"]),
                (&json!("http"), &json!(404))
            );
            assert!(missing["startedAt"].is_number() && missing["headersAt"].is_number(), "{missing}");

            assert_eq!(keys(&nowhere["error"]), ["kind", "message", "status"]);
            assert_eq!(nowhere["error"]["status"], Value::Null);
            assert_eq!((&stored["width"], &stored["height"]), (&json!(64), &json!(48)));
            assert_eq!((&stored["finalUrl"], &stored["isCutShort"]), (&Value::Null, &json!(false)));
            assert_eq!(nowhere["error"]["kind"], "address");
            assert!(nowhere["error"]["message"].as_str().unwrap().contains("nowhere at all"), "{nowhere}");
            for failed in [missing, nowhere] {
                assert_eq!(failed["entryName"], Value::Null);
                assert_eq!(failed["type"], Value::Null);
                assert_eq!((&failed["bytes"], &failed["crc32"]), (&json!(0), &json!(0)));
            }
            let never = ["attempts", "startedAt", "headersAt"].map(|field| nowhere[field].clone());
            assert_eq!(never, [json!(0), Value::Null, Value::Null]);
        }
    });
}

#[test]
fn the_archive_holds_in_input_order_what_the_server_sent() {
    with_package(async |browser| {
        // The first one arrives last.
        let paths = [
            "/image/1/64x48.jpg?latency=300",
            "/image/2/64x48.png?latency=200",
            "/image/3/64x48.gif?latency=100",
            "/image/4/64x48.webp",
            "/fixture/svg/drawing",
        ];
        let urls: Vec<_> = paths.iter().map(|path| browser.origin.url(path)).collect();
        for place in PLACES {
            let outcome = browser.fetch_zip(place, json!(urls), json!({ "fileName": "many.zip" })).await;
            assert_eq!(outcome.result["fileName"], "many.zip");
            let names = ["64x48.jpg", "64x48.png", "64x48.gif", "64x48.webp", "drawing.svg"];
            let expected: Vec<_> = names
                .into_iter()
                .zip(paths)
                .map(|(name, path)| (name.to_owned(), browser.origin.get(path)))
                .collect();
            assert!(entries(outcome.zip()) == expected, "{place:?}: {:?}", outcome.entry_names());
            assert_eq!(outcome.entry_names(), names);
        }
    });
}

#[test]
fn a_result_without_stored_images_has_no_blob() {
    with_package(async |browser| {
        let urls = json!([browser.origin.url("/fault/empty"), browser.origin.url("/fault/html")]);
        let outcome = browser.fetch_zip(Place::Page, urls, json!({ "retries": 0 })).await;
        assert!(outcome.zip.is_none());
        let kinds: Vec<_> = outcome.items().iter().map(|item| &item["error"]["kind"]).collect();
        assert_eq!(kinds, ["empty", "not-an-image"]);
        let none = browser.fetch_zip(Place::Page, json!([]), Value::Null).await;
        assert!(none.zip.is_none() && none.items().is_empty());
    });
}

#[test]
fn every_failure_has_its_kind_and_costs_no_other_image() {
    with_package(async |browser| {
        let origin = &browser.origin;
        let cases = [
            ("/fault/status/404", "http", Some(404)),
            ("/fault/status/403", "http", Some(403)),
            ("/fault/partial", "http", Some(206)),
            ("/fault/no-content", "empty", None),
            ("/fault/html", "not-an-image", None),
            ("/fault/html-as-jpeg", "not-an-image", None),
            ("/fault/json-error", "not-an-image", None),
            ("/fault/empty", "empty", None),
            ("/fault/reset", "network", None),
            ("/fault/redirect-loop", "network", None),
            ("/image/1/64x48.jpg?cors=off", "network", None),
        ];
        let mut urls: Vec<_> = cases.iter().map(|(path, ..)| origin.url(path)).collect();
        urls.push(origin.url("/image/1/64x48.jpg"));
        let outcome = browser.fetch_zip(Place::Page, json!(urls), json!({ "retries": 0 })).await;
        for ((path, kind, status), item) in cases.iter().zip(outcome.items()) {
            let error = &item["error"];
            assert_eq!(error["kind"], *kind, "{path}: {error}");
            assert_eq!(error["status"].as_u64(), *status, "{path}: {error}");
            assert!(!error["message"].as_str().unwrap().is_empty(), "{path}");
        }
        assert_eq!(entries(outcome.zip()).len(), 1);
    });
}

#[test]
fn any_iterable_of_strings_urls_and_requests_is_accepted() {
    with_package(async |browser| {
        let url = browser.origin.url("/image/1/64x48.jpg");
        let body = "const lists = {
              set: new Set([args]),
              generator: (function* () { yield args; })(),
              urls: [new URL(args)],
              requests: [{ url: args }, { url: new URL(args), name: undefined }, { url: args, name: 'a' }],
            };
            const outcomes = {};
            for (const [name, list] of Object.entries(lists)) {
              outcomes[name] = (await fetchZip(list)).items.map(({ entryName }) => entryName);
            }
            return outcomes;";
        let outcomes = browser.run(Place::Page, body, json!(url)).await.unwrap();
        assert_eq!(outcomes["set"], json!(["64x48.jpg"]));
        assert_eq!(outcomes["generator"], json!(["64x48.jpg"]));
        assert_eq!(outcomes["urls"], json!(["64x48.jpg"]));
        assert_eq!(outcomes["requests"], json!(["64x48.jpg", "64x48 (2).jpg", "a.jpg"]));
    });
}

#[test]
fn the_same_images_give_the_same_archive() {
    with_package(async |browser| {
        let urls: Vec<_> =
            (1..=3).map(|seed| browser.origin.url(&format!("/image/{seed}/64x48.jpg"))).collect();
        let first = browser.fetch_zip(Place::Page, json!(urls), Value::Null).await;
        let again = browser.fetch_zip(Place::Worker, json!(urls), json!({ "mode": "sequential" })).await;
        assert_eq!(entries(first.zip()), entries(again.zip()));
        assert_eq!(directory(first.zip()), directory(again.zip()));
    });
}

#[test]
fn a_result_can_prove_its_archive_until_it_is_disposed_of() {
    with_package(async |browser| {
        let body = "
            const result = await fetchZip(args);
            await result.prove();
            result.dispose();
            // Blobs cannot be disposed of.
            while (result.storage === 'file') {
              const error = await result.prove().then(() => null, (error) => error);
              if (error) return error instanceof Error;
            }
            return true;";
        let paths = ["/image/1/900000b.jpg", "/fault/html", "/image/2/64x48.png"];
        let urls: Vec<_> = paths.iter().map(|path| browser.origin.url(path)).collect();
        for place in [Place::Page, Place::Worker] {
            assert_eq!(browser.run(place, body, json!(urls)).await.unwrap(), json!(true));
        }
        let nothing =
            "const { prove } = await fetchZip(['nonsense']); return (await prove()) ?? 'nothing to prove'";
        assert_eq!(browser.run(Place::Page, nothing, Value::Null).await.unwrap(), "nothing to prove");
    });
}

/// The central headers of an archive, without their offsets.
fn directory(archive: &[u8]) -> Vec<Vec<u8>> {
    const FIXED: usize = 46;
    let end = archive.len() - 22;
    let number = |at: usize| u16::from_le_bytes([archive[at], archive[at + 1]]);
    let mut at = u32::from_le_bytes(archive[end + 16..end + 20].try_into().unwrap()) as usize;
    let mut headers = Vec::new();
    while at < end {
        let length = FIXED + usize::from(number(at + 28) + number(at + 30) + number(at + 32));
        let mut header = archive[at..at + length].to_vec();
        header.drain(42..46);
        headers.push(header);
        at += length;
    }
    headers
}

fn keys(object: &Value) -> Vec<String> {
    let mut keys: Vec<_> = object.as_object().unwrap().keys().cloned().collect();
    keys.sort();
    keys
}

fn sorted(texts: &Value) -> Vec<&str> {
    let mut texts: Vec<_> = texts.as_array().unwrap().iter().filter_map(Value::as_str).collect();
    texts.sort_unstable();
    texts
}
