//! A bound on the bytes of small images that wait in memory.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use super::{Payload, Spool, SpoolFile, blob_of};
use crate::run::StoredImage;
use crate::spool::HEADER_SPACE;

/// The most bytes that wait for an image before them in the archive.
const MAX_WAITING: u64 = 8 << 20;

/// Counts the bytes that wait in memory, and moves images into the spool when they are too many.
#[derive(Debug, Default)]
pub struct InMemoryBytes(Cell<u64>);

impl InMemoryBytes {
    /// Adds an image. It is moved into the spool if too many bytes wait already.
    pub fn push(&self, image: &mut StoredImage<Payload>, spool: &Spool) {
        let Payload::Memory(bytes) = &image.payload else { return };
        let waiting = self.0.get() + image.facts.bytes;
        if waiting > MAX_WAITING
            && let Ok(payload) = move_into_spool(bytes, spool)
        {
            image.payload = payload;
        } else {
            // An image that can't be moved waits in memory all the same.
            self.0.set(waiting);
        }
    }

    /// Removes an image that no longer waits.
    pub fn release(&self, image: &StoredImage<Payload>) {
        if let Payload::Memory(_) = image.payload {
            self.0.set(self.0.get().saturating_sub(image.facts.bytes));
        }
    }
}

/// Moves bytes from the wasm's memory into the file, before their header is known.
///
/// # Errors
///
/// Fails if the disk is full.
pub fn file_with_header_space(file: &Rc<SpoolFile>, bytes: &[u8]) -> Result<Payload, JsValue> {
    let place = file.append(&|padding| vec![0; (HEADER_SPACE + padding) as usize], bytes)?;
    Ok(Payload::File { file: Rc::clone(file), place })
}

/// Moves bytes from the wasm's memory into the spool.
fn move_into_spool(bytes: &[u8], spool: &Spool) -> Result<Payload, JsValue> {
    match spool {
        Spool::File(file) => file_with_header_space(file, bytes),
        Spool::Blobs => blob_of(&Uint8Array::from(bytes)).map(Payload::Blob),
    }
}
