//! Reads a response's body, chunk by chunk.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStream, ReadableStreamDefaultReader, ReadableStreamReadResult};

use crate::zip::{Crc32, CrcBuffer};

/// The size of the one buffer in wasm memory that all bytes pass through.
const BUFFER_BYTES: usize = 64 << 10;

/// A stream on its way.
#[derive(Debug)]
pub struct Body(ReadableStreamDefaultReader);

impl Body {
    /// Takes over the stream.
    pub fn new(stream: &ReadableStream) -> Self {
        Self(stream.get_reader().unchecked_into())
    }

    /// The next chunk; `None` at the end.
    ///
    /// # Errors
    ///
    /// The stream broke. Firefox calls a reset an `AbortError`, so its name tells nothing.
    pub async fn next(&self) -> Result<Option<Uint8Array>, JsValue> {
        let result: ReadableStreamReadResult = JsFuture::from(self.0.read()).await?.unchecked_into();
        let is_done = result.get_done().unwrap_or(false);
        Ok((!is_done).then(|| result.get_value().unchecked_into()))
    }
}

/// The fixed buffer through which chunks pass for their CRC-32.
#[derive(Debug)]
pub struct ScratchBuffer(CrcBuffer);

impl Default for ScratchBuffer {
    fn default() -> Self {
        Self(CrcBuffer::new(BUFFER_BYTES))
    }
}

impl ScratchBuffer {
    /// Takes a chunk into a CRC-32, piece by piece, and its first bytes into `head` until that
    /// has `head_bytes`.
    pub fn pass(&mut self, chunk: &Uint8Array, crc: &mut Crc32, head: &mut Vec<u8>, head_bytes: usize) {
        let length = chunk.length();
        let mut start = 0;
        while start < length {
            let end = length.min(start + BUFFER_BYTES as u32);
            let piece = &mut self.0.bytes()[..(end - start) as usize];
            chunk.subarray(start, end).copy_to(piece);
            let wanted = head_bytes.saturating_sub(head.len()).min(piece.len());
            head.extend_from_slice(&piece[..wanted]);
            crc.update(&mut self.0, (end - start) as usize);
            start = end;
        }
    }
}
