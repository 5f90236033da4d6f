//! A run that the end of the browser has cut off.

use crate::browser::browse_and_kill;
use crate::browser::capability::{Capability, requires};

use super::extension_driver::fixtures;

#[test]
fn a_run_of_a_browser_that_was_killed_is_resumed_in_the_extension() {
    if !requires(Capability::LastingProfile) {
        return;
    }
    browse_and_kill(fixtures(), async |browser| {
        browser.open_extension().await;
        let good = browser.origin.url("/image/1/64x48.jpg?cors=off&key=good");
        let held = browser.origin.url("/image/2/3000b.jpg?cors=off&key=held&gate=g");
        browser.type_list(&[good, held]).await;
        browser.press("Fetch").await;
        browser.origin.wait("good", "completed=1");
        browser.origin.wait("held", "requests=1");
        browser.until("document.title.startsWith('50 %')").await;
        browser.kill_and_start_again().await;
        browser.origin.open_gate("g");
        browser.open_extension().await;
        let resume = async || !browser.all("button", "Resume").await.is_empty();
        browser.until_met("the run is offered", resume).await;
        browser.press("Resume").await;
        browser.until_run("done").await;
        let entries = browser.save_entries().await;
        assert!(entries[0].1 == browser.origin.get("/image/1/64x48.jpg") && entries.len() == 2);
        assert_eq!(browser.origin.counters("good")["requests"], 1, "what had arrived is not fetched again");
    });
}
