//! The end of what is made of boxes, and of JPEG 2000's code stream, which may be in one.

use super::{EndFinder, Step};
use crate::image::field::code;

const META: u32 = code(b"meta");
const MOOV: u32 = code(b"moov");
const MDAT: u32 = code(b"mdat");
const JXLC: u32 = code(b"jxlc");
const JXLP: u32 = code(b"jxlp");
const JP2C: u32 = code(b"jp2c");

impl EndFinder {
    /// A box: size and type (ISO/IEC 14496-12, 4.2). An image is whole with its `mdat`, which holds
    /// its data, and its `meta` or, of a sequence, its `moov`, which says where in there; a JPEG XL with its code
    /// stream, or the last part of it.
    pub(super) fn read_box(&mut self) {
        if self.field.lacks(8) {
            return;
        }
        let (mut header, mut size) = (8, self.field.number(0, 4));
        if size == 1 {
            header = 16;
            if self.field.lacks(header) {
                return;
            }
            size = self.field.number(8, 8);
        }
        let content = header as u64;
        let kind = self.field.code(4);
        if kind == JP2C {
            return self.go(Step::J2kSegment, content);
        }
        if size < content || !kind.to_be_bytes().iter().all(|byte| (b' '..=b'~').contains(byte)) {
            return self.lose();
        }
        if kind == JXLP && self.field.lacks(header + 4) {
            return;
        }
        // The highest bit of a part's number.
        let is_last_part = kind == JXLP && self.field.number(header, 1) >= 0x80;
        self.boxes[0] |= kind == META || kind == MOOV;
        self.boxes[1] |= kind == MDAT;
        if kind == JXLC || is_last_part || self.boxes == [true, true] {
            self.go(Step::End, size);
        } else {
            self.go(Step::IsoBox, size);
        }
    }

    /// A marker segment before the tiles, or a part of a tile with its length (ISO/IEC 15444-1, A.4). The last
    /// part may have none: then the end marker is looked for, which its data does not contain.
    pub(super) fn read_j2k_segment(&mut self) {
        if self.field.lacks(2) {
            return;
        }
        match self.field.number(0, 2) {
            0xFF4F => self.go(Step::J2kSegment, 2),
            0xFFD9 => self.go(Step::End, 2),
            0xFF90 if self.field.lacks(12) => {}
            0xFF90 => match self.field.number(6, 4) {
                0 => self.go(Step::JpegScan, 12),
                length => self.go(Step::J2kSegment, length.max(12)),
            },
            0xFF01.. if self.field.lacks(4) => {}
            0xFF01.. => self.go(Step::J2kSegment, 2 + self.field.number(2, 2).max(2)),
            _ => self.lose(),
        }
    }
}
