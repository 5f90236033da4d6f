//! The size of a GIF: that of its screen, or of the first picture, if it is larger. Browsers enlarge the screen
//! then, and a thumbnail must not take more memory than was counted.

use super::{DimensionsFinder, Step};
use crate::image::field::color_table;

impl DimensionsFinder {
    /// The size of the screen, and the flags of a table of colours (GIF89a, 18).
    pub(super) fn read_gif_screen(&mut self) {
        (self.width, self.height) = (self.field.number(6, 2), self.field.number(8, 2));
        self.go(Step::GifBlock, 13 + color_table(self.field.bytes()[10]));
    }

    /// An extension, which is skipped, or the first picture: its place and its size (GIF89a, 20).
    pub(super) fn read_gif_block(&mut self) {
        if self.field.lacks(1) {
            return;
        }
        let first = self.field.bytes()[0];
        match first {
            0x21 => self.go(Step::GifData, 2),
            0 => self.go(Step::GifBlock, 1),
            0x2C if self.field.lacks(9) => {}
            0x2C => {
                let end = |at| self.field.number(at, 2) + self.field.number(at + 4, 2);
                self.found(self.width.max(end(1)), self.height.max(end(3)));
            }
            _ => self.found(self.width, self.height),
        }
    }

    /// The length of a part of an extension; the last one is zero.
    pub(super) fn read_gif_data(&mut self) {
        if self.field.lacks(1) {
            return;
        }
        match self.field.bytes()[0] {
            0 => self.go(Step::GifBlock, 1),
            length => self.go(Step::GifData, 1 + u64::from(length)),
        }
    }
}
