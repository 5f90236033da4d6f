//! CRC-32 as zip has it (ISO 3309, reflected, polynomial 0xEDB88320). A crate of its own, because
//! it is compiled for speed and the rest for size.
//!
//! ```text
//! bytes ─▶ CrcBuffer ─ folding: 16-byte words, in place, until 4,800 are left
//!                    ─ the same with 8- and 4-byte words, until 1,200 are left
//!                    ─ slicing: tables, for those and for whatever is short
//! ```

mod folding;
mod slicing;

pub use folding::CrcBuffer;

/// A CRC-32 that grows with its bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Crc32(u32);

impl Crc32 {
    /// Takes in the next bytes, which lie in the buffer, and destroys them there.
    pub fn update(&mut self, buffer: &mut CrcBuffer, length: usize) {
        self.0 = !buffer.fold(!self.0, length);
    }

    /// Takes in the next bytes, which lie elsewhere and stay as they are: they are copied through the
    /// buffer.
    pub fn take(&mut self, bytes: &[u8], buffer: &mut CrcBuffer) {
        let most = buffer.bytes().len();
        for piece in bytes.chunks(most) {
            buffer.bytes()[..piece.len()].copy_from_slice(piece);
            self.update(buffer, piece.len());
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
        parts.iter().for_each(|part| crc.take(part, &mut buffer));
        crc.value()
    }

    /// Bytes without a pattern that a polynomial could like.
    fn noise(length: u32) -> Vec<u8> {
        (0..length).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
    }

    #[test]
    fn the_check_value_of_the_definition() {
        assert_eq!(crc_of(&[b"123456789"]), 0xCBF4_3926);
        assert_eq!(crc_of(&[]), 0);
    }

    #[test]
    fn it_agrees_with_a_reference_at_every_length() {
        let bytes = noise(64 << 10);
        for length in (0..11_000).chain([20_000, 65_519, 65_520, 65_521, 65_535, 65_536]) {
            assert_eq!(crc_of(&[&bytes[..length]]), crc32fast::hash(&bytes[..length]), "{length}");
        }
    }

    #[test]
    fn it_does_not_matter_how_the_bytes_are_cut() {
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
