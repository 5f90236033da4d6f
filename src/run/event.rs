//! What happens in a run, as one stream: the page, the JavaScript callback and the timings are
//! all folds over it.

use std::time::Duration;

use super::FetchError;
use crate::image::Format;
use crate::plan::ItemId;

/// Something that happened to one item.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When, since the run began.
    pub at: Duration,
    /// To which item.
    pub item: ItemId,
    /// What.
    pub kind: EventKind,
}

/// What happened to an item. Each item begins with `Queued` and ends with one `Stored` or `Failed`.
#[derive(Clone, Debug, PartialEq)]
pub enum EventKind {
    /// It waits for its turn.
    Queued,
    /// A request was made.
    Started {
        /// Which attempt this is, from 1.
        attempt: u32,
    },
    /// The response's headers arrived.
    Headers {
        /// `Content-Length`, in bytes. It counts encoded bytes, so more than this may arrive.
        declared: Option<u64>,
    },
    /// More of the body arrived.
    Received {
        /// The attempt's bytes so far.
        bytes: u64,
    },
    /// The attempt failed and another one will follow; where nothing can be asked for at present, as
    /// soon as the run goes on.
    Retrying {
        /// Why it failed.
        error: FetchError,
        /// When the next attempt may start, since the run began.
        resumes: Duration,
    },
    /// The attempt was refused, and the item's whole origin is left alone for a while. `Retrying` or
    /// `Failed` follows, for the item itself.
    CoolingDown {
        /// Until when nothing is asked of the origin, since the run began.
        until: Duration,
    },
    /// The image is kept for the archive.
    Stored {
        /// Its size.
        bytes: u64,
        /// Its CRC-32.
        crc32: u32,
        /// What its bytes are.
        format: Format,
        /// Whether its bytes end before the image does, as far as its format tells.
        is_cut_short: bool,
    },
    /// The item is given up; behind a `Stored` only where the browser can't read back what it had
    /// kept.
    Failed {
        /// Why.
        error: FetchError,
    },
}
