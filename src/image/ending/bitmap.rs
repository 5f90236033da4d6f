//! The end of a bitmap.

use super::{EndFinder, Step};
use crate::image::field::{Field, LONGEST};

/// The bytes of a bitmap's headers at least: the file's, and OS/2's.
const SHORTEST_BITMAP: usize = 26;

impl EndFinder {
    /// The headers of a bitmap, of which the shortest may end the file.
    pub(super) fn read_bitmap(&mut self) {
        const SHORT_INFO: u8 = 12;
        if self.field.lacks(SHORTEST_BITMAP) {
            return;
        }
        if self.field.bytes()[14] != SHORT_INFO && self.field.lacks(LONGEST) {
            return;
        }
        match bitmap_size(&self.field) {
            Some(size) => {
                // Nobody misses the padding of the last row.
                self.slack = 3;
                self.go(Step::End, size);
            }
            None if is_run_length_encoded(&self.field) => {
                self.is_nibbles = self.field.number(28, 2) == 4;
                self.remaining = self.field.number(22, 4);
                self.go(Step::BitmapRun, self.field.number(10, 4));
            }
            None => self.lose(),
        }
    }

    /// A run of equal pixels, or an escape: the end of a row, of the bitmap, a step, or pixels as they are.
    /// Many bitmaps lack the end of the last row, or of the bitmap.
    pub(super) fn read_run(&mut self) {
        if self.field.lacks(2) {
            return;
        }
        let [first, second, _, rows, ..] = *self.field.bytes();
        match [first, second] {
            [0, 0] => {
                self.remaining = self.remaining.saturating_sub(1);
                self.go(Step::BitmapRun, 2);
            }
            [0, 1] => self.go(Step::End, 2),
            [0, 2] if self.field.lacks(4) => {}
            [0, 2] => {
                self.remaining = self.remaining.saturating_sub(rows.into());
                self.go(Step::BitmapRun, 4);
            }
            [0, pixels] => {
                let bytes = if self.is_nibbles { pixels.div_ceil(2) } else { pixels };
                self.go(Step::BitmapRun, 2 + u64::from(bytes).next_multiple_of(2));
            }
            _ => self.go(Step::BitmapRun, 2),
        }
    }
}

/// Whether the pixels are runs, of 8 bits or of 4.
fn is_run_length_encoded(header: &Field) -> bool {
    let is_long = header.number(14, 4) >= 40;
    is_long && matches!((header.number(30, 4), header.number(28, 2)), (1, 8) | (2, 4))
}

/// The size in bytes of a bitmap that is not compressed. The file's own size field is often wrong, as
/// no program reads it. OS/2's header ends after 12 bytes, or anywhere between 16 and 64; fields that it
/// does not have are zero.
fn bitmap_size(header: &Field) -> Option<u64> {
    let short = |at: usize| header.number(at, 2) as u32;
    let number = |at: usize| header.number(at, 4) as u32;
    let (pixels_at, info) = (number(10), number(14));
    let (width, height, bits) = match info {
        12 => (short(18), short(20), short(24)),
        16..=124 => (number(18), number(22), short(28)),
        _ => return None,
    };
    let compression = if info < 20 { 0 } else { number(30) };
    // With fewer bits, OS/2's 3 is a compression of faxes.
    let is_plain = compression == 0 || (matches!(compression, 3 | 6) && bits >= 16);
    if !is_plain || pixels_at < 14 + info || bits > 32 || width > 1 << 30 {
        return None;
    }
    let row = (u64::from(width) * u64::from(bits)).div_ceil(32) * 4;
    // If the height is negative, the first row is the top one.
    let rows = if info == 12 { height } else { height.cast_signed().unsigned_abs() };
    Some(u64::from(pixels_at) + row * u64::from(rows))
}
