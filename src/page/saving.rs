//! Giving an archive to the browser, which saves it, and saying so in words that are true.

use crate::browser::{HandedOver, ask_before_leaving, download};
use crate::report::formatting::size;
use crate::text::text;

/// The archive's file name.
pub const FILE_NAME: &str = "images.zip";

/// Has the browser save an archive that was handed over; returns what to say about it. A page never learns
/// when the saving ends.
pub fn save(archive: &HandedOver, file_name: &str) -> String {
    if download(&archive.blob, file_name).is_err() {
        return "The browser could not create a link to the zip. Load the page again; the images are kept."
            .into();
    }
    let bytes = archive.blob.size();
    let words = text!["Handed to the browser as ", file_name, ", ", size(bytes as u64), "."];
    if archive.is_file {
        return words;
    }
    ask_before_leaving(bytes);
    text![words, " The zip is in memory alone: keep this page open until the download has ended."]
}
