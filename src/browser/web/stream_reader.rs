//! Reads a stream, chunk by chunk.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{ArrayBuffer, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, ReadableStream};

use super::{js_message, promise};

/// The size of the buffers that streams are read into. Larger ones gained nothing.
pub const BUFFER_BYTES: u32 = 256 << 10;

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
    #[wasm_bindgen(method)]
    fn cancel(this: &Reader) -> Promise;

    /// What a reader of either kind has read.
    type Piece;
    #[wasm_bindgen(method, getter)]
    fn done(this: &Piece) -> bool;
    /// At the end of the stream, the caller's buffer comes back empty.
    #[wasm_bindgen(method, getter)]
    fn value(this: &Piece) -> Option<Uint8Array>;
}

/// Buffers that streams have been read into, for the next streams.
#[derive(Clone, Debug)]
pub struct ReadBuffers {
    spare: Rc<RefCell<Vec<ArrayBuffer>>>,
    /// The options that ask a stream for a BYOB reader.
    byob: Object,
}

impl Default for ReadBuffers {
    fn default() -> Self {
        let byob = Object::new();
        // Setting a property of a plain object can't fail.
        let _ = Reflect::set(&byob, &"mode".into(), &"byob".into());
        Self { spare: Rc::default(), byob }
    }
}

/// A stream that is being read.
#[derive(Debug)]
pub struct StreamReader {
    reader: Reader,
    /// The buffer that the next chunk goes to, for a reader that takes one.
    buffer: Option<ArrayBuffer>,
    buffers: ReadBuffers,
}

impl StreamReader {
    /// Locks the stream. A BYOB reader is used where the stream has one.
    ///
    /// # Errors
    ///
    /// Fails if the stream is locked.
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

    /// The next chunk, valid until the next call; `None` at the end.
    ///
    /// # Errors
    ///
    /// Fails if the stream breaks. Firefox calls a reset an `AbortError`, so the error's name means
    /// nothing.
    pub async fn next(&mut self) -> Result<Option<Uint8Array>, JsValue> {
        let buffer = self.buffer.take();
        let is_byob = buffer.is_some();
        // The buffer is detached now, and comes back with what was read.
        let view = buffer.map_or(JsValue::UNDEFINED, |buffer| Uint8Array::new(&buffer).into());
        let piece: Piece = promise(self.reader.read(&view)).await?.unchecked_into();
        let (chunk, is_done) = (piece.value(), piece.done());
        if is_byob && let Some(chunk) = &chunk {
            if is_done {
                self.buffers.spare.borrow_mut().push(chunk.buffer());
            } else {
                self.buffer = Some(chunk.buffer());
            }
        }
        Ok(chunk.filter(|_| !is_done))
    }

    /// Says that nothing more of the stream is wanted.
    pub fn cancel(&self) {
        // Whatever comes of it: the callbacks have a failure not reported as unhandled.
        drop(promise(self.reader.cancel()));
    }
}

/// Reads a Blob, chunk by chunk.
///
/// # Errors
///
/// Fails with the reason of `push`, or with the browser's if the Blob can't be read.
pub async fn read_blob(
    blob: &Blob,
    push: &mut dyn FnMut(&Uint8Array) -> Result<(), String>,
) -> Result<(), String> {
    let reason = |error: JsValue| js_message(&error);
    let mut reader = StreamReader::new(&blob.stream(), &ReadBuffers::default()).map_err(reason)?;
    while let Some(chunk) = reader.next().await.map_err(reason)? {
        push(&chunk)?;
    }
    Ok(())
}
