//! A whole run where it was asked for: requests, spool and archive on this thread.

use std::pin::pin;
use std::rc::Rc;

use futures::future::{Either, select, try_join};
use wasm_bindgen_futures::spawn_local;

use super::archive::{Archive, ArchiveError, Layout};
use super::attended::Attended;
use super::collect::Job;
use super::fetch::BrowserFetcher;
use super::growing::BlobArchive;
use super::images::ImageStore;
use super::sink::{Backlog, Sink, StreamedArchive};
use super::spool::{Payload, Spool};
use super::text::BrowserText;
use crate::plan::{ItemId, WebText};
use crate::run::{FinishedItem, Event, EventKind, FetchError, Run};

/// Runs a job on this thread, into a Blob or a sink.
///
/// Dropping the future cancels the run: every request is aborted, and so is the sink.
///
/// # Errors
///
/// As [`collect`](super::collect()).
pub async fn run_locally(
    job: &Job<'_>,
    sink: Option<&dyn Sink>,
    images: &ImageStore,
    emit: &dyn Fn(Event),
) -> Result<Archive, ArchiveError> {
    let (kept, with_journal) = (images.clone(), job.attended.has_journal() && sink.is_none());
    if job.settings.is_rehearsal {
        kept.keep_in(Spool::Blobs);
    } else {
        // Requests go out while the spool is being opened. On its own, since a run that is cancelled
        // meanwhile would leave a handle behind that nobody can close, and the file that it holds.
        spawn_local(async move { kept.keep_in(Spool::open(with_journal).await) });
    }
    let items: Vec<_> = (0..job.plan.len()).collect();
    fetch_items(job, sink, images, &items, emit).await
}

/// Fetches these items. Of the others, those that are kept go into the archive as well.
///
/// # Errors
///
/// As [`collect`](super::collect()).
pub async fn fetch_items(
    job: &Job<'_>,
    sink: Option<&dyn Sink>,
    images: &ImageStore,
    items: &[ItemId],
    emit: &dyn Fn(Event),
) -> Result<Archive, ArchiveError> {
    let fetcher = BrowserFetcher::new(job.clock, &job.settings, Rc::clone(images.spool()));
    let mut run = Run::of(job.plan, items, job.settings.limits(), &fetcher, emit);
    if job.settings.is_adaptive {
        run.adapt_concurrency();
    }
    if job.settings.reject_truncated {
        run.reject_truncated();
    }
    run.count_stored(images.bytes());
    let layout = Layout::new(job.plan, &job.template, &BrowserText);
    match sink {
        None => {
            let lost = |item, reason| {
                let kind = EventKind::Failed { error: FetchError::Storage { reason } };
                emit(Event { at: job.clock.now(), item, kind });
            };
            let archive = BlobArchive::new(layout, job.plan.len(), items, images.clone(), &lost);
            into_blob(job, run, archive).await
        }
        Some(sink) => {
            let archive = StreamedArchive::new(layout, sink, images.clone());
            into_sink(job, run, archive, images).await
        }
    }
}

async fn into_blob<W: WebText>(
    job: &Job<'_>,
    mut run: Run<'_, BrowserFetcher>,
    mut archive: BlobArchive<'_, W>,
) -> Result<Archive, ArchiveError> {
    while let Some(ended) = next(&mut run, &job.attended).await {
        archive.take(ended);
    }
    archive.finish().await
}

async fn into_sink<W: WebText>(
    job: &Job<'_>,
    mut run: Run<'_, BrowserFetcher>,
    mut archive: StreamedArchive<'_, W>,
    images: &ImageStore,
) -> Result<Archive, ArchiveError> {
    let backlog = Backlog::default();
    let fetching = async {
        while let Some(ended) = next(&mut run, &job.attended).await {
            backlog.arrived(ended, images.spool().now());
            backlog.has_room().await;
        }
        backlog.end();
        Ok(())
    };
    let writing = archive.write_all(job.plan.len(), job.order, &backlog);
    try_join(pin!(writing), pin!(fetching)).await?;
    archive.finish().await
}

/// The next item that ends, while the run does as it is told.
async fn next(run: &mut Run<'_, BrowserFetcher>, attended: &Attended) -> Option<FinishedItem<Payload>> {
    loop {
        let wish = match select(pin!(attended.wish()), pin!(run.next())).await {
            Either::Left((wish, _)) => wish,
            Either::Right((ended, _)) => return ended,
        };
        wish.tell(run);
    }
}
