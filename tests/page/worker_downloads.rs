//! "Save straight to disk" in a browser without a file picker: a download through the service worker.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use super::page_driver::{image_entries, with_page_of};
use crate::browser::Browser;
use crate::browser::capability::{Capability, requires, requires_large};
use crate::browser::site::Site;
use support::archive::check_in_every_reader;
use support::archive::contents::{File, entries};

/// Makes Chromium a browser without a file picker, and lets a test report a trap of the page's wasm.
const NO_PICKER: &str = "
    delete window.showSaveFilePicker;
    window.trap = () => dispatchEvent(
      new ErrorEvent('error', { error: new WebAssembly.RuntimeError('unreachable') }));";

/// Large enough for the browser to write something before the rest arrives.
const HELD: [&str; 3] = [
    "/image/1/3000000b.jpg",
    "/image/2/2000000b.jpg",
    "/image/3/900000b.jpg?key=held&gate=last&gate-at=600000",
];

#[test]
fn the_download_holds_every_image_in_every_reader() {
    with_downloads(async |browser| {
        let paths = ["/image/1/900000b.jpg?latency=200", "/image/2/64x48.png", "/image/3/9000000b.jpg"];
        browser.fill_paths(&[paths[0], "/fault/status/404", paths[1], paths[2]]).await;
        browser.check_save_to_disk().await;
        browser.fetch().await;
        browser.until("document.body.innerText.includes('Handed to the browser as images.zip')").await;
        assert!(!browser.text().await.contains("Saved as"), "the page can't know that");
        assert!(browser.timings().await.contains("in your downloads"));
        assert!(browser.all("link", "Save zip").await.is_empty(), "there is nothing left to save");
        assert!(browser.all("button", "Retry the failed ones").await.is_empty(), "the file is closed");
        let archive = browser.downloaded("images.zip").await;
        browser.check_archive(&archive, &paths);
        let files: Vec<_> = entries(&fs::read(&archive).unwrap())
            .iter()
            .map(|(name, bytes)| File::new(name, bytes))
            .collect();
        check_in_every_reader(&archive, &files);
    });
}

#[test]
fn the_page_says_beforehand_what_is_not_possible_afterwards() {
    with_downloads(async |browser| {
        let is_shown = "!document.getElementById('to-disk-note').hidden";
        browser.until(&format!("!({is_shown})")).await;
        browser.check_save_to_disk().await;
        browser.until(is_shown).await;
        let text = browser.text().await;
        for part in ["no image can be left out", "brought back", "no second copy"] {
            assert!(text.contains(part), "{text}");
        }
    });
}

#[test]
fn where_there_is_neither_a_file_picker_nor_a_service_worker_nothing_is_offered() {
    const NEITHER: &str = "delete window.showSaveFilePicker; delete Navigator.prototype.serviceWorker;";
    with_page_of(Site::page().with_script("neither.js", NEITHER), async |browser| {
        assert!(browser.all("checkbox", "Save straight to disk").await.is_empty());
    });
}

#[test]
fn a_download_that_is_stopped_and_kept_is_a_whole_archive() {
    with_downloads(async |browser| {
        browser.begin_held_download().await;
        browser.stop_and_keep().await;
        browser.until_run("done").await;
        let archive = browser.downloaded("images.zip").await;
        browser.check_archive(&archive, &HELD[..2]);
    });
}

#[test]
fn a_cancelled_run_ends_its_download_as_failed() {
    if !requires(Capability::PartialDownloads) {
        return;
    }
    with_downloads(async |browser| {
        browser.begin_held_download().await;
        browser.stop_and_throw_away().await;
        browser.until_run("cancelled").await;
        browser.until_download_fails("images.zip").await;
        // The next run can be saved.
        browser.origin.open_gate("last");
        browser.fetch().await;
        browser.until_met("the next download is saved", async || browser.saved_files().len() == 1).await;
    });
}

