//! `result.select()`: another archive of some of a run's images, from what is kept.

use std::fs;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::package_driver::{
    Outcome, PLACES, Place, with_package, with_package_on_disk_of, with_package_under,
};
use crate::browser::Browser;
use crate::browser::capability::{Capability, requires};
use support::archive::check_in_every_reader;
use support::archive::contents::{File, entries};

/// A large image and a small one on each side of one that fails, and a namesake.
const PATHS: [&str; 6] = [
    "/image/1/3000000b.jpg",
    "/image/2/64x48.png",
    "/fault/status/404",
    "/image/3/700000b.jpg",
    "/image/4/64x48.png",
    "/image/5/20000b.jpg",
];

/// Images that memory holds.
const SMALL: [&str; 3] = ["/image/1/64x48.png", "/image/2/20000b.jpg", "/image/3/64x48.png"];

/// Declares `shown(result)`, which resolves to what a test compares of a result, and `reasonOf(promise)`.
const SHOWN: &str = "
    const shown = async ({ blob, ...result }) => ({ result, zip: blob && await base64(blob) });
    const reasonOf = (promise) => promise.then(() => null, ({ name, message }) => `${name}: ${message}`);";

#[test]
fn a_selection_holds_its_items_from_what_is_kept_and_leaves_the_result_as_it_is() {
    with_package(async |browser| {
        let body = "const result = await fetchZip(args.urls, { fileName: 'all.zip', retries: 0 });
            const before = JSON.stringify([result.items, result.timings]);
            // The selection is of the items as they were.
            const items = result.items.splice(0).reverse();
            const selection = await result.select(args.selected);
            await selection.prove();
            result.items.push(...items.reverse());
            const isSame = before === JSON.stringify([result.items, result.timings]);
            await result.prove();
            return [await shown(result), await shown(selection), isSame];";
        // In any order, one of them twice, and one that failed.
        let args = json!({ "urls": urls(browser, &PATHS), "selected": [5, 2, 1, 3, 5] });
        for place in PLACES {
            let requests = requests(browser);
            let [whole, selection, is_same] = browser.shown(place, body, args.clone()).await;
            assert_eq!(requests_since(browser, requests), PATHS.len() as u64, "{place:?}");
            assert_eq!(is_same, true);
            let (whole, selection) = (outcome(whole), outcome(selection));
            assert_holds(browser, &selection, &PATHS, &[1, 3, 5]);
            assert_holds(browser, &whole, &PATHS, &[0, 1, 3, 4, 5]);
            assert_eq!(whole.entry_names()[4], "64x48 (2).png");

            for (index, (item, own)) in selection.items().iter().zip(whole.items()).enumerate() {
                let mut expected = own.clone();
                if ![1, 2, 3, 5].contains(&index) {
                    expected["outcome"] = json!("left-out");
                    expected["entryName"] = Value::Null;
                    expected["error"] = Value::Null;
                }
                assert_eq!(*item, expected, "{index}");
            }
            assert_eq!(selection.items()[2]["error"]["status"], 404);
            assert_eq!(selection.result["fileName"], "all.zip");
            assert_eq!(selection.result["storage"], whole.result["storage"]);
            let timings = |outcome: &Outcome, name: &str| outcome.result["timings"][name].clone();
            for name in ["wallMs", "busyMs"] {
                assert_eq!(timings(&selection, name), timings(&whole, name));
            }
            let bytes: usize = [1, 3, 5].iter().map(|item| browser.origin.get(PATHS[*item]).len()).sum();
            assert_eq!(timings(&selection, "bytes"), bytes as f64);
        }
    });
}

