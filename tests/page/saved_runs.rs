//! What the page says of a zip that was handed to the browser, and keeps of it: "Runs on this device".

use std::fs;

use fantoccini::elements::Element;
use serde_json::json;

use super::saved_archive::with_archives;
use crate::browser::capability::{Capability, requires};
use crate::browser::{Browser, Kind};

/// On a listed run of which two images are there, and others missing.
const PART: &str = "Save the 2 that are there";

const PATHS: [&str; 3] = ["/image/1/300000b.jpg", "/image/2/64x48.png", "/image/3/2000000b.jpg"];

/// A zip that memory alone holds.
const SMALL: [&str; 2] = ["/image/4/64x48.jpg", "/image/5/64x48.gif"];

#[test]
fn a_zip_is_said_to_be_handed_to_the_browser_once_it_is() {
    with_archives(async |browser| {
        browser.paste_paths(&PATHS).await;
        browser.fetch().await;
        let says = async || browser.text().await.to_lowercase().contains("handed to the browser");
        assert!(!says().await, "{}", browser.text().await);
        browser.save().await;
        assert!(says().await, "{}", browser.text().await);
        let status = "[...document.querySelectorAll('[role=status]')].map((region) => region.textContent)";
        browser.until(&format!("{status}.join().toLowerCase().includes('handed to the browser')")).await;
    });
}

#[test]
fn a_zip_that_was_handed_over_can_be_saved_again_after_every_reload() {
    with_archives(async |browser| {
        for paths in [&PATHS[..], &SMALL] {
            browser.paste_paths(paths).await;
            browser.fetch().await;
            let first = browser.saved_bytes("Save zip").await;
            for _ in 0..2 {
                browser.open_page().await;
                let runs = browser.until_runs_are_listed(1).await;
                assert!(runs[0].contains("images.zip") && runs[0].contains("handed over"), "{runs:?}");
                assert!(browser.saved_bytes("Save again").await == first);
            }
            browser.press_first("Throw away").await;
            browser.until_runs_are_listed(0).await;
        }
    });
}

#[test]
fn a_zip_is_saved_again_by_each_of_two_clicks_at_once() {
    with_archives(async |browser| {
        browser.paste_paths(&PATHS).await;
        browser.fetch().await;
        browser.save().await;
        browser.forget_download("images.zip");
        browser.open_page().await;
        browser.until_runs_are_listed(1).await;
        let button = serde_json::to_value(browser.first("button", "Save again").await).unwrap();
        browser.execute("arguments[0].click(); arguments[0].click();", vec![button]).await;
        // For one act of the user Chromium lets a page begin one download.
        let downloads = if browser.kind == Kind::Chromium { 1 } else { 2 };
        browser.until_met("it is saved", async || browser.saved_files().len() == downloads).await;
        assert!(!browser.text().await.contains("is gone"), "{}", browser.text().await);
    });
}

#[test]
fn a_zip_that_was_handed_over_can_be_saved_again_after_its_tab_was_closed_and_another_run() {
    with_archives(async |browser| {
        browser.paste_paths(&PATHS).await;
        browser.fetch().await;
        let first = browser.saved_bytes("Save zip").await;
        let other = browser.open_other_tab().await;
        browser.client.close_window().await.unwrap();
        browser.open_page_in(other).await;
        browser.paste_paths(&SMALL).await;
        browser.fetch().await;
        let second = browser.saved_bytes("Save zip").await;
        browser.open_page().await;
        browser.until_runs_are_listed(2).await;
        let mut again = Vec::new();
        for item in 0..2 {
            again.push(browser.saved_bytes_of("Save again", item).await);
        }
        assert!(again == [second, first], "the latest run is listed first");
    });
}

#[test]
fn a_retry_makes_another_zip_of_all_and_leaves_the_one_that_was_handed_over() {
    with_archives(async |browser| {
        browser.paste_paths(&["/image/1/300000b.jpg", "/image/2/400000b.jpg?key=late&fail=1:403"]).await;
        browser.fetch().await;
        let first = browser.saved_bytes("Save zip").await;
        browser.press("Retry the failed ones").await;
        browser.origin.wait("late", "requests=2");
        browser.until_run("done").await;
        let second = browser.saved_bytes("Save zip").await;
        assert!(second.len() > first.len() + 400_000);
        browser.open_page().await;
        browser.until_runs_are_listed(2).await;
        let mut again = Vec::new();
        for item in 0..2 {
            again.push(browser.saved_bytes_of("Save again", item).await);
        }
        assert!(again == [second, first]);
    });
}

#[test]
fn a_zip_that_was_handed_over_is_gone_once_its_run_is_thrown_away() {
    with_archives(async |browser| {
        browser.paste_paths(&PATHS).await;
        browser.fetch().await;
        browser.save().await;
        browser.open_page().await;
        browser.until_runs_are_listed(1).await;
        browser.press("Throw away").await;
        browser.until_runs_are_listed(0).await;
        browser.until_spools(&[]).await;
        browser.open_page().await;
        assert!(browser.listed_runs().await.is_empty());
    });
}

#[test]
fn runs_that_are_thrown_away_one_at_once_after_the_other_are_all_gone() {
    with_archives(async |browser| {
        for runs in 1..=3 {
            browser.paste_paths(&PATHS).await;
            browser.fetch().await;
            browser.open_page().await;
            browser.until_runs_are_listed(runs).await;
        }
        let script = "for (const button of arguments) button.click();";
        let buttons = browser.all("button", "Throw away").await;
        let buttons: Vec<_> = buttons.iter().map(|button| serde_json::to_value(button).unwrap()).collect();
        assert_eq!(buttons.len(), 3);
        browser.execute(script, buttons).await;
        browser.until_runs_are_listed(0).await;
        browser.until_no_run_has_files().await;
    });
}

