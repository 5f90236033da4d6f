//! What the browser stores of earlier runs, and storage that runs short.

use std::time::Duration;

use super::nouns::{HOUR, IMAGE, MINUTE, OTHER};
use super::numbers::{count, number, size};
use crate::text::text;

/// Which run it is: ` of example.org and 2 others, begun 12 minutes ago,`.
pub fn which(first_host: &str, other_hosts: usize, when: &str) -> String {
    let hosts = match (first_host, other_hosts) {
        ("", _) => String::new(),
        (host, 0) => text![" of ", host],
        (host, others) => text![" of ", host, " and ", count(others, OTHER)],
    };
    text!["A run", hosts, ", begun ", when, ","]
}

/// On the button that saves what is there of a run with missing images.
pub fn save_part(stored: usize) -> String {
    text!["Save the ", number(stored), if stored == 1 { " that is there" } else { " that are there" }]
}

/// A run that ended with a reload or a crash.
pub fn interrupted(which: &str, stored: usize, images: usize, bytes: u64) -> String {
    let are_there = if stored == 1 { " is there, " } else { " are there, " };
    let tally = text![number(stored), " of ", count(images, IMAGE)];
    text![which, " was interrupted: ", tally, are_there, size(bytes), "."]
}

/// A run whose archive was not saved yet.
pub fn unsaved(which: &str, stored: usize, images: usize, bytes: u64) -> String {
    let tally = text![number(stored), " of ", count(images, IMAGE)];
    text![which, " is not saved yet: ", tally, ", ", size(bytes), "."]
}

/// The whole archive that another version of fetchzip has left.
pub fn zip_of_other_version(bytes: u64) -> String {
    text![
        "A zip of another version of fetchzip is not saved yet: ",
        size(bytes),
        ". This version can’t resume it, but saves it as it is."
    ]
}

/// The part of an archive that another version of fetchzip has left.
pub fn run_of_other_version(bytes: u64) -> String {
    text![
        "A run of another version of fetchzip was interrupted: ",
        size(bytes),
        ". This version can’t resume it, but saves it as it is: its images one after another, which programs that \
         recover files can read."
    ]
}

/// An archive that the browser was given to save: `shop.zip · 1.8 GB · handed over 2 minutes ago`.
pub fn handed_over(file_name: &str, bytes: u64, ago: Duration) -> String {
    text![file_name, " · ", size(bytes), " · handed over ", age(ago)]
}

/// How long ago something was, in minutes or hours.
pub fn age(ago: Duration) -> String {
    match (ago.as_secs() / 60) as usize {
        0 => "just now".into(),
        minutes @ 1..60 => text![count(minutes, MINUTE), " ago"],
        minutes => text![count(minutes / 60, HOUR), " ago"],
    }
}

/// A run whose images will probably not fit, by those that have arrived.
pub fn shortage(needed: u64, free: u64) -> String {
    text![
        "About ",
        size(needed),
        " are still to come, and the browser has ",
        size(free),
        " free for this site. Throw away older runs, free space on the disk, or fetch with “Save straight to disk”."
    ]
}

/// A run that is paused because nothing more can be stored; `missing` is about how much is still to come, in bytes,
/// if that can be estimated.
pub fn full(stored: usize, images: usize, missing: Option<u64>) -> String {
    let mut text = text!["The run is paused: ", number(stored), " of ", count(images, IMAGE), " are there"];
    if let Some(bytes) = missing {
        text += &text![", and about ", size(bytes), " are missing"];
    }
    text + ". Throw away older runs or free space on the disk, and go on; or stop and keep what is there. “Save \
            straight to disk” needs no storage."
}

/// The newest of several runs, when a page is opened.
pub fn with_more(newest: &str, others: usize) -> String {
    text![newest, " ", number(others), " more are on this device."]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_run_is_described_by_what_is_there() {
        let which = which("a.example", 0, "12 minutes ago");
        assert_eq!(
            interrupted(&which, 1, 1200, 45_100_000),
            "A run of a.example, begun 12 minutes ago, was interrupted: 1 of 1,200 images is there, 45.1 MB."
        );
        assert_eq!(
            interrupted(&which, 120, 500, 45_100_000),
            "A run of a.example, begun 12 minutes ago, was interrupted: 120 of 500 images are there, 45.1 MB."
        );
        assert_eq!(
            unsaved(&super::which("a.example", 2, "21 Nov, 18:28"), 2, 2, 45_100_000),
            "A run of a.example and 2 others, begun 21 Nov, 18:28, is not saved yet: 2 of 2 images, 45.1 MB."
        );
        assert_eq!(super::which("", 0, "just now"), "A run, begun just now,");
        assert_eq!(save_part(1), "Save the 1 that is there");
        assert_eq!(save_part(1200), "Save the 1,200 that are there");
        assert_eq!(
            zip_of_other_version(45_100_000),
            "A zip of another version of fetchzip is not saved yet: 45.1 MB. This version can’t resume it, but saves \
             it as it is."
        );
        assert_eq!(
            run_of_other_version(1000),
            "A run of another version of fetchzip was interrupted: 1.0 kB. This version can’t resume it, but saves it \
             as it is: its images one after another, which programs that recover files can read."
        );
        for (seconds, age) in
            [(59, "just now"), (60, "1 minute ago"), (3599, "59 minutes ago"), (7200, "2 hours ago")]
        {
            let text = handed_over("shop.zip", 1_800_000_000, Duration::from_secs(seconds));
            assert_eq!(text, format!("shop.zip · 1.8 GB · handed over {age}"));
        }
    }

    #[test]
    fn storage_that_runs_short_is_reported_with_what_helps() {
        assert_eq!(
            shortage(1_200_000_000, 300_000_000),
            "About 1.2 GB are still to come, and the browser has 300 MB free for this site. Throw away older \
             runs, free space on the disk, or fetch with “Save straight to disk”."
        );
        assert_eq!(
            full(2, 3, Some(45_100_000)),
            "The run is paused: 2 of 3 images are there, and about 45.1 MB are missing. Throw away older runs or \
             free space on the disk, and go on; or stop and keep what is there. “Save straight to disk” needs no \
             storage."
        );
        assert!(full(0, 3, None).starts_with("The run is paused: 0 of 3 images are there. Throw away"));
    }
}
