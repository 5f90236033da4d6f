//! A day of use in a minute: runs, saves, retries, throws, closed tabs, kills, cleared data and a full
//! storage, in random order. At its end the private file system holds what the list of runs shows.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use super::page_driver::image_entries;
use super::saved_archive::assert_holds;
use crate::browser::capability::{Capability, requires};
use crate::browser::folder_watch::FolderWatch;
use crate::browser::private_files::PRIVATE_FILES;
use crate::browser::random::{Dice, seed};
use crate::browser::site::Site;
use crate::browser::{Browser, browse_and_kill, downloads, environment};

/// The number of acts; `FETCHZIP_LARGE` makes it ten times as many.
const ACTS: u64 = 24;

/// What happens on such a day. The first acts are likelier than the others.
const ALL: [Act; 18] = [
    Act::Fetch,
    Act::Fetch,
    Act::Fetch,
    Act::Save,
    Act::Save,
    Act::Save,
    Act::FetchNothing,
    Act::ThrowAway,
    Act::Retry,
    Act::Resume,
    Act::Reload,
    Act::ReloadInMidRun,
    Act::CancelARun,
    Act::KeepAPart,
    Act::CloseTab,
    Act::UseOtherTab,
    Act::Kill,
    Act::FillTheStorage,
];

/// The images of `begin_half_held_run`.
const HELD: [&str; 4] =
    ["/image/1/64x48.jpg", "/image/3/64x48.gif", "/image/2/64x48.png", "/image/4/64x48.webp"];

/// More than the storage takes when it is limited.
const FULL: [&str; 3] = [
    "/image/1/900000b.jpg/full-1.jpg",
    "/image/2/6000000b.jpg/full-2.jpg",
    "/image/3/7000000b.jpg/full-3.jpg",
];

/// Bytes that the site may then store: the fewest that Firefox can be limited to.
const ROOM: u64 = 10 << 20;

/// Half of all kills are of a run, and in Chromium half of all full storages are emptied by the user.
const HALF: u64 = 2;

#[derive(Clone, Copy, Debug)]
enum Act {
    /// A list of which one image may fail.
    Fetch,
    /// A list of which all images fail.
    FetchNothing,
    /// Saves what can be saved, with the file that comes of it.
    Save,
    ThrowAway,
    Retry,
    Resume,
    Reload,
    ReloadInMidRun,
    CancelARun,
    KeepAPart,
    CloseTab,
    /// Fetches in another tab, during a run of the first, and closes the other.
    UseOtherTab,
    Kill,
    /// Fetches more than the site may store, or clears its data.
    FillTheStorage,
}

#[test]
fn after_a_day_of_use_the_files_are_those_of_the_listed_runs_and_no_others() {
    if !requires(Capability::LastingProfile) {
        return;
    }
    browse_and_kill(Site::page(), async |browser| {
        browser.until_ready().await;
        let acts = if environment::is_large() { 10 * ACTS } else { ACTS };
        let listed = HELD.iter().chain(&FULL).map(|path| (*path).to_owned()).collect();
        let mut day = Day { browser, dice: Dice::new(seed()), listed, saved: Vec::new(), has_cleared: false };
        for number in 0..acts {
            let act = ALL[day.dice.below(ALL.len() as u64) as usize];
            eprintln!("act {number}: {act:?}");
            day.act(act).await;
        }
        day.end().await;
    });
}

/// The day so far.
struct Day<'a> {
    browser: &'a mut Browser,
    dice: Dice,
    /// The paths of all images that were listed, each with a name of its own.
    listed: Vec<String>,
    /// The lengths of the archives that were saved.
    saved: Vec<u64>,
    /// Whether the user has cleared the site's data: then the page may offer what is gone.
    has_cleared: bool,
}

