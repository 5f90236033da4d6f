//! Fetching some items of a run once more, into the same archive.

use super::archive::{Archive, ArchiveError, Storage};
use super::collect::{Job, made};
use super::here::fetch_items;
use super::images::ImageStore;
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
pub async fn refetch(
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
        Storage::Here(images) => refetch_locally(job, &images, items, emit).await,
    }
}

/// As [`refetch`], of images that are kept here.
///
/// # Errors
///
/// As [`refetch`].
pub async fn refetch_locally(
    job: &Job<'_>,
    images: &ImageStore,
    items: &[ItemId],
    emit: &dyn Fn(Event),
) -> Result<Archive, ArchiveError> {
    images.reopen().await?;
    fetch_items(job, None, images, items, emit).await
}
