//! Runs that end early and keep what has arrived.

use super::page_driver::with_page;
use crate::browser::Browser;
use crate::browser::keys::{CONTROL, ENTER, ESCAPE};

#[test]
fn stop_and_keep_ends_with_the_images_that_have_arrived() {
    with_page(async |browser| {
        browser.begin_half_held_run().await;
        browser.press("Stop and keep").await;
        browser.until_run("done").await;
        browser.origin.wait("held", "closedEarly=2&inFlight=0");
        let text = browser.text().await;
        assert!(text.contains("Stopped: 2 of 4 images fetched, 2 not fetched"), "{text}");
        assert!(text.contains("2 images not fetched because the run was stopped"), "{text}");
        let statuses: Vec<_> = browser.rows().await.into_iter().map(|row| row.status).collect();
        assert_eq!(statuses, ["ok", "stopped", "ok", "stopped"]);
        assert!(browser.all("button", "Stop and keep").await.is_empty());
        let names: Vec<_> = browser.save_entries().await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["64x48.jpg", "64x48.png"]);
    });
}

#[test]
fn escape_offers_to_keep_the_images_that_have_arrived() {
    with_page(async |browser| {
        browser.begin_half_held_run().await;
        browser.press_keys(&[ESCAPE]).await;
        browser.the_coming("button", "Stop it").await;
        browser.press("Stop and keep").await;
        browser.until_run("done").await;
        assert_eq!(browser.save_entries().await.len(), 2);
        assert!(browser.all("button", "Stop it").await.is_empty(), "the question is gone");
    });
}

#[test]
fn a_stop_before_anything_arrived_leaves_nothing_to_save() {
    with_page(async |browser| {
        browser.fill_paths(&["/image/1/64x48.jpg?key=held&gate=never"; 3]).await;
        browser.press("Fetch").await;
        browser.origin.wait("held", "inFlight=3");
        browser.press("Stop and keep").await;
        browser.until_run("done").await;
        assert!(browser.all("link", "Save zip").await.is_empty());
        let text = browser.text().await;
        assert!(text.contains("Stopped before any image arrived; there is nothing to save"), "{text}");
    });
}

#[test]
fn a_comparison_that_is_stopped_keeps_its_images_and_compares_nothing() {
    with_page(async |browser| {
        browser.choose("Compare").await;
        browser.fill_paths(&["/image/1/64x48.jpg?key=c", "/image/2/64x48.png?key=held&gate=never"]).await;
        browser.press("Fetch").await;
        browser.origin.wait("held", "inFlight=1");
        browser.press("Stop and keep").await;
        browser.until_run("done").await;
        assert_eq!(browser.origin.counters("c")["requests"], 1, "no further run begins");
        assert!(!browser.timings().await.contains("as fast as"));
        assert_eq!(browser.save_entries().await.len(), 1);
    });
}

#[test]
fn the_focus_is_kept_when_stop_and_keep_goes_away() {
    with_page(async |browser| {
        browser.begin_half_held_run().await;
        let button = serde_json::to_value(browser.the("button", "Stop and keep").await).unwrap();
        browser.execute("arguments[0].focus()", vec![button]).await;
        browser.press_keys(&[ENTER]).await;
        browser.until_run("done").await;
        browser.until("document.activeElement.textContent === 'Fetch'").await;
    });
}

#[test]
fn leaving_the_page_asks_for_confirmation_only_during_a_run() {
    const IS_ASKED: &str = "!dispatchEvent(new Event('beforeunload', { cancelable: true }))";
    with_page(async |browser| {
        browser.until(&format!("!({IS_ASKED})")).await;
        browser.begin_half_held_run().await;
        browser.until(IS_ASKED).await;
        browser.press("Stop and keep").await;
        browser.until_run("done").await;
        browser.until(&format!("!({IS_ASKED})")).await;
        // And a run can follow.
        browser.fill_paths(&["/image/1/64x48.jpg"]).await;
        browser.press_keys(&[CONTROL, ENTER]).await;
        browser.until("document.body.innerText.includes('1 image fetched')").await;
    });
}

impl Browser {
    /// Starts a run of four images, and returns their paths. Two arrive; the other two wait for the
    /// gate "never".
    pub async fn begin_half_held_run(&self) -> [&'static str; 4] {
        let paths = [
            "/image/1/64x48.jpg?key=k",
            "/image/3/64x48.gif?key=held&gate=never",
            "/image/2/64x48.png?key=k",
            "/image/4/64x48.webp?key=held&gate=never",
        ];
        self.fill_paths(&paths).await;
        self.press("Fetch").await;
        self.origin.wait("held", "inFlight=2");
        self.until("document.body.innerText.includes('2 of 4 images')").await;
        paths
    }
}
