//! Reading an archive back before anybody is told that it is there.
//!
//! ```text
//! the archive's Blob ─ chunks ─▶ zip::Proof ─▶ it is what was meant
//!                                    └─▶ not: every image is checked by itself, those that are
//!                                        damaged fail, and the archive is made of the others
//! ```

use js_sys::Uint8Array;
use web_sys::Blob;

use super::again::refetch_locally;
use super::archive::{Archive, ArchiveError, message_of};
use super::body::ScratchBuffer;
use super::collect::Job;
use super::images::ImageStore;
use super::read_back::{read, read_back};
use super::spool::{Payload, Spool, read_pieces};
use crate::plan::ItemId;
use crate::run::{Event, EventKind, FetchError};
use crate::zip::Crc32;

/// Reads an archive that was made here back as a whole; gives a better one where images in it were
/// damaged, which the events then say, and `None` where it is good as it is.
///
/// # Errors
///
/// It can't be read, although all of its images can.
pub async fn verify_locally(
    job: &Job<'_>,
    blob: Option<&Blob>,
    images: &ImageStore,
    emit: &dyn Fn(Event),
) -> Result<Option<Archive>, ArchiveError> {
    let Some(blob) = blob else { return Ok(None) };
    let Err(reason) = read_back(blob).await else { return Ok(None) };
    let damaged = damaged(images).await?;
    if damaged.is_empty() {
        return Err(ArchiveError::Unreadable { reason });
    }
    for (item, reason) in damaged {
        images.remove(item);
        let kind = EventKind::Failed { error: FetchError::Storage { reason } };
        emit(Event { at: job.clock.now(), item, kind });
    }
    let archive = refetch_locally(job, images, &[], emit).await?;
    if let Some(blob) = &archive.blob {
        read_back(blob).await.map_err(|reason| ArchiveError::Unreadable { reason })?;
    }
    Ok(Some(archive))
}

/// The images that can't be read back as they arrived, each with the reason.
async fn damaged(images: &ImageStore) -> Result<Vec<(ItemId, String)>, ArchiveError> {
    // Read as they were written: what the browser calls a finished file may be another one by now.
    images.reopen().await?;
    let spool = images.spool().get().await;
    let mut scratch = ScratchBuffer::default();
    let mut damaged = Vec::new();
    for item in images.items() {
        let Some(image) = images.get(item) else { continue };
        let reason = match checksum(&image.payload, &spool, &mut scratch).await {
            Ok(crc32) if crc32 == image.crc32 => continue,
            Ok(_) => "other bytes came back than had arrived".into(),
            Err(reason) => reason,
        };
        damaged.push((item, reason));
    }
    Ok(damaged)
}

/// The CRC-32 of an image's bytes as they are now.
///
/// # Errors
///
/// Why they can't be read.
pub async fn checksum(payload: &Payload, spool: &Spool, scratch: &mut ScratchBuffer) -> Result<u32, String> {
    let mut crc = Crc32::default();
    match (payload, spool) {
        (Payload::Memory(bytes), _) => scratch.take(bytes, &mut crc),
        (Payload::Extents(extents), Spool::File(file)) => {
            for piece in read_pieces(file, extents) {
                scratch.pass(&piece.map_err(|error| message_of(&error))?, &mut crc, &mut |_| ());
            }
        }
        (Payload::Extents(_), Spool::Blobs) => {}
        (Payload::Blob(blob), _) => {
            let pass = |chunk: &Uint8Array| {
                scratch.pass(chunk, &mut crc, &mut |_| ());
                Ok(())
            };
            read(blob, pass).await?;
        }
    }
    Ok(crc.value())
}
