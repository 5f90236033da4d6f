//! A storage that runs short loses nothing: what it does not take goes on in memory, and past the memory the
//! run is paused.

use serde_json::json;

use super::page_driver::with_page_of;
use super::saved_archive::{Size, assert_holds};
use crate::browser::capability::{Capability, requires};
use crate::browser::private_files::PRIVATE_FILES;
use crate::browser::site::Site;
use crate::browser::{Browser, Kind};

/// What the site may store.
const QUOTA: u64 = 50_000_000;

const IMAGE_BYTES: u64 = 3_000_000;

/// As if the browser said that the device has this many bytes of memory. A quarter of them may hold what the
/// storage does not take.
fn device_memory(bytes: u64) -> String {
    let gib = bytes as f64 / f64::from(1 << 30);
    format!("Object.defineProperty(navigator, 'deviceMemory', {{ value: {gib} }});")
}

/// The images of a run that there is room for, but not beside an older run of [`OLDER`] images. In Chromium a
/// file that grows counts as up to twice as long.
const FEW: u64 = 13;
const OLDER: u64 = 9;

#[test]
fn with_a_quota_of_50_mb_30_images_of_3_mb_all_arrive_and_are_saved() {
    if !requires(Capability::StorageQuota) {
        return;
    }
    with_page_of(Site::page().with_disk_of(QUOTA), async |browser| {
        let paths = images("all", 30);
        browser.paste_paths(&paths).await;
        browser.fetch().await;
        assert!(browser.text().await.contains("30 of 30 fetched"), "{}", browser.text().await);
        assert_eq!(browser.origin.counters("all")["requests"], 30);
        browser.check_quota().await;
        browser.check_saved(&paths).await;
    });
}

#[test]
fn past_the_memory_a_run_is_paused_and_goes_on_once_there_is_room() {
    with_little_room(async |browser| {
        // A run that is not saved takes a part of the storage until it is thrown away.
        browser.paste_paths(&images("older", OLDER)).await;
        browser.fetch().await;
        browser.open_page().await;
        browser.until_runs_are_listed(1).await;

        let paths = images("full", FEW);
        browser.at_once("1").await;
        browser.paste_paths(&paths).await;
        let there = browser.fetch_until_full(FEW).await;
        assert!((7..FEW).contains(&there), "{there}");
        let before = browser.requests(FEW).await;
        browser.until_runs_are_listed(1).await;
        browser.press("Throw away").await;
        browser.until_runs_are_listed(0).await;
        assert_eq!(browser.requests(FEW).await, before, "nothing is requested meanwhile");
        browser.press("Go on").await;
        browser.until_run("done").await;
        assert!(browser.text().await.contains("13 of 13 fetched"), "{}", browser.text().await);
        assert!(!browser.text().await.contains("Storage is full"), "{}", browser.text().await);
        // One image was under way when nothing more could be stored.
        let expected: Vec<_> = (0..FEW).map(|seed| if seed == there { 2 } else { 1 }).collect();
        assert_eq!(browser.requests(FEW).await, expected);
        browser.check_saved(&paths).await;
    });
}

#[test]
fn a_run_that_is_paused_for_want_of_room_can_be_kept_as_a_whole_zip_of_what_had_arrived() {
    const MANY: u64 = 30;
    with_little_room(async |browser| {
        let paths = images("full", MANY);
        browser.at_once("1").await;
        browser.paste_paths(&paths).await;
        let there = browser.fetch_until_full(MANY).await;
        assert!((14..MANY).contains(&there), "{there}");
        browser.press("Keep what is there").await;
        browser.until_run("done").await;
        let text = browser.text().await;
        assert!(text.contains(&format!("Stopped: {there} of {MANY} fetched")), "{text}");
        browser.check_saved(&paths[..there as usize]).await;
        let requests: u64 = browser.requests(MANY).await.iter().sum();
        assert_eq!(requests, there + 1, "nothing is fetched for it");
    });
}