#[test]
fn a_run_that_is_cancelled_before_anything_arrived_begins_no_download() {
    with_downloads(async |browser| {
        browser.fill_paths(&["/image/1/900000b.jpg?key=held&gate=never"]).await;
        browser.check_save_to_disk().await;
        browser.press("Fetch").await;
        browser.origin.wait("held", "inFlight=1");
        browser.stop_and_throw_away().await;
        browser.until_run("cancelled").await;
        let frames = browser.execute("return document.querySelectorAll('iframe').length", vec![]).await;
        assert_eq!(frames, 0);
    });
}

#[test]
fn a_tab_that_is_closed_ends_its_download_as_failed() {
    if !requires(Capability::PartialDownloads) {
        return;
    }
    with_downloads(async |browser| {
        let first = browser.client.window().await.unwrap();
        browser.open_in_new_tab().await;
        browser.begin_held_download().await;
        browser.client.close_window().await.unwrap();
        browser.client.switch_to_window(first).await.unwrap();
        browser.until_download_fails("images.zip").await;
    });
}

#[test]
fn a_page_that_crashes_ends_its_download_as_failed() {
    if !requires(Capability::PartialDownloads) {
        return;
    }
    with_downloads(async |browser| {
        browser.begin_held_download().await;
        browser.execute("trap()", vec![]).await;
        browser.until_download_fails("images.zip").await;
        browser.execute("window.recorded = []", vec![]).await;
    });
}

#[test]
fn two_tabs_download_at_once() {
    if !requires(Capability::PartialDownloads) {
        return;
    }
    with_downloads(async |browser| {
        let first = browser.client.window().await.unwrap();
        browser.begin_held_download().await;
        browser.open_in_new_tab().await;
        browser.begin_held_download().await;
        browser.origin.open_gate("last");
        browser.until_run("done").await;
        browser.client.switch_to_window(first).await.unwrap();
        browser.until_run("done").await;
        browser.downloaded("images.zip").await;
        let saved = browser.saved_files();
        assert_eq!(saved.len(), 2, "{saved:?}");
        saved.iter().for_each(|archive| browser.check_archive(archive, &HELD));
    });
}

#[test]
fn a_download_works_below_a_sub_path() {
    let site = Site::page().with_script("no-picker.js", NO_PICKER).at("/some/sub/path/");
    with_page_of(site, async |browser| {
        browser.download_two_images().await;
    });
}

#[test]
fn no_update_of_the_service_worker_takes_over_while_a_download_is_written() {
    with_downloads(async |browser| {
        browser.begin_held_download().await;
        let script = browser.site_file("service-worker.js");
        browser.replace_site_file("service-worker.js", &[&script[..], b"// another version"].concat());
        let update = "const registration = await navigator.serviceWorker.getRegistration('./');
            await registration.update();
            const worker = registration.waiting ?? registration.installing;
            while (worker.state === 'installing') {
              await new Promise((resolve) => worker.addEventListener('statechange', resolve, { once: true }));
            }
            return worker.state;";
        assert_eq!(browser.execute_async(update, vec![]).await, "installed", "it waits");
        browser.origin.open_gate("last");
        browser.until_run("done").await;
        let archive = browser.downloaded("images.zip").await;
        browser.check_archive(&archive, &HELD);
    });
}

/// The new version doesn't wait for the pages that use the old one, and the page is published anew, too.
#[test]
fn a_newer_version_that_is_activated_during_a_download_does_not_end_it() {
    with_downloads(async |browser| {
        let first = browser.client.window().await.unwrap();
        browser.begin_held_download().await;
        let script = browser.site_file("service-worker.js");
        let impatient = b"addEventListener('install', () => skipWaiting());
            addEventListener('activate', (event) => event.waitUntil(clients.claim()));";
        browser.replace_site_file("service-worker.js", &[&script[..], impatient].concat());
        let page = browser.site_file("index.html");
        browser.replace_site_file("index.html", &[&page[..], b"<!-- another version -->"].concat());
        browser.open_in_new_tab().await;
        let update = "const registration = await navigator.serviceWorker.getRegistration('./');
            await registration.update();
            window.newer = registration.waiting ?? registration.installing;
            while (newer.state === 'installing') {
              await new Promise((resolve) => newer.addEventListener('statechange', resolve, { once: true }));
            }";
        browser.execute_async(update, vec![]).await;
        browser.client.switch_to_window(first.clone()).await.unwrap();
        browser.origin.open_gate("last");
        browser.until_run("done").await;
        let archive = browser.downloaded("images.zip").await;
        browser.check_archive(&archive, &HELD);
        browser.forget_download("images.zip");

        // The newer version follows, and answers the next download.
        let windows = browser.client.windows().await.unwrap();
        let second = windows.into_iter().find(|window| *window != first).unwrap();
        browser.client.switch_to_window(second).await.unwrap();
        browser.until("newer.state === 'activated'").await;
        browser.download_two_images().await;
    });
}

