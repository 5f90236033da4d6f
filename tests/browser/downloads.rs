//! The files that the browser saves.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Browser, environment};

/// Removes the files of the last test from the folder that browsers save to.
pub fn clear() {
    let folder = environment::downloads();
    // The folders belong to the browser.
    for file in files(&folder).filter(|file| !file.is_dir()) {
        fs::remove_file(file).unwrap();
    }
}

impl Browser {
    /// Waits until the browser has saved a file with this name, and returns its path.
    pub async fn downloaded(&self, name: &str) -> PathBuf {
        let file = environment::downloads().join(name);
        let what = format!("{name} is saved");
        self.until_met(&what, async || is_whole(&file)).await;
        file
    }

    /// Removes a file, so that the next one can have its name.
    pub fn forget_download(&self, name: &str) {
        fs::remove_file(environment::downloads().join(name)).unwrap();
    }
}

/// Whether a file was saved completely. Firefox creates an empty file of the name first; Firefox and
/// Chromium write to another file and rename it in the end. WebKit writes to the file itself.
fn is_whole(file: &Path) -> bool {
    let is_partial = |path: &Path| path.extension().is_some_and(|end| end == "part" || end == "crdownload");
    let is_there = fs::metadata(file).is_ok_and(|file| file.len() > 0);
    is_there && !files(&environment::downloads()).any(|file| is_partial(&file)) && !is_open(file)
}

/// Whether a process of this user has the file open.
fn is_open(file: &Path) -> bool {
    let listed =
        |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut handles = listed(Path::new("/proc")).flat_map(|process| listed(&process.join("fd")));
    handles.any(|handle| fs::read_link(handle).is_ok_and(|target| target == file))
}

fn files(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path())
}
