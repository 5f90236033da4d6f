//! The end of a JPEG, and of the pictures and films behind it that belong to it.

use super::{EndFinder, Step};

/// What the segments of a JPEG say of parts behind it.
#[derive(Debug, Default)]
pub struct Parts {
    /// The segment that is being taken, and its length.
    segment: Vec<u8>,
    length: usize,
    /// Whether it is the index of a multi-picture file.
    is_index: bool,
    /// The length of the first picture, as the index gives it, and where the last one begins. The lengths of
    /// the others are often wrong.
    first: u64,
    last: u64,
    /// The bytes of other parts, which follow the JPEG.
    trailing: u64,
    /// Whether this is the last picture, of which no other is a part.
    is_last: bool,
}

impl EndFinder {
    /// A segment before the first scan: marker and length (ITU-T T.81, B.1.1.4). A thumbnail inside
    /// one has an end marker of its own, which is skipped with it.
    pub(super) fn read_jpeg_segment(&mut self) {
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
            SCAN => self.go(Step::JpegScan, length),
            // Metadata (XMP), or the index of a multi-picture file.
            0xE1 | 0xE2 if self.parts.is_last || length < 12 => self.go(Step::JpegSegment, length),
            0xE1 | 0xE2 if self.field.lacks(8) => {}
            0xE1 | 0xE2 if matches!(&self.field.bytes()[4..8], b"http" | b"MPF\0") => {
                self.parts.is_index = self.field.bytes()[4] == b'M';
                self.parts.length = length as usize - 8;
                self.go(Step::JpegPart, 8);
            }
            _ => self.go(Step::JpegSegment, length),
        }
    }

    /// The beginning of the last picture; what is none ends the first.
    pub(super) fn read_jpeg_start(&mut self) {
        if self.field.lacks(2) {
            return;
        }
        match self.field.bytes() {
            [0xFF, 0xD8, ..] => self.go(Step::JpegSegment, 2),
            _ => self.go(Step::End, 0),
        }
    }

    /// Takes a segment, and reads it when it is complete; returns the rest of the chunk then.
    pub(super) fn take_part<'a>(&mut self, bytes: &'a [u8]) -> Option<&'a [u8]> {
        let parts = &mut self.parts;
        let lacking = parts.length - parts.segment.len();
        let (part, rest) = bytes.split_at(lacking.min(bytes.len()));
        parts.segment.extend_from_slice(part);
        if parts.segment.len() < parts.length {
            return None;
        }
        let segment = std::mem::take(&mut parts.segment);
        if parts.is_index {
            // Without a picture, or with one that is wrong, it says nothing.
            let _ = parts.read_index(&segment, self.position);
        } else {
            parts.trailing = parts.trailing.max(trailing_bytes(&segment));
        }
        self.position += segment.len() as u64;
        self.step = Step::JpegSegment;
        Some(rest)
    }

    /// From the first scan on, the end is the first 0xFF 0xD9: in coded data each 0xFF is followed by
    /// a zero (T.81, F.1.2.3), and the tables between two scans don't contain the pair. Returns the rest of the
    /// chunk if the end is in it.
    pub(super) fn scan<'a>(&mut self, bytes: &'a [u8]) -> Option<&'a [u8]> {
        let last = bytes.last()?;
        let is_pair = |pair: &[u8]| pair == [0xFF, 0xD9];
        let end = match bytes[0] {
            0xD9 if self.is_marker => Some(1),
            _ if has_end_marker(bytes) => bytes.windows(2).position(is_pair).map(|at| at + 2),
            _ => None,
        };
        self.is_marker = *last == 0xFF;
        self.position += end.unwrap_or(bytes.len()) as u64;
        let rest = &bytes[end?..];
        // A program that changes the first picture and drops the others may leave the index.
        let last = if self.parts.first == self.position { self.parts.last } else { 0 };
        if self.parts.trailing == 0 && last >= self.position {
            self.tail = last - self.position;
            self.go(Step::JpegStart, self.tail);
        } else {
            self.tail = self.parts.trailing;
            self.go(Step::End, self.tail);
        }
        self.parts = Parts { is_last: true, ..Parts::default() };
        Some(rest)
    }
}

impl Parts {
    /// The index of a multi-picture file (CIPA DC-007, 5.2): built like a TIFF, with sizes and places of all
    /// pictures in one entry. `base` is where it begins in the file.
    fn read_index(&mut self, index: &[u8], base: u64) -> Option<()> {
        const PICTURES: u64 = 0xB002;
        const ENTRY: usize = 12;
        const PICTURE: usize = 16;
        let is_little_endian = *index.first()? == b'I';
        let number = |at: usize, length: usize| {
            let bytes = index.get(at..at.checked_add(length)?)?;
            let append = |number, byte: &u8| number << 8 | u64::from(*byte);
            Some(if is_little_endian { bytes.iter().rfold(0, append) } else { bytes.iter().fold(0, append) })
        };
        let directory = number(4, 4)? as usize;
        let count = number(directory, 2)? as usize;
        let mut entries = (0..count).map(|entry| directory + 2 + ENTRY * entry);
        let pictures = entries.find(|at| number(*at, 2) == Some(PICTURES))?;
        let (bytes, at) = (number(pictures + 4, 4)? as usize, number(pictures + 8, 4)? as usize);
        self.first = number(at + 4, 4)?;
        for picture in (at..at.saturating_add(bytes)).step_by(PICTURE).skip(1) {
            self.last = self.last.max(base + number(picture + 8, 4)?);
        }
        Some(())
    }
}

/// The bytes of the parts that follow the JPEG, as its metadata list them: the film of a motion photo, a gain
/// map, and what is between them (Android's Motion photo format 1.0, and the one before it).
fn trailing_bytes(metadata: &[u8]) -> u64 {
    let sum = |names: &[&[u8]]| -> u64 {
        let begins = (0..metadata.len()).filter_map(|at| {
            let rest = &metadata[at..];
            names.iter().find_map(|name| rest.strip_prefix(*name))
        });
        begins.map(|value| digits(value.trim_ascii_start())).sum()
    };
    sum(&[b"Item:Length=\"", b"Item:Padding=\""]).max(sum(&[b"MicroVideoOffset=\"", b"MicroVideoOffset>"]))
}

/// The number that a text begins with, of at most ten digits.
fn digits(text: &[u8]) -> u64 {
    let digits = text.iter().take(10).take_while(|byte| byte.is_ascii_digit());
    digits.fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
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
