//! CRC-32 of bytes that are in JavaScript's memory.

use js_sys::Uint8Array;

use super::Payload;
use crate::browser::web::{BUFFER_BYTES, js_message, read_blob};
use crate::zip::{Crc32, CrcBuffer};

/// The fixed buffer in wasm memory through which chunks pass for their CRC-32.
#[derive(Debug)]
pub struct ScratchBuffer(CrcBuffer);

impl Default for ScratchBuffer {
    fn default() -> Self {
        Self(CrcBuffer::new(BUFFER_BYTES as usize))
    }
}

impl ScratchBuffer {
    /// Adds a chunk to a CRC-32, piece by piece, after `inspect` has seen the piece.
    pub fn push(&mut self, chunk: &Uint8Array, crc: &mut Crc32, inspect: &mut dyn FnMut(&[u8])) {
        let length = chunk.length();
        // Only chunks of the browser's own buffers are larger.
        if length > BUFFER_BYTES {
            self.push(&chunk.subarray(0, BUFFER_BYTES), crc, inspect);
            return self.push(&chunk.subarray(BUFFER_BYTES, length), crc, inspect);
        }
        let piece = &mut self.0.bytes()[..length as usize];
        chunk.copy_to(piece);
        inspect(piece);
        crc.update_buffered(&mut self.0, length as usize);
    }
}

/// The CRC-32 of an image's bytes as they are read back now.
///
/// # Errors
///
/// Fails with the browser's reason if the bytes can't be read.
pub async fn checksum(payload: &Payload, scratch: &mut ScratchBuffer) -> Result<u32, String> {
    let mut crc = Crc32::default();
    match payload {
        Payload::Memory(bytes) => crc.update(bytes, &mut scratch.0),
        Payload::File { file, place } => {
            for piece in file.read_pieces(place.payload) {
                scratch.push(&piece.map_err(|error| js_message(&error))?, &mut crc, &mut |_| ());
            }
        }
        Payload::Blob(blob) => {
            read_blob(blob, &mut |chunk| {
                scratch.push(chunk, &mut crc, &mut |_| ());
                Ok(())
            })
            .await?;
        }
    }
    Ok(crc.value())
}
