//! An image that has been fetched and stored.

use crate::image::ImageFacts;

/// A stored image. `P` is how its bytes can be found again: in memory, in a file, or by extents of the
/// spool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredImage<P> {
    /// Where its bytes are.
    pub payload: P,
    /// What is known of it.
    pub facts: ImageFacts,
}

impl<P> StoredImage<P> {
    /// The same image with its payload replaced by `map` of it.
    pub fn map_payload<Q>(self, map: impl FnOnce(P) -> Q) -> StoredImage<Q> {
        StoredImage { payload: map(self.payload), facts: self.facts }
    }
}
