//! What `cargo xtask bench crc` measures in wasm: fetchzip's CRC-32, and crc32fast's.
//!
//! JavaScript copies bytes to `pointer` and calls `update` with their number. That measures the copy into
//! wasm and the checksum; `update` without a copy before it measures the checksum alone.

use fetchzip::zip::{Crc32, CrcBuffer};
use wasm_bindgen::prelude::wasm_bindgen;

/// fetchzip's CRC-32, with its own buffer.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Ours {
    buffer: CrcBuffer,
    crc: Crc32,
}

#[wasm_bindgen]
impl Ours {
    /// A buffer of this many bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: usize) -> Self {
        Self { buffer: CrcBuffer::new(bytes), crc: Crc32::default() }
    }

    /// The address of the buffer in the wasm's memory.
    pub fn pointer(&mut self) -> *const u8 {
        self.buffer.bytes().as_ptr()
    }

    /// Starts a new checksum.
    pub fn reset(&mut self) {
        self.crc = Crc32::default();
    }

    /// Adds the first `length` bytes of the buffer, and returns the CRC-32 so far.
    pub fn update(&mut self, length: usize) -> u32 {
        self.crc.update_buffered(&mut self.buffer, length);
        self.crc.value()
    }
}

/// crc32fast's CRC-32, with its own buffer.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Crc32Fast {
    buffer: Vec<u8>,
    hasher: crc32fast::Hasher,
}

#[wasm_bindgen]
impl Crc32Fast {
    /// A buffer of this many bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: usize) -> Self {
        Self { buffer: vec![0; bytes], hasher: crc32fast::Hasher::new() }
    }

    /// The address of the buffer in the wasm's memory.
    pub fn pointer(&mut self) -> *const u8 {
        self.buffer.as_ptr()
    }

    /// Starts a new checksum.
    pub fn reset(&mut self) {
        self.hasher.reset();
    }

    /// Adds the first `length` bytes of the buffer, and returns the CRC-32 so far.
    pub fn update(&mut self, length: usize) -> u32 {
        self.hasher.update(&self.buffer[..length]);
        self.hasher.clone().finalize()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_give_the_check_value_of_the_definition() {
        let check = b"123456789";
        let mut ours = Ours::new(64);
        ours.buffer.bytes()[..check.len()].copy_from_slice(check);
        assert_eq!(ours.update(check.len()), 0xCBF4_3926);
        let mut theirs = Crc32Fast::new(64);
        theirs.buffer[..check.len()].copy_from_slice(check);
        assert_eq!(theirs.update(check.len()), 0xCBF4_3926);
    }
}
