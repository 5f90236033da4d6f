//! Handing an archive to the browser as one file, which nothing done later can cut short.
//!
//! ```text
//! the archive is one file ─▶ it is kept, and not written to any more
//! it is a selection, in memory, or in several Blobs ─▶ copied into a file, if the browser has one and space for it
//! ```

use wasm_bindgen::prelude::*;
use web_sys::Blob;

use super::local_run::{Copied, LocalRun};
use crate::browser::spool::{Spool, SpoolFile};
use crate::browser::web::promise;
use crate::job::ArchivePlace;

/// An archive to be saved.
#[derive(Clone, Debug)]
pub struct HandedOver {
    /// The archive.
    pub blob: Blob,
    /// Whether it is one file. Otherwise closing the tab ends the saving of it in Firefox.
    pub is_file: bool,
}

/// Hands the run's archive over, to be saved under this name; `None` if there is none, or none any more.
pub async fn hand_over(run: &LocalRun, file_name: &str) -> Option<HandedOver> {
    let archive = run.archive.borrow().clone()?;
    let blob = archive.blob?;
    if archive.summary.place == ArchivePlace::OneFile {
        let Some(Spool::File(file)) = run.images.spool().current() else { return None };
        // At once: a retry may be asked for while this is under way.
        file.keep_as_it_is();
        // The site's data may have been cleared.
        if !file.is_there().await {
            return None;
        }
        // If it can't be recorded, the file goes with its tab, which by itself ends no saving.
        let _ = file.hand_over(file_name);
        return Some(HandedOver { blob, is_file: true });
    }
    let copied = match run.copied.take() {
        Some(copied) => Some(copied),
        None => copy(&blob).await.ok()?,
    };
    let Some(copied) = copied else {
        // The browser reads a selection from the run's file, then.
        if let (Some(Spool::File(file)), Some(_)) = (run.images.spool().current(), &run.hold) {
            file.keep_as_it_is();
        }
        return Some(HandedOver { blob, is_file: false });
    };
    let _ = copied.file.hand_over(file_name);
    let blob = copied.blob.clone();
    run.copied.replace(Some(copied));
    Some(HandedOver { blob, is_file: true })
}

/// Copies an archive into a file; `None` if the browser has none, or no space for it.
///
/// # Errors
///
/// Fails if the archive can't be read.
async fn copy(archive: &Blob) -> Result<Option<Copied>, JsValue> {
    let Ok(file) = SpoolFile::create().await else { return Ok(None) };
    if let Ok(Some(blob)) = file.fill(archive).await {
        return Ok(Some(Copied { file, blob }));
    }
    // Whatever it was: if only the copy is gone, the archive can still be saved.
    promise(archive.slice_with_f64_and_f64(0.0, 1.0)?.array_buffer()).await?;
    Ok(None)
}
