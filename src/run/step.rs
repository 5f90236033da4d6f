//! What a schedule says to do next, and what follows a failed attempt.

use std::time::Duration;

use super::fetch_error::FetchError;
use crate::plan::ItemId;
#[cfg(doc)]
use crate::plan::Plan;

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Make this attempt.
    Start(Attempt),
    /// Report this item as failed without a request, which would be of no use. The item has ended.
    Fail {
        /// The item.
        item: ItemId,
        /// Why it fails: its origin is closed, or nothing more can be stored.
        error: FetchError,
    },
    /// Nothing may start until an attempt ends, the schedule resumes, or this time has come.
    Wait {
        /// When the next retry is due or the next cool-down ends, since the run began. `None` if there is
        /// neither.
        until: Option<Duration>,
    },
    /// Every item has ended.
    Done,
}

/// One request for one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The item.
    pub item: ItemId,
    /// The number of the attempt among those of its item, from 1.
    pub number: u32,
    /// Which of the item's addresses it asks, as of [`Plan::address`].
    pub address: usize,
}

/// What follows a failed attempt. Times are since the run began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AfterFailure {
    /// When the next attempt may start; `None` if the item has failed.
    pub retry_at: Option<Duration>,
    /// The end of the cool-down of its origin, if this attempt has started or prolonged it.
    pub cools_until: Option<Duration>,
}
