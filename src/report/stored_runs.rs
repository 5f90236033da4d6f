//! Sentences about what a browser stores of runs, and about storage that runs short.

use std::time::Duration;

use super::rows::Rows;
use crate::text::text;
use crate::words::numbers::{count, number, size};

/// A run that ended with a reload or a crash: `A run from 21 Nov, 18:28 was interrupted: 120 of 500
/// images are there, 45.1 MB.`
pub fn interrupted_text(when: &str, stored: usize, items: usize, bytes: u64) -> String {
    let are = if stored == 1 { "is" } else { "are" };
    let all = count(items, "image");
    text![
        "A run from ",
        when,
        " was interrupted: ",
        number(stored),
        " of ",
        all,
        " ",
        are,
        " there, ",
        size(bytes),
        "."
    ]
}

/// A run whose archive was not saved yet: `A run from 21 Nov, 18:28 is not saved yet: 499 of 500 images,
/// 45.1 MB.`
pub fn unsaved_text(when: &str, stored: usize, items: usize, bytes: u64) -> String {
    let all = count(items, "image");
    text!["A run from ", when, " is not saved yet: ", number(stored), " of ", all, ", ", size(bytes), "."]
}

/// What another version of fetchzip has left: `A zip of another version of fetchzip is not saved yet: 45.1 MB.
/// This version can’t resume it, but saves it as it is.`
pub fn of_other_version_text(is_whole_zip: bool, bytes: u64) -> String {
    let (what, state, then) = match is_whole_zip {
        true => ("zip", "is not saved yet", "."),
        false => (
            "run",
            "was interrupted",
            ": its images one after another, which programs that recover files can read.",
        ),
    };
    text![
        "A ",
        what,
        " of another version of fetchzip ",
        state,
        ": ",
        size(bytes),
        ". This version can’t resume it, but saves it as it is",
        then
    ]
}

/// An archive that the browser was given to save: `shop.zip · 1.8 GB · handed over 2 minutes ago`.
pub fn handed_over_text(file_name: &str, bytes: u64, ago: Duration) -> String {
    let minutes = (ago.as_secs() / 60) as usize;
    let age = match minutes {
        0 => "just now".into(),
        1..60 => text![count(minutes, "minute"), " ago"],
        _ => text![count(minutes / 60, "hour"), " ago"],
    };
    text![file_name, " · ", size(bytes), " · handed over ", age]
}

/// A run whose images will probably not fit, by those that have arrived.
pub fn shortage_text(needed: u64, free: u64) -> String {
    text![
        "About ",
        size(needed),
        " are still to come, and the browser has ",
        size(free),
        " free for this site. Throw away older runs, free space on the disk, or fetch with “Save straight to disk”."
    ]
}

/// A run that is paused because nothing more can be stored.
pub fn full_text(rows: &Rows) -> String {
    let totals = rows.totals();
    let to_come = (totals.items - totals.finished()) as u64;
    let stored = text![number(totals.stored), " of ", count(totals.items, "image"), " are there"];
    let missing = match totals.stored_bytes.checked_div(totals.stored as u64) {
        Some(mean) => text![", and about ", size(mean * to_come), " are missing"],
        None => String::new(),
    };
    text![
        "The run is paused: ",
        stored,
        missing,
        ". Throw away older runs or free space on the disk, and go on; or stop and keep what is there. “Save straight to disk” needs no storage."
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_run_is_described_by_what_is_there() {
        assert_eq!(
            interrupted_text("21 Nov, 18:28", 1, 1200, 45_100_000),
            "A run from 21 Nov, 18:28 was interrupted: 1 of 1,200 images is there, 45.1 MB."
        );
        assert_eq!(
            unsaved_text("21 Nov, 18:28", 2, 2, 45_100_000),
            "A run from 21 Nov, 18:28 is not saved yet: 2 of 2 images, 45.1 MB."
        );
        assert_eq!(
            of_other_version_text(true, 45_100_000),
            "A zip of another version of fetchzip is not saved yet: 45.1 MB. This version can’t resume it, but saves \
             it as it is."
        );
        assert_eq!(
            of_other_version_text(false, 1000),
            "A run of another version of fetchzip was interrupted: 1.0 kB. This version can’t resume it, but saves it \
             as it is: its images one after another, which programs that recover files can read."
        );
        assert_eq!(
            shortage_text(1_200_000_000, 300_000_000),
            "About 1.2 GB are still to come, and the browser has 300 MB free for this site. Throw away older \
             runs, free space on the disk, or fetch with “Save straight to disk”."
        );
        assert!(
            full_text(&Rows::new(3)).starts_with("The run is paused: 0 of 3 images are there. Throw away")
        );
        for (seconds, age) in
            [(59, "just now"), (60, "1 minute ago"), (3599, "59 minutes ago"), (7200, "2 hours ago")]
        {
            let text = handed_over_text("shop.zip", 1_800_000_000, Duration::from_secs(seconds));
            assert_eq!(text, format!("shop.zip · 1.8 GB · handed over {age}"));
        }
    }
}
