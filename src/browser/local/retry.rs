//! Fetching some items of a run once more, into the same archive.

use std::rc::Rc;

use super::local_run::{LocalRun, fetch_items};
use crate::browser::archive::Archive;
use crate::job::{ArchiveError, Job, Retry};
use crate::plan::ItemId;
use crate::run::Event;

/// Fetches some items once more and makes the archive of these and of all that is stored. The previous
/// Blob can't be read any more, whatever the outcome.
///
/// # Errors
///
/// Fails if the spool can't be written to any more, for a selection, and as
/// [`fetch_all`](super::fetch_all). An archive that went to a sink is gone, so nothing can be added to it.
pub async fn retry(run: &LocalRun, retry: Retry, emit: &dyn Fn(Event)) -> Result<Archive, ArchiveError> {
    let job = run.job();
    let Retry { items, settings, relay, sign_in, started } = retry;
    let plan = if relay.as_ref() == job.plan.relay() && sign_in == *job.plan.sign_in() {
        Rc::clone(&job.plan)
    } else {
        Rc::new(job.plan.with_relay(relay).with_sign_in(sign_in))
    };
    run.set_job(Job { plan, settings, started, ..(*job).clone() });
    refetch(run, &items, emit).await
}

/// Fetches these items, as the job says now, and makes the archive anew.
///
/// # Errors
///
/// As [`retry`].
pub async fn refetch(
    run: &LocalRun,
    items: &[ItemId],
    emit: &dyn Fn(Event),
) -> Result<Archive, ArchiveError> {
    run.reopen().await?;
    fetch_items(run, None, items, emit).await
}
