//! Restoring an interrupted run from its spool and its journal.

use std::rc::Rc;

use super::local_run::LocalRun;
use crate::browser::error::because;
use crate::browser::spool::{Payload, ScratchBuffer, Spool, SpoolFile, checksum};
use crate::browser::web::Yielder;
use crate::job::{ArchiveError, ArchiveErrorKind};
use crate::plan::ItemId;
use crate::run::Event;
use crate::spool::{Journal, fingerprint};
use crate::text::text;

/// Restores the images of the interrupted run that the job resumes, and emits their events. Returns the
/// items that are still to be fetched.
///
/// An image is restored only if its bytes have the CRC-32 that the journal has.
///
/// # Errors
///
/// Fails if the run is gone, open in another tab, or of another list.
pub async fn restore(run: &LocalRun, emit: &dyn Fn(Event)) -> Result<Vec<ItemId>, ArchiveError> {
    const KIND: ArchiveErrorKind = ArchiveErrorKind::NotRestorable;
    let (job, images) = (run.job(), &run.images);
    let (file, bytes) =
        SpoolFile::restore(job.resumes.as_deref().unwrap_or_default()).await.map_err(because(KIND))?;
    let journal = Journal::read(&bytes).map_err(|error| KIND.because(text![error]))?;
    if journal.head.items != job.plan.len() as u64 || journal.head.fingerprint != fingerprint(&job.plan) {
        return Err(KIND.because("the list is another one"));
    }
    let mut yielder = Yielder::default();
    let mut scratch = ScratchBuffer::default();
    let mut is_restored = vec![false; job.plan.len()];
    let file = Rc::new(file);
    for kept in journal.kept.iter() {
        yielder.maybe_yield().await;
        let in_file = |place| Payload::File { file: Rc::clone(&file), place };
        let image = kept.image.clone().map_payload(in_file);
        if checksum(&image.payload, &mut scratch).await.is_ok_and(|crc32| crc32 == image.facts.crc32) {
            is_restored[kept.item] = true;
            images.insert(kept.item, &image);
        }
    }
    file.limit_overflow(job.settings.max_overflow);
    file.restore_state(journal.length, images.reserved()).map_err(because(KIND))?;
    images.set_spool(Spool::File(file));
    for event in journal.replay(&job.plan) {
        if is_restored[event.item] {
            run.record(&event);
            emit(event);
        }
    }
    Ok((0..job.plan.len()).filter(|item| !is_restored[*item]).collect())
}
