//! Images that arrive slowly are reported, and do not hold up others.

use serde_json::{Value, json};

use super::package_driver::{PLACES, Place, with_package};
use crate::browser::Browser;

/// A call whose run is aborted once this many images are stored, and what it reported until then.
const CALL: &str = "
    const stop = new AbortController();
    const slow = new Set();
    const brokenOff = new Set();
    const speeds = [];
    const inFlight = new Set();
    let [stored, most] = [0, 0];
    const onEvent = ({ kind, item, bytesPerSecond, error }) => {
      if (kind === 'started') most = Math.max(most, inFlight.add(item).size);
      if (['retrying', 'stored', 'failed'].includes(kind)) inFlight.delete(item);
      if (kind === 'slow') {
        slow.add(item);
        speeds.push(bytesPerSecond);
      }
      if (kind === 'retrying') brokenOff.add(`${item} ${error.kind}`);
      if (kind === 'stored' && (stored += 1) === args.enough) stop.abort();
    };
    const options = { ...args.options, signal: stop.signal, onEvent };
    await fetchZip(args.urls, options).catch(() => null);
    return { stored, most, slow: slow.size, brokenOff: [...brokenOff], speeds };";

/// A list in which trickling images are before quick ones of the same host.
fn list(browser: &Browser, key: &str, slow: usize, quick: usize) -> Vec<String> {
    let mut urls =
        vec![browser.origin.url(&format!("/image/1/20000b.jpg?rate=50&chunk=10&key=slow{key}")); slow];
    urls.extend(vec![browser.origin.url(&format!("/image/2/64x48.jpg?key=quick{key}")); quick]);
    urls
}

#[test]
fn slow_images_are_told_and_make_room_for_others_of_their_host() {
    with_package(async |browser| {
        for place in PLACES {
            let key = format!("{place:?}");
            let urls = list(browser, &key, 8, 30);
            let args = json!({ "urls": urls, "enough": 30, "options": { "slowAfterMs": 500 } });
            let report = browser.run(place, CALL, args).await.unwrap();
            assert_eq!(report["stored"], 30, "{place:?}: {report}");
            // Half of the six connections are free for others once as many slow ones are broken off.
            assert!(report["slow"].as_u64().unwrap() >= 6, "{place:?}: {report}");
            let broken_off = report["brokenOff"].as_array().unwrap();
            assert!(broken_off.len() >= 3, "{place:?}: {report}");
            assert!(broken_off.iter().all(|of| of.as_str().unwrap().ends_with(" timeout")), "{report}");
            assert!(
                report["speeds"].as_array().unwrap().iter().all(|speed| speed.as_u64().unwrap() < 1000),
                "{report}"
            );
            browser.origin.wait(&format!("slow{key}"), "inFlight=0");
        }
    });
}

#[test]
fn a_limit_of_the_caller_is_kept_and_slow_images_go_behind_the_others() {
    with_package(async |browser| {
        for (key, options) in [
            ("concurrency", json!({ "slowAfterMs": 400, "concurrency": 2 })),
            ("origin", json!({ "slowAfterMs": 400, "perOrigin": 2 })),
            ("sequential", json!({ "slowAfterMs": 400, "mode": "sequential" })),
        ] {
            let args = json!({ "urls": list(browser, key, 2, 12), "enough": 12, "options": options });
            let report = browser.run(Place::Page, CALL, args).await.unwrap();
            assert_eq!(report["stored"], 12, "{key}: {report}");
            let most = if key == "sequential" { 1 } else { 2 };
            assert_eq!(report["most"], most, "{key}: {report}");
            // By the server's count only for those that are not broken off: it may learn of a request's end
            // after the next one has begun.
            let counters = browser.origin.wait(&format!("quick{key}"), "inFlight=0");
            assert!(counters["mostInFlight"].as_u64().unwrap() <= most, "{key}: {counters}");
            browser.origin.wait(&format!("slow{key}"), "inFlight=0");
        }
    });
}

#[test]
fn a_slow_image_that_nobody_waits_for_goes_on_and_is_stored() {
    with_package(async |browser| {
        // 2 s at 1,000 bytes a second; lower than that after 100 ms already.
        let url = browser.origin.url("/image/1/2000b.jpg?rate=1000&chunk=20&key=alone");
        let options = json!({ "minBytesPerSecond": 100_000, "slowAfterMs": 100 });
        let args = json!({ "urls": [url], "options": options });
        let call = "
            const kinds = new Set();
            const onEvent = ({ kind }) => kinds.add(kind);
            const { items } = await fetchZip(args.urls, { ...args.options, onEvent });
            return [items[0].outcome, items[0].attempts, kinds.has('slow'), kinds.has('retrying')];";
        let report = browser.run(Place::Page, call, args).await.unwrap();
        assert_eq!(report, json!(["stored", 1, true, false]));
        // Turned off.
        let url = browser.origin.url("/image/1/2000b.jpg?rate=4000&chunk=20&key=off");
        for off in [json!({ "minBytesPerSecond": 0, "slowAfterMs": 10 }), json!({ "slowAfterMs": 0 })] {
            let report =
                browser.run(Place::Page, call, json!({ "urls": [url], "options": off })).await.unwrap();
            assert_eq!(report, json!(["stored", 1, false, false]));
        }
    });
}

#[test]
fn the_time_of_one_image_ends_it_with_what_arrived_and_its_speed() {
    with_package(async |browser| {
        let urls = [
            browser.origin.url("/image/1/20000b.jpg?rate=200&chunk=20&key=long"),
            browser.origin.url("/image/1/64x48.jpg"),
        ];
        let options = json!({ "imageTimeoutMs": 700, "retries": 3 });
        let outcome = browser.fetch_zip(Place::Page, json!(urls), options).await;
        let [long, short] = outcome.items() else { panic!("two items") };
        assert_eq!((&long["error"]["kind"], &long["attempts"]), (&json!("timeout"), &json!(1)));
        let message = long["error"]["message"].as_str().unwrap();
        assert!(
            message.contains(" bytes arrived in 700 ms (") && message.contains(" bytes a second)"),
            "{message}"
        );
        assert_eq!((&short["outcome"], &short["error"]), (&json!("stored"), &Value::Null));
        browser.origin.wait("long", "closedEarly=1&inFlight=0");
    });
}
