//! Reads a whole archive back.

use js_sys::Uint8Array;
use web_sys::Blob;

use crate::browser::web::read_blob;
use crate::text::text;
use crate::zip::{CrcBuffer, Proof};

/// The bytes that are added to a CRC-32 at a time.
const PIECE_BYTES: usize = 64 << 10;

/// Checks an archive, from its first byte to its last: its structure and every entry's CRC-32.
///
/// # Errors
///
/// Fails with what is wrong, or with the browser's reason if it can't be read.
pub async fn read_back(archive: &Blob) -> Result<(), String> {
    let (mut proof, mut buffer) = (Proof::default(), CrcBuffer::new(PIECE_BYTES));
    let mut push =
        |chunk: &Uint8Array| proof.push(&chunk.to_vec(), &mut buffer).map_err(|error| text![error]);
    read_blob(archive, &mut push).await?;
    proof.finish().map(|_| ()).map_err(|error| text![error])
}
