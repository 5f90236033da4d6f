//! Transfers of large images that break off, and continue where they did.

use serde_json::{Value, json};

use super::package_driver::{PLACES, Place, with_package};
use crate::browser::Browser;
use crate::browser::capability::{Capability, requires};
use support::archive::contents::entries;

/// The first byte that each request of a group asked for.
fn starts(browser: &Browser, key: &str) -> Vec<u64> {
    let log = browser.origin.log(key);
    assert!(log.iter().all(|request| request["method"] == "GET"), "a preflight: {log:?}");
    let start = |request: &Value| {
        let range = request["headers"]["range"].as_str()?.strip_prefix("bytes=")?.strip_suffix('-')?;
        range.parse().ok()
    };
    log.iter().map(|request| start(request).unwrap_or(0)).collect()
}

#[test]
fn a_broken_transfer_continues_with_all_that_is_known_of_the_image() {
    if !requires(Capability::EnforcedLengths) {
        return;
    }
    with_package(async |browser| {
        for place in PLACES {
            let key = format!("{place:?}");
            let path = "/image/9/3000000b.jpg";
            let urls = [
                browser.origin.url(&format!("{path}?break-every=900000&rate=6000000&key={key}")),
                browser.origin.url("/image/2/64x48.jpg"),
            ];
            let options = json!({ "manifest": { "format": "json", "sha256": true } });
            let outcome = browser.fetch_zip(place, json!(urls), options).await;
            let items = outcome.items();
            assert_eq!((&items[0]["outcome"], &items[0]["isCutShort"]), (&json!("stored"), &json!(false)));
            let whole = browser.origin.get(path);
            let contents = entries(outcome.zip());
            assert!(contents[0].1 == whole, "{place:?}");
            assert_eq!(items[0]["crc32"], crc32fast::hash(&whole));
            let digests: Value =
                serde_json::from_slice(&browser.origin.get(&format!("/control/sha256?path={path}"))).unwrap();
            let record = String::from_utf8(contents.last().unwrap().1.clone()).unwrap();
            assert!(record.contains(digests["sha256"].as_str().unwrap()), "{record}");
            // Each request begins a little before the end of what the one before brought.
            let starts = starts(browser, &key);
            // What the browser had not passed on when the connection broke comes again.
            assert!((4..=8).contains(&starts.len()), "{starts:?}");
            assert!(starts[0] == 0 && starts.is_sorted_by(|one, next| one < next), "{place:?}: {starts:?}");
        }
    });
}

#[test]
fn a_slow_image_that_made_room_for_others_continues_where_it_was() {
    with_package(async |browser| {
        let slow = browser.origin.url("/image/1/1200000b.jpg?rate=600000&key=slow");
        let quick = browser.origin.url("/image/2/64x48.jpg?key=quick");
        let options =
            json!({ "minBytesPerSecond": 100_000_000, "slowAfterMs": 1000, "concurrency": 1, "retries": 0 });
        let outcome = browser.fetch_zip(Place::Page, json!([slow, quick, quick]), options).await;
        assert!(outcome.items().iter().all(|item| item["outcome"] == "stored"), "{:?}", outcome.items());
        assert!(entries(outcome.zip())[0].1 == browser.origin.get("/image/1/1200000b.jpg"));
        let starts = starts(browser, "slow");
        assert_eq!(starts.len(), 2, "{starts:?}");
        assert!(starts[1] > 250_000, "{starts:?}");
    });
}

#[test]
fn an_abort_between_two_attempts_leaves_nothing() {
    with_package(async |browser| {
        let url = browser.origin.url("/image/3/3000000b.jpg?break-every=900000&rate=6000000&key=aborted");
        let call = "
            const stop = new AbortController();
            const onEvent = ({ kind }) => kind === 'retrying' && stop.abort();
            const end = await fetchZip([args], { signal: stop.signal, onEvent }).catch(({ name }) => name);
            while ((await privateFiles()).size > 0) await new Promise((resolve) => setTimeout(resolve));
            return end;";
        for place in PLACES {
            assert_eq!(browser.run(place, call, json!(url)).await.unwrap(), "AbortError", "{place:?}");
        }
        browser.origin.wait("aborted", "inFlight=0");
    });
}
