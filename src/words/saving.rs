//! Zips that are saved, thrown away and brought back, and where their images are meanwhile.

use super::nouns::IMAGE;
use super::numbers::{count, size};
use crate::text::text;

/// On the link that saves a zip of all images.
pub const SAVE_ZIP: &str = "Save zip";
/// If every picture was left out.
pub const NONE_CHOSEN: &str = "No picture is chosen, so there is nothing to save. Tick at least one.";
/// If a download that the extension has seen begin does not end.
pub const INTERRUPTED: &str = "The download did not end, so the zip is not saved. Save it again.";
/// If there is no zip any more.
pub const GONE: &str =
    "The zip is gone: the site’s data was cleared, or its worker broke down. Fetch the list again.";
/// If there is no zip of an earlier run any more.
pub const EARLIER_GONE: &str =
    "The zip is gone: the site’s data was cleared, or another tab has it. Load the page again.";
/// If a zip can't be downloaded.
pub const NO_LINK: &str =
    "The browser could not create a link to the zip. Load the page again; the images are kept.";
/// Beside a zip that the browser copies while it downloads it.
pub const IN_MEMORY: &str = "The zip is in memory alone: keep this page open until the download has ended.";
/// If another file than a zip can't be downloaded.
pub const NO_FILE: &str = "The browser could not create the file.";
/// If the user closes the dialog that asks for a file.
pub const NO_FILE_CHOSEN: &str = "No file was chosen, so nothing was fetched.";

/// Images that were thrown away, with the offer to undo it.
pub const IMAGES_THROWN_AWAY: &str = "The images were thrown away.";
/// A zip of an earlier run that was thrown away, with the offer to undo it.
pub const COPY_THROWN_AWAY: &str = "The copy that this browser kept was thrown away.";
/// Announced when that is undone.
pub const IMAGES_BACK: &str = "The images are back.";
/// Announced when that can't be undone.
pub const RUN_GONE: &str = "The run is gone: another tab removed it.";

/// Where the images are, in Timings.
pub const IN_CHOSEN_FILE: &str = "in the file you chose";
/// Where the images are, in Timings.
pub const IN_DOWNLOADS: &str = "in your downloads";
/// Where the images are, in Timings.
pub const IN_TEMPORARY_FILE: &str = "in a temporary file";
/// Where the images are, in Timings.
pub const HELD_BY_BROWSER: &str = "held by the browser";
/// Where the images are, in Timings.
pub const THROWN_AWAY: &str = "thrown away";

/// On the link that saves a zip of the images that are chosen.
pub fn save_chosen(tally: &str) -> String {
    text!["Save zip · ", tally]
}

/// A download that the extension has seen end.
pub fn saved_as(file_name: &str) -> String {
    text!["Saved as ", file_name, "."]
}

/// A download that the browser has begun.
pub fn handed_over(file_name: &str, bytes: u64) -> String {
    text!["Handed to the browser as ", file_name, ", ", size(bytes), "."]
}

/// A download that the browser has begun, of a zip in memory.
pub fn handed_over_from_memory(file_name: &str, bytes: u64) -> String {
    text![handed_over(file_name, bytes), " ", IN_MEMORY]
}

/// A zip that can't be made of the images that are chosen.
pub fn no_zip(error: &str) -> String {
    text!["No zip was made: ", error, "."]
}

/// In the list of previous results.
pub fn previous_handed_over(images: usize, file_name: &str) -> String {
    text!["Previous: ", count(images, IMAGE), ", handed to the browser as ", file_name]
}

/// In the list of previous results.
pub fn previous_not_saved(images: usize) -> String {
    text!["Previous: ", count(images, IMAGE), ", not saved"]
}

/// Below the list, if a browser can't write to disk.
pub fn no_download_to_disk(error: &str) -> String {
    text![
        "Nothing was fetched, because this browser can’t save straight to disk: ",
        error,
        ". Clear “Save straight to disk” to fetch without it."
    ]
}

/// Below the list, if the chosen file can't be written to.
pub fn file_not_opened(error: &str) -> String {
    text!["The file could not be opened (", error, "). Choose another place."]
}
