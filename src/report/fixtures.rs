//! What the tests of this folder share.

use std::time::Duration;

use super::AttemptSpan;
use crate::plan::ItemId;
use crate::run::{Event, EventKind};

/// Milliseconds.
pub fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// An attempt with its times in milliseconds.
pub fn attempt(started: u64, headers: Option<u64>, ended: Option<u64>, failed: bool) -> AttemptSpan {
    AttemptSpan { started: ms(started), sent: None, headers: headers.map(ms), ended: ended.map(ms), failed }
}

/// An event at this time in milliseconds.
pub fn event(at: u64, item: ItemId, kind: EventKind) -> Event {
    Event { at: ms(at), item, kind }
}
