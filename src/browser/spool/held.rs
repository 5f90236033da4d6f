//! How many bytes of small images wait in memory.

use std::cell::Cell;

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use super::{Payload, Spool, blob_of};
use crate::run::Stored;

/// How many bytes may wait, for an image that comes before them in the archive.
const MOST_HELD: u64 = 8 << 20;

/// The bytes that wait. More are moved into the spool.
#[derive(Debug, Default)]
pub struct HeldBytes(Cell<u64>);

impl HeldBytes {
    /// An image begins to wait. It is moved out of memory where too many bytes wait there.
    pub fn take(&self, image: &mut Stored<Payload>, spool: &Spool) {
        let Payload::Held(bytes) = &image.payload else { return };
        let held = self.0.get() + image.bytes;
        if held > MOST_HELD
            && let Ok(payload) = moved(bytes, spool)
        {
            image.payload = payload;
        } else {
            // One that can't be moved waits all the same.
            self.0.set(held);
        }
    }

    /// An image waits no more.
    pub fn release(&self, image: &Stored<Payload>) {
        if let Payload::Held(_) = image.payload {
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
