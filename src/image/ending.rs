//! Whether a body ends where its image does.
//!
//! Browsers often don't report that a connection ended early: if `Content-Length` is too small, or the
//! body is compressed or ends with the connection. The structure of the image itself remains. Only
//! lengths and markers are read, and data is skipped. What follows the end of the image (a second
//! picture, a video, remains of an editor) does not matter.

use super::markup::{Markup, may_be_markup};

/// What the structure of an image says about the end of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The body contains the end of the image.
    Whole,
    /// The body ends before the image does.
    CutShort,
    /// The format has no end that can be found, or the file does not follow its format.
    Unknown,
}

/// Finds the end of an image in bytes that arrive chunk by chunk.
#[derive(Debug)]
pub struct EndFinder {
    step: Step,
    /// Bytes to skip before the next field.
    skip: u64,
    /// How many of them a file that is otherwise complete may lack.
    slack: u64,
    field: [u8; LONGEST_FIELD],
    filled: usize,
    wanted: usize,
    /// Whether the boxes `meta` and `mdat` of an ISO base media file have begun.
    boxes: [bool; 2],
    /// Whether the last byte of a JPEG's scan was 0xFF.
    is_marker: bool,
    markup: Markup,
}

/// The part of a bitmap's headers that determines its size, in bytes.
const LONGEST_FIELD: usize = 34;

/// The bytes of a bitmap's headers at least: the file's, and OS/2's.
const SHORTEST_BITMAP: usize = 26;

/// The bytes that distinguish the formats.
const SIGNATURE: usize = 12;

/// The kind of the next field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Signature,
    JpegSegment,
    JpegScan,
    PngChunk,
    GifBlock,
    GifImage,
    GifData,
    IsoBox,
    Bitmap,
    /// None: `markup` finds the end of an SVG.
    Markup,
    /// None: the image ends after `skip` more bytes.
    End,
    /// None: the end can't be found.
    Lost,
}

impl Default for EndFinder {
    fn default() -> Self {
        Self {
            step: Step::Signature,
            skip: 0,
            slack: 0,
            field: [0; LONGEST_FIELD],
            filled: 0,
            wanted: SIGNATURE,
            boxes: [false; 2],
            is_marker: false,
            markup: Markup::default(),
        }
    }
}

