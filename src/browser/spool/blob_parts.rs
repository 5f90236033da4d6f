//! Parts of a Blob that is still to be made, where there is no file.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::Blob;

/// The parts, in order. Now and then those that are loose become a Blob, which the browser may keep
/// on its disk, and of which fewer make the whole.
#[derive(Debug, Default)]
pub struct BlobParts {
    blobs: Array,
    loose: Array,
}

impl BlobParts {
    /// Adds a part: bytes that nobody else will change, or a Blob. Gives how many parts are loose.
    pub fn push(&self, part: &JsValue) -> u32 {
        self.loose.push(part)
    }

    /// Makes the loose ones a Blob.
    ///
    /// # Errors
    ///
    /// What the browser says. They stay loose then.
    pub fn gather(&mut self) -> Result<(), JsValue> {
        let blob = Blob::new_with_blob_sequence(&self.loose)?;
        self.blobs.push(&blob);
        self.loose = Array::new();
        Ok(())
    }

    /// All of them, as parts of the whole.
    pub fn all(&self) -> Array {
        self.blobs.concat(&self.loose)
    }
}

/// A Blob of some bytes.
///
/// # Errors
///
/// What the browser says.
pub fn blob_of(bytes: &Uint8Array) -> Result<Blob, JsValue> {
    Blob::new_with_u8_array_sequence(&Array::of1(bytes))
}
