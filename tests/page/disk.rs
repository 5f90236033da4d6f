//! What a run leaves in the private file system, and "Save straight to disk".

use serde_json::json;

use super::page_driver::image_entries;
use super::page_driver::{with_page, with_page_of};
use crate::browser::Browser;
use crate::browser::capability::{Capability, requires};
use crate::browser::site::Site;

/// Replaces the browser's dialogue, which no test can answer, by a file in the private file system.
const PICKER: &str = "
    window.asked = [];
    window.showSaveFilePicker = async (options) => {
      window.asked.push(options.suggestedName);
      if (window.refuses) throw new DOMException('closed', 'AbortError');
      const root = await navigator.storage.getDirectory();
      return root.getFileHandle('chosen.zip', { create: true });
    };";

#[test]
fn an_unsaved_run_stays_a_cancelled_one_leaves_nothing_and_a_saved_one_is_kept_for_a_while() {
    with_page(async |browser| {
        let has_files = Capability::PrivateFiles.is_in(browser.kind);
        let one: &[&str] = if has_files { &["journal", "lock", "zip"] } else { &[] };
        // Without such files images stay in Blobs.
        let place = if has_files { "in a temporary file" } else { "held by the browser" };
        browser.fill_paths(&["/image/1/300000b.jpg", "/image/2/64x48.jpg"]).await;
        for runs in 1..=3 {
            browser.fetch().await;
            assert!(browser.timings().await.contains(place));
            browser.until_spools(&one.repeat(runs)).await;
        }
        for _ in 0..3 {
            browser.all("button", "Throw away").await.swap_remove(0).click().await.unwrap();
        }
        // A cancelled run leaves nothing, and neither does what was thrown away before it.
        browser.fill_paths(&["/image/1/300000b.jpg", "/image/2/64x48.jpg?key=k&gate=never"]).await;
        browser.press("Fetch").await;
        browser.origin.wait("k", "inFlight=1");
        browser.stop_and_throw_away().await;
        browser.until_run("cancelled").await;
        browser.until_spools(&[]).await;

        browser.fill_paths(&["/image/1/300000b.jpg"]).await;
        browser.fetch().await;
        browser.save().await;
        browser.forget_download("images.zip");
        browser.client.goto(&browser.address).await.unwrap();
        browser.until_ready().await;
        browser.fetch().await;
        // What was handed to the browser is kept for a while.
        browser.until_spools(&[one, one].concat()).await;
        assert_eq!(browser.save_entries().await.len(), 1);
    });
}

#[test]
fn two_tabs_do_not_touch_each_other_s_spools() {
    with_page(async |browser| {
        browser.fill_paths(&["/image/1/300000b.jpg", "/image/2/64x48.jpg"]).await;
        browser.fetch().await;
        let first = browser.client.window().await.unwrap();
        let second = browser.client.new_window(true).await.unwrap().handle;
        browser.client.switch_to_window(second).await.unwrap();
        browser.client.goto(&browser.address).await.unwrap();
        browser.until_ready().await;
        browser.fill_paths(&["/image/3/400000b.jpg"]).await;
        browser.fetch().await;
        browser.client.close_window().await.unwrap();
        browser.client.switch_to_window(first).await.unwrap();
        let names: Vec<_> = browser.save_entries().await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["300000b.jpg", "64x48.jpg"]);
    });
}

#[test]
fn saving_straight_to_disk_writes_the_same_entries_as_save_zip() {
    with_disk(async |browser| {
        let paths = ["/image/1/900000b.jpg?latency=200", "/fault/status/404", "/image/2/64x48.png"];
        browser.fill_paths(&paths).await;
        browser.fetch().await;
        let mut expected = browser.save_entries().await;
        expected.sort();

        browser.click("checkbox", "Save straight to disk").await;
        browser.fetch().await;
        assert_eq!(browser.execute("return window.asked", vec![]).await, json!(["images.zip"]));
        assert!(browser.text().await.contains("Saved as chosen.zip"));
        assert!(browser.all("link", "Save zip").await.is_empty(), "there is nothing left to save");
        let mut saved = image_entries(&browser.chosen_file().await);
        saved.sort();
        assert!(saved == expected, "{} entries, and not {}", saved.len(), expected.len());
        browser.until_spools(&["journal", "lock", "lock", "zip", "zip"]).await;
    });
}

