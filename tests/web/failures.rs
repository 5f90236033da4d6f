//! Everything that can go wrong on the way, and cancelling.

use std::time::Duration;

use fetchzip::run::{Event, EventKind, Limits, RetryPolicy, Settings};
use futures::FutureExt;
use wasm_bindgen_test::wasm_bindgen_test;

use super::fixtures::{fetch, plan_of, settings, start};
use super::origin::Origin;

#[wasm_bindgen_test]
async fn every_failure_is_reported_by_its_kind_and_costs_no_other_image() {
    let Some(origin) = Origin::find("every_failure_is_reported_by_its_kind_and_costs_no_other_image").await
    else {
        return;
    };
    let cases = [
        ("/fault/status/404", "http"),
        ("/fault/status/500", "http"),
        ("/fault/too-many", "http"),
        ("/fault/partial", "http"),
        ("/fault/unauthorized", "http"),
        ("/image/1/32x32.png?cors=off", "network"),
        ("/fault/reset", "network"),
        ("/fault/close", "network"),
        ("/fault/garbage-head", "network"),
        ("/fault/redirect-loop", "network"),
        ("/fault/redirect-no-cors", "network"),
        ("/fault/short", "interrupted"),
        ("/fault/close-mid", "interrupted"),
        ("/fault/empty", "empty"),
        ("/fault/no-content", "empty"),
        ("/fault/html", "not-an-image"),
        ("/fault/html-as-jpeg", "not-an-image"),
        ("/fault/json-error", "not-an-image"),
        ("/fault/xml-error", "http"),
        ("/fault/zeros", "not-an-image"),
    ];
    let mut urls: Vec<_> = cases.iter().map(|(path, _)| origin.url(path)).collect();
    urls.push(origin.url("/image/1/32x32.png"));
    let ran = fetch(&urls, settings()).await;
    for (item, (path, kind)) in cases.into_iter().enumerate() {
        assert_eq!(ran.error(item).map(|error| error.kind()), Some(kind), "{path}");
    }
    let names: Vec<_> = ran.entries().await.into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["32x32.png"]);
}

#[wasm_bindgen_test]
async fn silence_ends_in_a_timeout_before_and_after_the_headers() {
    let Some(origin) = Origin::find("silence_ends_in_a_timeout_before_and_after_the_headers").await else {
        return;
    };
    let urls = [origin.url("/fault/stall"), origin.url("/fault/stall-mid")];
    let impatient = Settings { timeout: Duration::from_millis(500), ..settings() };
    let ran = fetch(&urls, impatient).await;
    for item in 0..2 {
        assert_eq!(ran.error(item).map(|error| error.kind()), Some("timeout"));
    }
    // The requests themselves are aborted.
    origin.wait_for("closedEarly", 2).await;
}

#[wasm_bindgen_test]
async fn temporary_failures_are_retried_and_permanent_ones_are_not() {
    let Some(origin) = Origin::find("temporary_failures_are_retried_and_permanent_ones_are_not").await else {
        return;
    };
    let busy = settings();
    let retrying = Settings { limits: Limits { retry: RetryPolicy { retries: 2 }, ..busy.limits }, ..busy };
    let urls = [origin.url("/image/1/32x32.png?fail=2:503")];
    let ran = fetch(&urls, retrying).await;
    assert_eq!((ran.rows[0].attempts.len(), ran.error(0)), (3, None));
    assert_eq!(origin.counter("requests").await, 3.0);
    let waits = ran.events.iter().filter(|event| matches!(event.kind, EventKind::Retrying { .. })).count();
    assert_eq!(waits, 2);

    let origin = origin.another("no-retry");
    fetch(&[origin.url("/fault/status/404"), origin.url("/fault/html")], retrying).await;
    assert_eq!(origin.counter("requests").await, 2.0);
}

#[wasm_bindgen_test]
async fn a_body_that_is_not_an_image_is_not_downloaded_to_its_end() {
    let Some(origin) = Origin::find("a_body_that_is_not_an_image_is_not_downloaded_to_its_end").await else {
        return;
    };
    // The rest of the body never comes, so the run ends only if it stops reading early.
    let hold = format!("gate={}&gate-at=4000", origin.gate());
    let url = origin.url(&format!("/fault/zeros?bytes=100000&{hold}"));
    let ran = fetch(&[url], settings()).await;
    assert_eq!(ran.error(0).map(|error| error.kind()), Some("not-an-image"));
}

#[wasm_bindgen_test]
async fn dropping_a_run_closes_its_requests_and_a_new_run_is_clean() {
    let Some(origin) = Origin::find("dropping_a_run_closes_its_requests_and_a_new_run_is_clean").await else {
        return;
    };
    let gate = origin.gate();
    let before = origin.url(&format!("/image/1/32x32.png?gate={gate}"));
    let within = origin.url(&format!("/image/2/90000b.jpg?gate={gate}&gate-at=50000"));
    let plan = plan_of(&[before, within]);
    let settings = settings();
    {
        let ignore = |_: Event| ();
        let dropped = start(&plan, settings).await;
        let run = dropped.finish(&ignore);
        let both_are_there = origin.wait_for("inFlight", 2);
        futures::select_biased! {
            _ = std::pin::pin!(run.fuse()) => panic!("the gate is closed"),
            () = std::pin::pin!(both_are_there.fuse()) => (),
        }
    }
    origin.wait_for("closedEarly", 2).await;
    let ran = fetch(&[origin.url("/image/1/32x32.png")], settings).await;
    assert_eq!(ran.entries().await.len(), 1);
}
