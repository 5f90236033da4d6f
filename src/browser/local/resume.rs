//! Taking up a run that was interrupted: what its journal says is checked against its spool, image
//! by image, before it is believed.

use std::rc::Rc;

use super::archive::{ArchiveError, message_of};
use super::body::ScratchBuffer;
use super::collect::Job;
use super::images::ImageStore;
use super::prove::checksum;
use super::spool::{Payload, Spool, SpoolFile};
use super::turns::Yielder;
use crate::plan::ItemId;
use crate::run::Event;
use crate::spool::{Journal, KeptImage, fingerprint};
use crate::text::text;

/// Opens the spool of that name and tells what had happened; gives the items that are still to be
/// fetched. The journal goes on where it ended.
///
/// # Errors
///
/// The run can't be taken up: it is gone, another tab has it, or it is one of another list.
pub async fn restore(
    job: &Job<'_>,
    name: &str,
    images: &ImageStore,
    emit: &dyn Fn(Event),
) -> Result<Vec<ItemId>, ArchiveError> {
    let (file, bytes) = SpoolFile::restore(name).await.map_err(|error| lost(message_of(&error)))?;
    let journal = Journal::read(&bytes).map_err(|error| lost(text![error]))?;
    if journal.head.items != job.plan.len() as u64 || journal.head.fingerprint != fingerprint(job.plan) {
        return Err(lost("the list is another one".into()));
    }
    let mut turns = Yielder::default();
    let mut scratch = ScratchBuffer::default();
    let mut is_there = vec![false; job.plan.len()];
    let file = Rc::new(file);
    let spool = Spool::File(Rc::clone(&file));
    for KeptImage { item, image } in &journal.kept {
        turns.pass().await;
        let image = image.clone().map_payload(Payload::Extents);
        if checksum(&image.payload, &spool, &mut scratch).await.is_ok_and(|crc32| crc32 == image.crc32) {
            is_there[*item] = true;
            images.put(*item, &image);
        }
    }
    file.believe(journal.length, images.extents()).map_err(|error| lost(message_of(&error)))?;
    images.spool().set(spool);
    for event in journal.replay(job.plan) {
        if is_there[event.item] {
            emit(event);
        }
    }
    Ok((0..job.plan.len()).filter(|item| !is_there[*item]).collect())
}

fn lost(reason: String) -> ArchiveError {
    ArchiveError::Lost { reason }
}
