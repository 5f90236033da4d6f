//! An image that has been fetched and stored.

use super::event::EventKind;
use crate::image::Format;

/// A stored image. `P` is how its bytes can be found again: in memory, in a file, or by extents of the
/// spool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredImage<P> {
    /// Where its bytes are.
    pub payload: P,
    /// Its size in bytes.
    pub bytes: u64,
    /// The CRC-32 of its bytes.
    pub crc32: u32,
    /// Its format, as its first bytes say.
    pub format: Format,
    /// The `Last-Modified` header, in seconds since 1970, if the server sent one.
    pub modified: Option<i64>,
    /// Whether the bytes end before the image does, as far as its format can tell.
    pub is_cut_short: bool,
}

impl<P> StoredImage<P> {
    /// The same image with its payload replaced by `map` of it.
    pub fn map_payload<Q>(self, map: impl FnOnce(P) -> Q) -> StoredImage<Q> {
        let Self { payload, bytes, crc32, format, modified, is_cut_short } = self;
        StoredImage { payload: map(payload), bytes, crc32, format, modified, is_cut_short }
    }

    /// The `Stored` event that reports this image.
    pub fn event(&self) -> EventKind {
        let Self { bytes, crc32, format, is_cut_short, .. } = *self;
        EventKind::Stored { bytes, crc32, format, is_cut_short }
    }
}
