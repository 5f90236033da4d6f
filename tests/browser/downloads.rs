//! Files that the browser saved.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{Browser, Kind, environment};

/// The folder that a session saves files to.
pub enum Downloads {
    /// Told to the session.
    Own(TempDir),
    /// Known to the driver: MiniBrowser saves into the home folder that it was started with, and has
    /// no capability for another.
    Shared(PathBuf),
}

impl Downloads {
    pub fn of(kind: Kind) -> Self {
        if kind != Kind::WebKit {
            return Self::Own(TempDir::new().unwrap());
        }
        let folder = environment::downloads();
        // What the last session left; folders are the browser's own.
        for entry in fs::read_dir(&folder).unwrap().flatten() {
            if entry.file_type().unwrap().is_file() {
                fs::remove_file(entry.path()).unwrap();
            }
        }
        Self::Shared(folder)
    }

    pub fn path(&self) -> &Path {
        match self {
            Self::Own(folder) => folder.path(),
            Self::Shared(folder) => folder,
        }
    }
}

impl Browser {
    /// Waits until the browser has saved a file under this name, and gives its path.
    pub async fn downloaded(&self, name: &str) -> PathBuf {
        let file = self.downloads.path().join(name);
        let what = format!("{name} is saved");
        self.until_met(&what, async || is_whole(&file)).await;
        file
    }

    /// Removes a file, so that the next may have its name.
    pub fn forget_download(&self, name: &str) {
        fs::remove_file(self.downloads.path().join(name)).unwrap();
    }
}

/// Firefox makes an empty file of the name first; it and Chromium write beside it and rename in the
/// end. WebKit writes into it.
fn is_whole(file: &Path) -> bool {
    let Some(folder) = file.parent() else { return false };
    let is_partial = |path: &Path| path.extension().is_some_and(|end| end == "part" || end == "crdownload");
    let mut files = fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    let is_there = fs::metadata(file).is_ok_and(|file| file.len() > 0);
    is_there && !files.any(|file| is_partial(&file)) && !is_open(file)
}

/// Whether any process of this user's has the file open.
fn is_open(file: &Path) -> bool {
    let listed =
        |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut handles = listed(Path::new("/proc")).flat_map(|process| listed(&process.join("fd")));
    handles.any(|handle| fs::read_link(handle).is_ok_and(|target| target == file))
}
