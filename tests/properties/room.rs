use fetchzip::spool::{Extent, Room};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::cases;

/// Bytes of a small spool.
const SPOOL: usize = 2_000;

/// Which bytes are taken.
struct Taken(Vec<bool>);

impl Taken {
    fn bytes(&mut self, extent: Extent) -> &mut [bool] {
        let end = extent.end() as usize;
        if self.0.len() < end {
            self.0.resize(end, false);
        }
        &mut self.0[extent.offset as usize..end]
    }

    /// Takes an extent; panics where a byte of it is taken already.
    fn take(&mut self, extent: Extent) {
        for byte in self.bytes(extent) {
            assert!(!*byte, "{extent:?} was taken before");
            *byte = true;
        }
    }

    fn free(&mut self, extent: Extent) {
        self.bytes(extent).fill(false);
    }

    /// The length that the spool must have: up to the last byte that is taken.
    fn end(&self) -> u64 {
        self.0.iter().rposition(|taken| *taken).map_or(0, |last| last as u64 + 1)
    }
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn no_byte_is_given_out_twice_and_none_is_lost(steps in vec((1..90_u64, any::<prop::sample::Index>()), 1..120)) {
        let (mut room, mut taken) = (Room::default(), Taken(Vec::new()));
        let mut held: Vec<Extent> = Vec::new();
        for (length, choice) in steps {
            if length % 3 == 0 && !held.is_empty() {
                let extent = held.swap_remove(choice.index(held.len()));
                taken.free(extent);
                room.release(extent);
            } else {
                let extent = room.reserve(length);
                prop_assert_eq!(extent.length, length);
                taken.take(extent);
                held.push(extent);
            }
            prop_assert_eq!(room.end(), taken.end());
        }
        held.drain(..).for_each(|extent| room.release(extent));
        prop_assert_eq!(room.end(), 0);
    }

    #[test]
    fn extents_that_are_taken_at_the_start_are_never_given_out(
        extents in vec((0..SPOOL as u64, 0..90_u64), 0..40),
        lengths in vec(1..90_u64, 0..80),
    ) {
        let extents = extents.into_iter().map(|(offset, length)| Extent { offset, length });
        let mut taken = Taken(Vec::new());
        // They come from a journal, which may be wrong, so they may overlap. An empty one takes
        // nothing, wherever it is.
        extents.clone().filter(|extent| extent.length > 0).for_each(|extent| taken.bytes(extent).fill(true));
        let mut room = Room::of(extents);
        prop_assert_eq!(room.end(), taken.end());
        for length in lengths {
            taken.take(room.reserve(length));
        }
        // Byte by byte, until no gap is left.
        while taken.0.iter().any(|taken| !taken) {
            let before = room.end();
            let byte = room.reserve(1);
            prop_assert!(byte.end() <= before, "a gap is left");
            taken.take(byte);
        }
    }
}
