//! Limits on the bytes of one image and of all images together.

use serde_json::{Value, json};

use super::package_driver::{PLACES, Place, with_package};
use crate::browser::Kind;
use support::archive::contents::entries;

/// Makes a call, and records the most bytes that were reported for each item.
const CALL: &str = "
    const most = args.urls.map(() => 0);
    const onEvent = ({ kind, item, bytes }) => {
      if (kind === 'received') most[item] = Math.max(most[item], bytes);
    };
    const { items } = await fetchZip(args.urls, { ...args.options, onEvent });
    return { items, most };";

fn kinds(items: &Value) -> Vec<&str> {
    items.as_array().unwrap().iter().map(|item| item["error"]["kind"].as_str().unwrap_or("stored")).collect()
}

#[test]
fn an_endless_body_and_a_gzip_bomb_are_cut_off_and_cost_no_other_image() {
    const LIMIT: u64 = 1_000_000;
    with_package(async |browser| {
        for place in PLACES {
            let (endless, bomb) = (format!("endless-{place:?}"), format!("bomb-{place:?}"));
            // The bomb exceeds the limit long before its gate, which never opens.
            let urls = [
                browser.origin.url(&format!("/image/1/8000000000b.jpg?nolength&key={endless}")),
                browser.origin.url("/image/2/64x48.jpg"),
                browser.origin.url(&format!("/fault/gzip-bomb?key={bomb}&gate=never&gate-at=40000")),
                browser.origin.url("/image/3/1000000b.jpg"),
            ];
            let args = json!({ "urls": urls, "options": { "maxBytes": LIMIT, "retries": 3 } });
            let result = browser.run(place, CALL, args).await.unwrap();
            assert_eq!(kinds(&result["items"]), ["too-large", "stored", "too-large", "stored"], "{place:?}");
            for item in [0, 2] {
                assert_eq!(result["items"][item]["attempts"], 1, "{place:?}");
                let message = result["items"][item]["error"]["message"].as_str().unwrap();
                assert!(message.starts_with("the image exceeds the limit of 1000000 bytes"), "{message}");
                assert!(result["most"][item].as_u64().unwrap() <= LIMIT, "{place:?}: {}", result["most"]);
            }
            // No more was sent than the network buffers; WebKit buffers without a limit.
            let counters = browser.origin.wait(&endless, "closedEarly=1&inFlight=0");
            let is_little = counters["bytesSent"].as_u64().unwrap() < 100_000_000;
            assert!(is_little || browser.kind == Kind::WebKit, "{counters}");
            browser.origin.wait(&bomb, "closedEarly=1&inFlight=0");
        }
    });
}

#[test]
fn once_the_total_is_reached_no_further_image_is_requested() {
    with_package(async |browser| {
        let url = |rest: &str| browser.origin.url(&format!("/image/1/400000b.jpg?key=total{rest}"));
        // Half of the third one would fit, and its other half never comes.
        let urls = ["", "", "&gate=never&gate-at=300000", "", "", ""].map(url);
        let options = json!({ "maxTotalBytes": 1_000_000, "mode": "sequential" });
        let outcome = browser.fetch_zip(Place::Page, json!(urls), options).await;
        let items = &outcome.result["items"];
        let over = "over-total";
        assert_eq!(kinds(items), ["stored", "stored", over, over, over, over]);
        let attempts: Vec<_> =
            outcome.items().iter().map(|item| item["attempts"].as_u64().unwrap()).collect();
        assert_eq!(attempts, [1, 1, 1, 0, 0, 0]);
        let counters = browser.origin.wait("total", "requests=3&closedEarly=1&inFlight=0");
        assert_eq!(counters["completed"], 2, "{counters}");
        let sizes: Vec<_> = entries(outcome.zip()).iter().map(|(_, bytes)| bytes.len()).collect();
        assert_eq!(sizes, [400_000, 400_000]);
    });
}

#[test]
fn a_declared_size_beyond_the_limit_is_refused_before_the_body() {
    with_package(async |browser| {
        let url = format!("{}run.js", browser.address);
        let args = |most| json!({ "urls": [url], "options": { "maxBytes": most, "retries": 0 } });
        let result = browser.run(Place::Page, CALL, args(100)).await.unwrap();
        assert_eq!((kinds(&result["items"]), &result["most"][0]), (vec!["too-large"], &json!(0)));
        let result = browser.run(Place::Page, CALL, args(100_000)).await.unwrap();
        assert_eq!(kinds(&result["items"]), ["not-an-image"]);
    });
}

#[test]
fn long_data_urls_do_not_pass_through_the_wasm() {
    with_package(async |browser| {
        // Forty of 7 MB are more text than a call may have otherwise.
        let call = "
            const bytes = new Uint8Array(await (await fetch(args)).arrayBuffer());
            const text = `data:image/jpeg;base64,${await base64(new Blob([bytes]))}`;
            const first = { url: text, name: 'first.jpg', fallbacks: [text] };
            const { items, blob } = await fetchZip([first, ...Array(39).fill(text)]);
            const isSame = ({ url, outcome, bytes: size }) =>
              url === text && outcome === 'stored' && size === bytes.length;
            return [text.length, items.filter(isSame).length, items[0].entryName, blob.size > 40 * bytes.length];";
        let url = browser.origin.url("/image/1/5250000b.jpg");
        for place in PLACES {
            let report = browser.run(place, call, json!(url)).await.unwrap();
            assert_eq!(report, json!([7_000_023, 40, "first.jpg", true]), "{place:?}");
        }
    });
}

#[test]
fn long_data_urls_that_differ_in_one_place_are_images_of_their_own() {
    with_package(async |browser| {
        let call = "
            const bytes = new Uint8Array(await (await fetch(args)).arrayBuffer());
            const text = async () => `data:image/jpeg;base64,${await base64(new Blob([bytes]))}`;
            const texts = [await text()];
            for (const place of [70_001, bytes.length - 200]) {
              bytes[place] ^= 1;
              texts.push(await text());
            }
            const { items } = await fetchZip([...texts, ...texts], { skipRepeated: 'urls' });
            return [items.map(({ outcome }) => outcome), new Set(items.map(({ crc32 }) => crc32).slice(0, 3)).size];";
        let url = browser.origin.url("/image/1/150000b.jpg");
        for place in PLACES {
            let report = browser.run(place, call, json!(url)).await.unwrap();
            let outcomes = ["stored", "stored", "stored", "left-out", "left-out", "left-out"];
            assert_eq!(report, json!([outcomes, 3]), "{place:?}");
        }
    });
}

#[test]
fn more_text_than_the_wasm_can_hold_is_refused_and_named() {
    with_package(async |browser| {
        let call = "await fetchZip(Array.from({ length: 10 }, (_, n) => `https://${n}.invalid/${'x'.repeat(30e6)}`));";
        let rejection = browser.run(Place::Page, call, Value::Null).await.unwrap_err();
        assert_eq!(rejection.class, "RangeError", "{rejection:?}");
        let expected = "urls must be together at most 268435456 bytes of text, not more, as up to urls[8]";
        assert_eq!(rejection.message, expected);
        let call = "return (await fetchZip([args])).items[0].outcome;";
        let url = browser.origin.url("/image/1/64x48.jpg");
        assert_eq!(browser.run(Place::Page, call, json!(url)).await.unwrap(), "stored");
    });
}
