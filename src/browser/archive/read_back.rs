//! Reads a whole archive back.

use js_sys::Uint8Array;
use web_sys::Blob;

use crate::browser::web::{ReadBuffers, StreamReader, js_message};
use crate::zip::{CrcBuffer, Proof, ProofError};

/// The bytes that are added to a CRC-32 at a time.
const PIECE_BYTES: usize = 64 << 10;

/// Why an archive is not good.
#[derive(Clone, Debug)]
pub enum ReadBackError {
    /// It differs from what was meant.
    Damaged(ProofError),
    /// The browser can't read it, for this reason.
    Unreadable(String),
}

/// Checks an archive, from its first byte to its last: its structure and every entry's CRC-32.
///
/// # Errors
///
/// Fails with what is wrong, or with the browser's reason if it can't be read.
pub async fn read_back(archive: &Blob) -> Result<(), ReadBackError> {
    let (mut proof, mut buffer) = (Proof::default(), CrcBuffer::new(PIECE_BYTES));
    let unreadable = |error| ReadBackError::Unreadable(js_message(&error));
    let mut reader = StreamReader::new(&archive.stream(), &ReadBuffers::default()).map_err(unreadable)?;
    while let Some(chunk) = reader.next().await.map_err(unreadable)? {
        let chunk: Uint8Array = chunk;
        proof.push(&chunk.to_vec(), &mut buffer).map_err(ReadBackError::Damaged)?;
    }
    proof.finish().map(|_| ()).map_err(ReadBackError::Damaged)
}