#[test]
fn a_selection_is_read_by_every_reader() {
    with_package(async |browser| {
        let body = "const result = await fetchZip(args.urls, { manifest: true, retries: 0 });
            return [await shown(await result.select([4, 0, 3]))];";
        let args = json!({ "urls": urls(browser, &PATHS) });
        let [selection] = browser.shown(Place::Page, body, args).await;
        let selection = outcome(selection);
        let found = entries(selection.zip());
        let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
        let expected = ["3000000b.jpg", "700000b.jpg", "64x48 (2).png", "manifest.csv", "manifest.json"];
        assert_eq!(names, expected);
        let folder = TempDir::new().unwrap();
        let archive = folder.path().join("selection.zip");
        fs::write(&archive, selection.zip()).unwrap();
        let files: Vec<_> = found.into_iter().map(|(name, content)| File::new(name, &content)).collect();
        check_in_every_reader(&archive, &files);
    });
}

#[test]
fn the_record_agrees_with_the_selection() {
    with_package(async |browser| {
        let body = "const options = { manifest: { name: 'record' }, retries: 0, skipRepeated: 'images' };
            const result = await fetchZip(args.urls, options);
            const all = result.items.keys();
            return [await shown(await result.select([0, 2, 6])), await shown(await result.select(all)), await shown(result)];";
        let mut paths = PATHS.to_vec();
        paths.push(PATHS[0]);
        let args = json!({ "urls": urls(browser, &paths) });
        let [selection, all, whole] = browser.shown(Place::Page, body, args).await.map(outcome);
        assert!(all.zip() == whole.zip(), "a selection of all items is the same archive");
        let record = |outcome: &Outcome| -> Vec<Value> {
            let (name, json) = entries(outcome.zip()).pop().unwrap();
            assert_eq!(name, "record.json");
            let record: Value = serde_json::from_slice(&json).unwrap();
            record["items"].as_array().unwrap().clone()
        };
        let (own, of_whole) = (record(&selection), record(&whole));
        assert_eq!(own[0], of_whole[0]);
        assert_eq!((&own[2]["outcome"], &own[2]["status"]), (&json!("failed"), &json!(404)));
        assert_eq!((&own[6]["outcome"], &own[6]["reason"]), (&json!("left-out"), &of_whole[6]["reason"]));
        for item in [1, 3, 4, 5] {
            let keys = ["outcome", "reason", "entryName", "bytes", "crc32"];
            let found = keys.map(|key| own[item][key].clone());
            let expected = json!(["left-out", "not selected", null, null, 0]);
            assert_eq!(json!(found), expected, "{item}");
            assert_eq!(own[item]["url"], of_whole[item]["url"]);
        }
        let (name, csv) = entries(selection.zip()).remove(1);
        let csv = String::from_utf8(csv).unwrap();
        assert_eq!(
            (name.as_str(), csv.matches("left-out,not selected,").count()),
            ("record.csv", 4),
            "{csv}"
        );
    });
}

#[test]
fn a_selection_is_selected_from_again_and_what_is_not_in_it_stays_out() {
    with_package(async |browser| {
        let body = "const result = await fetchZip(args.urls, { retries: 0, manifest: true });
            const first = await result.select([0, 2, 4, 5]);
            const second = await first.select([1, 2, 4, 5]);
            const third = await second.select([4, 5]);
            await third.prove();
            return Promise.all([second, third, await result.select([1, 4])].map(shown));";
        let args = json!({ "urls": urls(browser, &PATHS) });
        let [second, third, again] = browser.shown(Place::Page, body, args).await.map(outcome);
        assert_holds(browser, &second, &PATHS, &[4, 5]);
        assert_holds(browser, &third, &PATHS, &[4, 5]);
        assert_holds(browser, &again, &PATHS, &[1, 4]);
        let outcomes: Vec<_> = second.items().iter().map(|item| item["outcome"].as_str().unwrap()).collect();
        assert_eq!(outcomes, ["left-out", "left-out", "failed", "left-out", "stored", "stored"]);
        assert_eq!(second.items()[4]["entryName"], "64x48 (2).png");
    });
}

