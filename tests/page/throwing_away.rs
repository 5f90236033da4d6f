//! What is thrown away is gone, unless it is brought back within ten seconds.

use super::page_driver::with_page;
use crate::browser::Browser;
use crate::browser::capability::{Capability, requires};
use crate::browser::keys::ENTER;

const PATHS: [&str; 2] = ["/image/1/300000b.jpg?key=k", "/image/2/64x48.png?key=k"];

#[test]
fn a_run_that_was_thrown_away_while_it_was_under_way_is_brought_back_without_a_request() {
    with_page(async |browser| {
        browser.begin_half_held_run().await;
        browser.stop_and_throw_away().await;
        browser.until_run("cancelled").await;
        browser.origin.wait("held", "closedEarly=2&inFlight=0");
        assert!(browser.headline().await.starts_with("Thrown away"));
        assert!(browser.all("link", "Save zip").await.is_empty());
        let requests = browser.origin.counters_of_all()["requests"].clone();
        browser.press("Undo").await;
        browser.until_run("done").await;
        let headline = browser.headline().await;
        assert!(headline.starts_with("Stopped: 2 of 4 fetched, 2 not fetched · "), "{headline}");
        assert!(headline.ends_with(" kB, not saved yet"), "{headline}");
        assert!(browser.all("button", "Undo").await.is_empty());
        assert_eq!(browser.save_entries().await.len(), 2);
        assert_eq!(browser.origin.counters_of_all()["requests"], requests);
    });
}

#[test]
fn a_retry_that_was_thrown_away_is_brought_back_with_the_earlier_images() {
    with_page(async |browser| {
        let held = "/image/2/64x48.png?key=held&fail=1:403&gate=never";
        browser.fill_paths(&["/image/1/64x48.jpg", held]).await;
        browser.press("Fetch").await;
        browser.origin.wait("held", "inFlight=1");
        browser.origin.open_gate("never");
        browser.until_run("done").await;
        browser.origin.get("/control/close?gate=never");
        browser.press("Retry the failed ones").await;
        browser.origin.wait("held", "requests=2&inFlight=1");
        browser.stop_and_throw_away().await;
        browser.until_run("cancelled").await;
        browser.origin.wait("held", "closedEarly=1&inFlight=0");
        browser.press("Undo").await;
        browser.until_run("done").await;
        let names: Vec<_> = browser.save_entries().await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["64x48.jpg"]);
    });
}

#[test]
fn a_result_that_was_thrown_away_keeps_its_timings_and_is_brought_back() {
    with_page(async |browser| {
        browser.fill_paths(&["/image/1/300000b.jpg", "/fault/status/403", "/image/2/64x48.jpg"]).await;
        browser.fetch().await;
        let button = serde_json::to_value(browser.the("button", "Throw away").await).unwrap();
        browser.execute("arguments[0].focus()", vec![button]).await;
        browser.press_keys(&[ENTER]).await;
        browser.until_run("cancelled").await;
        assert!(browser.headline().await.starts_with("Thrown away"));
        assert!(browser.all("link", "Save zip").await.is_empty());
        assert!(
            browser.all("button", "Retry the failed ones").await.is_empty(),
            "there is no archive to add to"
        );
        assert!(browser.timings().await.contains("thrown away"));
        browser.until("document.activeElement.id === 'storage'").await;
        let status = "document.querySelector('[role=status]').textContent";
        browser.until(&format!("{status} === 'The images were thrown away.'")).await;
        assert!(browser.export("CSV", "timings.csv").await.contains("300000b.jpg,stored"));

        browser.press("Undo").await;
        browser.until_run("done").await;
        assert!(browser.headline().await.contains("not saved yet"));
        browser.the("button", "Retry the failed ones").await;
        assert_eq!(browser.save_entries().await.len(), 2);
    });
}

#[test]
fn the_bytes_are_gone_after_ten_seconds() {
    with_page(async |browser| {
        browser.fill_paths(&PATHS).await;
        browser.fetch().await;
        browser.press("Throw away").await;
        browser.until_met("Undo is over", async || browser.all("button", "Undo").await.is_empty()).await;
        browser.until_spools(&[]).await;
        browser.until_run("cancelled").await;
    });
}

#[test]
fn the_bytes_are_gone_when_another_run_begins() {
    with_page(async |browser| {
        let has_files = Capability::PrivateFiles.is_in(browser.kind);
        let one: &[&str] = if has_files { &["journal", "lock", "zip"] } else { &[] };
        browser.fill_paths(&PATHS).await;
        browser.fetch().await;
        browser.press("Throw away").await;
        browser.fetch().await;
        assert!(browser.all("button", "Undo").await.is_empty());
        browser.until_spools(one).await;
        browser.begin_half_held_run().await;
        browser.stop_and_throw_away().await;
        browser.until_run("cancelled").await;
        browser.fill_paths(&PATHS).await;
        browser.fetch().await;
        // The result of before is not saved, and stays.
        browser.until_spools(&one.repeat(2)).await;
    });
}

#[test]
fn the_bytes_are_gone_when_the_page_is_loaded_again() {
    if !requires(Capability::PrivateFiles) {
        return;
    }
    with_page(async |browser| {
        browser.fill_paths(&PATHS).await;
        browser.fetch().await;
        browser.press("Throw away").await;
        browser.until_run("cancelled").await;
        browser.open_page().await;
        browser.until_spools(&[]).await;
        browser.begin_half_held_run().await;
        browser.until_noted(2).await;
        browser.stop_and_throw_away().await;
        browser.until_run("cancelled").await;
        browser.open_page().await;
        browser.until_spools(&[]).await;
        assert!(browser.listed_runs().await.is_empty());
    });
}

#[test]
fn a_listed_run_that_was_thrown_away_is_brought_back_into_the_list() {
    if !requires(Capability::PrivateFiles) {
        return;
    }
    with_page(async |browser| {
        browser.fill_paths(&PATHS).await;
        browser.fetch().await;
        browser.open_page().await;
        browser.until_runs_are_listed(1).await;
        browser.press("Throw away").await;
        browser.until_runs_are_listed(0).await;
        browser.press("Undo").await;
        browser.until_runs_are_listed(1).await;
        browser.press("Save zip").await;
        browser.downloaded("images.zip").await;
        assert_eq!(browser.origin.counters("k")["requests"], 2, "nothing is fetched again");

        // And is gone for good if it is not.
        browser.until_runs_are_listed(1).await;
        browser.press("Throw away").await;
        browser.until_runs_are_listed(0).await;
        browser.open_page().await;
        browser.until_spools(&[]).await;
    });
}

impl Browser {
    /// What the page says of the run that it shows.
    pub async fn headline(&self) -> String {
        let text = "return document.getElementById('run-text').innerText";
        self.execute(text, vec![]).await.as_str().unwrap().to_owned()
    }
}
