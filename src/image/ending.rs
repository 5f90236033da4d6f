//! Whether a body ends where its image does.
//!
//! Browsers often don't report that a connection ended early: if `Content-Length` is too small, or the
//! body is compressed or ends with the connection. The structure of the image itself remains. Only
//! lengths and markers are read, and data is skipped. What follows the end of the image (a second
//! picture, a video, remains of an editor) does not matter.

use super::field::{Field, LONGEST};
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

impl Ending {
    /// Whether an image of this many bytes is cut short, of which the server declared a length
    /// (`Content-Length`). Browsers do not enforce it over HTTP/2. It counts encoded bytes, and an encoded image
    /// may be longer than the image itself, so the structure takes precedence.
    pub fn is_cut_short(self, bytes: u64, declared: Option<u64>) -> bool {
        match self {
            Self::Whole => false,
            Self::CutShort => true,
            Self::Unknown => declared.is_some_and(|declared| bytes < declared),
        }
    }
}

/// Finds the end of an image in bytes that arrive chunk by chunk.
#[derive(Debug, Default)]
pub struct EndFinder {
    step: Step,
    field: Field,
    /// How many of the last bytes a file that is otherwise complete may lack.
    slack: u64,
    /// Whether the boxes `meta` and `mdat` of an ISO base media file have begun.
    boxes: [bool; 2],
    /// Whether the last byte of a JPEG's scan was 0xFF.
    is_marker: bool,
    markup: Markup,
}

/// The bytes of a bitmap's headers at least: the file's, and OS/2's.
const SHORTEST_BITMAP: usize = 26;

/// The bytes that distinguish the formats.
const SIGNATURE: usize = 12;

/// The kind of the next field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Step {
    #[default]
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
    /// None: the image ends where the next field would begin.
    End,
    /// None: the end can't be found.
    Lost,
}

impl EndFinder {
    /// Reads the next chunk of the body.
    pub fn push(&mut self, mut bytes: &[u8]) {
        loop {
            bytes = self.field.fill(bytes);
            match self.step {
                Step::End | Step::Lost => return,
                Step::JpegScan => return self.scan(bytes),
                Step::Markup => return self.markup.push(bytes),
                _ if self.field.is_full() => self.read_field(),
                _ => return,
            }
        }
    }

    /// The verdict if the body ended here.
    pub fn ending(&self) -> Ending {
        let is_between = self.field.distance() == 0 && self.field.filled() == 0;
        match self.step {
            Step::Signature | Step::Lost => Ending::Unknown,
            Step::Markup if self.markup.has_ended() => Ending::Whole,
            Step::Markup if self.markup.is_lost() => Ending::Unknown,
            Step::End if self.field.distance() == 0 => Ending::Whole,
            Step::End if self.field.distance() <= self.slack => Ending::Unknown,
            // Many GIFs lack their trailer, and any box may be the last one.
            Step::GifBlock | Step::IsoBox if is_between => Ending::Unknown,
            _ => Ending::CutShort,
        }
    }

    /// The next field begins this many bytes after the beginning of the current one.
    fn go(&mut self, step: Step, distance: u64) {
        self.field.go(distance);
        self.step = step;
    }

    fn lose(&mut self) {
        self.go(Step::Lost, 0);
    }

    fn read_field(&mut self) {
        match self.step {
            Step::Signature => self.read_signature(),
            Step::JpegSegment => self.read_segment(),
            Step::PngChunk => self.read_chunk(),
            Step::GifBlock | Step::GifImage | Step::GifData => self.read_gif(),
            Step::IsoBox => self.read_box(),
            Step::Bitmap => self.read_bitmap(),
            Step::JpegScan | Step::Markup | Step::End | Step::Lost => {}
        }
    }

    fn read_signature(&mut self) {
        if self.field.lacks(SIGNATURE) {
            return;
        }
        let head = *self.field.bytes();
        self.field.is_little_endian = matches!(head[0], b'R' | b'B');
        if head.starts_with(b"\xFF\xD8\xFF") {
            self.go(Step::JpegSegment, 2);
        } else if head.starts_with(b"\x89PNG\r\n\x1A\n") {
            self.go(Step::PngChunk, 8);
        } else if head.starts_with(b"GIF8") {
            // Version, size, flags, background and aspect ratio are 13 bytes.
            self.go(Step::GifBlock, 13 + color_table(head[10]));
        } else if head.starts_with(b"RIFF") && &head[8..SIGNATURE] == b"WEBP" {
            // Some files count the eight bytes of the RIFF header as well.
            self.slack = 8;
            self.go(Step::End, 8 + self.field.number(4, 4));
        } else if &head[4..8] == b"ftyp" {
            self.field.is_little_endian = false;
            self.go(Step::IsoBox, 0);
        } else if head.starts_with(b"BM") {
            self.go(Step::Bitmap, 0);
        } else if may_be_markup(&head[..SIGNATURE]) {
            self.go(Step::Markup, 0);
            self.markup.push(&head[..SIGNATURE]);
        } else {
            self.lose();
        }
    }

