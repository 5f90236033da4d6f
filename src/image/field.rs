//! One field of a file at a time, in bytes that arrive chunk by chunk.

/// The bytes of the current field, and how far away it is. A reader asks for the bytes that it needs
/// ([`lacks`](Self::lacks)) and says where the next field begins ([`go`](Self::go)).
#[derive(Debug)]
pub struct Field {
    /// The bytes that are here, and after them remains of fields before.
    bytes: [u8; LONGEST],
    filled: usize,
    wanted: usize,
    /// Bytes to skip before the field.
    skip: u64,
    pub is_little_endian: bool,
}

/// The most bytes that a reader may ask for: the headers of a bitmap as far as they determine its length.
pub const LONGEST: usize = 34;

/// Four characters as one number, which takes less code to compare.
pub const fn code(characters: &[u8; 4]) -> u32 {
    u32::from_be_bytes(*characters)
}

/// The size of a GIF's colour table in bytes, from the flags before it (GIF89a, 18 and 20).
pub fn color_table(flags: u8) -> u64 {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

impl Default for Field {
    fn default() -> Self {
        Self { bytes: [0; LONGEST], filled: 0, wanted: 0, skip: 0, is_little_endian: false }
    }
}

impl Field {
    /// Takes what the field lacks, and returns the rest of the chunk.
    pub fn fill<'a>(&mut self, chunk: &'a [u8]) -> &'a [u8] {
        let skipped = chunk.len().min(usize::try_from(self.skip).unwrap_or(usize::MAX));
        self.skip -= skipped as u64;
        let after = &chunk[skipped..];
        let (part, rest) = after.split_at(after.len().min(self.wanted.saturating_sub(self.filled)));
        self.bytes[self.filled..self.filled + part.len()].copy_from_slice(part);
        self.filled += part.len();
        rest
    }

    /// Whether the field has begun, and has all the bytes that its reader last asked for.
    pub fn is_full(&self) -> bool {
        self.skip == 0 && self.filled >= self.wanted
    }

    /// Whether the field has fewer bytes than this. Its reader must be called again when it is full.
    pub fn lacks(&mut self, wanted: usize) -> bool {
        self.wanted = wanted;
        !self.is_full()
    }

    /// How many of its bytes have arrived.
    pub fn filled(&self) -> usize {
        self.filled
    }

    /// The bytes that are still to be skipped before it.
    pub fn distance(&self) -> u64 {
        self.skip
    }

    /// Makes the next field begin this many bytes after the beginning of the current one.
    pub fn go(&mut self, distance: u64) {
        let used = usize::try_from(distance).map_or(self.filled, |distance| distance.min(self.filled));
        self.bytes.copy_within(used..self.filled, 0);
        self.filled -= used;
        self.wanted = 0;
        self.skip = distance - used as u64;
    }

    /// The bytes, of which only those are meant that the reader has asked for.
    pub fn bytes(&self) -> &[u8; LONGEST] {
        &self.bytes
    }

    /// Four characters that name what follows, as [`code`] has them.
    pub fn code(&self, at: usize) -> u32 {
        self.bytes.get(at..).and_then(|bytes| bytes.first_chunk()).map_or(0, code)
    }

    /// A number, in the byte order of the file.
    pub fn number(&self, at: usize, length: usize) -> u64 {
        let bytes = self.bytes.get(at..at + length).unwrap_or_default();
        let append = |number, byte: &u8| number << 8 | u64::from(*byte);
        if self.is_little_endian { bytes.iter().rfold(0, append) } else { bytes.iter().fold(0, append) }
    }
}
