//! The end of a TIFF, and of what is built like one: raw files of cameras, JPEG XR.
//!
//! The directories may lie before the data or behind it, and refer to each other. What lies before the
//! place that has been reached is there anyway; the rest is read in the order of its places.

use super::{EndFinder, Step};

/// What is known of a TIFF.
#[derive(Debug, Default)]
pub struct Tiff {
    is_big: bool,
    /// Whether the file has a part of which only the beginning is known. It may be the last one.
    pub is_open: bool,
    /// The number of the current directory.
    directory: u32,
    /// The places that are still to be read.
    pending: Vec<(u64, Wanted)>,
    /// Of the last strip or tile of a directory: its place or its length, whichever came first.
    halves: Vec<(u32, u64)>,
}

/// What is at a place.
#[derive(Clone, Copy, Debug)]
enum Wanted {
    Directory,
    /// The places of directories: how many, and the bytes of each.
    Directories(u64, usize),
    /// The place or the length of a directory's last strip or tile: the number of both, and its bytes.
    Half(u32, usize),
}

/// Of Panasonic's raw files, the place of what the sensor saw.
const RAW_DATA: u64 = 280;

/// The most places that are kept.
const MAX_PENDING: usize = 256;

impl Tiff {
    fn want(&mut self, place: u64, wanted: Wanted) {
        if self.pending.len() < MAX_PENDING {
            self.pending.push((place, wanted));
        }
    }

    /// The bytes of an offset, and of the number of a directory's entries.
    fn word(&self) -> usize {
        if self.is_big { 8 } else { 4 }
    }
}

impl EndFinder {
    pub(super) fn read_tiff(&mut self) {
        let head = *self.field.bytes();
        self.field.is_little_endian = head[0] == b'I';
        self.tiff.is_big = head[2..4].contains(&b'+');
        self.tiff.is_open = head.starts_with(b"IIU");
        let word = self.tiff.word();
        if !self.field.lacks(2 * word) {
            self.tiff.want(self.field.number(word, word), Wanted::Directory);
            self.read_nearest();
        }
    }

    /// Goes to the nearest place that is still to be read, and to the end if there is none.
    fn read_nearest(&mut self) {
        let position = self.position;
        self.tiff.pending.retain(|(place, _)| *place >= position);
        let nearest = self.tiff.pending.iter().map(|(place, _)| *place).min();
        match nearest {
            Some(place) => self.go(Step::TiffValue, place - position),
            None => self.end_at(self.extent),
        }
    }

    /// Reads what is wanted of this place.
    pub(super) fn read_tiff_value(&mut self) {
        let here = self.position;
        let Some(index) = self.tiff.pending.iter().position(|(place, _)| *place == here) else {
            return self.read_nearest();
        };
        match self.tiff.pending[index].1 {
            Wanted::Directory => {
                self.tiff.pending.swap_remove(index);
                self.tiff.directory += 1;
                return self.go(Step::TiffDirectory, 0);
            }
            Wanted::Directories(count, length) => {
                if self.field.lacks(length) {
                    return;
                }
                let place = self.field.number(0, length);
                self.tiff.pending.swap_remove(index);
                self.tiff.want(place, Wanted::Directory);
                if count > 1 {
                    self.tiff.want(here + length as u64, Wanted::Directories(count - 1, length));
                }
            }
            Wanted::Half(number, length) => {
                if self.field.lacks(length) {
                    return;
                }
                self.tiff.pending.swap_remove(index);
                self.found_half(number, self.field.number(0, length));
            }
        }
        self.read_nearest();
    }

    /// A strip or tile ends where its place and its length say.
    fn found_half(&mut self, number: u32, value: u64) {
        match self.tiff.halves.iter().position(|(other, _)| *other == number) {
            Some(index) => {
                let (_, other) = self.tiff.halves.swap_remove(index);
                self.extent = self.extent.max(other.saturating_add(value));
            }
            None if self.tiff.halves.len() < MAX_PENDING => self.tiff.halves.push((number, value)),
            None => {}
        }
    }

    /// The number of entries.
    pub(super) fn read_directory(&mut self) {
        const MOST: u64 = 4096;
        let length = if self.tiff.is_big { 8 } else { 2 };
        if self.field.lacks(length) {
            return;
        }
        self.remaining = self.field.number(0, length);
        match self.remaining {
            1..=MOST => self.go(Step::TiffEntry, length as u64),
            _ => self.lose(),
        }
    }

    /// An entry: tag, type, count, and the value or its place (TIFF 6.0, section 2). Those count that say where
    /// strips, tiles and other directories are, or the data of a JPEG XR (ISO/IEC 29199-2, A.7).
    pub(super) fn read_tiff_entry(&mut self) {
        let word = self.tiff.word();
        let entry = 4 + 2 * word;
        if self.remaining == 0 {
            return self.go(Step::TiffNext, 0);
        }
        if self.field.lacks(entry) {
            return;
        }
        self.remaining -= 1;
        let length = match self.field.number(2, 2) {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 | 16..=18 => 8,
            _ => 0,
        };
        let count = self.field.number(4, word);
        let bytes = count.saturating_mul(length as u64);
        let value_at = 4 + word;
        let place = self.field.number(value_at, word);
        match self.field.number(0, 2) {
            _ if bytes == 0 => {}
            330 if bytes > word as u64 => self.tiff.want(place, Wanted::Directories(count, length)),
            330 => {
                for index in 0..count as usize {
                    let directory = self.field.number(value_at + index * length, length);
                    self.tiff.want(directory, Wanted::Directory);
                }
            }
            // Some of Panasonic's cameras write as a strip's length what it would have without compression, others
            // zero, and others still no place.
            273 | 279 if self.tiff.is_open => {}
            RAW_DATA if self.tiff.is_open => self.extent = self.extent.max(place),
            273 | 279 | 324 | 325 | 0xBCC0 | 0xBCC1 => {
                let number = self.tiff.directory;
                let last = bytes - length as u64;
                if bytes > word as u64 {
                    self.tiff.want(place.saturating_add(last), Wanted::Half(number, length));
                } else {
                    self.found_half(number, self.field.number(value_at + last as usize, length));
                }
            }
            // Of values of the standard: programs leave others' places as they were when they change a file.
            ..1000 if bytes > word as u64 => self.extent = self.extent.max(place.saturating_add(bytes)),
            _ => {}
        }
        self.go(Step::TiffEntry, entry as u64);
    }

    /// The place of the next directory.
    pub(super) fn read_next_directory(&mut self) {
        let word = self.tiff.word();
        if self.field.lacks(word) {
            return;
        }
        self.tiff.want(self.field.number(0, word), Wanted::Directory);
        self.go(Step::TiffValue, word as u64);
    }
}
