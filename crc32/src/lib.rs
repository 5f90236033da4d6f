//! The CRC-32 of zip (ISO 3309, reflected, polynomial 0xEDB88320). It is a crate of its own because
//! it is compiled for speed, and the rest for size.
//!
//! ```text
//! bytes ─▶ CrcBuffer ─ folding: 16-byte words, in place, until 4,800 bytes are left
//!                    ─ the same with 8- and 4-byte words, until 1,200 bytes are left
//!                    ─ slicing: by tables, for those and for short inputs
//! ```

mod folding;
mod slicing;

pub use folding::CrcBuffer;

/// The CRC-32 of the bytes given so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Crc32(u32);

impl Crc32 {
    /// Adds the next bytes, which are the first `length` of the buffer. Their place in the buffer is
    /// overwritten.
    pub fn update_buffered(&mut self, buffer: &mut CrcBuffer, length: usize) {
        self.0 = !buffer.fold(!self.0, length);
    }

    /// Adds the next bytes by copying them through the buffer.
    pub fn update(&mut self, bytes: &[u8], buffer: &mut CrcBuffer) {
        let capacity = buffer.bytes().len();
        for piece in bytes.chunks(capacity) {
            buffer.bytes()[..piece.len()].copy_from_slice(piece);
            self.update_buffered(buffer, piece.len());
        }
    }

    /// The CRC-32 of the bytes so far.
    pub fn value(self) -> u32 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crc_of(parts: &[&[u8]]) -> u32 {
        let mut buffer = CrcBuffer::new(64 << 10);
        let mut crc = Crc32::default();
        parts.iter().for_each(|part| crc.update(part, &mut buffer));
        crc.value()
    }

    /// Bytes without a pattern.
    fn noise(length: u32) -> Vec<u8> {
        (0..length).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
    }

    #[test]
    fn the_crc_of_123456789_is_the_check_value_of_the_definition() {
        assert_eq!(crc_of(&[b"123456789"]), 0xCBF4_3926);
        assert_eq!(crc_of(&[]), 0);
    }

    #[test]
    fn it_agrees_with_crc32fast_at_every_length() {
        let bytes = noise(64 << 10);
        for length in (0..11_000).chain([20_000, 65_519, 65_520, 65_521, 65_535, 65_536]) {
            assert_eq!(crc_of(&[&bytes[..length]]), crc32fast::hash(&bytes[..length]), "{length}");
        }
    }

    #[test]
    fn the_crc_does_not_depend_on_where_the_bytes_are_split() {
        let bytes = noise(30_000);
        let whole = crc32fast::hash(&bytes);
        for cut in (0..bytes.len()).step_by(97) {
            let (start, end) = bytes.split_at(cut);
            assert_eq!(crc_of(&[start, end]), whole, "{cut}");
        }
        let pieces: Vec<_> = bytes.chunks(1).collect();
        assert_eq!(crc_of(&pieces), whole);
        let longer_than_its_buffer = noise(200_000);
        assert_eq!(crc_of(&[&longer_than_its_buffer]), crc32fast::hash(&longer_than_its_buffer));
    }
}