#[test]
fn each_result_is_read_until_its_own_dispose_and_the_file_goes_with_the_last() {
    if !requires(Capability::PrivateFiles) {
        return;
    }
    with_package(async |browser| {
        let body = "
            const spools = async () => [...(await privateFiles()).keys()].filter((path) => path.endsWith('.zip')).length;
            const isGone = async () => {
              while (await spools()) await new Promise((resolve) => setTimeout(resolve));
              return true;
            };
            const counts = [];
            const shownAll = [];
            for (const order of [[0, 1, 2], [2, 1, 0], [1, 0, 2]]) {
              const result = await fetchZip(args.urls, { retries: 0 });
              const selection = await result.select([0, 3]);
              const results = [result, selection, await selection.select([3])];
              for (const [number, last] of [[0], [1], [2, true]]) {
                const one = results[order[number]];
                await one.prove();
                if (last) shownAll.push(await shown(one));
                // One file has them all.
                counts.push(await spools());
                one.dispose();
                // Whatever is released is released by the time of the next answer.
                await fetchZip([]);
                counts.push(await reasonOf(one.select([0])));
              }
              await isGone();
            }
            return [counts, ...shownAll];";
        let args = json!({ "urls": urls(browser, &PATHS) });
        for place in PLACES {
            let [counts, third, first, third_again] = browser.shown(place, body, args.clone()).await;
            let disposed = "Error: the result was disposed of: select from it before";
            let expected: Vec<_> = (0..9).flat_map(|_| [json!(1), json!(disposed)]).collect();
            assert_eq!(counts, json!(expected));
            assert_holds(browser, &outcome(third), &PATHS, &[3]);
            assert_holds(browser, &outcome(first), &PATHS, &[0, 1, 3, 4, 5]);
            assert_holds(browser, &outcome(third_again), &PATHS, &[3]);
        }
    });
}

#[test]
fn a_saved_selection_is_whole_whatever_the_program_does_next() {
    // A selection of all items is saved from the file that is there.
    for (selected, files) in [(&[0, 3, 4][..], 2), (&[0, 1, 2, 3, 4, 5], 1)] {
        with_package(async |browser| {
            let body = "const result = await fetchZip(args.urls, { fileName: 'photos.zip', retries: 0 });
                const selection = await result.select(args.selected);
                await selection.save();
                const files = [...(await privateFiles()).keys()].filter((path) => path.endsWith('.zip')).length;
                selection.dispose();
                result.dispose();
                await fetchZip(args.urls);
                return [files];";
            let args = json!({ "urls": urls(browser, &PATHS), "selected": selected });
            let [found] = browser.shown(Place::Page, body, args).await;
            if Capability::PrivateFiles.is_in(browser.kind) {
                assert_eq!(found, files);
            }
            let stored = selected.iter().filter(|item| **item != 2).map(|item| PATHS[*item]);
            let stored: Vec<_> = stored.collect();
            assert_saved(browser, "photos.zip", &stored).await;
        });
    }
}

#[test]
fn a_selection_that_the_disk_has_no_space_for_is_saved_from_the_file_of_its_run() {
    if !requires(Capability::StorageQuota) {
        return;
    }
    with_package_on_disk_of(10 << 20, async |browser| {
        let body = "const result = await fetchZip(args.urls);
            const selection = await result.select([0, 2]);
            await selection.save('photos.zip');
            selection.dispose();
            result.dispose();
            const asks = !window.dispatchEvent(new Event('beforeunload', { cancelable: true }));
            for (let run = 0; run < 5; run += 1) await fetchZip([]);
            const files = [...(await privateFiles()).keys()].filter((path) => path.endsWith('.zip')).length;
            return [result.storage, selection.storage, asks, files];";
        let paths = ["/image/1/3000000b.jpg", "/image/2/20000b.jpg", "/image/3/3000000b.jpg"];
        let args = json!({ "urls": urls(browser, &paths) });
        let values: [Value; 4] = browser.shown(Place::Page, body, args).await;
        // The browser may still be reading the file.
        assert_eq!(json!(values), json!(["file", "file", true, 1]));
        assert_saved(browser, "photos.zip", &[paths[0], paths[2]]).await;
    });
}

