//! The end of an OpenEXR. Behind the header, a table has the places of all chunks, and the chunks follow it at
//! once: the table ends where the first of them begins, however many there are.

use super::{EndFinder, Step};

/// What is known of the chunks.
#[derive(Debug)]
pub struct Exr {
    /// Whether the chunks are tiles, which have four coordinates instead of one.
    has_tiles: bool,
    /// Whether there are several headers, one for each part.
    has_parts: bool,
    /// Whether the head of a chunk has another form, by the type of its part.
    is_special: bool,
    /// Whether the name of an attribute is being read, and not its type; and the characters so far.
    is_name: bool,
    characters: u32,
    /// The places of the first chunk and of the last.
    first: u64,
    last: u64,
}

impl Default for Exr {
    fn default() -> Self {
        Self {
            has_tiles: false,
            has_parts: false,
            is_special: false,
            is_name: true,
            characters: 0,
            first: u64::MAX,
            last: 0,
        }
    }
}

impl EndFinder {
    /// The version, whose flags say what follows.
    pub(super) fn read_exr(&mut self) {
        const HEADER: u64 = 8;
        const TILES: u64 = 0x200;
        const DEEP: u64 = 0x800;
        const PARTS: u64 = 0x1000;
        let flags = self.field.number(4, 4);
        self.exr.has_tiles = flags & TILES != 0;
        self.exr.has_parts = flags & PARTS != 0;
        self.exr.is_special = flags & (DEEP | PARTS) != 0;
        self.go(Step::ExrText, HEADER);
    }

    /// A character of an attribute's name, or of its type. An empty name ends a header.
    pub(super) fn read_exr_text(&mut self) {
        const LONGEST: u32 = 255;
        if self.field.lacks(1) {
            return;
        }
        let Exr { is_name, characters, has_parts, .. } = self.exr;
        let is_end = self.field.bytes()[0] == 0;
        self.exr.characters = if is_end { 0 } else { characters + 1 };
        match (is_end, is_name) {
            (false, _) if characters == LONGEST => self.lose(),
            (false, _) => self.go(Step::ExrText, 1),
            // The headers of parts end with an empty one.
            (true, true) if characters == 0 && has_parts => self.go(Step::ExrHeader, 1),
            (true, true) if characters == 0 => self.go(Step::ExrPlace, 1),
            (true, _) => {
                self.exr.is_name = !is_name;
                self.go(if is_name { Step::ExrText } else { Step::ExrValue }, 1);
            }
        }
    }

    /// The header of the next part, or the table.
    pub(super) fn read_exr_header(&mut self) {
        if self.field.lacks(1) {
            return;
        }
        match self.field.bytes()[0] {
            0 => self.go(Step::ExrPlace, 1),
            _ => self.go(Step::ExrText, 0),
        }
    }

    /// The length of an attribute's value, which follows.
    pub(super) fn read_exr_value(&mut self) {
        if self.field.lacks(4) {
            return;
        }
        match self.field.number(0, 4) {
            length @ 0..0x8000_0000 => self.go(Step::ExrText, 4 + length),
            _ => self.lose(),
        }
    }

    /// The place of a chunk. A file that was not completed has none.
    pub(super) fn read_exr_place(&mut self) {
        let Exr { first, last, .. } = self.exr;
        if self.position == first {
            return self.go(Step::ExrChunk, last - first);
        }
        if self.field.lacks(8) {
            return;
        }
        let place = self.field.number(0, 8);
        if place <= self.position || first < self.position {
            return self.lose();
        }
        (self.exr.first, self.exr.last) = (first.min(place), last.max(place));
        self.go(Step::ExrPlace, 8);
    }

    /// The coordinates of the last chunk, and the length of its data.
    pub(super) fn read_exr_chunk(&mut self) {
        if self.exr.is_special {
            return self.lose();
        }
        let length_at = if self.exr.has_tiles { 16 } else { 4 };
        if !self.field.lacks(length_at + 4) {
            let length = self.field.number(length_at, 4);
            self.go(Step::End, length_at as u64 + 4 + length);
        }
    }
}
