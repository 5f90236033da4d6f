//! Files that the browser saved.

use std::fs;
use std::path::{Path, PathBuf};

use super::Browser;

impl Browser {
    /// Waits until the browser has saved a file under this name, and gives its path.
    pub async fn downloaded(&self, name: &str) -> PathBuf {
        let file = self.downloads.path().join(name);
        let what = format!("{name} is saved");
        self.until_met(&what, async || is_whole(&file)).await;
        file
    }
}

/// Firefox makes an empty file of the name first; both write beside it and rename in the end.
fn is_whole(file: &Path) -> bool {
    let Some(folder) = file.parent() else { return false };
    let is_partial = |path: &Path| path.extension().is_some_and(|end| end == "part" || end == "crdownload");
    let mut files = fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    fs::metadata(file).is_ok_and(|file| file.len() > 0) && !files.any(|file| is_partial(&file))
}
