//! What decides which origin gets the next slot.

use crate::plan::ItemId;

/// What a slot would be used for, the most useful first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Use {
    /// A request that the origin serves at once.
    Served,
    /// A request that waits in the browser until one before it has ended.
    Queued,
    /// An image that was broken off because it is slow.
    Deferred,
}

/// The order in which origins get slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    /// What the slot is for.
    pub used_for: Use,
    /// The requests in flight to the origin.
    pub in_flight: usize,
    /// When it had its last turn; 0 if it had none.
    pub turn: u64,
    /// Its item that starts next.
    pub first: ItemId,
}
