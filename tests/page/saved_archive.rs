//! An archive on its way to a real folder, and what comes of it there.

use std::io::Write as _;
use std::path::Path;

use fantoccini::elements::Element;
use fantoccini::wd::WindowHandle;
use serde_json::Value;

use super::page_driver::with_page;
use crate::browser::capability::{Capability, requires};
use crate::browser::folder_watch::{FolderWatch, megabytes};
use crate::browser::{Browser, downloads, environment};
use support::archive::contents::File;
use support::archive::libraries;

/// The number of large images in an archive, and the bytes of each.
#[derive(Clone, Copy)]
pub struct Size {
    count: u64,
    bytes: u64,
}

/// 60 MB, which are saved in a moment.
pub const SMALL: Size = Size { count: 6, bytes: 10_000_000 };

/// So much that what a user does comes in the middle of it.
const ORDINARY: Size = Size { count: 10, bytes: 36_000_000 };

/// 1.8 GB, which no memory should hold.
const LARGE: Size = Size { count: 30, bytes: 60_000_000 };

impl Size {
    /// The size of a long download: 360 MB, or 1.8 GB with `FETCHZIP_LARGE` set.
    pub fn long() -> Self {
        if environment::is_large() { LARGE } else { ORDINARY }
    }

    /// Paths of the images on the demo server.
    fn paths(self) -> impl Iterator<Item = String> {
        (0..self.count).map(move |seed| format!("/image/{seed}/{}b.jpg/photo-{seed}.jpg", self.bytes))
    }

    pub fn total(self) -> u64 {
        self.count * self.bytes
    }
}

/// A page with an archive that can be saved.
pub struct Fetched<'a> {
    browser: &'a Browser,
    size: Size,
    /// The paths of all images: the large ones and what a test added.
    pub paths: Vec<String>,
}

/// Runs a test on a page that has fetched an archive of the long size and, at its end, more images.
pub fn with_archive(more: &[&str], test: impl AsyncFnOnce(&Browser, Fetched<'_>)) {
    with_archives(async |browser| {
        let fetched = browser.fetch_archive(Size::long(), more).await;
        test(browser, fetched).await;
    });
}

/// Runs a test on a page whose archives are files.
pub fn with_archives(test: impl AsyncFnOnce(&Browser)) {
    if requires(Capability::PrivateFiles) {
        with_page(test);
    }
}

impl Browser {
    /// Presses "Fetch" in another tab, which becomes the current one.
    pub async fn fetch_in(&self, tab: WindowHandle) {
        self.client.switch_to_window(tab).await.unwrap();
        self.press("Fetch").await;
    }

    /// Fetches an archive of this size and, at its end, more images.
    pub async fn fetch_archive(&self, size: Size, more: &[&str]) -> Fetched<'_> {
        let paths: Vec<_> = size.paths().chain(more.iter().copied().map(str::to_owned)).collect();
        self.paste_paths(&paths).await;
        self.fetch().await;
        Fetched { browser: self, size, paths }
    }

    /// Puts a list of paths on the demo server into the box.
    pub async fn paste_paths(&self, paths: &[impl AsRef<str>]) {
        let lines: Vec<_> = paths.iter().map(|path| self.origin.url(path.as_ref())).collect();
        self.paste(&lines.join("\n")).await;
        self.until("document.getElementById('plan').textContent.includes(' URL')").await;
    }

    /// The first element of this role and name.
    pub async fn first(&self, role: &str, name: &str) -> Element {
        self.all(role, name).await.into_iter().next().unwrap_or_else(|| panic!("no {role} {name:?}"))
    }

    /// Presses the first of the buttons of this name.
    pub async fn press_first(&self, name: &str) {
        let first = async || self.all("button", name).await.into_iter().next();
        assert!(self.click_found(&format!("the first {name:?}"), first).await, "no button {name:?}");
    }

    /// Opens an empty tab, and stays in the current one.
    pub async fn open_other_tab(&self) -> WindowHandle {
        self.client.new_window(true).await.unwrap().handle
    }

    /// Opens the page in a tab.
    pub async fn open_page_in(&self, tab: WindowHandle) {
        self.client.switch_to_window(tab).await.unwrap();
        self.client.goto(&self.address).await.unwrap();
        self.until_ready().await;
    }

    /// The entry that an archive must have for an image of the demo server.
    pub fn entry_of(&self, path: &str) -> File {
        let plain = path.split('?').next().unwrap();
        let digests = self.origin.get(&format!("/control/sha256?path={plain}"));
        let digests: Value = serde_json::from_slice(&digests).unwrap();
        File {
            name: plain.rsplit('/').next().unwrap().to_owned(),
            size: digests["length"].as_u64().unwrap(),
            sha256: digests["sha256"].as_str().unwrap().to_owned(),
        }
    }
}

