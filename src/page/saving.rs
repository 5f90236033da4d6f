//! Giving an archive to the browser, which saves it, and saying so in words that are true.

use crate::browser::{HandedOver, RunHandle, ask_before_leaving, download};
use crate::job::ArchiveError;
use crate::plan::ItemId;
use crate::words::saving as words;

/// The archive's file name.
pub const FILE_NAME: &str = "images.zip";

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
        return Saving { is_begun: false, words: words::NO_LINK.into(), note: words::NO_LINK };
    }
    let bytes = archive.blob.size();
    if archive.is_file {
        return Saving { is_begun: true, words: words::handed_over(file_name, bytes as u64), note: "" };
    }
    ask_before_leaving(bytes);
    let words = words::handed_over_from_memory(file_name, bytes as u64);
    Saving { is_begun: true, words, note: words::IN_MEMORY }
}
