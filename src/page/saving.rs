//! Giving an archive to the browser, which saves it, and saying so in words that are true.

use crate::browser::{HandedOver, RunHandle, ask_before_leaving, download};
use crate::job::ArchiveError;
use crate::plan::ItemId;
use crate::text::text;
use crate::words::numbers::size;

/// The archive's file name.
pub const FILE_NAME: &str = "images.zip";

/// What to say if there is no archive any more.
pub const GONE: &str =
    "The zip is gone: the site’s data was cleared, or its worker broke down. Fetch the list again.";

/// Hands over a run's archive, or another one of only these items; `None` if it is gone.
///
/// # Errors
///
/// There is no archive to select from, as [`RunHandle::select`] says.
pub async fn hand_over_chosen(
    handle: &RunHandle,
    chosen: Option<&[ItemId]>,
) -> Result<Option<HandedOver>, ArchiveError> {
    match chosen {
        Some(items) => Ok(handle.select(items).await?.0.hand_over(FILE_NAME).await),
        None => Ok(handle.hand_over(FILE_NAME).await),
    }
}

/// What became of an archive that the user saves.
pub struct Saving {
    /// Whether the browser saves it.
    pub is_begun: bool,
    /// What to say about it.
    pub words: String,
    /// What the user has to know beyond that.
    pub note: &'static str,
}

/// Has the browser save an archive that was handed over. A page never learns when the saving ends.
pub fn save(archive: &HandedOver, file_name: &str) -> Saving {
    if download(&archive.blob, file_name).is_err() {
        let note =
            "The browser could not create a link to the zip. Load the page again; the images are kept.";
        return Saving { is_begun: false, words: note.into(), note };
    }
    let bytes = archive.blob.size();
    let mut words = text!["Handed to the browser as ", file_name, ", ", size(bytes as u64), "."];
    let mut note = "";
    if !archive.is_file {
        ask_before_leaving(bytes);
        note = "The zip is in memory alone: keep this page open until the download has ended.";
        words += &text![" ", note];
    }
    Saving { is_begun: true, words, note }
}