#[test]
fn a_run_without_a_worker_and_one_in_memory_are_selected_from_too() {
    let body = "const result = await fetchZip(args.urls, { retries: 0 });
        const selection = await result.select(args.selected);
        await selection.prove();
        await selection.save('some.zip');
        result.dispose();
        return [await shown(selection), (await privateFiles()).size];";
    with_package_under("worker-src 'none'", async |browser| {
        for (paths, selected) in [(&PATHS[..], vec![0, 1, 5]), (&SMALL[..], vec![0, 2])] {
            let args = json!({ "urls": urls(browser, paths), "selected": selected });
            let [selection, files] = browser.shown(Place::Page, body, args).await;
            let selection = outcome(selection);
            assert_eq!((&selection.result["storage"], files), (&json!("blobs"), json!(0)));
            assert_holds(browser, &selection, paths, &selected);
        }
    });
    with_package(async |browser| {
        let args = json!({ "urls": urls(browser, &SMALL), "selected": [1] });
        let [selection, files] = browser.shown(Place::Page, body, args).await;
        assert_holds(browser, &outcome(selection), &SMALL, &[1]);
        if Capability::PrivateFiles.is_in(browser.kind) {
            // The file that was saved, and its lock.
            assert_eq!(files, 2);
        }
    });
}

#[test]
fn nothing_selected_is_no_archive() {
    with_package(async |browser| {
        let body = "const result = await fetchZip(args.urls, { retries: 0, manifest: true });
            const none = await result.select([]);
            const failed = await none.select(new Set([0, 2]));
            await none.prove();
            return [none.blob, none.timings.bytes, await reasonOf(none.save()), failed.blob,
              (await (await fetchZip(['nonsense'])).select([0])).items[0].outcome, none.items.map(({ outcome }) => outcome)];";
        let args = json!({ "urls": urls(browser, &PATHS) });
        let values: [Value; 6] = browser.shown(Place::Page, body, args).await;
        let reason = "Error: there is no archive to save: no image was stored, or it went to a sink, or the site's data was cleared";
        assert_eq!(json!(values[..5]), json!([null, 0, reason, null, "failed"]));
        assert_eq!(values[5], json!(vec!["left-out"; 6]));
    });
}

#[test]
fn what_can_t_be_selected_says_why() {
    with_package(async |browser| {
        let body = "const result = await fetchZip(args.urls, { retries: 0 });
            const reasons = [];
            for (const items of [[0, 6], [-1], [1.5], [NaN], [0, '1'], 3, '12', null]) {
              reasons.push(await reasonOf(result.select(items)));
            }
            const streamed = await fetchZip(args.urls, { retries: 0, sink: new WritableStream() });
            reasons.push(await reasonOf(streamed.select([0])));
            result.dispose();
            reasons.push(await reasonOf(result.select([0])));
            return [reasons];";
        let args = json!({ "urls": urls(browser, &PATHS) });
        let [reasons] = browser.shown(Place::Page, body, args).await;
        let index = "must be the index of an item, a whole number from 0 on and below 6, not";
        let iterable = "TypeError: items must be an array or another iterable of indices, not";
        let expected = [
            format!("RangeError: items[1] {index} 6"),
            format!("RangeError: items[0] {index} -1"),
            format!("RangeError: items[0] {index} 1.5"),
            format!("RangeError: items[0] {index} NaN"),
            format!("TypeError: items[1] {index} 1"),
            format!("{iterable} 3"),
            format!("{iterable} 12"),
            format!("{iterable} null"),
            "Error: there is no archive to select from (it went to a sink, or is being made anew): fetch the images again"
                .into(),
            "Error: the result was disposed of: select from it before".into(),
        ];
        assert_eq!(reasons, json!(expected));
    });
}

