//! What the archive holds beside every image: the record, and what is left out.

use serde_json::{Value, json};

use super::package_driver::{Outcome, Place, with_package};
use support::archive::contents::entries;

#[test]
fn a_record_in_the_archive_says_which_file_came_from_where() {
    with_package(async |browser| {
        let origin = &browser.origin;
        let urls = json!([
            { "url": origin.url("/image/1/64x48.png?token=secret&w=1") },
            { "url": origin.url("/fault/status/404") },
            { "url": "nonsense" },
            { "url": origin.url("/fault/redirect?to=%2Fimage%2F2%2F32x24.jpg"), "name": "kept/b.jpg" },
        ]);
        let outcome = browser.fetch_zip(Place::Page, urls.clone(), json!({ "manifest": true })).await;
        let found = entries(outcome.zip());
        let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["64x48.png", "kept/b.jpg", "manifest.csv", "manifest.json"]);
        let record: Value = serde_json::from_slice(&found[3].1).unwrap();
        let items = record["items"].as_array().unwrap();
        let shown = origin.url("/image/1/64x48.png?token=***&w=1");
        assert_eq!(items[0]["url"], shown);
        assert_eq!((&items[0]["width"], &items[0]["height"]), (&json!(64), &json!(48)));
        assert_eq!(items[3]["finalUrl"], origin.url("/image/2/32x24.jpg"));
        assert_eq!(items[3]["entryName"], "kept/b.jpg");
        let outcomes: Vec<_> = items.iter().map(|item| item["outcome"].as_str().unwrap()).collect();
        assert_eq!(outcomes, ["stored", "failed", "failed", "stored"]);
        assert_eq!(items[1]["status"], 404);
        assert!(items[2]["reason"].as_str().unwrap().starts_with("not a URL"), "{}", items[2]);
        for (item, result) in items.iter().zip(outcome.items()) {
            for key in ["bytes", "crc32", "width", "height", "type", "entryName"] {
                let expected = if item["outcome"] == "stored" { result[key].clone() } else { Value::Null };
                let own = if key == "crc32" && item["outcome"] != "stored" {
                    Value::Null
                } else {
                    item[key].clone()
                };
                assert_eq!(own, expected, "{key} of {item}");
            }
        }
        let csv = String::from_utf8(found[2].1.clone()).unwrap();
        assert!(csv.contains(&shown) && !csv.contains("secret") && csv.lines().count() == 5, "{csv}");
        assert!(outcome.items()[0]["url"].as_str().unwrap().contains("token=secret"));

        let options = json!({ "name": "record", "format": "csv", "sha256": true, "wholeAddresses": true });
        let whole = browser.fetch_zip(Place::Worker, urls, json!({ "manifest": options })).await;
        let found = entries(whole.zip());
        assert_eq!(found.len(), 3);
        assert_eq!(found[2].0, "record.csv");
        let csv = String::from_utf8(found[2].1.clone()).unwrap();
        assert!(csv.contains("token=secret"), "{csv}");
        let sum = support::archive::contents::File::new("64x48.png", &found[0].1).sha256;
        assert!(csv.lines().nth(1).unwrap().ends_with(&sum), "{csv} has not {sum}");
    });
}

#[test]
fn the_same_images_give_the_same_record_whatever_happens_on_the_way() {
    with_package(async |browser| {
        let paths = |slow: usize| {
            let latency = move |item| if item == slow { 300 } else { 0 };
            (0..3).map(move |item| format!("/image/{item}/64x48.png?latency={}", latency(item)))
        };
        let mut records = Vec::new();
        for slow in [0, 2] {
            let urls: Vec<_> = paths(slow).map(|path| browser.origin.url(&path)).collect();
            let outcome = browser.fetch_zip(Place::Page, json!(urls), json!({ "manifest": true })).await;
            let (_, json) = entries(outcome.zip()).pop().unwrap();
            let text = String::from_utf8(json).unwrap();
            // The addresses are not the same.
            let lines: Vec<_> =
                text.lines().map(|line| line.split("\"finalUrl\"").last().unwrap().to_owned()).collect();
            records.push(lines);
        }
        assert_eq!(records[0], records[1]);
    });
}

#[test]
fn a_record_goes_into_a_sink_and_through_a_file_too() {
    with_package(async |browser| {
        let urls =
            json!([browser.origin.url("/image/1/3000000b.jpg"), browser.origin.url("/image/2/64x48.png")]);
        let large = browser.fetch_zip(Place::Page, urls, json!({ "manifest": true })).await;
        let names: Vec<_> = entries(large.zip()).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["3000000b.jpg", "64x48.png", "manifest.csv", "manifest.json"]);
        let nothing = json!([browser.origin.url("/fault/status/404")]);
        let nothing = browser.fetch_zip(Place::Page, nothing, json!({ "manifest": true })).await;
        assert!(nothing.zip.is_none(), "a record of nothing is no archive");
    });
}

#[test]
fn repeated_addresses_and_images_are_skipped_if_asked_for() {
    with_package(async |browser| {
        let image = |path: &str| browser.origin.url(path);
        let urls = json!([
            image("/image/1/64x48.png"),
            image("/image/1/64x48.png"),
            image("/image/1/64x48.png?other"),
            image("/image/2/64x48.png"),
        ]);
        let run = async |skip: Value| {
            let before = browser.origin.counters_of_all()["requests"].as_u64().unwrap();
            let outcome = browser.fetch_zip(Place::Page, urls.clone(), json!({ "skipRepeated": skip })).await;
            let requests = browser.origin.counters_of_all()["requests"].as_u64().unwrap() - before;
            (outcomes(&outcome), requests, entries(outcome.zip()).len())
        };
        let all = ["stored"; 4].map(str::to_owned).to_vec();
        assert_eq!(run(json!(false)).await, (all, 4, 4));
        let outcomes = |outcomes: [&str; 4]| outcomes.map(str::to_owned).to_vec();
        assert_eq!(run(json!("urls")).await, (outcomes(["stored", "left-out", "stored", "stored"]), 3, 3));
        let once = outcomes(["stored", "left-out", "left-out", "stored"]);
        assert_eq!(run(json!("images")).await, (once.clone(), 4, 2));
        assert_eq!(run(json!("both")).await, (once, 3, 2));
    });
}

