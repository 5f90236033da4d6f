//! Runs that a page has left: the next one can resume them, and save what is there.

use std::fs;

use super::page_driver::image_entries;
use fetchzip::spool::Journal;

use super::page_driver::with_page;
use crate::browser::Browser;
use crate::browser::capability::{Capability, requires};
use crate::browser::keys::{ENTER, TAB};
use crate::browser::private_files::PRIVATE_FILES;

const RUNS: &str = "Runs on this device";

#[test]
fn a_reload_during_a_run_costs_no_stored_image() {
    with_files(async |browser| {
        browser.at_once("7").await;
        let paths = browser.begin_half_held_run().await;
        browser.until_noted(2).await;
        browser.reload().await;
        browser.the_coming("list", RUNS).await;
        let text = browser.text().await;
        assert!(text.contains(" was interrupted: 2 of 4 images are there, "), "{text}");
        let host = browser.origin.url("").split_once("://").unwrap().1.to_owned();
        assert!(text.contains(&format!("A run of {host}, begun just now, ")), "{text}");
        // Resuming restores the list, whatever has replaced it.
        browser.fill("https://elsewhere.invalid/1.jpg").await;
        browser.at_once("3").await;
        browser.origin.open_gate("never");
        browser.press("Resume").await;
        browser.until_run("done").await;
        assert_eq!(browser.origin.counters("k")["requests"], 2, "stored images are not fetched again");
        let lines: Vec<_> = paths.iter().map(|path| browser.origin.url(path)).collect();
        assert_eq!(browser.list().await, lines.join("\n"));
        let limit = browser.the("spinbutton", "At once").await.prop("value").await.unwrap();
        assert_eq!(limit.as_deref(), Some("7"), "and so are the options");
        assert!(browser.text().await.contains("4 of 4 fetched"));
        assert!(browser.all("list", RUNS).await.is_empty());
        let entries = browser.save_entries().await;
        assert_eq!(entries.len(), 4);
        for ((name, bytes), path) in entries.iter().zip(&paths) {
            assert!(*bytes == browser.origin.get(path), "{name}");
        }
    });
}

#[test]
fn a_resumed_run_keeps_the_files_that_it_was_to_keep() {
    with_files(async |browser| {
        let paths = [
            "/file/first.csv?kind=text&type=text%2Fcsv&key=k",
            "/file/second.csv?kind=text&type=text%2Fcsv&key=k&gate=never",
        ];
        browser.fill_paths(&paths).await;
        browser.open_more_options().await;
        browser.click("checkbox", "Keep files that are no images").await;
        browser.press("Fetch").await;
        browser.until_noted(1).await;
        browser.reload().await;
        browser.the_coming("list", RUNS).await;
        browser.click("checkbox", "Keep files that are no images").await;
        browser.origin.open_gate("never");
        browser.press("Resume").await;
        browser.until_run("done").await;
        let names: Vec<_> = browser.save_entries().await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["first.csv", "second.csv"]);
        let rows: Vec<_> = browser.rows().await.into_iter().map(|row| row.status).collect();
        assert_eq!(rows, ["ok", "ok"]);
    });
}

#[test]
fn after_a_reload_an_unsaved_run_can_be_saved_and_a_saved_one_saved_again() {
    with_files(async |browser| {
        let paths = ["/image/1/300000b.jpg", "/image/2/64x48.png"];
        let keyed = paths.map(|path| format!("{path}?key=k"));
        browser.fill_paths(&keyed.each_ref().map(String::as_str)).await;
        browser.fetch().await;
        browser.reload().await;
        browser.the_coming("list", RUNS).await;
        let text = browser.text().await;
        assert!(text.contains("is not saved yet: 2 of 2 images, "), "{text}");
        assert!(browser.all("button", "Resume").await.is_empty(), "nothing is missing");
        browser.press("Save zip").await;
        let first = image_entries(&fs::read(browser.downloaded("images.zip").await).unwrap());
        for ((name, bytes), path) in first.iter().zip(paths) {
            assert!(*bytes == browser.origin.get(path), "{name}");
        }
        assert_eq!(first.len(), 2);
        browser.until("document.body.innerText.includes('images.zip · 30')").await;
        browser.until("document.body.innerText.includes('handed over just now')").await;

        browser.forget_download("images.zip");
        browser.reload().await;
        browser.the_coming("list", RUNS).await;
        browser.press("Save again").await;
        let again = image_entries(&fs::read(browser.downloaded("images.zip").await).unwrap());
        assert!(again == first);
        assert_eq!(browser.origin.counters("k")["requests"], 2, "nothing is fetched again");
        browser.press("Throw away").await;
        browser.until_spools(&[]).await;
    });
}

#[test]
fn what_is_there_of_an_interrupted_run_can_be_saved_without_fetching_the_rest() {
    with_files(async |browser| {
        let paths = browser.begin_half_held_run().await;
        browser.until_noted(2).await;
        browser.reload().await;
        browser.the_coming("list", RUNS).await;
        let requests = browser.origin.counters("k")["requests"].clone();
        browser.press("Save the 2 that are there").await;
        browser.until_run("done").await;
        let saved = image_entries(&fs::read(browser.downloaded("images.zip").await).unwrap());
        assert_eq!(saved.len(), 2);
        for (name, bytes) in &saved {
            let plain = paths.iter().filter_map(|path| path.split('?').next());
            assert!(plain.into_iter().any(|path| *bytes == browser.origin.get(path)), "{name}");
        }
        assert_eq!(browser.origin.counters("k")["requests"], requests);
    });
}

