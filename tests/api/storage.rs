//! Where the package keeps images.

use serde_json::{Value, json};

use super::package_driver::{
    Outcome, PLACES, Place, with_exhaustible_package, with_package, with_package_on_disk_of,
    with_package_under,
};
use crate::browser::Browser;
use crate::browser::capability::{Capability, requires};
use crate::browser::environment;

/// Declares `spooled()`, which resolves to how many bytes all files together have.
const SPOOLED: &str = "
    const spooled = async () => {
      let bytes = 0;
      for (const { size } of (await privateFiles()).values()) bytes += size;
      return bytes;
    };";

#[test]
fn images_stay_in_a_file_until_their_result_is_disposed_of() {
    with_package(async |browser| {
        let body = "
            const isSpool = (path) => path.endsWith('.zip');
            const spools = async () => [...(await privateFiles()).keys()].filter(isSpool).length;
            const before = await spools();
            const first = await fetchZip(args);
            const second = await fetchZip(args);
            const both = (await spools()) - before;
            first.dispose();
            first.dispose();
            while ((await spools()) - before === both && first.storage === 'file');
            const sizes = [second.blob.size, (await second.blob.arrayBuffer()).byteLength];
            return { storage: first.storage, left: (await spools()) - before, both, isWhole: sizes[0] === sizes[1] };";
        let paths = ["/image/1/700000b.jpg", "/image/2/64x48.png"];
        let urls: Vec<_> = paths.iter().map(|path| browser.origin.url(path)).collect();
        for place in PLACES {
            let value = browser.run(place, body, json!(urls)).await.unwrap();
            let expected = if Capability::PrivateFiles.is_in(browser.kind) {
                json!({ "storage": "file", "both": 2, "left": 1, "isWhole": true })
            } else {
                json!({ "storage": "blobs", "both": 0, "left": 0, "isWhole": true })
            };
            assert_eq!(value, expected, "{place:?}");
        }
    });
}

#[test]
fn images_that_all_fit_into_memory_never_go_to_the_file() {
    if !requires(Capability::PrivateFiles) {
        return;
    }
    with_package(async |browser| {
        let body = "const small = await fetchZip(args.small);
            const before = await spooled();
            const bytes = [...new Uint8Array(await small.blob.arrayBuffer())];
            await fetchZip(args.large);
            return { before, bytes, isWritten: (await spooled()) > 2_000_000 };";
        let body = &format!("{SPOOLED}{body}");
        let urls = |bytes, count| -> Vec<_> {
            (0..count).map(|seed| browser.origin.url(&format!("/image/{seed}/{bytes}b.jpg"))).collect()
        };
        let (small, large) = (urls(20_000, 5), urls(20_000, 150));
        let value = browser.run(Place::Page, body, json!({ "small": small, "large": large })).await.unwrap();
        assert_eq!(value["before"], 0);
        assert_eq!(value["isWritten"], true);
        let bytes: Vec<u8> = serde_json::from_value(value["bytes"].clone()).unwrap();
        let entries = support::archive::contents::entries(&bytes);
        assert_eq!(entries.len(), small.len());
        for (seed, (name, bytes)) in entries.iter().enumerate() {
            assert!(*bytes == browser.origin.get(&format!("/image/{seed}/20000b.jpg")), "{name}");
        }
    });
}

#[test]
fn small_images_that_wait_for_a_slow_one_wait_on_the_disk() {
    if !requires(Capability::PrivateFiles) {
        return;
    }
    with_package(async |browser| {
        let gate = |seed| if seed == 0 { "?gate=slow" } else { "" };
        let urls: Vec<_> = (0..1000)
            .map(|seed| browser.origin.url(&format!("/image/{seed}/20000b.jpg{}", gate(seed))))
            .collect();
        let body = "let stored = 0, written = 0;
            const sink = new WritableStream({ write(chunk) { written += chunk.length; } });
            const onEvent = async ({ kind }) => {
              if (kind === 'stored' && (stored += 1) === args.length - 1) window.spooled = await spooled();
            };
            await fetchZip(args, { sink, onEvent });
            return written;";
        let body = &format!("{SPOOLED}{body}");
        browser.begin_run(body, json!(urls)).await;
        // Of 20 MB at most 8 MiB wait in memory, and 2 MiB on their way to the disk.
        browser.until("window.spooled > 9_000_000").await;
        browser.origin.open_gate("slow");
        let written = browser.end_run().await.unwrap();
        assert!(written.as_u64().unwrap() > 20_000_000, "{written}");
    });
}

