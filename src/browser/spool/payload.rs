//! What represents an image's bytes once they are stored.

use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag};

use super::file::{SpoolFile, slice};
use crate::spool::Place;

/// Images of up to this many bytes stay in memory until their turn in the archive has come.
///
/// A Blob, or a slice of a file, costs 0.1 ms whatever its size, and thousands of small images would be
/// thousands of them.
pub const MEMORY_LIMIT: u64 = 256 << 10;

/// An image's bytes.
#[derive(Clone, Debug)]
pub enum Payload {
    /// In the memory of the wasm.
    Memory(Rc<Vec<u8>>),
    /// In a spool's file.
    File {
        /// The file, which exists as long as a payload in it does.
        file: Rc<SpoolFile>,
        /// Where in it.
        place: Place,
    },
    /// In a Blob of the browser's.
    Blob(Blob),
}

impl Payload {
    /// Where the bytes are in the spool's file; `None` for bytes that are elsewhere.
    pub fn place(&self) -> Option<Place> {
        match self {
            Self::File { place, .. } => Some(*place),
            Self::Memory(_) | Self::Blob(_) => None,
        }
    }

    /// The bytes as a Blob. Bytes in a file that is still being written are copied into memory.
    ///
    /// # Errors
    ///
    /// Fails if the browser can't read the bytes.
    pub async fn to_blob(&self, media_type: &str) -> Result<Blob, JsValue> {
        let parts = Array::new();
        match self {
            Self::Memory(bytes) => drop(parts.push(&Uint8Array::from(bytes.as_slice()))),
            Self::Blob(blob) => drop(parts.push(blob)),
            Self::File { file, place } => {
                let part: JsValue = match file.finished().await {
                    Some(file) => slice(&file, place.payload)?.into(),
                    None => file.read(place.payload)?.into(),
                };
                parts.push(&part);
            }
        }
        let properties = BlobPropertyBag::new();
        properties.set_type(media_type);
        Blob::new_with_blob_sequence_and_options(&parts, &properties)
    }
}
