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

    /// Waits until the browser writes a download that is not complete.
    pub async fn until_download_begins(&self) {
        let begins =
            async || files(&environment::downloads()).any(|file| is_partial(&file) || is_open(&file));
        self.until_met("a download begins", begins).await;
    }

    /// Waits until the browser has given up the download of a file with this name: it writes no more, and
    /// what is there under the name is empty, as Firefox creates it.
    pub async fn until_download_fails(&self, name: &str) {
        let folder = environment::downloads();
        let file = folder.join(name);
        let what = format!("the download of {name} fails");
        self.until_met(&what, async || !files(&folder).any(|file| is_open(&file))).await;
        let size = fs::metadata(&file).map_or(0, |file| file.len());
        assert_eq!(size, 0, "{name} looks like a file that was saved");
    }

    /// The files in the folder of downloads, but for empty and incomplete ones.
    pub fn saved_files(&self) -> Vec<PathBuf> {
        let is_saved = |file: &PathBuf| {
            !is_partial(file) && fs::metadata(file).is_ok_and(|file| file.is_file() && file.len() > 0)
        };
        files(&environment::downloads()).filter(is_saved).collect()
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