    /// A block: an extension, an image, or the end; and the data of the first two (GIF89a).
    fn read_gif(&mut self) {
        let wanted = if self.step == Step::GifImage { 9 } else { 1 };
        if self.field.lacks(wanted) {
            return;
        }
        let first = self.field.bytes()[0];
        match (self.step, first) {
            // The code size precedes the data of an image.
            (Step::GifImage, _) => self.go(Step::GifData, 10 + color_table(self.field.bytes()[8])),
            (Step::GifData, 0) => self.go(Step::GifBlock, 1),
            (Step::GifData, length) => self.go(Step::GifData, 1 + u64::from(length)),
            (_, 0x3B) => self.go(Step::End, 1),
            // The label of an extension precedes its data.
            (_, 0x21) => self.go(Step::GifData, 2),
            (_, 0x2C) => self.go(Step::GifImage, 1),
            // Decoders ignore a superfluous terminator.
            (_, 0) => self.go(Step::GifBlock, 1),
            _ => self.lose(),
        }
    }

    /// A segment before the first scan: marker and length (ITU-T T.81, B.1.1.4). A thumbnail inside
    /// one has an end marker of its own, which is skipped with it.
    fn read_segment(&mut self) {
        const SCAN: u8 = 0xDA;
        if self.field.lacks(4) {
            return;
        }
        let [first, marker, ..] = *self.field.bytes();
        let length = 2 + self.field.number(2, 2).max(2);
        match marker {
            0xD9 if first == 0xFF => self.lose(),
            // Fill bytes, markers without a length, and stray bytes that decoders ignore.
            0 | 1 | 0xD0..=0xD8 | 0xFF => self.go(Step::JpegSegment, 1),
            _ if first != 0xFF => self.go(Step::JpegSegment, 1),
            SCAN => {
                self.go(Step::JpegScan, length);
                let (bytes, filled) = (*self.field.bytes(), self.field.filled());
                self.scan(&bytes[..filled]);
            }
            _ => self.go(Step::JpegSegment, length),
        }
    }

    /// From the first scan on, the end is the first 0xFF 0xD9: in coded data each 0xFF is followed by
    /// a zero (T.81, F.1.2.3), and the tables between two scans don't contain the pair.
    fn scan(&mut self, bytes: &[u8]) {
        let Some(last) = bytes.last() else { return };
        if (self.is_marker && bytes[0] == 0xD9) || has_end_marker(bytes) {
            self.go(Step::End, 0);
        }
        self.is_marker = *last == 0xFF;
    }

    /// A chunk: length, type, data and CRC (PNG 1.2, 3.2).
    fn read_chunk(&mut self) {
        if self.field.lacks(8) {
            return;
        }
        let end = 12 + self.field.number(0, 4);
        match &self.field.bytes()[4..8] {
            b"IEND" => self.go(Step::End, end),
            kind if kind.iter().all(u8::is_ascii_alphabetic) => self.go(Step::PngChunk, end),
            _ => self.lose(),
        }
    }

    /// The headers of a bitmap, of which the shortest may end the file.
    fn read_bitmap(&mut self) {
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
            None => self.lose(),
        }
    }

    /// A box: size and type (ISO/IEC 14496-12, 4.2). An image is whole with its `mdat`, which holds
    /// its data, and its `meta`, which says where in there.
    fn read_box(&mut self) {
        if self.field.lacks(8) {
            return;
        }
        let (mut header, mut size) = (8, self.field.number(0, 4));
        if size == 1 {
            header = 16;
            if self.field.lacks(16) {
                return;
            }
            size = self.field.number(8, 8);
        }
        let kind = &self.field.bytes()[4..8];
        if size < header || !kind.iter().all(|byte| (b' '..=b'~').contains(byte)) {
            return self.lose();
        }
        self.boxes[0] |= kind == b"meta";
        self.boxes[1] |= kind == b"mdat";
        match self.boxes {
            [true, true] => self.go(Step::End, size),
            _ => self.go(Step::IsoBox, size),
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
