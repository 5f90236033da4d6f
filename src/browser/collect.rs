//! A whole run: from a plan to its archive.

use std::pin::pin;
use std::time::Duration;

use futures::channel::mpsc::unbounded;
use futures::future::try_join;
use web_sys::{Blob, RequestCache, WritableStream};

use super::archive::{Archive, ArchiveError, GrowingArchive, Layout};
use super::clock::Clock;
use super::fetch::{BrowserFetcher, MOST_IN_FLIGHT};
use super::sink::write_archive;
use super::text::BrowserText;
use crate::plan::{ItemId, NameTemplate, Plan};
use crate::run::{Ended, Event, InOrder, Limits, RetryPolicy, Run};

/// How a run fetches.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How much at once, and how often again. The browser's own ceiling holds as well.
    pub limits: Limits,
    /// How long an attempt may go without a byte.
    pub timeout: Duration,
    /// What the browser's cache may do.
    pub cache: RequestCache,
}

impl Default for Settings {
    fn default() -> Self {
        /// Both examples' images at once; more made thousands of small images slower.
        const IN_FLIGHT: usize = 16;
        Self {
            limits: Limits {
                in_flight: IN_FLIGHT,
                per_origin: MOST_IN_FLIGHT,
                retry: RetryPolicy { retries: 3 },
            },
            timeout: Duration::from_secs(30),
            // Ten times the same URL is ten requests, and no lock of the cache in between.
            cache: RequestCache::NoStore,
        }
    }
}

impl Settings {
    fn fetcher(&self, clock: Clock) -> BrowserFetcher {
        BrowserFetcher::new(clock, self.timeout, self.cache)
    }

    fn limits(&self) -> Limits {
        Limits { in_flight: self.limits.in_flight.min(MOST_IN_FLIGHT), ..self.limits }
    }
}

/// Fetches a plan and makes its archive, one Blob. `kept` sees each image as soon as it is whole.
///
/// Dropping the future cancels the run: every request is aborted.
///
/// # Errors
///
/// The archive could not be made. Images that can't be had are no error: they are not in it, and
/// the events say why.
pub async fn collect(
    plan: &Plan,
    template: &NameTemplate,
    settings: &Settings,
    clock: Clock,
    emit: &dyn Fn(Event),
    kept: &dyn Fn(ItemId, &Blob),
) -> Result<Archive, ArchiveError> {
    let fetcher = settings.fetcher(clock);
    let mut run = Run::new(plan, settings.limits(), &fetcher, emit);
    let mut archive = GrowingArchive::new(Layout::new(plan, template, &BrowserText));
    let mut outcomes = InOrder::new(plan.len());
    while let Some(Ended { item, outcome }) = run.next().await {
        if let Ok(image) = &outcome {
            kept(item, image.payload.as_blob());
        }
        outcomes.put(item, outcome);
        while let Some((item, outcome)) = outcomes.next_due() {
            if let Ok(image) = outcome {
                archive.put(item, &image)?;
            }
        }
    }
    archive.finish().await
}

/// Fetches a plan and writes its archive into a sink while it grows.
///
/// Dropping the future cancels the run: every request is aborted, and so is the sink.
///
/// # Errors
///
/// As [`collect`], and where the sink fails.
pub async fn collect_into(
    sink: &WritableStream,
    plan: &Plan,
    template: &NameTemplate,
    settings: &Settings,
    clock: Clock,
    emit: &dyn Fn(Event),
) -> Result<Archive, ArchiveError> {
    let fetcher = settings.fetcher(clock);
    let mut run = Run::new(plan, settings.limits(), &fetcher, emit);
    let (arrived, arrivals) = unbounded();
    let fetching = async move {
        while let Some(ended) = run.next().await {
            // A writer that is gone has failed, and its error ends the run.
            let _ = arrived.unbounded_send(ended);
        }
        Ok(())
    };
    let layout = Layout::new(plan, template, &BrowserText);
    let writing = write_archive(layout, arrivals, plan.len(), sink);
    let (archive, ()) = try_join(pin!(writing), pin!(fetching)).await?;
    Ok(archive)
}
