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

#[test]
fn an_abort_for_any_reason_rejects_with_abort_error() {
    with_package(async |browser| {
        for (key, reason) in
            [("text", json!(["why"])), ("none", json!([null])), ("object", json!([{ "a": 1 }]))]
        {
            let args = json!({
                "urls": [browser.origin.url(&format!("/image/1/64x48.jpg?key={key}&gate=never"))],
                "arrived": format!("{}/control/wait?key={key}&inFlight=1", browser.origin.cross),
                "reason": reason,
            });
            let rejection = browser.run(Place::Page, ABORT_IN_FLIGHT, args).await.unwrap_err();
            assert_eq!(rejection.name, "AbortError", "{key}: {rejection:?}");
            browser.origin.wait(key, "closedEarly=1&inFlight=0");
        }
    });
}

#[test]
fn a_signal_that_is_already_aborted_prevents_every_request() {
    with_package(async |browser| {
        let url = browser.origin.url("/image/1/64x48.jpg?key=never");
        for signal in ["AbortSignal.abort()", "AbortSignal.abort('why')"] {
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
