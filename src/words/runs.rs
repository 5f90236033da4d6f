//! A run from its beginning to its end, and the notices while it is under way.

use super::nouns::{IMAGE, URL};
use super::numbers::{count, number};
use crate::text::text;

/// In the head of a run whose list is being read.
pub const READING_LIST: &str = "Reading the list";
/// In the head of a run whose zip is read back.
pub const CHECKING: &str = "Checking the zip, from its first byte to its last";
/// In the head of a run that waits for the connection.
pub const PAUSED_OFFLINE: &str = "Paused while this browser is offline";
/// In the head of a run that waits for space.
pub const PAUSED_FULL: &str = "Paused: the storage is full";
/// In the head of a run that was cancelled while its list was being read.
pub const CANCELLED_EARLY: &str = "Cancelled";
/// In the head of a run whose images were thrown away, and in the title of the tab.
pub const THROWN_AWAY: &str = "Thrown away";
/// In the head of a run whose zip can't be saved.
pub const NO_LINK: &str =
    "The zip is there, but the browser could not create a link to it. Load the page again";

/// In the title of the tab.
pub const FAILED: &str = "failed";
/// In the title of the tab.
pub const CANCELLED: &str = "cancelled";
/// In the title of the tab.
pub const STOPPED: &str = "stopped";

/// Announced when the connection is gone.
pub const OFFLINE: &str =
    "Paused while this browser is offline; the run continues when the connection is back.";
/// Announced when the connection is back.
pub const ONLINE: &str = "This browser is back online, and the run continues.";

/// The title of the notice that the rest of a run will not fit.
pub const SHORT_STORAGE: &str = "Storage will be short";
/// The title of the notice that nothing more fits.
pub const FULL_STORAGE: &str = "Storage is full";

/// How a run fetched, and how a run of a comparison fetches.
pub const ONE_AFTER_THE_OTHER: &str = "one after the other";
/// How a run of a comparison fetches.
pub const AT_ONCE: &str = "at once";

/// Announced when there is nothing to retry.
pub const NOTHING_TO_RETRY: &str = "Nothing was fetched: what failed can’t succeed with these options.";

/// In the head of a run that begins.
pub fn fetching(images: usize) -> String {
    text!["Fetching ", count(images, IMAGE)]
}

/// In the head of a retry that begins.
pub fn fetching_again(images: usize) -> String {
    text!["Fetching ", count(images, IMAGE), " again"]
}

/// In the head of a run that was begun and has no zip.
pub fn no_zip(error: &str) -> String {
    text!["No zip was made: ", error]
}

/// Announced, and below the list, when a run could not begin.
pub fn nothing_fetched(error: &str) -> String {
    text!["Nothing was fetched: ", error, "."]
}

/// Below the list if every image is filtered.
pub fn all_filtered(urls: usize) -> String {
    text!["Nothing was fetched: the filters leave none of ", count(urls, URL), "."]
}

/// What the head of a run says, as a sentence that is announced.
pub fn sentence(line: &str) -> String {
    text![line, "."]
}

/// A notice, as it is announced.
pub fn notice(title: &str, text: &str) -> String {
    text![title, ". ", text]
}

/// Two facts on one line.
pub fn facts(first: &str, second: &str) -> String {
    text![first, " · ", second]
}

/// In the head of a run whose zip is being written to the user's file.
pub fn writing(tally: &str) -> String {
    facts("Writing the zip to disk", tally)
}

/// Which run of a comparison it is, from 1, and how it fetches.
pub fn part(part: usize, parts: usize, how: &str) -> String {
    text!["Run ", part, " of ", parts, ": ", how]
}

/// The title of the tab.
pub fn tab_title(text: &str) -> String {
    text![text, " · fetchzip"]
}

/// On the button that ends a run with what is there.
pub fn keep(images: usize) -> String {
    text!["Keep the ", number(images), " that arrived"]
}

/// Announced when only slow images are left.
pub fn only_slow_are_left(images: &str) -> String {
    text!["Only slow images are left: ", images, "."]
}

/// How a run fetched that set the number itself.
pub fn automatic(at_once: &str) -> String {
    text!["up to ", at_once, " (auto)"]
}

/// How a run fetched that was retried.
pub fn then_retried(how: &str) -> String {
    text![how, ", then a retry"]
}
