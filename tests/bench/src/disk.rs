//! Disk space of a browser: its profile, and the temporary files that it has open, in which Firefox
//! keeps large Blobs.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use support::processes;

/// Bytes of one block of `stat`.
const BLOCK: u64 = 512;

/// Bytes of a profile's folder and of temporary files that the browser's processes have open.
pub fn used(profile: &Path, browser: u32) -> u64 {
    folder(profile) + open(browser, |target| is_temporary(target, profile))
}

fn folder(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(about) if about.is_dir() => self::folder(&entry.path()),
            Ok(about) => about.blocks() * BLOCK,
            // It was removed meanwhile.
            Err(_) => 0,
        })
        .sum()
}

fn open(browser: u32, counts: impl Fn(&Path) -> bool) -> u64 {
    let mut seen = HashSet::new();
    let mut bytes = 0;
    for pid in processes::tree(browser) {
        let handles = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        for handle in handles {
            let target = fs::read_link(handle.path()).unwrap_or_default();
            if !counts(&target) {
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

/// Whether this is a deleted file, or one in the folder of temporary files but not in the profile.
fn is_temporary(target: &Path, profile: &Path) -> bool {
    let text = target.to_string_lossy();
    // Shared memory looks like a deleted file; it is counted as memory.
    let is_memory = text.starts_with("/dev/shm/") || text.starts_with("/memfd:");
    let is_deleted = text.starts_with('/') && text.ends_with(" (deleted)");
    let is_beside_profile = target.starts_with(std::env::temp_dir()) && !target.starts_with(profile);
    !is_memory && (is_deleted || is_beside_profile)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_memory_is_not_disk_and_the_profile_counts_once() {
        let temporary = std::env::temp_dir();
        let profile = temporary.join("profile");
        let is = |target: &Path| is_temporary(target, &profile);
        assert!(is(&temporary.join("mozilla-temp-1")) && is(Path::new("/elsewhere/a (deleted)")));
        assert!(!is(&profile.join("storage/1.sqlite")));
        for target in ["/dev/shm/org.chromium.x (deleted)", "/memfd:x (deleted)", "/usr/lib/a", "pipe:[7]"] {
            assert!(!is(Path::new(target)), "{target}");
        }
    }

    #[test]
    fn a_temporary_file_counts_while_it_is_open() {
        use std::io::Write;
        let own = std::process::id();
        let path = std::env::temp_dir().join(format!("bench-disk-{own}"));
        let counted = || open(own, |target| target.to_string_lossy().contains("bench-disk-"));
        let mut file = fs::File::create(&path).unwrap();
        file.write_all(&[7; 100_000]).unwrap();
        assert!(counted() >= 100_000);
        fs::remove_file(&path).unwrap();
        assert!(counted() >= 100_000);
        drop(file);
        assert_eq!(counted(), 0);
    }
}
