//! Runs that are cancelled.

use super::page_driver::{QUESTION, with_page};
use crate::browser::Browser;
use crate::browser::keys::ESCAPE;

#[test]
fn cancel_closes_every_request_and_the_next_run_is_clean() {
    with_page(async |browser| {
        begin_held_run(browser).await;
        browser.press("Stop").await;
        browser.until_run("cancelled").await;
        browser.origin.wait("held", "closedEarly=4&inFlight=0");
        assert!(browser.all("link", "Save zip").await.is_empty());
        assert!(browser.text().await.contains("Cancelled after 0 of 4 images"));
        for row in browser.rows().await {
            assert_eq!(row.status, "cancelled");
        }

        browser.fill_paths(&["/image/1/64x48.jpg", "/image/2/64x48.png"]).await;
        browser.fetch().await;
        let names: Vec<_> = browser.save_entries().await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["64x48.jpg", "64x48.png"]);
        assert_eq!(browser.rows().await.len(), 2);
    });
}

#[test]
fn cancel_closes_bodies_that_are_arriving() {
    with_page(async |browser| {
        browser.fill_paths(&["/image/1/90000b.jpg?key=body&gate=never&gate-at=40000"; 3]).await;
        browser.press("Fetch").await;
        browser.origin.wait("body", "inFlight=3&bytesSent=120000");
        browser.press("Stop").await;
        browser.until_run("cancelled").await;
        browser.origin.wait("body", "closedEarly=3&inFlight=0");
    });
}

#[test]
fn a_comparison_can_be_cancelled_too() {
    with_page(async |browser| {
        browser.choose("Compare").await;
        browser.fill_paths(&["/image/1/64x48.jpg?key=one&gate=never"; 3]).await;
        browser.press("Fetch").await;
        browser.origin.wait("one", "inFlight=1");
        browser.press("Stop").await;
        browser.until_run("cancelled").await;
        let counters = browser.origin.wait("one", "closedEarly=1&inFlight=0");
        assert_eq!(counters["requests"], 1, "no further run begins");
    });
}

#[test]
fn escape_asks_before_it_stops_what_has_arrived() {
    with_page(async |browser| {
        browser.begin_half_held_run().await;
        browser.press_keys(&[ESCAPE]).await;
        browser.the_coming("dialog", QUESTION).await;
        browser.press("Go on").await;
        assert!(browser.all("dialog", QUESTION).await.is_empty());
        browser.press_keys(&[ESCAPE]).await;
        browser.the_coming("dialog", QUESTION).await;
        browser.press_keys(&[ESCAPE]).await;
        browser
            .until_met("Escape closes the question", async || {
                browser.all("dialog", QUESTION).await.is_empty()
            })
            .await;
        assert_eq!(browser.origin.counters("held")["inFlight"], 2);

        browser.press_keys(&[ESCAPE]).await;
        browser.answer("Throw away").await;
        browser.until_run("cancelled").await;
        browser.origin.wait("held", "closedEarly=2&inFlight=0");
    });
}

#[test]
fn escape_cancels_a_run_of_which_nothing_has_arrived() {
    with_page(async |browser| {
        begin_held_run(browser).await;
        browser.press_keys(&[ESCAPE]).await;
        browser.until_run("cancelled").await;
        browser.origin.wait("held", "closedEarly=4&inFlight=0");
    });
}

/// Starts a run of four images that never come.
async fn begin_held_run(browser: &Browser) {
    browser.fill_paths(&["/image/1/64x48.jpg?key=held&gate=never"; 4]).await;
    browser.press("Fetch").await;
    browser.origin.wait("held", "inFlight=4");
}