/// Ten minutes at 100 kB/s, in images that take half a minute each: longer than Firefox keeps a worker that
/// is asked for nothing.
#[test]
fn a_download_of_ten_minutes_at_100_kb_a_second_is_whole() {
    const IMAGES: u64 = 20;
    if !requires(Capability::PartialDownloads) || !requires_large() {
        return;
    }
    with_downloads(async |browser| {
        let paths: Vec<_> = (0..IMAGES)
            .map(|seed| format!("/image/{seed}/3000000b.jpg/photo-{seed}.jpg?key=slow&rate=100000"))
            .collect();
        let paths: Vec<_> = paths.iter().map(String::as_str).collect();
        browser.at_once("1").await;
        browser.paste_paths(&paths).await;
        browser.check_save_to_disk().await;
        browser.press("Fetch").await;
        for image in 1..=IMAGES {
            let has_arrived = async || browser.origin.counters("slow")["completed"].as_u64() >= Some(image);
            browser.until_met(&format!("image {image} arrives"), has_arrived).await;
        }
        browser.until_run("done").await;
        let archive = browser.downloaded("images.zip").await;
        browser.check_archive(&archive, &paths);
        let log = browser.origin.log("slow");
        let [first, last] = [&log[0]["startMs"], &log[log.len() - 1]["endMs"]].map(|at| at.as_f64().unwrap());
        let seconds = (last - first) / 1_000.0;
        // Past libtest, which shows nothing of a test that passes.
        std::io::stderr()
            .write_all(format!("a slow download in {}: {seconds:.0} s, whole\n", browser.kind).as_bytes())
            .unwrap();
    });
}

/// Runs a test on a page without a file picker.
fn with_downloads(test: impl AsyncFnOnce(&Browser)) {
    with_page_of(Site::page().with_script("no-picker.js", NO_PICKER), test);
}

impl Browser {
    /// Saves two images straight to the disk, and compares them.
    async fn download_two_images(&self) {
        self.fill_paths(&HELD[..2]).await;
        self.check_save_to_disk().await;
        self.fetch().await;
        let archive = self.downloaded("images.zip").await;
        self.check_archive(&archive, &HELD[..2]);
    }

    /// Checks the box.
    async fn check_save_to_disk(&self) {
        self.click("checkbox", "Save straight to disk").await;
    }

    /// Begins a run of [`HELD`] whose download has begun, and whose last image waits for the gate "last".
    async fn begin_held_download(&self) {
        self.fill_paths(&HELD).await;
        self.check_save_to_disk().await;
        self.press("Fetch").await;
        self.until("document.body.innerText.includes('2 of 3 images')").await;
        self.until_download_begins().await;
    }

    async fn open_in_new_tab(&self) {
        let tab = self.client.new_window(true).await.unwrap().handle;
        self.client.switch_to_window(tab).await.unwrap();
        self.client.goto(&self.address).await.unwrap();
        self.until_ready().await;
    }

    /// Checks that an archive has the images of these paths, in any order.
    fn check_archive(&self, archive: &Path, paths: &[&str]) {
        let mut found = image_entries(&fs::read(archive).unwrap());
        found.sort();
        let entry = |path: &&str| {
            let path = path.split('?').next().unwrap();
            (path.rsplit('/').next().unwrap().to_owned(), self.origin.get(path))
        };
        let mut expected: Vec<_> = paths.iter().map(entry).collect();
        expected.sort();
        let names =
            |entries: &[(String, Vec<u8>)]| entries.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&found), names(&expected), "{}", archive.display());
        assert!(found == expected, "{} has other bytes", archive.display());
    }
}