#[test]
fn a_run_that_was_never_saved_is_listed_and_can_be_saved() {
    with_archives(async |browser| {
        browser.paste_paths(&PATHS).await;
        browser.fetch().await;
        browser.open_page().await;
        let runs = browser.until_runs_are_listed(1).await;
        assert!(!runs[0].contains("handed over"), "{runs:?}");
        let zip = browser.saved_bytes("Save zip").await;
        assert_eq!(browser.origin.counters_of_all()["requests"], PATHS.len(), "nothing is fetched again");
        let entries = super::page_driver::image_entries(&zip);
        assert_eq!(entries.len(), PATHS.len());
        for ((name, bytes), path) in entries.iter().zip(PATHS) {
            assert!(*bytes == browser.origin.get(path), "{name}");
        }
    });
}

#[test]
fn all_runs_are_listed_none_that_ended_is_called_interrupted_and_each_can_be_saved() {
    with_archives(async |browser| {
        browser.paste_paths(&PATHS).await;
        browser.fetch().await;
        browser.open_page().await;
        browser.begin_half_held_run().await;
        browser.stop_and_keep().await;
        browser.until_run("done").await;
        browser.open_page().await;
        browser.begin_half_held_run().await;
        browser.until_noted_by(2, 2).await;
        browser.open_page().await;
        let runs = browser.until_runs_are_listed(3).await;
        let interrupted: Vec<_> = runs.iter().map(|run| run.contains("was interrupted")).collect();
        assert_eq!(interrupted, [true, false, false], "the latest first: {runs:?}");
        assert!(runs[1].contains("not saved yet: 2 of 4 images"), "{runs:?}");
        assert!(runs[2].contains("not saved yet: 3 of 3 images"), "{runs:?}");
        assert_eq!(browser.offers("Save zip").await.len(), 1);
        assert_eq!(browser.offers(PART).await.len(), 2);
        assert_eq!(browser.all("button", "Resume").await.len(), 2, "where images are missing");
        let ends = "const runs = document.getElementById('runs');
            const rows = [...runs.querySelectorAll('.buttons')];
            const last = rows.map((row) => [...row.querySelectorAll('button:not([hidden])')].at(-1));
            return ['330px', 'none'].map((width) => {
              runs.style.maxWidth = width;
              return new Set(last.map((button) => Math.round(button.getBoundingClientRect().right))).size;
            });";
        assert_eq!(
            browser.execute(ends, vec![]).await,
            json!([1, 1]),
            "the buttons of all rows end at one edge"
        );
        let zip = browser.saved_bytes_of(PART, 1).await;
        assert_eq!(super::page_driver::image_entries(&zip).len(), 2);
        assert_eq!(browser.origin.counters("held")["inFlight"], 0, "nothing is fetched for it");
    });
}

#[test]
fn a_run_after_the_site_s_data_was_cleared_ends_and_its_zip_is_whole() {
    if !requires(Capability::SiteDataClearing) {
        return;
    }
    with_archives(async |browser| {
        browser.paste_paths(&PATHS).await;
        browser.fetch().await;
        browser.clear_site_data().await;
        for _ in 0..2 {
            browser.fetch().await;
            assert_eq!(browser.save_entries().await.len(), PATHS.len());
            browser.forget_download("images.zip");
        }
    });
}

impl Browser {
    /// Opens the page in the current tab.
    pub async fn open_page(&self) {
        self.client.goto(&self.address).await.unwrap();
        self.until_ready().await;
    }

    /// The texts of the items of "Runs on this device".
    pub async fn listed_runs(&self) -> Vec<String> {
        const ITEMS: &str =
            "const items = arguments[0].querySelectorAll(':scope > li, :scope > [role=listitem]');
            return [...items].map((item) => item.innerText);";
        match self.all("list", "Runs on this device").await.first() {
            Some(list) => {
                let items = self.execute(ITEMS, vec![serde_json::to_value(list).unwrap()]).await;
                serde_json::from_value(items).unwrap()
            }
            None => Vec::new(),
        }
    }

    /// Waits until this many runs are listed, and returns their texts.
    pub async fn until_runs_are_listed(&self, count: usize) -> Vec<String> {
        let what = format!("{count} runs are listed");
        self.until_met(&what, async || self.listed_runs().await.len() == count).await;
        self.listed_runs().await
    }

    /// The links and buttons of this name.
    pub async fn offers(&self, name: &str) -> Vec<Element> {
        let mut offers = self.all("link", name).await;
        offers.extend(self.all("button", name).await);
        offers
    }

    /// Saves the only zip that is offered under this name, and returns its bytes.
    async fn saved_bytes(&self, offer: &str) -> Vec<u8> {
        assert_eq!(self.offers(offer).await.len(), 1, "offers: {offer:?}");
        self.saved_bytes_of(offer, 0).await
    }

    /// Saves one of the zips that are offered under this name, and returns its bytes.
    async fn saved_bytes_of(&self, offer: &str, index: usize) -> Vec<u8> {
        let find = async || self.offers(offer).await.into_iter().nth(index);
        assert!(self.click_found(offer, find).await, "offer {index} of {offer:?}");
        let bytes = fs::read(self.downloaded("images.zip").await).unwrap();
        self.forget_download("images.zip");
        bytes
    }
}