#[test]
fn if_the_site_s_data_is_cleared_a_selection_says_so() {
    if !requires(Capability::PrivateFiles) {
        return;
    }
    with_package(async |browser| {
        let body = "const result = await fetchZip(args.urls, { retries: 0 });
            const selection = await result.select([0, 1]);
            // As clearing the site's data does, while the files are not open.
            const root = await navigator.storage.getDirectory();
            const folder = await root.getDirectoryHandle('fetchzip');
            for await (const name of folder.keys()) {
              if (name.endsWith('.zip')) await folder.removeEntry(name);
            }
            return [await reasonOf(result.select([0])), await reasonOf(selection.save()), await reasonOf(selection.prove())];";
        let args = json!({ "urls": urls(browser, &PATHS) });
        let [select, save, prove] = browser.shown(Place::Page, body, args).await;
        assert!(select.as_str().unwrap().contains("the site's data was cleared"), "{select}");
        // Firefox may still read a file that was removed.
        for reason in [save, prove].iter().filter_map(Value::as_str) {
            assert!(reason.contains("the site's data was cleared"), "{reason}");
        }
    });
}

#[test]
fn every_second_of_two_thousand_items_is_selected() {
    with_package(async |browser| {
        let body = "const result = await fetchZip(args.urls);
            const even = [...args.urls.keys()].filter((index) => index % 2 === 0);
            const selection = await result.select(even);
            await selection.prove();
            return [await shown(selection)];";
        let paths: Vec<_> = (0..2000).map(|seed| format!("/image/{}/3000b.jpg", seed % 50)).collect();
        let paths: Vec<_> = paths.iter().map(String::as_str).collect();
        let requests = requests(browser);
        let args = json!({ "urls": urls(browser, &paths) });
        let [selection] = browser.shown(Place::Page, body, args).await;
        assert_eq!(requests_since(browser, requests), 2000);
        let found = entries(outcome(selection).zip());
        assert_eq!(found.len(), 1000);
        let images: Vec<_> = paths[..50].iter().map(|path| browser.origin.get(path)).collect();
        for (number, (name, bytes)) in found.iter().enumerate() {
            let index = number * 2;
            let namesake = if index == 0 { "3000b.jpg".into() } else { format!("3000b ({}).jpg", index + 1) };
            assert_eq!(*name, namesake);
            assert!(*bytes == images[index % 50], "{name}");
        }
    });
}

impl Browser {
    /// Runs the body, with `shown` and `reasonOf`, and returns the array that it resolves to.
    async fn shown<const N: usize>(&self, place: Place, body: &str, args: Value) -> [Value; N] {
        let value = self.run(place, &format!("{SHOWN}{body}"), args).await.expect("it resolves");
        let Value::Array(values) = value else { panic!("{value} is no array") };
        values.try_into().expect("it has as many values")
    }
}

fn outcome(mut shown: Value) -> Outcome {
    let zip = shown["zip"].as_str().map(|text| BASE64_STANDARD.decode(text).unwrap());
    Outcome { result: shown["result"].take(), zip }
}

fn urls(browser: &Browser, paths: &[&str]) -> Value {
    paths.iter().map(|path| browser.origin.url(path)).collect()
}

fn requests(browser: &Browser) -> u64 {
    browser.origin.counters_of_all()["requests"].as_u64().unwrap_or_default()
}

fn requests_since(browser: &Browser, before: u64) -> u64 {
    requests(browser) - before
}

/// Asserts that an archive has these of the images, and after them at most a record, and that the items say so.
fn assert_holds(browser: &Browser, outcome: &Outcome, paths: &[&str], held: &[usize]) {
    let found = entries(outcome.zip());
    let records = found.iter().filter(|(name, _)| name.starts_with("manifest.")).count();
    assert_eq!(found.len() - records, held.len());
    for ((name, bytes), item) in found.iter().zip(held) {
        assert!(*bytes == browser.origin.get(paths[*item]), "{name}");
        assert_eq!(outcome.entry_names()[*item], name);
    }
    let stored = outcome.items().iter().filter(|item| item["outcome"] == "stored").count();
    assert_eq!(stored, held.len());
}

/// Asserts that the browser has saved these images under this name.
async fn assert_saved(browser: &Browser, name: &str, paths: &[&str]) {
    let found = entries(&fs::read(browser.downloaded(name).await).unwrap());
    assert_eq!(found.len(), paths.len());
    for ((name, bytes), path) in found.iter().zip(paths) {
        assert!(*bytes == browser.origin.get(path), "{name}");
    }
}
