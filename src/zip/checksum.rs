//! The CRC-32 of bytes that are all there.

use ::crc32::{Crc32, CrcBuffer};

/// The CRC-32 of these bytes.
pub fn checksum(bytes: &[u8], buffer: &mut CrcBuffer) -> u32 {
    let mut crc = Crc32::default();
    crc.update(bytes, buffer);
    crc.value()
}

/// A buffer that fits most records: only the head of a long list and the record of a large archive are longer.
pub fn crc_buffer() -> CrcBuffer {
    CrcBuffer::new(16 << 10)
}
