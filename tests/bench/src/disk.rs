//! What a browser has on disk: its profile, and files that it has deleted and still has open, which
//! is how Firefox keeps its large Blobs.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::processes;

/// Bytes of one block as `stat` counts them.
const BLOCK: u64 = 512;

/// Bytes of a profile's folder and of open, deleted files of the browser's processes.
pub fn used(profile: &Path, browser: u32) -> u64 {
    folder(profile) + deleted(browser)
}

fn folder(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(about) if about.is_dir() => self::folder(&entry.path()),
            Ok(about) => about.blocks() * BLOCK,
            // It went while we looked.
            Err(_) => 0,
        })
        .sum()
}

fn deleted(browser: u32) -> u64 {
    let mut seen = HashSet::new();
    let mut bytes = 0;
    for pid in processes::tree(browser) {
        let handles = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        for handle in handles {
            let target = fs::read_link(handle.path()).unwrap_or_default();
            if !is_deleted_file(&target.to_string_lossy()) {
                continue;
            }
            if let Ok(about) = fs::metadata(handle.path())
                && seen.insert((about.dev(), about.ino()))
            {
                bytes += about.blocks() * BLOCK;
            }
        }
    }
    bytes
}

/// Shared memory looks like a deleted file, too; it is counted as memory.
fn is_deleted_file(target: &str) -> bool {
    target.ends_with(" (deleted)")
        && target.starts_with('/')
        && !target.starts_with("/dev/shm/")
        && !target.starts_with("/memfd:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_memory_is_no_disk() {
        assert!(is_deleted_file("/tmp/mozilla-temp-1 (deleted)"));
        for target in ["/dev/shm/org.chromium.x (deleted)", "/memfd:x (deleted)", "/tmp/a", "pipe:[7]"] {
            assert!(!is_deleted_file(target), "{target}");
        }
    }

    #[test]
    fn a_file_that_is_deleted_and_open_counts() {
        use std::io::Write;
        let path = std::env::temp_dir().join(format!("bench-deleted-{}", std::process::id()));
        let before = deleted(std::process::id());
        let mut file = fs::File::create(&path).unwrap();
        file.write_all(&[7; 100_000]).unwrap();
        fs::remove_file(&path).unwrap();
        assert!(deleted(std::process::id()) >= before + 100_000);
    }
}
