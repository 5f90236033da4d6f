//! What `cargo xtask bench crc` measures in wasm: fetchzip's CRC-32, and crc32fast's.
//!
//! JavaScript puts bytes where `pointer` says and asks for the CRC of as many of them. Filling the
//! buffer is the copy into wasm; asking again without filling it is the checksum alone.

use fetchzip::zip::{Crc32, CrcBuffer};
use wasm_bindgen::prelude::wasm_bindgen;

/// fetchzip's CRC-32, over a buffer of its own.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Ours {
    buffer: CrcBuffer,
    crc: Crc32,
}

#[wasm_bindgen]
impl Ours {
    /// With a buffer of that many bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: usize) -> Self {
        Self { buffer: CrcBuffer::new(bytes), crc: Crc32::default() }
    }

    /// Where the buffer lies in the memory.
    pub fn pointer(&mut self) -> *const u8 {
        self.buffer.bytes().as_ptr()
    }

    /// Begins anew.
    pub fn reset(&mut self) {
        self.crc = Crc32::default();
    }

    /// Takes in the first bytes of the buffer, and gives the CRC-32 so far.
    pub fn update(&mut self, length: usize) -> u32 {
        self.crc.update_buffered(&mut self.buffer, length);
        self.crc.value()
    }
}

/// crc32fast's, over a buffer of its own.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Crc32Fast {
    buffer: Vec<u8>,
    hasher: crc32fast::Hasher,
}

#[wasm_bindgen]
impl Crc32Fast {
    /// With a buffer of that many bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: usize) -> Self {
        Self { buffer: vec![0; bytes], hasher: crc32fast::Hasher::new() }
    }

    /// Where the buffer lies in the memory.
    pub fn pointer(&mut self) -> *const u8 {
        self.buffer.as_ptr()
    }

    /// Begins anew.
    pub fn reset(&mut self) {
        self.hasher.reset();
    }

    /// Takes in the first bytes of the buffer, and gives the CRC-32 so far.
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
