//! A whole run: from a plan to its archive, in a worker where there can be one.

use std::rc::Rc;
use std::time::Duration;

use web_sys::{RequestCache, WritableStream};

use super::archive::{Archive, ArchiveError};
use super::attended::Attended;
use super::clock::Clock;
use super::fetch::MAX_IN_FLIGHT;
use super::here::run_locally;
use super::images::{Images, ImageStore};
use super::sink::{Sink, StreamSink};
use super::worker::Worker;
use crate::plan::{NameTemplate, Plan};
use crate::run::{Event, Limits, MAX_ADAPTIVE, RetryPolicy};

/// What to fetch, how, and where to.
#[derive(Clone, Debug)]
pub struct Job<'a> {
    /// What.
    pub plan: &'a Plan,
    /// How entries are named.
    pub template: NameTemplate,
    /// How it is fetched.
    pub settings: Settings,
    /// The clock that the run's times are told by.
    pub clock: Clock,
    /// Where the archive goes, where not into a Blob.
    pub sink: Option<&'a WritableStream>,
    /// The order of a sink's entries. That of a Blob's is always [`Order::Input`].
    pub order: Order,
    /// What only the page asks of it.
    pub attended: Attended,
}

/// The order of an archive's entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// That of the plan: the same images give the same archive.
    #[default]
    Input,
    /// That in which they become complete: none waits for one before it.
    Completion,
}

/// How a run fetches.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How much at once, and how often again. The browser's own ceiling holds as well.
    pub limits: Limits,
    /// Whether to find out, within the limits, how many at once are fastest.
    pub is_adaptive: bool,
    /// How long an attempt may go without a byte.
    pub timeout: Duration,
    /// What the browser's cache may do.
    pub cache: RequestCache,
    /// Whether images that seem to be cut short fail. Otherwise they are kept, and marked.
    pub reject_truncated: bool,
    /// Whether nothing is asked for: a small image of ours is the answer to every request.
    pub is_rehearsal: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            limits: Limits {
                concurrency: MAX_ADAPTIVE,
                per_origin: MAX_IN_FLIGHT,
                retry: RetryPolicy { retries: 3 },
                max_bytes: None,
                max_total_bytes: None,
            },
            is_adaptive: true,
            timeout: Duration::from_secs(30),
            // Ten times the same URL is ten requests, and no lock of the cache in between.
            cache: RequestCache::NoStore,
            reject_truncated: false,
            is_rehearsal: false,
        }
    }
}

impl Settings {
    /// Asks for exactly so many at once, as far as there are so many.
    pub fn fix_concurrency(&mut self, in_flight: usize) {
        (self.limits.concurrency, self.is_adaptive) = (in_flight, false);
    }

    /// The limits, within the browser's own.
    pub(super) fn limits(&self) -> Limits {
        Limits { concurrency: self.limits.concurrency.min(MAX_IN_FLIGHT), ..self.limits }
    }
}

/// Runs a job. `images` is told early on where its images can be seen.
///
/// In a page it runs in a worker of ours, where files can be written as they arrive and nothing
/// holds up the page; where no worker can be started, and in a worker, it runs in place.
///
/// Dropping the future cancels the run: every request is aborted, and so is the sink.
///
/// # Errors
///
/// The archive could not be made. Images that can't be had are no error: they are not in it, and
/// the events say why.
pub async fn collect(
    job: &Job<'_>,
    emit: &dyn Fn(Event),
    images: &dyn Fn(Images),
) -> Result<Archive, ArchiveError> {
    let sink = job.sink.map(StreamSink::new).transpose()?;
    let sink = sink.as_ref().map(|sink| -> &dyn Sink { sink });
    if let Some(worker) = Worker::of_this_page().await
        && let Some(run) = worker.run(job)
    {
        images(Images::Worker(Rc::clone(&run)));
        return made(run.finish(job, sink, emit).await?);
    }
    let kept = ImageStore::default();
    images(Images::Here(kept.clone()));
    run_locally(job, sink, &kept, emit).await
}

/// The archive that a worker has made.
///
/// # Errors
///
/// It has made none.
pub fn made(archive: Option<Archive>) -> Result<Archive, ArchiveError> {
    archive.ok_or_else(|| ArchiveError::Worker { reason: "it made no archive".into() })
}