#[test]
fn a_result_can_be_posted_to_another_thread() {
    with_package(async |browser| {
        let body = "const result = await fetchZip([args]);
            const { port1, port2 } = new MessageChannel();
            const posted = new Promise((resolve) => (port2.onmessage = ({ data }) => resolve(data)));
            port1.postMessage(result);
            const { blob, items } = await posted;
            return [(await blob.arrayBuffer()).byteLength === result.blob.size, items.length];";
        let url = browser.origin.url("/image/1/400000b.jpg");
        let value = browser.run(Place::Page, body, json!(url)).await.unwrap();
        assert_eq!(value, json!([true, 1]));
    });
}

#[test]
fn a_call_runs_in_the_page_if_no_worker_may_be_started() {
    const POLICY: &str = "worker-src 'none'";
    with_package_under(POLICY, async |browser| {
        let paths = ["/image/1/700000b.jpg", "/fault/status/404", "/image/2/64x48.png"];
        let urls: Vec<_> = paths.iter().map(|path| browser.origin.url(path)).collect();
        let outcome = browser.fetch_zip(Place::Page, json!(urls), Value::Null).await;
        assert_eq!(outcome.result["storage"], "blobs");
        assert_eq!(outcome.entry_names(), ["700000b.jpg", "-", "64x48.png"]);
        let entries = support::archive::contents::entries(outcome.zip());
        assert_eq!(entries[0].1, browser.origin.get(paths[0]));
    });
}

#[test]
fn what_the_disk_has_no_space_for_is_kept_all_the_same() {
    if !requires(Capability::StorageQuota) {
        return;
    }
    with_package_on_disk_of(10 << 20, async |browser| {
        // Small images, and larger ones that go straight into the file, around one that never fits.
        let mut paths: Vec<_> = (0..8).map(|seed| format!("/image/{seed}/20000b.jpg")).collect();
        paths.push("/image/8/700000b.jpg".into());
        paths.push("/image/9/40000000b.jpg".into());
        paths.push("/image/10/3000000b.jpg?nolength".into());
        paths.extend((11..40).map(|seed| format!("/image/{seed}/400000b.jpg")));
        let urls: Vec<_> = paths.iter().map(|path| browser.origin.url(path)).collect();
        let outcome = browser.fetch_zip(Place::Page, json!(urls), Value::Null).await;
        assert_eq!(outcome.result["storage"], "blobs");
        assert_whole(browser, &outcome, &paths);
    });
}

#[test]
fn thousands_of_small_images_beyond_the_quota_are_kept() {
    if !requires(Capability::StorageQuota) {
        return;
    }
    with_package_on_disk_of(10 << 20, async |browser| {
        let paths: Vec<_> = (0..1000).map(|seed| format!("/image/{seed}/20000b.jpg")).collect();
        let urls: Vec<_> = paths.iter().map(|path| browser.origin.url(path)).collect();
        let outcome = browser.fetch_zip(Place::Page, json!(urls), json!({ "concurrency": 12 })).await;
        assert_whole(browser, &outcome, &paths);
    });
}

/// As the browser says how much memory the device has, in the page.
const SMALL_DEVICE: &str = "
    Object.defineProperty(navigator, 'deviceMemory', { value: 0.01 });
    return fetchZip(args);";

#[test]
fn images_beyond_the_quota_and_the_memory_fail_with_the_reason() {
    if !requires(Capability::StorageQuota) {
        return;
    }
    with_package_on_disk_of(10 << 20, async |browser| {
        let paths: Vec<_> = (0..60).map(|seed| format!("/image/{seed}/400000b.jpg?key=k")).collect();
        let urls: Vec<_> = paths.iter().map(|path| browser.origin.url(path)).collect();
        let result = browser.run(Place::Page, SMALL_DEVICE, json!(urls)).await.unwrap();
        let items = result["items"].as_array().unwrap();
        let stored = items.iter().filter(|item| item["outcome"] == "stored").count();
        assert!(stored > 20 && stored < 60, "{stored}");
        for item in items.iter().filter(|item| item["outcome"] != "stored") {
            assert_eq!(item["error"]["kind"], "storage");
            let message = item["error"]["message"].as_str().unwrap();
            assert!(message.contains("is full"), "{message}");
        }
    });
}

