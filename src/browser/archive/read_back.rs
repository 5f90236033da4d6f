//! Reads back what the browser says it keeps.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use web_sys::Blob;

use super::archive::message_of;
use super::body::{StreamReader, ReadBuffers};
use crate::text::text;
use crate::zip::{CrcBuffer, Proof};

/// How many bytes are taken into a CRC-32 at a time.
const PIECE_BYTES: usize = 64 << 10;

/// Reads an archive back.
///
/// # Errors
///
/// What is wrong with it.
pub async fn read_back(archive: &Blob) -> Result<(), String> {
    let (mut proof, mut buffer) = (Proof::default(), CrcBuffer::new(PIECE_BYTES));
    read(archive, |chunk| proof.push(&chunk.to_vec(), &mut buffer).map_err(|error| text![error])).await?;
    proof.finish().map(|_| ()).map_err(|error| text![error])
}

/// Reads a Blob, chunk by chunk.
///
/// # Errors
///
/// What `take` says, or the browser.
pub async fn read(
    blob: &Blob,
    mut take: impl FnMut(&Uint8Array) -> Result<(), String>,
) -> Result<(), String> {
    let words = |error: JsValue| message_of(&error);
    let mut body = StreamReader::new(&blob.stream(), &ReadBuffers::default()).map_err(words)?;
    while let Some(chunk) = body.next().await.map_err(words)? {
        take(&chunk)?;
    }
    Ok(())
}