/// The download is long with `FETCHZIP_LARGE=1`.
#[test]
fn a_zip_is_whole_when_another_tab_runs_out_of_space_while_it_is_saved() {
    const LITTLE: u64 = 20_000_000;
    if !requires(Capability::StorageQuota) {
        return;
    }
    let kind = Kind::of_environment();
    let size = Size::long();
    let quota = size.total() + LITTLE;
    // Chromium counts more for a file while it grows, and can be limited later.
    let at_first = if kind == Kind::Chromium { 10 * quota } else { quota };
    let site = Site::page().with_disk_of(at_first).with_script("memory.js", &device_memory(4 * LITTLE));
    with_page_of(site, async |browser| {
        let fetched = browser.fetch_archive(size, &[]).await;
        if kind == Kind::Chromium {
            browser.limit_storage(Some(quota)).await;
        }
        let first = browser.client.window().await.unwrap();
        let other = browser.open_other_tab().await;
        browser.open_page_in(other.clone()).await;
        browser.paste_paths(&images("full", 20)).await;
        browser.client.switch_to_window(first).await.unwrap();
        let mut save = fetched.begin_save(0).await;
        save.act(browser.fetch_in(other)).await;
        browser.until("!document.getElementById('full').hidden").await;
        browser.until("document.body.innerText.includes('Paused: the storage is full')").await;
        save.expect_whole("another tab runs out of space").await;
        browser.press("Keep what is there").await;
        browser.until_run("done").await;
    });
}

/// Runs a test on a page whose site may store little, and with little memory.
fn with_little_room(test: impl AsyncFnOnce(&Browser)) {
    if !requires(Capability::StorageQuota) {
        return;
    }
    let script = device_memory(4 * 4 * IMAGE_BYTES);
    with_page_of(Site::page().with_disk_of(QUOTA).with_script("memory.js", &script), test);
}

/// Paths of so many images. Each is counted under its number, and all under none.
fn images(name: &str, count: u64) -> Vec<String> {
    (0..count)
        .map(|seed| {
            let key = if name == "full" { format!("{name}{seed}") } else { name.to_owned() };
            format!("/image/{seed}/{IMAGE_BYTES}b.jpg/photo-{seed}.jpg?key={key}")
        })
        .collect()
}

impl Browser {
    /// Checks that the site has stored as much as it may, and no more.
    async fn check_quota(&self) {
        let list = "return [...(await privateFiles()).values()].reduce((sum, { size }) => sum + size, 0)";
        let stored = self.execute_async(&format!("{PRIVATE_FILES}{list}"), vec![]).await.as_u64().unwrap();
        assert!((QUOTA / 2..=QUOTA).contains(&stored), "{stored}");
    }

    /// Presses "Fetch", and waits until the run is paused. Returns how many images are there.
    async fn fetch_until_full(&self, of: u64) -> u64 {
        self.press("Fetch").await;
        self.until("!document.getElementById('full').hidden && document.getElementById('full-resume').hidden === false")
            .await;
        let text = self.text().await;
        assert!(text.contains("Storage is full"), "{text}");
        let before = text.split(&format!(" of {of} images are there")).next().unwrap();
        let there = before.rsplit(' ').next().unwrap().parse();
        there.unwrap_or_else(|_| panic!("{text}"))
    }

    /// How often each of the images "full" was requested.
    async fn requests(&self, count: u64) -> Vec<u64> {
        let requests = |seed| self.origin.counters(&format!("full{seed}"))["requests"].as_u64().unwrap();
        (0..count).map(requests).collect()
    }

    /// Saves the zip, and checks that it holds these images, in this order.
    async fn check_saved(&self, paths: &[String]) {
        let archive = self.save().await;
        let expected: Vec<_> = paths.iter().map(|path| self.entry_of(path)).collect();
        assert_holds(&archive, &expected);
        assert_eq!(self.execute("return window.recorded ?? []", vec![]).await, json!([]));
    }
}