#[test]
fn a_fallback_is_asked_and_is_the_final_address() {
    with_package(async |browser| {
        let origin = &browser.origin;
        let urls = json!([
            { "url": origin.url("/fault/status/404"), "fallbacks": ["nonsense", origin.url("/image/1/64x48.png")] },
            { "url": origin.url("/image/2/64x48.png"), "fallbacks": [origin.url("/image/3/64x48.png?key=unused")] },
            { "url": origin.url("/fault/status/404"), "fallbacks": [origin.url("/fault/status/403")] },
        ]);
        let outcome = browser.fetch_zip(Place::Page, urls, Value::Null).await;
        assert_eq!(outcomes(&outcome), ["stored", "stored", "failed"]);
        let items = outcome.items();
        assert_eq!(items[0]["url"], origin.url("/fault/status/404"));
        assert_eq!(items[0]["finalUrl"], origin.url("/image/1/64x48.png"));
        assert_eq!(items[0]["attempts"], 2);
        assert_eq!(items[1]["finalUrl"], Value::Null);
        assert_eq!(items[2]["error"]["status"], 403);
        assert_eq!(origin.counters("unused")["requests"].as_u64().unwrap_or(0), 0);
    });
}

#[test]
fn titles_columns_and_what_the_bytes_say_are_fields_of_names() {
    with_package(async |browser| {
        let url = browser.origin.url("/image/1/64x48.png");
        let urls = json!([
            { "url": url, "title": "A cat", "columns": { "SKU": "4711", "Price": "3" } },
            { "url": url },
        ]);
        let names = "{col.SKU|none}/{title|untitled} {width}x{height} {sha256:4}";
        let outcome = browser.fetch_zip(Place::Page, urls, json!({ "names": names })).await;
        let sum = support::archive::contents::File::new("", &browser.origin.get("/image/1/64x48.png")).sha256;
        let expected =
            [format!("4711/A cat 64x48 {}.png", &sum[..4]), format!("none/untitled 64x48 {}.png", &sum[..4])];
        assert_eq!(outcome.entry_names(), expected);
    });
}

#[test]
fn a_filter_decides_of_each_image_that_has_arrived() {
    const FILTERED: &str = "
        const seen = [];
        const filter = (item) => {
          seen.push([item.width, item.outcome, item.entryName, item.type]);
          if (item.width === 33) throw new Error('a mistake');
          return item.width > 40;
        };
        addEventListener('error', (event) => event.preventDefault());
        const events = [];
        const result = await fetchZip(args.urls, {
          filter, retries: 0, onEvent: ({ kind, item }) => events.push([kind, item]),
        });
        const outcomes = result.items.map(({ outcome, bytes }) => [outcome, bytes > 0]);
        const names = result.items.map(({ entryName }) => entryName);
        const left = events.filter(([kind]) => kind === 'left-out').map(([, item]) => item).sort();
        return { seen: seen.sort(), outcomes, names, left, size: result.blob.size };";
    with_package(async |browser| {
        let paths = [
            "/image/1/64x48.png",
            "/image/2/32x24.jpg",
            "/fault/status/404",
            "/image/3/3000000b.jpg",
            "/image/4/33x24.png",
        ];
        let urls: Vec<_> = paths.iter().map(|path| browser.origin.url(path)).collect();
        for place in [Place::Page, Place::Worker] {
            let report = browser.run(place, FILTERED, json!({ "urls": urls })).await.expect("it resolves");
            let outcomes = json!([
                ["stored", true],
                ["left-out", true],
                ["failed", false],
                ["stored", true],
                ["stored", true]
            ]);
            assert_eq!(report["outcomes"], outcomes, "{report}");
            assert_eq!(report["left"], json!([1]));
            assert_eq!(report["names"], json!(["64x48.png", null, null, "3000000b.jpg", "33x24.png"]));
            let seen = report["seen"].as_array().unwrap();
            assert_eq!(seen.len(), 4);
            assert!(seen.iter().all(|item| item[1] == "stored" && item[2].is_null()), "{report}");
        }
    });
}

#[test]
fn an_image_is_named_as_its_server_says_if_pages_may_read_that() {
    with_package(async |browser| {
        let named = "/image/1/64x48.png?name=K%C3%A4se%20%E2%82%AC.jpg";
        let urls = json!([
            browser.origin.url(&format!("{named}&expose=Content-Disposition")),
            browser.origin.url(named),
            { "url": browser.origin.url(&format!("{named}&expose=Content-Disposition")), "name": "mine" },
        ]);
        let outcome = browser.fetch_zip(Place::Page, urls, Value::Null).await;
        assert_eq!(outcome.entry_names(), ["K\u{e4}se \u{20ac}.png", "64x48.png", "mine.png"]);
    });
}

fn outcomes(outcome: &Outcome) -> Vec<String> {
    outcome.items().iter().map(|item| item["outcome"].as_str().unwrap().to_owned()).collect()
}
