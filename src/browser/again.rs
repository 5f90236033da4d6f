//! Fetching some items of a run once more, into the same archive.

use super::archive::{Archive, ArchiveError, Storage};
use super::collect::{Job, made};
use super::here::collect_items;
use super::images::KeptImages;
use crate::plan::ItemId;
use crate::run::Event;

/// Fetches some items of a job's plan once more and adds them to the archive that was made of it;
/// the others stay as they are. The Blob of before can't be read any more, whatever comes of this.
///
/// Dropping the future loses the archive as well; [`Control::stop`](super::Control::stop) ends it and
/// keeps what is there.
///
/// # Errors
///
/// As [`collect`](super::collect()). An archive that went to a sink is gone, so nothing can be added.
pub async fn collect_again(
    job: &Job<'_>,
    before: Archive,
    items: &[ItemId],
    emit: &dyn Fn(Event),
) -> Result<Archive, ArchiveError> {
    match before.storage {
        Storage::Worker { run, .. } => {
            run.again(job, items);
            made(run.finish(job, None, emit).await?)
        }
        Storage::Here(images) => collect_again_here(job, &images, items, emit).await,
    }
}

/// As [`collect_again`], of images that are kept here.
///
/// # Errors
///
/// As [`collect_again`].
pub async fn collect_again_here(
    job: &Job<'_>,
    images: &KeptImages,
    items: &[ItemId],
    emit: &dyn Fn(Event),
) -> Result<Archive, ArchiveError> {
    images.reopen().await?;
    collect_items(job, None, images, items, emit).await
}
