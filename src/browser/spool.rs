//! Where payloads are kept until the archive is made.
//!
//! The seam: a [`SpoolWriter`] takes one image's chunks and ends in a [`Payload`], and payloads
//! are parts of the archive's Blob. Behind it are the browser's own Blobs, which it moves to disk
//! as it sees fit.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag};

/// How many bytes of one image are held as chunks before they are handed to the browser as a Blob.
///
/// Making a Blob costs 0.1 to 0.2 ms, so not one a chunk; holding more would fill the page's memory.
const LARGEST_HELD: u32 = 4 << 20;

/// Takes in one image.
#[derive(Debug, Default)]
pub struct SpoolWriter {
    /// Blobs of what was handed over, in order.
    parts: Array,
    /// Chunks that are still held, in order.
    held: Array,
    held_bytes: u32,
}

/// An image's bytes, as the browser keeps them.
#[derive(Clone, Debug)]
pub struct Payload(Blob);

impl SpoolWriter {
    /// Takes the next chunk.
    ///
    /// # Errors
    ///
    /// What the browser says when it can't keep more.
    pub fn write(&mut self, chunk: &Uint8Array) -> Result<(), JsValue> {
        self.held.push(chunk);
        self.held_bytes = self.held_bytes.saturating_add(chunk.length());
        if self.held_bytes >= LARGEST_HELD {
            let part = Blob::new_with_u8_array_sequence(&self.held)?;
            self.parts.push(&part);
            (self.held, self.held_bytes) = (Array::new(), 0);
        }
        Ok(())
    }

    /// The image is whole.
    ///
    /// # Errors
    ///
    /// What the browser says when it can't keep it.
    pub fn finish(self, media_type: &str) -> Result<Payload, JsValue> {
        let parts = self.parts.concat(&self.held);
        let properties = BlobPropertyBag::new();
        properties.set_type(media_type);
        Blob::new_with_blob_sequence_and_options(&parts, &properties).map(Payload)
    }
}

impl Payload {
    /// The payload as a Blob of its own media type.
    pub fn as_blob(&self) -> &Blob {
        &self.0
    }
}
