//! Commands to a run that is under way.

use super::{Fetcher, Run};
use crate::plan::ItemId;

/// A command to a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Start nothing more until [`Command::Resume`]. What is in flight may still arrive.
    Pause,
    /// Start attempts again.
    Resume,
    /// End the run with what has arrived; the rest fails as stopped. This can't be undone.
    Stop,
    /// End an item that has not ended; it fails as skipped.
    Skip(ItemId),
    /// Take the items that were appended to the plan. They, or its end, have arrived.
    TakeArrived,
    /// Break off the request of an item, if there is one in flight, and ask again after the others of its origin.
    Restart(ItemId),
}

impl Command {
    /// Carries the command out.
    pub fn apply_to<F: Fetcher>(self, run: &mut Run<'_, F>) {
        match self {
            Self::Pause => run.pause(),
            Self::Resume => run.resume(),
            Self::Stop => run.stop(),
            Self::Skip(item) => run.skip(item),
            Self::TakeArrived => run.take_arrived(),
            Self::Restart(item) => run.restart(item),
        }
    }
}
