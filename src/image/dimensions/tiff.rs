//! The size of a TIFF, and of what is built like one.

use super::{DimensionsFinder, Step};

impl DimensionsFinder {
    pub(super) fn read_directory(&mut self) {
        let length = if self.is_big_tiff { 8 } else { 2 };
        if !self.field.lacks(length) {
            self.entries = self.field.number(0, length);
            self.go(Step::TiffEntry, length as u64);
        }
    }

    /// An entry: tag, type, count and value (TIFF 6.0, section 2). JPEG XR has other
    /// numbers (ISO/IEC 29199-2, A.7). A raw file of a camera may begin with
    /// a thumbnail, and has the size of its picture in another directory.
    pub(super) fn read_tiff_entry(&mut self) {
        let (at, length) = if self.is_big_tiff { (12, 20) } else { (8, 12) };
        if self.entries == 0 {
            return self.end(None);
        }
        if self.field.lacks(length) {
            return;
        }
        self.entries -= 1;
        let value = match self.field.number(2, 2) {
            3 => self.field.number(at, 2),
            4 => self.field.number(at, 4),
            16 => self.field.number(at, 8),
            _ => 0,
        };
        match self.field.number(0, 2) {
            254 => self.is_thumbnail = value & 1 == 1,
            256 | 0xBC80 => self.width = value,
            257 | 0xBC81 => self.height = value,
            _ => {}
        }
        if self.width > 0 && self.height > 0 && !self.is_thumbnail {
            self.found(self.width, self.height);
        } else {
            self.go(Step::TiffEntry, length as u64);
        }
    }
}