/// Asserts that the archive holds every image.
fn assert_whole(browser: &Browser, outcome: &Outcome, paths: &[String]) {
    for (item, path) in outcome.result["items"].as_array().unwrap().iter().zip(paths) {
        assert_eq!(item["outcome"], "stored", "{path}: {item}");
    }
    let entries = support::archive::contents::entries(outcome.zip());
    assert_eq!(entries.len(), paths.len());
    for ((name, bytes), path) in entries.iter().zip(paths) {
        let plain = path.split('?').next().unwrap();
        assert!(*bytes == browser.origin.get(plain), "{name}");
    }
}

/// Results that a page keeps, and never disposes of.
const KEPT_RESULTS: usize = 40;

/// The most that the worker's wasm may have by then, in bytes: less than a megabyte for each result.
const WORKER_BYTES: u64 = 32 << 20;

#[test]
fn results_that_nobody_disposes_of_take_no_memory_of_the_worker() {
    with_exhaustible_package("", async |browser| {
        // Images that memory holds, and as many that need a file: of both, 1.8 MB and more are appended in memory.
        for images in [9, 12] {
            let urls: Vec<_> =
                (0..images).map(|seed| browser.origin.url(&format!("/image/{seed}/200000b.jpg"))).collect();
            let body = "window.kept ??= [];
                for (let run = 0; run < args.runs; run += 1) window.kept.push(await fetchZip(args.urls));
                const read = window.kept.map(async ({ blob }) => (await blob.arrayBuffer()).byteLength);
                return Math.min(...(await Promise.all(read)));";
            let args = json!({ "urls": urls, "runs": KEPT_RESULTS });
            let shortest = browser.run(Place::Page, body, args).await.unwrap();
            assert!(shortest.as_u64() > Some(1_800_000), "{shortest}");
            let bytes = browser.worker_bytes().await;
            eprintln!("{images} images a result: the worker's wasm has {bytes} bytes");
            assert!(bytes < WORKER_BYTES, "{images} images a result: {bytes}");
        }
    });
}

/// Results of one small image each; with `FETCHZIP_LARGE` as many as the worker of an older version ran out of memory at.
const SMALL_RESULTS: usize = 60;
const MANY_SMALL_RESULTS: usize = 2_335;

/// As many as a driver waits for with one script.
const RESULTS_AT_A_TIME: usize = 60;

/// The most that the worker's wasm may have for each of them, in bytes, and for all together.
const BYTES_OF_A_RESULT: u64 = 128 << 10;
const BYTES_OF_THE_WORKER: u64 = 16 << 20;

#[test]
fn each_of_many_small_results_that_nobody_disposes_of_can_be_read_to_the_end() {
    with_exhaustible_package("", async |browser| {
        let results = if environment::is_large() { MANY_SMALL_RESULTS } else { SMALL_RESULTS };
        // No two are the same.
        let urls: Vec<_> =
            (0..results).map(|seed| browser.origin.url(&format!("/image/{seed}/20000b.jpg"))).collect();
        let keep = "window.contents = async ({ blob }) => {
              const bytes = new Uint8Array(await blob.arrayBuffer());
              return `${bytes.length} ${bytes.reduce((sum, byte) => (sum * 31 + byte) | 0, 0)}`;
            };
            window.kept ??= [];
            for (const url of args.urls) {
              const result = await fetchZip([url]);
              window.kept.push([result, await window.contents(result)]);
            }";
        for urls in urls.chunks(RESULTS_AT_A_TIME) {
            browser.run(Place::Page, keep, json!({ "urls": urls })).await.unwrap();
        }
        let read = "const now = await Promise.all(window.kept.map(([result]) => window.contents(result)));
            const lost = now.filter((contents, index) => contents !== window.kept[index][1]);
            return { lost, different: new Set(now).size, files: (await privateFiles()).size };";
        let report = browser.run(Place::Page, read, Value::Null).await.unwrap();
        assert_eq!((&report["lost"], &report["different"]), (&json!([]), &json!(results)));
        let bytes = browser.worker_bytes().await;
        eprintln!("{results} results: the worker's wasm has {bytes} bytes, {} files", report["files"]);
        // Fewer would not fill what the worker has from the start.
        if environment::is_large() {
            assert!(bytes < BYTES_OF_THE_WORKER + BYTES_OF_A_RESULT * results as u64, "{bytes}");
        }
    });
}
