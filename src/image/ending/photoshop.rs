//! The end of a Photoshop document.

use super::{EndFinder, Step};

/// What its header says, and where the reading is.
#[derive(Debug, Default)]
pub struct Photoshop {
    is_big: bool,
    /// The rows of all channels, and the bytes of each if it is not compressed.
    rows: u64,
    row: u64,
    /// The sections that are still to be skipped.
    sections: u8,
    /// The bytes of the compressed rows whose lengths have been read.
    bytes: u64,
}

impl EndFinder {
    /// The header (Adobe Photoshop File Formats Specification): version, channels, height, width, depth.
    pub(super) fn read_photoshop(&mut self) {
        const HEADER: usize = 26;
        if self.field.lacks(HEADER) {
            return;
        }
        let rows = self.field.number(12, 2) * self.field.number(14, 4);
        let row = (self.field.number(18, 4) * self.field.number(22, 2)).div_ceil(8);
        let is_big = self.field.number(4, 2) == 2;
        // Colours, resources, layers.
        self.photoshop = Photoshop { is_big, rows, row, sections: 3, bytes: 0 };
        self.go(Step::PhotoshopSection, HEADER as u64);
    }

    /// The length of a section. The last one is that of the layers, which is longer in a large document.
    pub(super) fn read_section(&mut self) {
        let Photoshop { is_big, sections, .. } = self.photoshop;
        let word = if is_big && sections == 1 { 8 } else { 4 };
        if self.field.lacks(word) {
            return;
        }
        self.photoshop.sections -= 1;
        let next = if sections == 1 { Step::PhotoshopData } else { Step::PhotoshopSection };
        self.go(next, (word as u64).saturating_add(self.field.number(0, word)));
    }

    /// The compression of the merged picture, which ends the file.
    pub(super) fn read_photoshop_data(&mut self) {
        if self.field.lacks(2) {
            return;
        }
        let Photoshop { rows, row, .. } = self.photoshop;
        match self.field.number(0, 2) {
            0 => self.go(Step::End, rows.saturating_mul(row).saturating_add(2)),
            1 => self.go(Step::PhotoshopRow, 2),
            _ => self.lose(),
        }
    }

    /// The length of a compressed row; all of them precede the first row.
    pub(super) fn read_photoshop_row(&mut self) {
        let Photoshop { is_big, rows, bytes, .. } = self.photoshop;
        if rows == 0 {
            return self.go(Step::End, bytes);
        }
        let word = if is_big { 4 } else { 2 };
        if self.field.lacks(word) {
            return;
        }
        self.photoshop.rows -= 1;
        self.photoshop.bytes += self.field.number(0, word);
        self.go(Step::PhotoshopRow, word as u64);
    }
}
