//! The events of a run: one stream, of which the page, the JavaScript callback and the timings are
//! folds.

use std::time::Duration;

use super::fetch_error::FetchError;
use super::quota::Quota;
use crate::image::ImageFacts;
use crate::plan::{ItemId, LeftOut};

/// A change of one item's state.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The time of the event, since the run began.
    pub at: Duration,
    /// The item.
    pub item: ItemId,
    /// What happened.
    pub kind: EventKind,
}

/// What happened to an item. Each item begins with `Queued` and ends with one `Stored`, `LeftOut` or
/// `Failed`.
#[derive(Clone, Debug, PartialEq)]
pub enum EventKind {
    /// The item waits for its turn.
    Queued,
    /// A request was sent.
    Started {
        /// The number of the attempt, from 1.
        attempt: u32,
    },
    /// The response's headers arrived.
    Headers {
        /// `Content-Length`, in bytes. It counts encoded bytes, so more may arrive.
        declared: Option<u64>,
    },
    /// The browser discloses of an attempt whose body has arrived when it sent the request, before which that
    /// waited in the browser's queue. Hosts decide whether browsers do (`Timing-Allow-Origin`), and only the page
    /// asks.
    Sent {
        /// When the request was sent, since the run began.
        sent: Duration,
        /// Whether its connection carries many requests at once (HTTP/2 and HTTP/3).
        is_multiplexed: bool,
    },
    /// More of the body arrived.
    Received {
        /// The bytes of this attempt so far.
        bytes: u64,
    },
    /// The attempt is slow: it receives less than the lowest speed. It continues, unless `Retrying` follows
    /// because others need its slot.
    Slow {
        /// Bytes a second in the latest interval.
        bytes_per_second: u64,
    },
    /// The attempt failed and will be retried; in a paused run, after it resumes.
    Retrying {
        /// Why the attempt failed.
        error: FetchError,
        /// The earliest time of the next attempt, since the run began.
        resumes: Duration,
    },
    /// Nothing is requested from the item's origin for a while. Either the server refused the attempt, and
    /// `Retrying` or `Failed` follows for the item itself; or the attempt that has just started is the last one
    /// that the origin answers in its window.
    CoolingDown {
        /// The end of the cool-down, since the run began.
        until: Duration,
        /// What the origin answers in which time, once that is known.
        quota: Option<Quota>,
    },
    /// The image is stored for the archive.
    Stored(ImageFacts),
    /// The item is left out of the archive. This follows `Stored`, or no request was sent.
    LeftOut {
        /// Why it is left out.
        reason: LeftOut,
    },
    /// The item failed. This follows `Stored` only if the browser can't read back what it has stored.
    Failed {
        /// Why the item failed.
        error: FetchError,
    },
}
