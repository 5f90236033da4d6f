//! Reads a response's body, chunk by chunk.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{ArrayBuffer, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::ReadableStream;

use super::settled::settled;
use crate::zip::{Crc32, CrcBuffer};

/// The size of the buffers that bodies are read into, and of the one in wasm memory that all bytes
/// pass through. Larger ones gained nothing.
const BUFFER_BYTES: u32 = 256 << 10;

#[wasm_bindgen]
extern "C" {
    type Stream;
    /// Throws for `byob` where the stream, or the browser, has no such reader.
    #[wasm_bindgen(method, js_name = getReader, catch)]
    fn get_reader(this: &Stream, options: &JsValue) -> Result<Reader, JsValue>;

    /// A reader of either kind.
    #[derive(Debug)]
    type Reader;
    #[wasm_bindgen(method)]
    fn read(this: &Reader, view: &JsValue) -> Promise;

    /// What a reader of either kind has read.
    type Piece;
    #[wasm_bindgen(method, getter)]
    fn done(this: &Piece) -> bool;
    /// At the end, a buffer of ours comes back with nothing in it.
    #[wasm_bindgen(method, getter)]
    fn value(this: &Piece) -> Option<Uint8Array>;
}

/// ReadBuffers that bodies have been read into, for the next ones.
#[derive(Clone, Debug)]
pub struct ReadBuffers {
    spare: Rc<RefCell<Vec<ArrayBuffer>>>,
    /// What asks a stream for a reader into buffers of ours.
    byob: Object,
}

impl Default for ReadBuffers {
    fn default() -> Self {
        let byob = Object::new();
        // Setting a property of a plain object that nobody else has seen can't fail.
        let _ = Reflect::set(&byob, &"mode".into(), &"byob".into());
        Self { spare: Rc::default(), byob }
    }
}

/// A stream on its way.
#[derive(Debug)]
pub struct StreamReader {
    reader: Reader,
    /// The buffer that the next chunk goes to, for a reader that takes one.
    buffer: Option<ArrayBuffer>,
    buffers: ReadBuffers,
}

impl StreamReader {
    /// Takes over the stream. Where it can be read into buffers of ours, it is.
    ///
    /// # Errors
    ///
    /// Somebody else is reading it.
    pub fn new(stream: &ReadableStream, buffers: &ReadBuffers) -> Result<Self, JsValue> {
        let stream: &Stream = stream.unchecked_ref();
        if let Ok(reader) = stream.get_reader(&buffers.byob) {
            let spare = buffers.spare.borrow_mut().pop();
            let buffer = spare.unwrap_or_else(|| ArrayBuffer::new(BUFFER_BYTES));
            return Ok(Self { reader, buffer: Some(buffer), buffers: buffers.clone() });
        }
        let reader = stream.get_reader(&JsValue::UNDEFINED)?;
        Ok(Self { reader, buffer: None, buffers: buffers.clone() })
    }

    /// The next chunk, good until the one after it is asked for; `None` at the end.
    ///
    /// # Errors
    ///
    /// The stream broke. Firefox calls a reset an `AbortError`, so its name tells nothing.
    pub async fn next(&mut self) -> Result<Option<Uint8Array>, JsValue> {
        let buffer = self.buffer.take();
        let is_ours = buffer.is_some();
        // A buffer of ours is detached now, and comes back with what was read.
        let view = buffer.map_or(JsValue::UNDEFINED, |buffer| Uint8Array::new(&buffer).into());
        let piece: Piece = settled(self.reader.read(&view)).await?.unchecked_into();
        let (chunk, is_done) = (piece.value(), piece.done());
        if is_ours && let Some(chunk) = &chunk {
            if is_done {
                self.buffers.spare.borrow_mut().push(chunk.buffer());
            } else {
                self.buffer = Some(chunk.buffer());
            }
        }
        Ok(chunk.filter(|_| !is_done))
    }
}

/// The fixed buffer in wasm memory through which chunks pass for their CRC-32.
#[derive(Debug)]
pub struct ScratchBuffer(CrcBuffer);

impl Default for ScratchBuffer {
    fn default() -> Self {
        Self(CrcBuffer::new(BUFFER_BYTES as usize))
    }
}

impl ScratchBuffer {
    /// Takes a chunk into a CRC-32, piece by piece, after `look` has seen the piece.
    pub fn pass(&mut self, chunk: &Uint8Array, crc: &mut Crc32, look: &mut dyn FnMut(&[u8])) {
        let length = chunk.length();
        // Only somebody else's buffers are larger.
        if length > BUFFER_BYTES {
            self.pass(&chunk.subarray(0, BUFFER_BYTES), crc, look);
            return self.pass(&chunk.subarray(BUFFER_BYTES, length), crc, look);
        }
        let piece = &mut self.0.bytes()[..length as usize];
        chunk.copy_to(piece);
        look(piece);
        crc.update_buffered(&mut self.0, length as usize);
    }

    /// Takes bytes that are in wasm memory already into a CRC-32.
    #[cfg(feature = "page")]
    pub fn take(&mut self, bytes: &[u8], crc: &mut Crc32) {
        crc.update(bytes, &mut self.0);
    }
}
