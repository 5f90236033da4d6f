//! Small entries that are joined before they are written.

use crate::spool::Extent;

/// Small entries are joined up to this many bytes before they are written: in writes of up to a
/// megabyte, Firefox takes six times as long for the same bytes.
pub const STAGING_BYTES: u32 = 2 << 20;

/// Bytes that are still to be written, at a place that is reserved for them.
#[derive(Debug, Default)]
pub struct Staging {
    pub bytes: Vec<u8>,
    /// The place, while there are bytes.
    pub block: Option<Extent>,
    /// Whether the last write failed.
    pub has_failed: bool,
}

impl Staging {
    /// Whether the block that was begun has no space for as many bytes.
    pub fn is_too_full_for(&self, bytes: u64) -> bool {
        self.block.is_some_and(|block| self.bytes.len() as u64 + bytes > block.length)
    }

    /// Adds bytes, for which the block has space; returns where in the block.
    pub fn append(&mut self, piece: &[u8]) -> usize {
        let at = self.bytes.len();
        let block = self.block.map_or(piece.len(), |block| block.length as usize);
        self.bytes.reserve_exact(block.saturating_sub(at));
        self.bytes.extend_from_slice(piece);
        at
    }

    /// Where the staged bytes belong, without the reserved space behind them.
    pub fn filled(&self) -> Option<Extent> {
        let Extent { offset, .. } = self.block?;
        Some(Extent { offset, length: self.bytes.len() as u64 })
    }

    /// The staged bytes of an extent; `None` if it is elsewhere.
    pub fn at(&mut self, extent: Extent) -> Option<&mut [u8]> {
        let start = extent.offset.checked_sub(self.block?.offset)? as usize;
        self.bytes.get_mut(start..start + extent.length as usize)
    }

    /// Forgets what was written.
    pub fn clear(&mut self) {
        self.block = None;
        self.bytes.clear();
    }
}
