//! Calls in a page whose own requests fill the browser's queue.

use serde_json::json;

use super::package_driver::{PLACES, Place, with_package};

/// Of six connections, 18 of these use up 1.8 s.
const SLOW: &str = "/image/1/64x48.jpg?latency=600";

#[test]
fn a_call_loses_no_image_to_the_queue_that_the_page_itself_fills() {
    with_package(async |browser| {
        let entries = ["fetchzip.js", "inline.js"];
        for (place, entry) in PLACES.into_iter().zip(entries).chain([(Place::Page, "inline.js")]) {
            let key = format!("{place:?}{entry}");
            let call = "
                const entry = await import(args.entry);
                await entry.init();
                for (let number = 0; number < 24; number += 1) {
                  const url = `${args.own}&own=${number}`;
                  if (number % 4 === 0 && globalThis.Image) new Image().src = url;
                  else fetch(url).then((response) => response.blob());
                }
                const { items } = await entry.fetchZip(args.urls, { timeoutMs: 1200, retries: 1 });
                return items.map(({ outcome, attempts }) => [outcome, attempts]);";
            let urls = vec![browser.origin.url(&format!("/image/2/64x48.jpg?key={key}")); 4];
            let own = browser.origin.url(SLOW);
            let args = json!({ "entry": format!("./pkg/{entry}"), "own": own, "urls": urls });
            let items = browser.run(place, call, args).await.unwrap();
            assert_eq!(items, json!(vec![json!(["stored", 1]); 4]), "{key}");
            assert_eq!(browser.origin.counters(&key)["requests"], 4, "{key}");
        }
    });
}

#[test]
fn a_silent_image_times_out_although_the_page_is_answered_again_and_again() {
    with_package(async |browser| {
        for place in PLACES {
            let call = "
                let hasEnded = false;
                const ask = async () => {
                  while (!hasEnded) await fetch(args.own).then((response) => response.text());
                };
                const asked = ask();
                const { items } = await fetchZip(args.urls, { timeoutMs: 700, retries: 0 });
                hasEnded = true;
                await asked;
                return items.map(({ error }) => error?.kind);";
            let urls = [browser.origin.url("/fault/stall-head"), browser.origin.url("/fault/stall-head?2")];
            let own = browser.origin.url("/image/1/64x48.jpg?latency=40");
            let kinds = browser.run(place, call, json!({ "own": own, "urls": urls })).await.unwrap();
            assert_eq!(kinds, json!(["timeout", "timeout"]), "{place:?}");
        }
    });
}
