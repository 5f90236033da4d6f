//! Calls that are aborted by their signal.

use serde_json::json;

use super::package_driver::{PLACES, Place, with_package};

/// Aborts once all requests have reached the server, which responds to none of them.
const ABORT_IN_FLIGHT: &str = "
    const controller = new AbortController();
    const run = fetchZip(args.urls, { signal: controller.signal });
    await fetch(args.arrived);
    controller.abort(...args.reason);
    await run;";

#[test]
fn an_abort_rejects_with_abort_error_and_closes_every_request() {
    with_package(async |browser| {
        for place in PLACES {
            let key = format!("{place:?}");
            let path = format!("/image/1/64x48.jpg?key={key}&gate=never");
            let args = json!({
                "urls": vec![browser.origin.url(&path); 4],
                "arrived": format!("{}/control/wait?key={key}&inFlight=4", browser.origin.cross),
                "reason": [],
            });
            let rejection = browser.run(place, ABORT_IN_FLIGHT, args).await.unwrap_err();
            assert_eq!((rejection.name.as_str(), rejection.class.as_str()), ("AbortError", "DOMException"));
            browser.origin.wait(&key, "closedEarly=4&inFlight=0");
        }
    });
}

#[test]
fn an_abort_in_the_middle_of_bodies_closes_them() {
    with_package(async |browser| {
        let path = "/image/1/50000b.jpg?key=mid&gate=never&gate-at=20000";
        let args = json!({
            "urls": vec![browser.origin.url(path); 3],
            "arrived": format!("{}/control/wait?key=mid&inFlight=3&bytesSent=60000", browser.origin.cross),
            "reason": [],
        });
        let rejection = browser.run(Place::Page, ABORT_IN_FLIGHT, args).await.unwrap_err();
        assert_eq!(rejection.name, "AbortError");
        browser.origin.wait("mid", "closedEarly=3&inFlight=0");
    });
}

/// Returns what the call rejects with, what the sink is aborted with, and whether these are the signal's reason.
const REASONS: &str = "
    const controller = new AbortController();
    const { signal } = controller;
    let aborted = 'not aborted';
    const sink = args.hasSink ? new WritableStream({ abort(reason) { aborted = reason; } }) : undefined;
    const reason = args.reasons.length > 0 ? args.reasons[0] : new DOMException('', 'AbortError');
    const abort = () => controller.abort(...args.reasons);
    const onEvent = ({ kind }) => kind === args.at && abort();
    if (args.at === 'before') abort();
    const run = fetchZip(args.urls, { signal, sink, onEvent, retries: 1000 });
    if (args.at === 'at once') abort();
    if (args.at === 'soon') Promise.resolve().then(abort);
    const rejected = await run.then(() => 'resolved', (reason) => reason);
    await new Promise((resolve) => setTimeout(resolve));
    return [rejected === signal.reason, !sink || aborted === signal.reason, `${rejected?.name ?? rejected}`];";

#[test]
fn an_abort_at_any_time_rejects_with_the_signal_s_reason_and_aborts_the_sink_with_it() {
    with_package(async |browser| {
        let urls = [
            browser.origin.url("/image/1/50000b.jpg?gate=never&gate-at=20000"),
            browser.origin.url("/image/2/64x48.jpg"),
            browser.origin.url("/fault/status/503"),
        ];
        let reasons = [json!([]), json!(["why"]), json!([null]), json!([0]), json!([{ "name": "mine" }])];
        let names = ["AbortError", "why", "null", "0", "mine"];
        for place in PLACES {
            for (number, at) in
                ["before", "at once", "soon", "queued", "started", "received", "stored", "retrying"]
                    .iter()
                    .enumerate()
            {
                let which = number % reasons.len();
                let args = json!({
                    "urls": urls, "reasons": reasons[which], "at": at, "hasSink": number % 2 == 0,
                });
                let value = browser.run(place, REASONS, args).await.unwrap();
                assert_eq!(value, json!([true, true, names[which]]), "{place:?}, {at}");
            }
        }
    });
}

#[test]
fn an_abort_while_the_engine_is_loaded_rejects_at_once() {
    with_package(async |browser| {
        let body = "
            // An entry of its own, whose wasm never starts.
            const entry = await import('./pkg/inline.js');
            WebAssembly.instantiate = () => new Promise(() => {});
            const controller = new AbortController();
            let aborted;
            const sink = new WritableStream({ abort(reason) { aborted = reason; } });
            const run = entry.startFetchZip([args], { signal: controller.signal, sink });
            controller.abort('why');
            const reasons = [await run.result.catch((reason) => reason)];
            reasons.push(await entry.fetchZip([args], { signal: AbortSignal.abort('before') }).catch((reason) => reason));
            return [...reasons, aborted];";
        let url = browser.origin.url("/image/1/64x48.jpg?key=never-asked");
        let value = browser.run(Place::Page, body, json!(url)).await.unwrap();
        assert_eq!(value, json!(["why", "before", "why"]));
        assert_eq!(browser.origin.counters("never-asked")["requests"], 0);
    });
}

#[test]
fn a_signal_that_is_already_aborted_prevents_every_request() {
    with_package(async |browser| {
        let url = browser.origin.url("/image/1/64x48.jpg?key=never");
        for signal in ["AbortSignal.abort()", "AbortSignal.abort(new DOMException('', 'AbortError'))"] {
            let body = format!("await fetchZip([args], {{ signal: {signal} }})");
            let rejection = browser.run(Place::Page, &body, json!(url)).await.unwrap_err();
            assert_eq!(rejection.name, "AbortError", "{signal}");
        }
        assert_eq!(browser.origin.counters("never")["requests"], 0);
    });
}

#[test]
fn an_abort_while_waiting_for_a_retry_ends_the_run() {
    with_package(async |browser| {
        let body = "const controller = new AbortController();
            await fetchZip([args], { signal: controller.signal, retries: 1000, onEvent: ({ kind }) => {
              if (kind === 'retrying') controller.abort();
            } });";
        let url = browser.origin.url("/fault/status/503?key=again");
        let rejection = browser.run(Place::Page, body, json!(url)).await.unwrap_err();
        assert_eq!(rejection.name, "AbortError");
        assert_eq!(browser.origin.counters("again")["requests"], 1);
    });
}

#[test]
fn an_abort_after_the_end_changes_nothing() {
    with_package(async |browser| {
        let body = "const controller = new AbortController();
            const { blob } = await fetchZip([args], { signal: controller.signal });
            controller.abort();
            return (await blob.arrayBuffer()).byteLength;";
        let url = browser.origin.url("/image/1/64x48.jpg");
        assert!(browser.run(Place::Page, body, json!(url)).await.unwrap().as_u64().unwrap() > 22);
    });
}
