//! The list, where it came from, and what the zip is updated from.

use super::nouns::{ADDRESS, IMAGE, LINE, URL};
use super::numbers::{count, number};
use crate::text::text;

/// If there is no list.
pub const NOTHING_YET: &str = "There is nothing to fetch yet. Paste some URLs, or try the Demo.";
/// If the list has no address and nothing that can't be read.
pub const NO_ADDRESS: &str = "Nothing was fetched: the list names no address.";
/// After a reload that has lost the list.
pub const TOO_LONG_TO_KEEP: &str =
    "The latest list was too long for this browser to keep. Enter it once more.";
/// Announced when a list has come from elsewhere.
pub const FILLED_IN: &str = "The list was filled in.";
/// If the demo can't be had.
pub const NO_DEMO: &str = "The demo list could not be loaded from this page’s host.";
/// If there is nothing to share.
pub const NOTHING_TO_SHARE: &str = "There is no address to share yet. Paste some, or try the Demo.";
/// While a list that a link names is on its way.
pub const FETCHING_LIST: &str = "Fetching the list that the link names…";
/// After what is said of a list that a link has brought.
pub const SETTINGS_CAME: &str = " It also set the mode, names and filters; Undo brings back yours.";
/// If a link with a list is opened during a run.
pub const LINK_NOT_OPENED: &str =
    "The link was not opened, since a run is using the list. Open it again after the run.";
/// If the browser or its user does not let the page read the clipboard.
pub const CLIPBOARD_REFUSED: &str = "This browser did not let the page read the clipboard, so the list was not changed. \
    Paste into the box instead.";
/// If the clipboard has no text.
pub const NO_TEXT_TO_PASTE: &str =
    "There is no text in the clipboard, so the list was not changed. Copy a list, and try again.";
/// Why no list can be read, within a sentence.
pub const NOT_LOADED: &str = "the part of this page that reads lists did not arrive; check the connection, and \
    try again, or reload the page";

/// If there is no address among lines that can't be read.
pub fn no_address(lines: usize, first: &str) -> String {
    text![NO_ADDRESS, " ", count(lines, LINE), " can’t be read. The first is ", first, "."]
}

/// In place of the form during a run.
pub fn addresses(addresses: usize) -> String {
    count(addresses, ADDRESS)
}

/// Behind it, if the names have columns of the list in them.
pub fn names_from(columns: &[String]) -> String {
    text!["names from ", columns.join(", ")]
}

/// Behind it, for another template.
pub fn names(template: &str) -> String {
    text!["names ", template]
}

/// Above the lines that can't be read.
pub fn unreadable(lines: usize) -> String {
    text![count(lines, LINE), " can’t be read"]
}

/// The end of the lines that can't be read.
pub fn more_lines(lines: usize) -> String {
    text!["and ", number(lines), " more"]
}

/// A line that can't be read.
pub fn line(line: usize, reason: &str) -> String {
    text!["line ", number(line), ": ", reason]
}

/// If no list can be read.
pub fn not_changed(reason: &str) -> String {
    text!["The list was not changed: ", reason, "."]
}

/// If no link can be made.
pub fn no_link(reason: &str) -> String {
    text!["No link was made: ", reason, "."]
}

/// Announced when addresses were dropped on the page.
pub fn added(urls: usize) -> String {
    text![count(urls, URL), " added."]
}

/// Announced when a zip was dropped on the page.
pub fn will_be_updated(file_name: &str) -> String {
    text![file_name, " will be updated."]
}

/// Below the list, while a zip is being updated.
pub fn updating(file_name: &str, images: usize) -> String {
    text!["Updating ", file_name, ": ", count(images, IMAGE), " of the list will be taken from it."]
}
