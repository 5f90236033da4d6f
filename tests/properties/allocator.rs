use fetchzip::spool::{Allocator, Extent};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::cases;

/// The size of the spool that is modelled, in bytes.
const SPOOL: usize = 2_000;

/// Which bytes are in use.
struct Taken(Vec<bool>);

impl Taken {
    fn bytes(&mut self, extent: Extent) -> &mut [bool] {
        let end = extent.end() as usize;
        if self.0.len() < end {
            self.0.resize(end, false);
        }
        &mut self.0[extent.offset as usize..end]
    }

    /// Marks an extent as in use; panics if a byte of it is already.
    fn take(&mut self, extent: Extent) {
        for byte in self.bytes(extent) {
            assert!(!*byte, "{extent:?} is in use already");
            *byte = true;
        }
    }

    fn free(&mut self, extent: Extent) {
        self.bytes(extent).fill(false);
    }

    /// The expected length of the spool: up to the last byte in use.
    fn end(&self) -> u64 {
        self.0.iter().rposition(|taken| *taken).map_or(0, |last| last as u64 + 1)
    }
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn no_byte_is_reserved_twice_and_none_is_lost(steps in vec((1..90_u64, any::<prop::sample::Index>()), 1..120)) {
        let (mut allocator, mut taken) = (Allocator::default(), Taken(Vec::new()));
        let mut held: Vec<Extent> = Vec::new();
        for (length, choice) in steps {
            if length % 3 == 0 && !held.is_empty() {
                let extent = held.swap_remove(choice.index(held.len()));
                taken.free(extent);
                allocator.release(extent);
            } else {
                let extent = allocator.reserve(length);
                prop_assert_eq!(extent.length, length);
                taken.take(extent);
                held.push(extent);
            }
            prop_assert_eq!(allocator.end(), taken.end());
        }
        held.drain(..).for_each(|extent| allocator.release(extent));
        prop_assert_eq!(allocator.end(), 0);
    }

    #[test]
    fn an_allocator_of_extents_in_use_fills_the_holes_between_them(
        extents in vec((0..SPOOL as u64, 0..90_u64), 0..40),
        lengths in vec(1..90_u64, 0..80),
    ) {
        let extents = extents.into_iter().map(|(offset, length)| Extent { offset, length });
        let mut taken = Taken(Vec::new());
        // They may overlap, as those of a damaged journal could.
        // An empty one takes nothing, wherever it is.
        extents.clone().filter(|extent| extent.length > 0).for_each(|extent| taken.bytes(extent).fill(true));
        let mut allocator = Allocator::of(extents);
        prop_assert_eq!(allocator.end(), taken.end());
        for length in lengths {
            taken.take(allocator.reserve(length));
        }
        // Byte by byte, until no gap is left.
        while taken.0.iter().any(|taken| !taken) {
            let before = allocator.end();
            let byte = allocator.reserve(1);
            prop_assert!(byte.end() <= before, "there is a hole left");
            taken.take(byte);
        }
    }
}
