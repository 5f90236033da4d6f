//! `onEvent`, and whether times agree with what the server saw.

use serde_json::{Value, json};

use super::package_driver::{PLACES, Place, with_package};

/// All events of a run, in order.
const EVENTS: &str = "const events = [];
    const { blob, ...result } = await fetchZip(args, { onEvent: (event) => events.push(event) });
    return { events, result };";

#[test]
fn an_item_s_events_come_in_order_with_their_fields() {
    with_package(async |browser| {
        let good = browser.origin.url("/image/1/300x200.jpg");
        let retried = browser.origin.url("/image/2/64x48.jpg?fail=1:503&key=retried");
        let missing = browser.origin.url("/fault/status/404");
        for place in PLACES {
            browser.origin.get("/control/reset?key=retried");
            let urls = json!([good, retried, missing, "nowhere at all"]);
            let value = browser.run(place, EVENTS, urls).await.unwrap();
            let events = value["events"].as_array().unwrap();
            let kinds = |item: usize| -> Vec<&str> {
                let own = events.iter().filter(|event| event["item"] == item);
                let mut kinds: Vec<_> = own.map(|event| event["kind"].as_str().unwrap()).collect();
                kinds.dedup();
                kinds
            };
            assert_eq!(kinds(0), ["queued", "started", "headers", "received", "stored"]);
            let twice = [
                "queued",
                "started",
                "headers",
                "cooling-down",
                "retrying",
                "started",
                "headers",
                "received",
                "stored",
            ];
            assert_eq!(kinds(1), twice);
            assert_eq!(kinds(2), ["queued", "started", "headers", "failed"]);
            assert_eq!(kinds(3), ["queued", "failed"]);

            for event in events {
                let fields: &[&str] = match event["kind"].as_str().unwrap() {
                    "queued" => &[],
                    "started" => &["attempt"],
                    "headers" => &["declaredBytes"],
                    "received" => &["bytes"],
                    "retrying" => &["error", "resumesAt"],
                    "cooling-down" => &["until"],
                    "stored" => &["bytes", "crc32", "isCutShort", "type"],
                    "failed" => &["error"],
                    other => panic!("an event of an unknown kind, {other}"),
                };
                let mut expected = [&["kind", "at", "item"], fields].concat();
                expected.sort_unstable();
                let mut found: Vec<_> = event.as_object().unwrap().keys().map(String::as_str).collect();
                found.sort_unstable();
                assert_eq!(found, expected, "{event}");
            }
            let times: Vec<_> = events.iter().map(|event| event["at"].as_f64().unwrap()).collect();
            assert!(times.is_sorted(), "{times:?}");
            let attempts: Vec<_> = events.iter().filter_map(|event| event["attempt"].as_u64()).collect();
            assert_eq!(attempts.iter().filter(|attempt| **attempt == 2).count(), 1);
            let items = value["result"]["items"].as_array().unwrap();
            let last = |item: usize| events.iter().rfind(|event| event["item"] == item).unwrap();
            for (item, reported) in items.iter().enumerate() {
                assert_eq!(last(item)["at"], reported["finishedAt"]);
                let bytes = last(item)["bytes"].as_u64().unwrap_or(0);
                assert_eq!(bytes, reported["bytes"].as_u64().unwrap());
            }
        }
    });
}

#[test]
fn a_listener_that_throws_does_not_end_the_run() {
    with_package(async |browser| {
        let body = "const reported = [];
            addEventListener('error', (event) => { reported.push(event.message); event.preventDefault(); });
            const onEvent = () => { throw new Error('a listener of mine'); };
            const { items } = await fetchZip([args], { onEvent });
            return { outcome: items[0].outcome, isReported: reported.some((text) => text.includes('of mine')) };";
        let url = browser.origin.url("/image/1/64x48.jpg");
        let value = browser.run(Place::Page, body, json!(url)).await.unwrap();
        assert_eq!(value, json!({ "outcome": "stored", "isReported": true }));
    });
}

#[test]
fn a_listener_whose_own_wasm_traps_does_not_end_the_run() {
    with_package(async |browser| {
        // A module whose only function, `t`, is `unreachable`.
        let body = "const bytes = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 116, 0, 0,
              10, 5, 1, 3, 0, 0, 11];
            const { instance } = await WebAssembly.instantiate(new Uint8Array(bytes));
            let traps = 0;
            addEventListener('error', (event) => { traps += 1; event.preventDefault(); });
            const { items } = await fetchZip([args], { onEvent: () => instance.exports.t() });
            return { outcome: items[0].outcome, isReported: traps > 0 };";
        let url = browser.origin.url("/image/1/64x48.jpg");
        let value = browser.run(Place::Page, body, json!(url)).await.unwrap();
        assert_eq!(value, json!({ "outcome": "stored", "isReported": true }));
    });
}

