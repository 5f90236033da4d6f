//! A whole run where it was asked for: requests, spool and archive on this thread.

use std::pin::pin;
use std::rc::Rc;

use futures::channel::mpsc::unbounded;
use futures::future::{join, try_join};

use super::archive::{Archive, ArchiveError, Layout};
use super::collect::{Job, Settings};
use super::fetch::BrowserFetcher;
use super::growing::GrowingArchive;
use super::images::KeptImages;
use super::later::Later;
use super::sink::{Backlog, Sink, StreamedArchive};
use super::spool::Spool;
use super::text::BrowserText;
use crate::plan::WebText;
use crate::run::{Event, Run};

/// Runs a job on this thread, into a Blob or a sink.
///
/// Dropping the future cancels the run: every request is aborted, and so is the sink.
///
/// # Errors
///
/// As [`collect`](super::collect()).
pub async fn collect_here(
    job: &Job<'_>,
    sink: Option<&dyn Sink>,
    spool: Rc<Later<Spool>>,
    images: &KeptImages,
    emit: &dyn Fn(Event),
) -> Result<Archive, ArchiveError> {
    let opening = async { spool.set(Spool::open().await) };
    let collecting = async {
        let Settings { timeout, cache, .. } = job.settings;
        let fetcher = BrowserFetcher::new(job.clock, timeout, cache, Rc::clone(&spool));
        let mut run = Run::new(job.plan, job.settings.limits(), &fetcher, emit);
        if job.settings.finds_width {
            run.find_width();
        }
        let layout = Layout::new(job.plan, &job.template, &BrowserText);
        match sink {
            None => {
                let archive = GrowingArchive::new(layout, job.plan.len(), Rc::clone(&spool), images.clone());
                into_blob(run, archive).await
            }
            Some(sink) => {
                let archive = StreamedArchive::new(layout, sink, Rc::clone(&spool));
                into_sink(job, run, archive).await
            }
        }
    };
    // Requests go out while the spool is being opened.
    let (archive, ()) = join(pin!(collecting), pin!(opening)).await;
    archive
}

async fn into_blob<W: WebText>(
    mut run: Run<'_, BrowserFetcher>,
    mut archive: GrowingArchive<'_, W>,
) -> Result<Archive, ArchiveError> {
    while let Some(ended) = run.next().await {
        archive.take(ended).await?;
    }
    archive.finish().await
}

async fn into_sink<W: WebText>(
    job: &Job<'_>,
    mut run: Run<'_, BrowserFetcher>,
    mut archive: StreamedArchive<'_, W>,
) -> Result<Archive, ArchiveError> {
    let backlog = Backlog::default();
    let (arrived, arrivals) = unbounded();
    let fetching = async {
        // Gone at the end of this block, which is how the writer knows that no more will come.
        let arrived = arrived;
        while let Some(ended) = run.next().await {
            backlog.arrived(ended.outcome.as_ref().map_or(0, |image| image.bytes));
            // A writer that is gone has failed, and its error ends the run.
            let _ = arrived.unbounded_send(ended);
            backlog.has_room().await;
        }
        Ok(())
    };
    let writing = archive.write_all(arrivals, job.plan.len(), job.order, &backlog);
    try_join(pin!(writing), pin!(fetching)).await?;
    archive.finish().await
}
