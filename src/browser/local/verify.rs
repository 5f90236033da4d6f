//! Reading an archive back before it is offered.
//!
//! ```text
//! the archive's Blob ─ chunks ─▶ zip::Proof ─▶ it is what was meant
//!                                    └─▶ it is not: every image is checked by itself, damaged ones
//!                                        fail, and the archive is made of the others
//! ```

use super::local_run::{LocalRun, lost};
use super::retry::refetch;
use crate::browser::archive::{Archive, ReadBackError, read_back};
use crate::browser::spool::{ScratchBuffer, checksum};
use crate::browser::web::Clock;
use crate::job::{ArchiveError, ArchiveErrorKind};
use crate::plan::ItemId;
use crate::run::Event;
use crate::text::text;

/// Reads the run's archive back. `None` if it is good. If images in it were damaged, events say so, and
/// an archive of the others is returned.
///
/// # Errors
///
/// Fails if the archive can't be read, although all of its images can, and if a selection is damaged.
pub async fn verify(run: &LocalRun, emit: &dyn Fn(Event)) -> Result<Option<Archive>, ArchiveError> {
    let Some(blob) = run.archive.borrow().as_ref().and_then(|archive| archive.blob.clone()) else {
        return Ok(None);
    };
    let Err(error) = read_back(&blob).await else { return Ok(None) };
    if run.is_selection {
        return Err(unreadable(error));
    }
    let damaged = damaged_images(run).await?;
    if damaged.is_empty() {
        return Err(unreadable(error));
    }
    let clock = Clock::of_epoch(run.job().started);
    for (item, reason) in damaged {
        run.images.remove(item);
        let event = lost(clock, item, reason);
        run.record(&event);
        emit(event);
    }
    let archive = refetch(run, &[], emit).await?;
    if let Some(blob) = &archive.blob {
        read_back(blob).await.map_err(unreadable)?;
    }
    Ok(Some(archive))
}

fn unreadable(error: ReadBackError) -> ArchiveError {
    ArchiveErrorKind::Unreadable.because(match error {
        ReadBackError::Damaged(error) => text![error],
        ReadBackError::Unreadable(reason) => reason,
    })
}

/// The images whose bytes are not those that arrived, each with the reason.
async fn damaged_images(run: &LocalRun) -> Result<Vec<(ItemId, String)>, ArchiveError> {
    let images = &run.images;
    // Read as they were written: what the browser calls a finished file may be another one by now.
    run.reopen().await?;
    let mut scratch = ScratchBuffer::default();
    let mut damaged = Vec::new();
    for item in images.items() {
        let Some(image) = images.get(item) else { continue };
        let reason = match checksum(&image.payload, &mut scratch).await {
            Ok(crc32) if crc32 == image.facts.crc32 => continue,
            Ok(_) => "other bytes came back than had arrived".into(),
            Err(reason) => reason,
        };
        damaged.push((item, reason));
    }
    Ok(damaged)
}
