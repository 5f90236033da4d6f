//! How many bytes of small images wait in memory.

use std::cell::Cell;

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use super::{Payload, Spool, blob_of};
use crate::run::StoredImage;

/// How many bytes may wait, for an image that comes before them in the archive.
const MAX_WAITING_IN_MEMORY: u64 = 8 << 20;

/// The bytes that wait. More are moved into the spool.
#[derive(Debug, Default)]
pub struct InMemoryBytes(Cell<u64>);

impl InMemoryBytes {
    /// An image begins to wait. It is moved out of memory where too many bytes wait there.
    pub fn take(&self, image: &mut StoredImage<Payload>, spool: &Spool) {
        let Payload::Memory(bytes) = &image.payload else { return };
        let held = self.0.get() + image.bytes;
        if held > MAX_WAITING_IN_MEMORY
            && let Ok(payload) = moved(bytes, spool)
        {
            image.payload = payload;
        } else {
            // One that can't be moved waits all the same.
            self.0.set(held);
        }
    }

    /// An image waits no more.
    pub fn release(&self, image: &StoredImage<Payload>) {
        if let Payload::Memory(_) = image.payload {
            self.0.set(self.0.get().saturating_sub(image.bytes));
        }
    }
}

/// The bytes in the browser's keeping instead of in memory.
fn moved(bytes: &[u8], spool: &Spool) -> Result<Payload, JsValue> {
    match spool {
        Spool::File(file) => Ok(Payload::Extents(vec![file.append(bytes)?])),
        Spool::Blobs => blob_of(&Uint8Array::from(bytes)).map(Payload::Blob),
    }
}
