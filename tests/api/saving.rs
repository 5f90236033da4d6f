//! `result.save()`: a download of one file, which nothing that the program does later ends.

use std::fs;

use serde_json::{Value, json};

use super::package_driver::{Place, with_package, with_package_under};
use crate::browser::Browser;
use crate::browser::capability::{Capability, requires};
use support::archive::contents::entries;

const PATHS: [&str; 3] = ["/image/1/3000000b.jpg", "/image/2/64x48.png", "/image/3/700000b.jpg"];

#[test]
fn a_saved_archive_is_whole_whatever_the_program_does_next() {
    with_package(async |browser| {
        let body = "const result = await fetchZip(args, { fileName: 'photos.zip' });
            await result.save();
            result.dispose();
            await fetchZip(args);
            return result.fileName;";
        assert_eq!(browser.run(Place::Page, body, urls(browser, &PATHS)).await.unwrap(), "photos.zip");
        assert_whole(browser, "photos.zip", &PATHS).await;
    });
}

#[test]
fn an_archive_that_fits_into_memory_becomes_a_file_when_it_is_saved() {
    if !requires(Capability::PrivateFiles) {
        return;
    }
    with_package(async |browser| {
        let body = "const result = await fetchZip(args);
            const before = (await privateFiles()).size;
            await result.save('small.zip');
            result.dispose();
            return { before, after: [...(await privateFiles()).keys()].map((path) => path.split('.').pop()).sort() };";
        let paths = &PATHS[1..2];
        let value = browser.run(Place::Page, body, urls(browser, paths)).await.unwrap();
        assert_eq!(value, json!({ "before": 0, "after": ["lock", "zip"] }));
        assert_whole(browser, "small.zip", paths).await;
    });
}

#[test]
fn an_archive_without_a_file_is_saved_from_memory() {
    with_package_under("worker-src 'none'", async |browser| {
        let body = "const result = await fetchZip(args);
            await result.save();
            const asks = !window.dispatchEvent(new Event('beforeunload', { cancelable: true }));
            return { storage: result.storage, asks, files: (await privateFiles()).size };";
        let value = browser.run(Place::Page, body, urls(browser, &PATHS)).await.unwrap();
        assert_eq!(value, json!({ "storage": "blobs", "asks": true, "files": 0 }));
        assert_whole(browser, "images.zip", &PATHS).await;
    });
}

#[test]
fn what_can_t_be_saved_or_proved_says_why() {
    with_package(async |browser| {
        let body = "const reasonOf = (promise) => promise.then(() => null, ({ message }) => message);
            const none = await fetchZip(['nowhere at all']);
            const gone = await fetchZip(args);
            gone.dispose();
            return {
              none: await reasonOf(none.save()),
              name: await reasonOf(none.save(7)),
              disposed: await reasonOf(gone.save()),
            };";
        let value = browser.run(Place::Page, body, urls(browser, &PATHS)).await.unwrap();
        let expected = json!({
            "none": "there is no archive to save: no image was stored, or it went to a sink, or the site's data was cleared",
            "name": "fileName must be a string, not 7",
            "disposed": "the result was disposed of: save it before",
        });
        assert_eq!(value, expected);
    });
}

#[test]
fn if_the_site_s_data_is_cleared_a_result_says_so() {
    if !requires(Capability::PrivateFiles) {
        return;
    }
    with_package(async |browser| {
        let body = "const reasonOf = (promise) => promise.then(() => null, ({ message }) => message);
            const result = await fetchZip(args);
            const root = await navigator.storage.getDirectory();
            // As clearing the site's data does, while the files are not open.
            const folder = await root.getDirectoryHandle('fetchzip');
            for await (const name of folder.keys()) {
              if (name.endsWith('.zip')) await folder.removeEntry(name);
            }
            return { save: await reasonOf(result.save()), prove: await reasonOf(result.prove()) };";
        let value = browser.run(Place::Page, body, urls(browser, &PATHS)).await.unwrap();
        assert!(value["save"].as_str().unwrap().contains("the site's data was cleared"), "{value}");
        // Firefox may still read a file that was removed.
        if let Some(reason) = value["prove"].as_str() {
            assert!(reason.contains("the site's data was cleared"), "{value}");
        }
    });
}

fn urls(browser: &Browser, paths: &[&str]) -> Value {
    paths.iter().map(|path| browser.origin.url(path)).collect()
}

/// Asserts that the browser has saved every image under this name.
async fn assert_whole(browser: &Browser, name: &str, paths: &[&str]) {
    let found = entries(&fs::read(browser.downloaded(name).await).unwrap());
    assert_eq!(found.len(), paths.len());
    for ((name, bytes), path) in found.iter().zip(paths) {
        assert!(*bytes == browser.origin.get(path), "{name}");
    }
}