impl<'a> Fetched<'a> {
    /// Clicks on "Save zip", and waits for the first sign of the download. The archive holds all images
    /// except the last few.
    pub async fn begin_save(&self, without: usize) -> Save<'a> {
        let link = self.browser.the("link", "Save zip").await;
        let mut save = self.watch(without);
        link.click().await.unwrap();
        save.watch.until_first_sign().await;
        save
    }

    /// Clicks on "Save zip" and on a button in the same moment, before the browser begins the download.
    pub async fn save_and_click_at_once(&self, button: &Element, without: usize) -> Save<'a> {
        let link = self.browser.the("link", "Save zip").await;
        let arguments = [&link, button].map(|element| serde_json::to_value(element).unwrap());
        let mut save = self.watch(without);
        let script = "arguments[0].click(); arguments[1].click();";
        self.browser.execute(script, arguments.into()).await;
        save.watch.until_first_sign().await;
        save
    }

    fn watch(&self, without: usize) -> Save<'a> {
        downloads::clear();
        let paths = self.paths[..self.paths.len() - without].to_vec();
        Save { browser: self.browser, watch: FolderWatch::begin(), size: self.size, paths, acted: None }
    }
}

/// An archive that is being saved.
pub struct Save<'a> {
    browser: &'a Browser,
    watch: FolderWatch,
    size: Size,
    /// The paths of its images.
    paths: Vec<String>,
    /// Bytes on the disk at the beginning and at the end of what the user did.
    acted: Option<(u64, u64)>,
}

impl Save<'_> {
    /// What the user does, which must begin before the download ends.
    pub async fn act<T>(&mut self, act: impl Future<Output = T>) -> T {
        let before = self.watch.bytes();
        assert!(before < self.size.total(), "the act came too late: all is saved");
        let value = act.await;
        self.acted = Some((before, self.watch.bytes()));
        value
    }

    /// Checks that the download leaves a whole archive, and that nothing else ever stands under its name.
    /// Prints a line of the table: what was done meanwhile, and what came of it.
    pub async fn expect_whole(self, what: &str) {
        self.expect_all_whole(what, 1).await;
    }

    /// The same for several downloads of it.
    pub async fn expect_all_whole(self, what: &str, count: usize) {
        let end = self.end(what, count).await;
        assert_eq!(end, "whole", "{what}");
    }

    /// How the downloads end: "whole", or what was left, in words.
    pub async fn end(self, what: &str, count: usize) -> String {
        let saved = self.watch.until_saved(count).await;
        // Images are stored, so no archive is shorter than all of them.
        let is_short = |bytes: &u64| *bytes < self.size.total();
        let end = match &saved {
            Err(reason) => format!("not saved: there is {}", reason.left),
            Ok(files) => match files.iter().map(|file| length(file)).find(is_short) {
                Some(bytes) => format!("{} under its final name", megabytes(bytes)),
                None => "whole".to_owned(),
            },
        };
        let acted = match self.acted {
            Some((before, after)) => format!(" (with {} to {} saved)", megabytes(before), megabytes(after)),
            None => String::new(),
        };
        let (size, kind) = (megabytes(self.size.total()), self.browser.kind);
        let line = format!("saving {size} in {kind}: {what}{acted}: {end}\n");
        // Past libtest, which shows nothing of a test that passes.
        std::io::stderr().write_all(line.as_bytes()).unwrap();
        if let (Ok(files), "whole") = (&saved, end.as_str()) {
            let expected: Vec<_> = self.paths.iter().map(|path| self.browser.entry_of(path)).collect();
            for file in files {
                let whole = length(file);
                let lengths = self.watch.lengths(file);
                assert!(lengths.iter().all(|length| [0, whole].contains(length)), "{file:?}: {lengths:?}");
                assert_holds(file, &expected);
            }
        }
        end
    }
}

fn length(file: &Path) -> u64 {
    std::fs::metadata(file).unwrap().len()
}

/// Opens an archive in a fast reader of other people's, and compares its images.
pub fn assert_holds(archive: &Path, expected: &[File]) {
    let reader = libraries::ALL.iter().find(|reader| reader.name == "Python's zipfile").unwrap();
    let mut found = reader.read(archive);
    let record = found.split_off(found.len().saturating_sub(2));
    let names: Vec<_> = record.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["manifest.csv", "manifest.json"]);
    assert_eq!(found, expected);
}
