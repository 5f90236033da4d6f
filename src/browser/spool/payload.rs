//! What stands for an image's bytes once they are kept.

use std::rc::Rc;

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag};

use super::{Spool, SpoolFile};
use crate::spool::Extent;

/// Images of up to this many bytes are held in memory until their turn in the archive has come.
///
/// A Blob, or a slice of a file, costs 0.1 ms whatever its size, and thousands of small images
/// would be thousands of them.
pub const MEMORY_LIMIT: u64 = 256 << 10;

/// The most that is read back in one piece.
const PIECE_BYTES: u64 = 1 << 20;

/// An image's bytes.
#[derive(Clone, Debug)]
pub enum Payload {
    /// In the memory of the wasm.
    Memory(Rc<Vec<u8>>),
    /// In the spool's file, in this order.
    Extents(Vec<Extent>),
    /// In the browser's keeping.
    Blob(Blob),
}

impl Payload {
    /// Where it is in the spool's file, as far as it is there.
    pub fn extents(&self) -> &[Extent] {
        match self {
            Self::Extents(extents) => extents,
            Self::Memory(_) | Self::Blob(_) => &[],
        }
    }

    /// The bytes as a Blob. What is in a file that is still being written is copied into memory.
    ///
    /// # Errors
    ///
    /// What the browser says when it can't read them.
    pub async fn to_blob(&self, spool: &Spool, media_type: &str) -> Result<Blob, JsValue> {
        let parts = js_sys::Array::new();
        match (self, spool) {
            (Self::Memory(bytes), _) => drop(parts.push(&Uint8Array::from(bytes.as_slice()))),
            (Self::Blob(blob), _) => drop(parts.push(blob)),
            (Self::Extents(extents), Spool::File(file)) => {
                let finished = file.finished().await;
                for extent in extents {
                    let part: JsValue = match &finished {
                        Some(file) => slice(file, *extent)?.into(),
                        None => file.read(*extent)?.into(),
                    };
                    parts.push(&part);
                }
            }
            (Self::Extents(_), Spool::Blobs) => {}
        }
        let properties = BlobPropertyBag::new();
        properties.set_type(media_type);
        Blob::new_with_blob_sequence_and_options(&parts, &properties)
    }
}

/// A part of a finished file.
///
/// # Errors
///
/// What the browser says.
pub fn slice(file: &Blob, extent: Extent) -> Result<Blob, JsValue> {
    file.slice_with_f64_and_f64(extent.offset as f64, (extent.offset + extent.length) as f64)
}

/// The pieces in which extents are read from a file that is still being written.
pub fn read_pieces<'a>(
    file: &'a SpoolFile,
    extents: &'a [Extent],
) -> impl Iterator<Item = Result<Uint8Array, JsValue>> + 'a {
    let pieces = extents.iter().flat_map(|extent| {
        let end = extent.offset + extent.length;
        let offsets = (extent.offset..end).step_by(PIECE_BYTES as usize);
        offsets.map(move |offset| Extent { offset, length: PIECE_BYTES.min(end - offset) })
    });
    pieces.map(|piece| file.read(piece))
}