impl EndFinder {
    /// Reads the next chunk of the body.
    pub fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let skipped = bytes.len().min(usize::try_from(self.skip).unwrap_or(usize::MAX));
            self.skip -= skipped as u64;
            bytes = &bytes[skipped..];
            match self.step {
                Step::End | Step::Lost => return,
                Step::JpegScan => return self.scan(bytes),
                Step::Markup => return self.markup.push(bytes),
                _ => {
                    let (part, rest) = bytes.split_at(bytes.len().min(self.wanted - self.filled));
                    self.field[self.filled..self.filled + part.len()].copy_from_slice(part);
                    self.filled += part.len();
                    bytes = rest;
                    if self.filled == self.wanted {
                        self.read_field();
                    }
                }
            }
        }
    }

    /// The verdict if the body ended here.
    pub fn ending(&self) -> Ending {
        let is_between = self.skip == 0 && self.filled == 0;
        match self.step {
            Step::Signature | Step::Lost => Ending::Unknown,
            Step::Markup if self.markup.has_ended() => Ending::Whole,
            Step::Markup if self.markup.is_lost() => Ending::Unknown,
            Step::End if self.skip == 0 => Ending::Whole,
            Step::End if self.skip <= self.slack => Ending::Unknown,
            // Many GIFs lack their trailer, and any box may be the last one.
            Step::GifBlock | Step::IsoBox if is_between => Ending::Unknown,
            _ => Ending::CutShort,
        }
    }

    fn expect(&mut self, step: Step, wanted: usize, skip: u64) {
        (self.step, self.wanted, self.filled, self.skip) = (step, wanted, 0, skip);
    }

    fn lose(&mut self) {
        self.expect(Step::Lost, 0, 0);
    }

    /// The image ends after this many more bytes.
    fn end_after(&mut self, bytes: u64) {
        self.expect(Step::End, 0, bytes);
    }

    fn read_field(&mut self) {
        match self.step {
            Step::Signature => self.read_signature(),
            Step::JpegSegment => self.read_segment(),
            Step::PngChunk => self.read_chunk(),
            Step::GifBlock => match self.field[0] {
                0x3B => self.end_after(0),
                // The label of an extension precedes its data.
                0x21 => self.expect(Step::GifData, 1, 1),
                0x2C => self.expect(Step::GifImage, 9, 0),
                // Decoders ignore a superfluous terminator.
                0 => self.expect(Step::GifBlock, 1, 0),
                _ => self.lose(),
            },
            // The code size precedes the data of an image.
            Step::GifImage => self.expect(Step::GifData, 1, color_table(self.field[8]) + 1),
            Step::GifData => match self.field[0] {
                0 => self.expect(Step::GifBlock, 1, 0),
                length => self.expect(Step::GifData, 1, length.into()),
            },
            Step::IsoBox => self.read_box(),
            Step::Bitmap => self.read_bitmap(),
            Step::JpegScan | Step::Markup | Step::End | Step::Lost => {}
        }
    }

    fn read_signature(&mut self) {
        let head = self.field;
        let used = if head.starts_with(b"\xFF\xD8\xFF") {
            self.expect(Step::JpegSegment, 4, 0);
            2
        } else if head.starts_with(b"\x89PNG\r\n\x1A\n") {
            self.expect(Step::PngChunk, 8, 0);
            8
        } else if head.starts_with(b"GIF8") {
            // Version, size, flags, background and aspect ratio are 13 bytes.
            self.expect(Step::GifBlock, 1, 13 - SIGNATURE as u64 + color_table(head[10]));
            SIGNATURE
        } else if head.starts_with(b"RIFF") && &head[8..SIGNATURE] == b"WEBP" {
            let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
            // Some files count the eight bytes of the RIFF header as well.
            self.slack = 8;
            self.end_after(u64::from(length).saturating_sub(4));
            SIGNATURE
        } else if &head[4..8] == b"ftyp" {
            self.expect(Step::IsoBox, 8, 0);
            0
        } else if head.starts_with(b"BM") {
            self.expect(Step::Bitmap, SHORTEST_BITMAP, 0);
            0
        } else if may_be_markup(&head[..SIGNATURE]) {
            self.expect(Step::Markup, 0, 0);
            0
        } else {
            self.lose();
            SIGNATURE
        };
        self.push(&head[used..SIGNATURE]);
    }

    /// A segment before the first scan: marker and length (ITU-T T.81, B.1.1.4). A thumbnail inside
    /// one has an end marker of its own, which is skipped with it.
    fn read_segment(&mut self) {
        const SCAN: u8 = 0xDA;
        let [first, marker, high, low, ..] = self.field;
        match marker {
            0xD9 if first == 0xFF => self.lose(),
            // Fill bytes, markers without a length, and stray bytes that decoders ignore.
            0 | 1 | 0xD0..=0xD8 | 0xFF => self.slide(),
            _ if first != 0xFF => self.slide(),
            _ => {
                let skip = u64::from(u16::from_be_bytes([high, low])).saturating_sub(2);
                let (step, wanted) =
                    if marker == SCAN { (Step::JpegScan, 0) } else { (Step::JpegSegment, 4) };
                self.expect(step, wanted, skip);
            }
        }
    }

    /// Looks for the segment one byte later.
    fn slide(&mut self) {
        self.field.copy_within(1..4, 0);
        self.filled = 3;
    }

    /// From the first scan on, the end is the first 0xFF 0xD9: in coded data each 0xFF is followed by
    /// a zero (T.81, F.1.2.3), and the tables between two scans don't contain the pair.
    fn scan(&mut self, bytes: &[u8]) {
        let Some(last) = bytes.last() else { return };
        if (self.is_marker && bytes[0] == 0xD9) || has_end_marker(bytes) {
            self.end_after(0);
        }
        self.is_marker = *last == 0xFF;
    }

    /// A chunk: length, type, data and CRC (PNG 1.2, 3.2).
    fn read_chunk(&mut self) {
        let [a, b, c, d, kind @ .., _, _] = &self.field[..10] else { return };
        let skip = u64::from(u32::from_be_bytes([*a, *b, *c, *d])) + 4;
        match kind {
            b"IEND" => self.end_after(skip),
            kind if kind.iter().all(u8::is_ascii_alphabetic) => self.expect(Step::PngChunk, 8, skip),
            _ => self.lose(),
        }
    }

    /// The headers of a bitmap, of which the shortest may end the file.
    fn read_bitmap(&mut self) {
        const SHORT_INFO: u8 = 12;
        if self.wanted == SHORTEST_BITMAP && self.field[14] != SHORT_INFO {
            self.wanted = LONGEST_FIELD;
            return;
        }
        match bitmap_size(&self.field) {
            Some(size) => {
                // Nobody misses the padding of the last row.
                self.slack = 3;
                self.end_after(size.saturating_sub(self.wanted as u64));
            }
            None => self.lose(),
        }
    }

    /// A box: size and type (ISO/IEC 14496-12, 4.2). An image is whole with its `mdat`, which holds
    /// its data, and its `meta`, which says where in there.
    fn read_box(&mut self) {
        const LARGE: usize = 16;
        let number = |from: usize, to: usize| {
            self.field[from..to].iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
        };
        let size = match number(0, 4) {
            1 if self.wanted < LARGE => {
                self.wanted = LARGE;
                return;
            }
            1 => number(8, LARGE),
            size => size,
        };
        let kind = &self.field[4..8];
        let Some(skip) = size.checked_sub(self.wanted as u64) else { return self.lose() };
        if !kind.iter().all(|byte| (b' '..=b'~').contains(byte)) {
            return self.lose();
        }
        self.boxes[0] |= kind == b"meta";
        self.boxes[1] |= kind == b"mdat";
        match self.boxes {
            [true, true] => self.end_after(skip),
            _ => self.expect(Step::IsoBox, 8, skip),
        }
    }
}