#[test]
fn closing_the_file_dialogue_fetches_nothing_and_cancelling_leaves_an_empty_file() {
    with_disk(async |browser| {
        browser.fill_paths(&["/image/1/64x48.jpg?key=k&gate=never"]).await;
        browser.click("checkbox", "Save straight to disk").await;
        browser.execute("window.refuses = true", vec![]).await;
        browser.press("Fetch").await;
        browser.until("document.body.innerText.includes('No file was chosen')").await;
        browser.until_run("idle").await;
        assert_eq!(browser.origin.counters("k")["requests"], 0);

        browser.execute("window.refuses = false", vec![]).await;
        browser.press("Fetch").await;
        browser.origin.wait("k", "inFlight=1");
        browser.stop_and_throw_away().await;
        browser.until_run("cancelled").await;
        assert_eq!(browser.chosen_file().await.len(), 0);
    });
}

#[test]
fn images_survive_when_the_site_s_data_is_cleared_during_a_run() {
    if !requires(Capability::SiteDataClearing) {
        return;
    }
    with_page(async |browser| {
        let paths = [
            "/image/1/700000b.jpg?key=k",
            "/image/2/20000b.jpg?key=k",
            "/image/3/900000b.jpg?key=k&gate=cleared&gate-at=400000",
            "/image/4/900000b.jpg?key=k",
        ];
        browser.fill_paths(&paths).await;
        browser.press("Fetch").await;
        browser.origin.wait("k", "completed=3");
        browser.until("document.body.innerText.includes('3 of 4 images')").await;
        browser.clear_site_data().await;
        browser.origin.open_gate("cleared");
        browser.until_run("done").await;
        let entries = browser.save_entries().await;
        assert_eq!(entries.len(), 4);
        for ((name, bytes), path) in entries.iter().zip(paths) {
            let plain = path.split('?').next().unwrap();
            assert!(*bytes == browser.origin.get(plain), "{name}");
        }
    });
}

#[test]
fn a_stopped_run_to_disk_leaves_a_file_of_the_images_that_have_arrived() {
    with_disk(async |browser| {
        browser.click("checkbox", "Save straight to disk").await;
        browser.begin_half_held_run().await;
        browser.stop_and_keep().await;
        browser.until_run("done").await;
        let text = browser.text().await;
        assert!(text.contains("Stopped: 2 of 4 fetched, 2 not fetched"), "{text}");
        assert!(text.contains("Saved as chosen.zip"), "{text}");
        assert_eq!(image_entries(&browser.chosen_file().await).len(), 2);
        assert!(browser.all("button", "Retry the failed ones").await.is_empty(), "the file is closed");
    });
}

/// A file that takes its first chunk once the test lets it, and a record of what the page says.
const SLOW_FILE: &str = "
    window.showSaveFilePicker = async () => ({
      name: 'slow.zip',
      createWritable: async () => {
        const gate = new Promise((resolve) => { window.openFile = resolve; });
        return new WritableStream({ write: () => gate });
      },
    });
    window.said = new Set();
    addEventListener('DOMContentLoaded', () => {
      const line = document.getElementById('run-text');
      new MutationObserver(() => said.add(line.textContent)).observe(line, { childList: true });
    });";

#[test]
fn while_the_rest_of_the_zip_is_written_to_disk_the_page_says_so_and_not_that_it_checks() {
    with_page_of(Site::page().with_script("slow.js", SLOW_FILE), async |browser| {
        browser.click("checkbox", "Save straight to disk").await;
        browser.fill_paths(&["/image/1/900000b.jpg", "/image/2/900000b.jpg", "/image/3/900000b.jpg"]).await;
        browser.press("Fetch").await;
        let line = "document.getElementById('run-text').textContent";
        browser.until(&format!("{line}.startsWith('Writing the zip to disk')")).await;
        browser.execute("openFile()", vec![]).await;
        browser.until_run("done").await;
        assert!(browser.text().await.contains("Saved as slow.zip"));
        let checked = "return [...said].filter((line) => line.includes('Checking'))";
        assert_eq!(browser.execute(checked, vec![]).await, json!([]), "nothing is checked in this mode");
    });
}

/// Runs a test on a page whose "Save straight to disk" writes into a private file.
fn with_disk(test: impl AsyncFnOnce(&Browser)) {
    if requires(Capability::FilePicker) {
        with_page_of(Site::page().with_script("picker.js", PICKER), test);
    }
}

impl Browser {
    /// Waits until the folder of spools holds files of these kinds.
    pub async fn until_spools(&self, expected: &[&str]) {
        let kinds = async || {
            let files = self.spool_files().await;
            let mut kinds: Vec<_> = files.iter().filter_map(|name| name.rsplit('.').next()).collect();
            kinds.sort_unstable();
            let mut expected = expected.to_vec();
            expected.sort_unstable();
            kinds == expected
        };
        self.until_met(&format!("the spools are {expected:?}"), kinds).await;
    }

    /// What the chosen file holds.
    async fn chosen_file(&self) -> Vec<u8> {
        self.private_file("chosen.zip").await.expect("the file was chosen")
    }
}