#[test]
fn items_finish_in_the_order_in_which_the_server_answers() {
    with_package(async |browser| {
        let order = [2, 0, 3, 1];
        let urls: Vec<_> = (0..4)
            .map(|n| browser.origin.url(&format!("/image/{n}/64x48.jpg?key=order&gate=g{n}")))
            .collect();
        let body = "window.finished = [];
            const onEvent = ({ kind, item }) => kind === 'stored' && window.finished.push(item);
            const { items, timings } = await fetchZip(args, { onEvent });
            return { items, timings };";
        browser.begin_run(body, json!(urls)).await;
        browser.origin.wait("order", "inFlight=4");
        for (count, item) in order.into_iter().enumerate() {
            browser.origin.open_gate(&format!("g{item}"));
            browser.until(&format!("window.finished.length > {count}")).await;
        }
        let value = browser.end_run().await.unwrap();
        let items = value["items"].as_array().unwrap();
        let mut by_end: Vec<_> = (0..4).collect();
        by_end.sort_by(|a, b| time(&items[*a], "finishedAt").total_cmp(&time(&items[*b], "finishedAt")));
        assert_eq!(by_end, order);
        // All requests overlapped, by the page's clock and by the server's.
        let latest_start = items.iter().map(|item| time(item, "startedAt")).fold(0.0, f64::max);
        assert!(items.iter().all(|item| time(item, "finishedAt") > latest_start), "{items:?}");
        assert_eq!(browser.origin.counters("order")["mostInFlight"], 4);
    });
}

/// A request for the server's time relates the two clocks: the time in the response was right at some
/// moment between sending and response. So no tolerance is needed.
#[test]
fn times_agree_with_the_server_s_log() {
    with_package(async |browser| {
        let urls: Vec<_> = (0..4)
            .map(|n| {
                browser.origin.url(&format!("/image/{n}/20000b.jpg?key=times&latency={}&rate=200000", 40 * n))
            })
            .collect();
        let body = "const before = performance.now();
            const { now } = await (await fetch(args.clock)).json();
            const after = performance.now();
            const begun = performance.now();
            let latestStart = Infinity;
            const onEvent = ({ at }) => { latestStart = Math.min(latestStart, performance.now() - at); };
            const { items, timings } = await fetchZip(args.urls, { onEvent });
            return { before, after, now, begun, latestStart, items, timings };";
        let args = json!({ "urls": urls, "clock": browser.origin.url("/control/now") });
        let value = browser.run(Place::Page, body, args).await.unwrap();
        browser.origin.wait("times", "completed=4");
        let log = browser.origin.log("times");
        let number = |name: &str| value[name].as_f64().unwrap();
        // The range on the page's clock in which a time of the server lies.
        let earliest = |server: f64| number("before") + server - number("now");
        let latest = |server: f64| number("after") + server - number("now");

        let items = value["items"].as_array().unwrap();
        for (n, (item, url)) in items.iter().zip(&urls).enumerate() {
            let path = url.strip_prefix(&browser.origin.http).unwrap();
            let logged = log.iter().find(|request| request["path"] == path).unwrap();
            let queued = time(item, "queuedAt");
            let (started, headers) = (time(item, "startedAt"), time(item, "headersAt"));
            let finished = time(item, "finishedAt");
            assert!(queued <= started && started <= headers && headers <= finished, "{item}");
            // The run began between `begun` and `latestStart`.
            let arrived = logged["startMs"].as_f64().unwrap();
            assert!(
                number("begun") + started <= latest(arrived),
                "requested after it arrived: {item} {logged}"
            );
            let answered = arrived + 40.0 * n as f64;
            assert!(
                number("latestStart") + headers >= earliest(answered),
                "headers before they were sent: {item} {logged}"
            );
            let sent = logged["headersMs"].as_f64().unwrap();
            assert!(answered <= sent && sent <= logged["endMs"].as_f64().unwrap(), "{logged}");
        }
        let busy: f64 = items.iter().map(|item| time(item, "finishedAt") - time(item, "startedAt")).sum();
        let timings = &value["timings"];
        // Each of the eight times was rounded to a nanosecond.
        assert!((busy - time(timings, "busyMs")).abs() < 1e-4, "{busy} {timings}");
        assert!(items.iter().all(|item| time(item, "finishedAt") <= time(timings, "wallMs")));
        assert_eq!(timings["bytes"], 80_000);
    });
}

fn time(value: &Value, name: &str) -> f64 {
    value[name].as_f64().unwrap_or_else(|| panic!("{name} is not a number: {value}"))
}
