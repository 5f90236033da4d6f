//! How long a file that was handed to the browser is kept: for an hour, and for five minutes where its room is
//! needed.

use std::fs;

use serde_json::json;

use super::page_driver::image_entries;
use super::page_driver::with_page_of;
use crate::browser::Browser;
use crate::browser::capability::{Capability, requires};
use crate::browser::private_files::PRIVATE_FILES;
use crate::browser::site::Site;

const MINUTE: f64 = 60_000.0;

/// The fewest bytes that Firefox can be limited to.
const QUOTA: u64 = 10 << 20;

const SECOND: f64 = 1_000.0;

#[test]
fn a_file_that_was_handed_over_is_removed_at_the_next_visit_after_an_hour_and_not_before() {
    if !requires(Capability::PrivateFiles) {
        return;
    }
    with_page_of(Site::page(), async |browser| {
        browser.hand_over("/image/1/2000000b.jpg").await;
        browser.hand_over("/image/2/3000000b.jpg").await;
        // A visit in time removes neither.
        browser.set_ages(&[55.0 * MINUTE, 50.0 * MINUTE]).await;
        browser.visit().await;
        let runs = browser.until_runs_are_listed(2).await;
        assert!(runs.iter().all(|run| run.contains("handed over 5")), "{runs:?}");

        browser.set_ages(&[60.0 * MINUTE + SECOND, 50.0 * MINUTE]).await;
        assert_eq!(browser.archives().await.len(), 2, "a visit removes it, and not time alone");
        browser.visit().await;
        browser.until_runs_are_listed(1).await;
        let kept = browser.archives().await;
        assert_eq!(kept.len(), 1);
        assert!(kept[0] > 3_000_000, "{kept:?}: the other one was to be removed");
        assert!(browser.saved_image().await == browser.origin.get("/image/2/3000000b.jpg"));
    });
}

#[test]
fn where_its_room_is_needed_a_file_that_was_handed_over_is_removed_after_five_minutes_and_not_before() {
    if !requires(Capability::StorageQuota) {
        return;
    }
    with_page_of(Site::page().with_disk_of(QUOTA), async |browser| {
        browser.hand_over("/image/1/2000000b.jpg").await;
        browser.hand_over("/image/2/3000000b.jpg").await;
        browser.set_ages(&[5.0 * MINUTE + SECOND, MINUTE]).await;
        browser.visit().await;
        browser.until_runs_are_listed(2).await;
        // A run that there is room for removes neither.
        browser.paste_paths(&["/image/3/1000000b.jpg"]).await;
        browser.fetch().await;
        assert_eq!(browser.archives().await.len(), 3);
        // One that there is no room for removes what is old enough.
        browser
            .paste_paths(&["/image/4/7000000b.jpg", "/image/5/7000000b.jpg", "/image/6/1000000b.jpg"])
            .await;
        browser.fetch().await;
        assert!(browser.text().await.contains("3 of 3 fetched"), "{}", browser.text().await);
        // How much of the new one is in its file and not in memory depends on what arrives first.
        let is_removed =
            async || !browser.archives().await.iter().any(|length| (2_000_000..2_100_000).contains(length));
        browser.until_met("the older file is removed", is_removed).await;
        // The younger one stays when room is needed again.
        browser.fetch().await;
        browser.visit().await;
        let again = browser.offers("Save again").await;
        assert_eq!(again.len(), 1, "{:?}", browser.listed_runs().await);
        assert!(browser.saved_image().await == browser.origin.get("/image/2/3000000b.jpg"));
    });
}

impl Browser {
    /// Fetches one image on a new page, and hands the zip to the browser.
    async fn hand_over(&self, path: &str) {
        self.visit().await;
        self.paste_paths(&[path]).await;
        self.fetch().await;
        self.save().await;
        self.forget_download("images.zip");
    }

    /// Opens the page, as a visitor who comes back, and waits until it has looked for runs.
    async fn visit(&self) {
        self.open_page().await;
        self.until("document.getElementById('runs').dataset.runs !== undefined").await;
    }

    /// Leaves the page, and makes the files of the shortest and of the longest archive this many milliseconds
    /// old, by the time at the beginning of their records.
    async fn set_ages(&self, ages: &[f64]) {
        self.client.goto(&format!("{}nothing", self.address)).await.unwrap();
        let write = "
            const files = [...await privateFiles()].filter(([path]) => path.endsWith('.zip'));
            files.sort(([, { size: one }], [, { size: other }]) => one - other);
            for (const [index, age] of ages.entries()) {
              const time = new DataView(new ArrayBuffer(8));
              time.setFloat64(0, Date.now() - age, true);
              await overwrite(files[index][0].replace('.zip', '.lock'), time);
            }
            return files.length;";
        let body = format!("{PRIVATE_FILES} const [ages] = arguments; {write}");
        let files = self.execute_async(&body, vec![json!(ages)]).await;
        assert_eq!(files, ages.len());
    }

    /// The lengths of all archives that are kept, the shortest first.
    async fn archives(&self) -> Vec<u64> {
        let list = "const files = [...await privateFiles()].filter(([path]) => path.endsWith('.zip'));
            return files.map(([, { size }]) => size).sort((one, other) => one - other);";
        let lengths = self.execute_async(&format!("{PRIVATE_FILES}{list}"), vec![]).await;
        serde_json::from_value(lengths).unwrap()
    }

    /// Saves the only zip that is offered again, and returns its only image.
    async fn saved_image(&self) -> Vec<u8> {
        self.press("Save again").await;
        let found = image_entries(&fs::read(self.downloaded("images.zip").await).unwrap());
        assert_eq!(found.len(), 1);
        found.into_iter().next().unwrap().1
    }
}
