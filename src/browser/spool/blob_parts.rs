//! Parts of a Blob that is made later, for a run without a file.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::Blob;

/// The parts, in order. Now and then the loose ones are gathered into a Blob, which the browser may
/// keep on its disk; the whole then consists of fewer parts.
#[derive(Debug, Default)]
pub struct BlobParts {
    blobs: Array,
    loose: Array,
}

impl BlobParts {
    /// Adds a part: a Blob, or bytes that will not change. Returns the number of loose parts.
    pub fn push(&self, part: &JsValue) -> u32 {
        self.loose.push(part)
    }

    /// Gathers the loose parts into a Blob.
    ///
    /// # Errors
    ///
    /// Fails if the browser can't make one; the parts then stay loose.
    pub fn gather(&mut self) -> Result<(), JsValue> {
        let blob = Blob::new_with_blob_sequence(&self.loose)?;
        self.blobs.push(&blob);
        self.loose = Array::new();
        Ok(())
    }

    /// All parts.
    pub fn all(&self) -> Array {
        self.blobs.concat(&self.loose)
    }
}

/// A Blob of these bytes.
///
/// # Errors
///
/// Fails if the browser can't make one.
pub fn blob_of(bytes: &Uint8Array) -> Result<Blob, JsValue> {
    Blob::new_with_u8_array_sequence(&Array::of1(bytes))
}
