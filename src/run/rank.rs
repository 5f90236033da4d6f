//! What decides which origin gets the next slot.

/// What a slot would be used for, the most useful first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// A request that the origin serves at once.
    Served,
    /// A request that waits in the browser until one before it has ended.
    Queued,
    /// An image that was broken off because it is slow.
    Deferred,
}

/// The order in which origins get slots, the smallest first: by what the slot is used for, then by the
/// requests in flight to the origin, then by its latest turn. One number, because comparing three costs more
/// of the download.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank(u64);

/// The bits of the latest turn, and of the requests in flight.
const TURN_BITS: u32 = 44;
const IN_FLIGHT_BITS: u32 = 18;

impl Rank {
    /// The rank of an origin.
    pub fn new(used_for: Use, in_flight: usize, turn: u64) -> Self {
        Self((used_for as u64) << (TURN_BITS + IN_FLIGHT_BITS) | (in_flight as u64) << TURN_BITS | turn)
    }

    /// Whether the slot is for an image that was broken off.
    pub fn is_deferred(self) -> bool {
        self.0 >> (TURN_BITS + IN_FLIGHT_BITS) == Use::Deferred as u64
    }
}
