//! The files that the browser saves.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Browser, environment};

/// Removes the files of the last test from the folder that browsers save to.
pub fn clear() {
    for file in files(&environment::downloads()) {
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
    let is_there = fs::metadata(file).is_ok_and(|file| file.len() > 0);
    is_there && !files(&environment::downloads()).any(|file| is_partial(&file)) && !is_open(file)
}

/// Whether a browser keeps what it has of a download in this file. Chromium begins with one that is hidden
/// and bears its own name.
pub fn is_partial(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().as_encoded_bytes();
    [&b".org.chromium."[..], b".com.google."].into_iter().any(|own| name.starts_with(own))
        || file.extension().is_some_and(|end| end == "part" || end == "crdownload")
}

/// Whether a process of this user has the file open.
pub fn is_open(file: &Path) -> bool {
    let listed =
        |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut handles = listed(Path::new("/proc")).flat_map(|process| listed(&process.join("fd")));
    handles.any(|handle| fs::read_link(handle).is_ok_and(|target| target == file))
}

/// The files of a folder. Its subfolders belong to the browser.
pub fn files(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).filter(|file| !file.is_dir())
}