/// The size of a GIF's colour table in bytes, from the flags before it (GIF89a, 18 and 20).
fn color_table(flags: u8) -> u64 {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

/// The size in bytes of a bitmap that is not compressed. The file's own size field is often wrong, as
/// no program reads it. OS/2's header ends after 12 bytes, or anywhere between 16 and 64; fields that it
/// does not have are zero.
fn bitmap_size(header: &[u8; LONGEST_FIELD]) -> Option<u64> {
    let short = |at: usize| u32::from(u16::from_le_bytes([header[at], header[at + 1]]));
    let number = |at: usize| short(at) | short(at + 2) << 16;
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

/// Whether the bytes contain the end marker of a JPEG.
#[cfg(not(target_feature = "simd128"))]
fn has_end_marker(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|pair| pair == [0xFF, 0xD9])
}

/// The same by vectors, which the compiler does not use by itself when it optimises for size.
#[cfg(target_feature = "simd128")]
fn has_end_marker(bytes: &[u8]) -> bool {
    use core::arch::wasm32::{u8x16_eq, u8x16_splat, v128, v128_and, v128_any_true};
    const VECTOR: usize = 16;
    let mut at = 0;
    while at + VECTOR < bytes.len() {
        // SAFETY: at least a vector and one byte remain.
        let (first, second) = unsafe {
            let pointer = bytes.as_ptr().add(at);
            (pointer.cast::<v128>().read_unaligned(), pointer.add(1).cast::<v128>().read_unaligned())
        };
        let pairs = v128_and(u8x16_eq(first, u8x16_splat(0xFF)), u8x16_eq(second, u8x16_splat(0xD9)));
        if v128_any_true(pairs) {
            return true;
        }
        at += VECTOR;
    }
    bytes[at..].windows(2).any(|pair| pair == [0xFF, 0xD9])
}

#[cfg(test)]
mod tests;