impl Day<'_> {
    async fn act(&mut self, act: Act) {
        match act {
            Act::Fetch => self.fetch().await,
            Act::FetchNothing => {
                self.browser.paste_paths(&["/fault/status/404", "/fault/status/410"]).await;
                self.browser.fetch().await;
            }
            Act::Save => self.save().await,
            Act::ThrowAway => drop(self.press_any("Throw away").await),
            Act::Retry => self.press_and_wait("Retry the failed ones").await,
            Act::Resume => self.press_and_wait("Resume").await,
            Act::Reload => self.browser.open_page().await,
            Act::ReloadInMidRun => {
                self.browser.begin_half_held_run().await;
                self.browser.open_page().await;
            }
            Act::CancelARun => {
                self.browser.begin_half_held_run().await;
                self.browser.stop_and_throw_away().await;
                self.browser.until_run("cancelled").await;
            }
            Act::KeepAPart => {
                self.browser.begin_half_held_run().await;
                self.browser.stop_and_keep().await;
                self.browser.until_run("done").await;
            }
            Act::CloseTab => {
                let other = self.browser.open_other_tab().await;
                self.browser.client.close_window().await.unwrap();
                self.browser.open_page_in(other).await;
            }
            Act::UseOtherTab => self.use_other_tab().await,
            Act::Kill => {
                if self.dice.below(HALF) == 0 {
                    self.browser.begin_half_held_run().await;
                }
                self.browser.kill_and_start_again().await;
                self.browser.until_ready().await;
            }
            Act::FillTheStorage => self.fill_the_storage().await,
        }
    }

    /// A list of one to five images, small ones and large ones.
    async fn fetch(&mut self) {
        let first = self.listed.len();
        for seed in first..=first + self.dice.below(5) as usize {
            // No two archives have the same length.
            let bytes = [20_000, 300_000, 2_000_000][self.dice.below(3) as usize] + seed;
            self.listed.push(format!("/image/{seed}/{bytes}b.jpg/photo-{seed}.jpg"));
        }
        let mut paths = self.listed[first..].to_vec();
        if self.dice.below(3) == 0 {
            paths.push("/fault/status/404".to_owned());
        }
        self.browser.paste_paths(&paths).await;
        self.browser.fetch().await;
    }

    /// Waits until the list of runs shows what is there.
    async fn until_listed(&self) {
        self.browser.until("document.getElementById('runs').ariaBusy !== 'true'").await;
    }

    /// Saves one of the archives that can be saved.
    async fn save(&mut self) {
        // The list is made anew when it is shown.
        self.until_listed().await;
        let offered = async || {
            let mut offered = self.browser.offers("Save zip").await;
            offered.extend(self.browser.offers("Save again").await);
            offered.extend(self.browser.offers("Save the 2 that are there").await);
            offered
        };
        let count = offered().await.len() as u64;
        if count == 0 {
            return;
        }
        let chosen = self.dice.below(count) as usize;
        downloads::clear();
        let mut watch = FolderWatch::begin();
        let find = async || offered().await.into_iter().nth(chosen);
        assert!(self.browser.click_found("a zip to save", find).await);
        if self.has_cleared {
            let is_gone = async || self.browser.text().await.contains("The zip is gone");
            let begins = async || watch.bytes() > 0 || is_gone().await;
            self.browser.until_met("the zip is saved or gone", begins).await;
            if is_gone().await {
                return self.browser.open_page().await;
            }
        }
        watch.until_first_sign().await;
        let files = watch.until_saved(1).await.unwrap();
        let [file] = &files[..] else { panic!("one file: {files:?}") };
        let length = fs::metadata(file).unwrap().len();
        assert!(
            watch.lengths(file).iter().all(|seen| [0, length].contains(seen)),
            "{:?}",
            watch.lengths(file)
        );
        let mut expected = Vec::new();
        for (name, _) in image_entries(&fs::read(file).unwrap()) {
            let path = self
                .listed
                .iter()
                .find(|path| path.split('?').next().unwrap().ends_with(&format!("/{name}")));
            expected.push(self.browser.entry_of(path.unwrap_or_else(|| panic!("{name} was not listed"))));
        }
        assert_holds(file, &expected);
        self.saved.push(length);
    }

    /// Presses one of the buttons of this name, and waits for the end of the run.
    async fn press_and_wait(&mut self, name: &str) {
        if self.press_any(name).await {
            // A run of `begin_half_held_run` is held once more.
            self.browser.origin.open_gate("never");
            self.browser.until_run("done").await;
            self.browser.origin.get("/control/close?gate=never");
        }
    }

    async fn use_other_tab(&mut self) {
        let first = self.browser.client.window().await.unwrap();
        let is_held = self.dice.below(HALF) == 0;
        if is_held {
            self.browser.begin_half_held_run().await;
        }
        let other = self.browser.open_other_tab().await;
        self.browser.open_page_in(other).await;
        self.fetch().await;
        if self.dice.below(HALF) == 0 {
            self.save().await;
        }
        self.browser.client.close_window().await.unwrap();
        self.browser.client.switch_to_window(first).await.unwrap();
        if is_held {
            self.browser.stop_and_keep().await;
            self.browser.until_run("done").await;
        }
    }

    /// Fetches more than the site may store, or, in a long day, clears its data. Firefox has a limit only from its start,
    /// and no driver of it clears the data of an open page.
    async fn fill_the_storage(&mut self) {
        let is_chromium = Capability::SiteDataClearing.is_in(self.browser.kind);
        // In Chromium, a worker that opens or closes a file in the very moment in which the data is cleared never
        // returns from closing it: about one clearing in sixty, and more on a busy machine.
        if is_chromium && self.dice.below(HALF) == 0 && environment::is_large() {
            eprintln!("the user clears the site's data");
            self.fetch().await;
            self.has_cleared = true;
            self.until_listed().await;
            return self.browser.clear_site_data().await;
        }
        if is_chromium {
            self.browser.limit_storage(Some(ROOM)).await;
        } else {
            self.browser.kill_and_start_with_disk_of(Some(ROOM)).await;
            self.browser.until_ready().await;
        }
        self.browser.paste_paths(&FULL).await;
        self.browser.press("Fetch").await;
        let ended = "document.documentElement.dataset.run !== 'running'";
        self.browser.until(&format!("{ended} || document.body.innerText.includes('Storage is full')")).await;
        self.press_any("Keep what is there").await;
        self.browser.until(ended).await;
        if is_chromium {
            self.browser.limit_storage(None).await;
        } else {
            self.browser.kill_and_start_again().await;
            self.browser.until_ready().await;
        }
    }

    /// Presses one of the buttons of this name; returns whether there is one.
    async fn press_any(&mut self, name: &str) -> bool {
        let chosen = self.dice.below(u64::MAX);
        let find = async || {
            self.until_listed().await;
            let mut all = self.browser.all("button", name).await;
            if all.is_empty() { None } else { Some(all.swap_remove((chosen % all.len() as u64) as usize)) }
        };
        self.browser.click_found(name, find).await
    }

    /// Compares the files with the list of runs, throws away all runs, and looks for files once more.
    async fn end(&mut self) {
        let browser = &*self.browser;
        browser.open_page().await;
        let last = RefCell::new(None);
        // What a closed page held is removed by and by.
        let agree = async || {
            let seen = (browser.listed_runs().await, browser.runs_with_files().await);
            let is_alike = seen.0.len() == seen.1.len();
            let seen = Some(seen);
            if *last.borrow() != seen {
                eprintln!("listed runs and files: {seen:?}");
                last.replace(seen);
            }
            is_alike
        };
        browser.until_met("the files are those of the listed runs", agree).await;
        let (runs, files) = last.into_inner().expect("they were compared");
        let handed_over = runs.iter().filter(|run| run.contains("handed over")).count();
        let whole = files.values().flatten().filter(|length| self.saved.contains(length)).count();
        assert!(whole >= handed_over, "{runs:?}; {files:?}; saved {:?}", self.saved);

        for left in (0..runs.len()).rev() {
            browser.press_first("Throw away").await;
            browser.until_runs_are_listed(left).await;
        }
        browser.until_no_run_has_files().await;
        assert_eq!(browser.execute("return window.recorded ?? []", vec![]).await, json!([]));
    }
}

impl Browser {
    /// Waits until the private file system is empty, and prints what is in it meanwhile.
    pub async fn until_no_run_has_files(&self) {
        let is_empty = async || {
            let files = self.runs_with_files().await;
            let is_empty = files.is_empty();
            if !is_empty {
                eprintln!("files: {files:?}");
            }
            is_empty
        };
        self.until_met("no file is left", is_empty).await;
    }

    /// The lengths of all private files, by the run whose name theirs begin with.
    async fn runs_with_files(&self) -> BTreeMap<String, Vec<u64>> {
        let list = "return [...await privateFiles()].map(([path, { size }]) => [path, size]);";
        let files: Value = self.execute_async(&format!("{PRIVATE_FILES}{list}"), vec![]).await;
        let files: Vec<(String, u64)> = serde_json::from_value(files).unwrap();
        let mut runs = BTreeMap::<String, Vec<u64>>::new();
        for (path, length) in files {
            let run = path.split('.').next().unwrap().to_owned();
            runs.entry(run).or_default().push(length);
        }
        runs
    }
}