#[test]
fn what_another_version_has_left_is_listed_and_saved_as_it_is() {
    with_files(async |browser| {
        let paths = ["/image/1/64x48.jpg", "/image/2/64x48.png"];
        browser.fill_paths(&paths).await;
        browser.fetch().await;
        browser.leave_runs_of_another_version().await;
        let text = browser.the_only_listed_run().await;
        assert!(text.contains("A zip of another version of fetchzip is not saved yet: "), "{text}");
        assert!(browser.all("button", "Resume").await.is_empty());
        browser.press("Save zip").await;
        let saved = image_entries(&fs::read(browser.downloaded("images.zip").await).unwrap());
        for ((name, bytes), path) in saved.iter().zip(paths) {
            assert!(*bytes == browser.origin.get(path), "{name}");
        }
        assert_eq!(saved.len(), 2);
    });
}

#[test]
fn the_file_of_another_version_s_interrupted_run_can_be_saved() {
    with_files(async |browser| {
        browser.begin_half_held_run().await;
        browser.until_noted(2).await;
        browser.leave_runs_of_another_version().await;
        let text = browser.the_only_listed_run().await;
        assert!(text.contains("A run of another version of fetchzip was interrupted: "), "{text}");
        browser.press("Save zip").await;
        let saved = fs::read(browser.downloaded("images.zip").await).unwrap();
        let image = browser.origin.get("/image/1/64x48.jpg");
        assert!(saved.windows(image.len()).any(|bytes| bytes == image), "{} bytes", saved.len());
        browser.press("Throw away").await;
        browser.until_spools(&[]).await;
    });
}

#[test]
fn a_discarded_run_is_gone() {
    with_files(async |browser| {
        browser.begin_half_held_run().await;
        browser.until_noted(2).await;
        browser.reload().await;
        browser.the_coming("list", RUNS).await;
        browser.press("Throw away").await;
        browser.until("document.getElementById('runs').hidden").await;
        browser.until_spools(&[]).await;
        browser.reload().await;
        assert!(browser.all("list", RUNS).await.is_empty());
    });
}

#[test]
fn the_notice_is_announced_and_reached_by_keys_and_the_focus_is_kept() {
    with_files(async |browser| {
        browser.begin_half_held_run().await;
        browser.until_noted(2).await;
        browser.reload().await;
        let status =
            "[...document.querySelectorAll('[role=status]')].map((region) => region.textContent).join()";
        browser.until(&format!("{status}.includes('was interrupted')")).await;
        let reaches = async |name: &str| {
            let focused = format!("document.activeElement.textContent === '{name}'");
            browser
                .until_met(name, async || {
                    browser.press_keys(&[TAB]).await;
                    browser.execute(&format!("return {focused}"), vec![]).await == true
                })
                .await;
        };
        reaches("Throw away").await;
        reaches("Resume").await;
        browser.press_keys(&[ENTER]).await;
        browser.until("document.activeElement.textContent === 'Stop'").await;
        browser.origin.open_gate("never");
        browser.until_run("done").await;
    });
}

#[test]
fn a_resumed_run_that_is_cancelled_leaves_nothing() {
    with_files(async |browser| {
        browser.begin_half_held_run().await;
        browser.until_noted(2).await;
        browser.reload().await;
        browser.the_coming("list", RUNS).await;
        browser.press("Resume").await;
        browser.until("document.body.innerText.includes('2 of 4 images')").await;
        browser.stop_and_throw_away().await;
        browser.until_run("cancelled").await;
        browser.until_spools(&[]).await;
    });
}

/// Runs a test on a page that keeps a journal.
fn with_files(test: impl AsyncFnOnce(&Browser)) {
    if requires(Capability::PrivateFiles) {
        with_page(test);
    }
}

impl Browser {
    /// Leaves the page and comes back.
    pub async fn reload(&self) {
        self.client.goto(&self.address).await.unwrap();
        self.until_ready().await;
    }

    /// Leaves the page, gives the journals of its runs the version before the first, and comes back.
    async fn leave_runs_of_another_version(&self) {
        self.client.goto(&format!("{}nothing", self.address)).await.unwrap();
        let write = "
            for (const [path, file] of await privateFiles()) {
              if (!path.endsWith('.journal')) continue;
              const head = new DataView(await file.slice(0, 12).arrayBuffer());
              head.setUint32(8, 0, true);
              await overwrite(path, head);
            }";
        self.execute_async(&format!("{PRIVATE_FILES}{write}"), vec![]).await;
        self.reload().await;
    }

    /// The text of the run that the page lists, once it lists one.
    async fn the_only_listed_run(&self) -> String {
        self.the_coming("list", RUNS).await;
        let mut runs = self.listed_runs().await;
        assert_eq!(runs.len(), 1, "{runs:?}");
        runs.remove(0)
    }

    /// Waits until the journal of one run lists this many images.
    pub async fn until_noted(&self, images: usize) {
        self.until_noted_by(1, images).await;
    }

    /// Waits until the journals of this many runs list this many images each. There may be others.
    pub async fn until_noted_by(&self, runs: usize, images: usize) {
        let met = async || {
            let mut found = 0;
            for journal in self.spool_files().await.iter().filter(|name| name.ends_with(".journal")) {
                let bytes = self.private_file(&format!("fetchzip/{journal}")).await.unwrap_or_default();
                found += usize::from(Journal::read(&bytes).is_ok_and(|journal| journal.kept.len() == images));
            }
            found == runs
        };
        self.until_met(&format!("{images} images are in the journals of {runs} runs"), met).await;
    }
}
