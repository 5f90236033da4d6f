//! What the package leaves in the private file system: a file exists only while it holds something.

use serde_json::{Value, json};

use super::package_driver::{PLACES, Place, with_package, with_package_that_is_killed, with_package_under};
use crate::browser::capability::{Capability, requires};
use crate::browser::random::{Dice, seed};
use crate::browser::{Browser, environment};

/// Makes calls one after the other and keeps all of their results, while it waits until no file is left.
/// Returns how many images each has stored, and the different lengths of their archives.
const KEEP: &str = "
    const results = [];
    for (let run = 0; run < args.runs; run += 1) {
      results.push(await fetchZip(args.urls, { retries: 0 }));
    }
    while ((await privateFiles()).size > 0) await new Promise((resolve) => setTimeout(resolve));
    const stored = results.map(({ items }) => items.filter(({ outcome }) => outcome === 'stored').length);
    const read = async ({ blob }) => (await blob?.arrayBuffer())?.byteLength ?? 0;
    return { stored, lengths: [...new Set(await Promise.all(results.map(read)))] };";

const RUNS: usize = 100;

#[test]
fn a_hundred_results_without_an_archive_leave_no_file() {
    leaves_no_file(&["/fault/status/404", "/fault/status/410"], 0);
}

#[test]
fn a_hundred_results_that_memory_holds_leave_no_file() {
    leaves_no_file(&["/image/1/20000b.jpg", "/image/2/64x48.png", "/fault/status/404"], 2);
}

#[test]
fn ten_calls_without_a_worker_leave_neither_files_nor_folders() {
    if !requires(Capability::PrivateFiles) {
        return;
    }
    with_package_under("worker-src 'none'", async |browser| {
        // One that memory holds, and one that a worker would write to a file.
        let urls = ["/image/1/20000b.jpg", "/image/2/900000b.jpg"].map(|path| browser.origin.url(path));
        let body = "const results = [];
            for (let run = 0; run < 10; run += 1) results.push(await fetchZip(args));
            const left = [];
            for await (const name of (await navigator.storage.getDirectory()).keys()) left.push(name);
            return { stored: results.map(({ blob }) => blob.size > 900_000), left };";
        let value = browser.run(Place::Page, body, json!(urls)).await.unwrap();
        assert_eq!(value, json!({ "stored": vec![true; 10], "left": [] }));
    });
}

/// Makes a hundred calls, of which each stores this many images, and looks for files while all results
/// are there.
fn leaves_no_file(paths: &[&str], stored: usize) {
    if !requires(Capability::PrivateFiles) {
        return;
    }
    with_package(async |browser| {
        let urls: Vec<_> = paths.iter().map(|path| browser.origin.url(path)).collect();
        for place in PLACES {
            let kept = browser.run(place, KEEP, json!({ "runs": RUNS, "urls": urls })).await.unwrap();
            assert_eq!(kept["stored"], json!(vec![stored; RUNS]), "{place:?}");
            let lengths: Vec<u64> = serde_json::from_value(kept["lengths"].clone()).unwrap();
            assert!(lengths.len() == 1 && (lengths[0] > 0) == (stored > 0), "{place:?}: {lengths:?}");
        }
    });
}

/// How often the browser is killed; `FETCHZIP_LARGE` makes it 25 times.
const KILLS: u64 = 4;

/// Tabs with a run each.
const TABS: u64 = 3;

/// Images of each way into the file. One never arrives, so that no run ends.
const IMAGES: [&str; 6] = [
    "/image/1/20000b.jpg?latency=20",
    "/image/2/3000000b.jpg?rate=20000000",
    "/image/3/400000b.jpg",
    "/image/4/900000b.jpg?rate=4000000&nolength",
    "/image/5/40x30.png?latency=60",
    "/image/6/900000b.jpg?gate=never&gate-at=500000",
];

#[test]
fn tabs_that_are_killed_in_mid_run_leave_nothing_after_the_next_run() {
    if !requires(Capability::LastingProfile) {
        return;
    }
    with_package_that_is_killed(async |browser| {
        let mut dice = Dice::new(seed());
        let kills = if environment::is_large() { 25 } else { KILLS };
        for kill in 0..kills {
            let key = format!("kill{kill}");
            let urls = IMAGES.map(|path| {
                let joint = if path.contains('?') { '&' } else { '?' };
                browser.origin.url(&format!("{path}{joint}key={key}"))
            });
            for tab in 0..TABS {
                if tab > 0 {
                    let tab = browser.client.new_window(true).await.unwrap().handle;
                    browser.client.switch_to_window(tab).await.unwrap();
                    browser.client.goto(&browser.address).await.unwrap();
                    browser.until("window.runHere").await;
                }
                browser.begin_run("await fetchZip(args)", json!(urls)).await;
            }
            // Once the server has sent this many images of all tabs: from none to all but the held ones.
            let moment = dice.below(TABS * (IMAGES.len() as u64 - 1));
            eprintln!("kill {kill}: after {moment} images");
            browser.origin.wait(&key, &format!("completed={moment}"));
            browser.kill_and_start_again().await;
            browser.until("window.runHere").await;
            // A run that needs a file, and makes room for it.
            let body = "const result = await fetchZip(args);
                const { byteLength } = await result.blob.arrayBuffer();
                result.dispose();
                return byteLength > 3_000_000;";
            let urls = json!([browser.origin.url("/image/7/3000000b.jpg")]);
            assert_eq!(browser.run(Place::Page, body, urls).await.unwrap(), true);
            browser.until_no_file_is_left().await;
        }
    });
}

impl Browser {
    /// Waits until the private file system is empty.
    async fn until_no_file_is_left(&self) {
        let is_empty = async || {
            let list = "return [...(await privateFiles()).keys()].join()";
            self.run(Place::Page, list, Value::Null).await.unwrap() == ""
        };
        self.until_met("no file is left", is_empty).await;
    }
}
