//! Why an item is left out of the archive.

use super::ItemId;
use crate::bytes::{ByteReader, PutBytes};

/// Why an item is left out of the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// A filter does.
    Filter,
    /// An earlier item has the same address.
    RepeatedAddress(ItemId),
    /// An earlier item has the same bytes.
    RepeatedImage(ItemId),
    /// It is not one of the items that were selected for the archive.
    NotSelected,
}

impl LeftOut {
    /// Appends it to a message or a journal.
    pub fn put(self, out: &mut Vec<u8>) {
        let (tag, original) = match self {
            Self::Filter => (0, 0),
            Self::RepeatedAddress(item) => (1, item),
            Self::RepeatedImage(item) => (2, item),
            Self::NotSelected => (3, 0),
        };
        out.put_u8(tag);
        out.put_u64(original as u64);
    }

    /// Reads what [`put`](Self::put) has appended.
    pub fn read(reader: &mut ByteReader<'_>) -> Option<Self> {
        let (tag, original) = (reader.u8()?, reader.usize()?);
        Some(match tag {
            0 => Self::Filter,
            1 => Self::RepeatedAddress(original),
            2 => Self::RepeatedImage(original),
            3 => Self::NotSelected,
            _ => return None,
        })
    }
}
