//! Bytes of Blobs and streams, never more of them than are asked for.

use js_sys::Uint8Array;
use web_sys::{Blob, ReadableStream};

use crate::browser::{ReadBuffers, StreamReader, promise};
use crate::words::list_files;

/// Why a stream was not read to its end.
pub enum Unread {
    /// It has more bytes than it may have.
    TooLarge,
    /// It breaks off, or is not what it should be.
    Broken,
}

/// The bytes of a Blob between two offsets, or why they can't be read.
pub async fn read_slice(blob: &Blob, from: u64, to: u64) -> Result<Vec<u8>, &'static str> {
    let unreadable = list_files::UNREADABLE;
    let slice = blob.slice_with_f64_and_f64(from as f64, to as f64).map_err(|_| unreadable)?;
    let buffer = promise(slice.array_buffer()).await.map_err(|_| unreadable)?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// The bytes of a stream, if there are no more than `limit`.
pub async fn read_stream(stream: &ReadableStream, limit: u64) -> Result<Vec<u8>, Unread> {
    let mut reader = StreamReader::new(stream, &ReadBuffers::default()).map_err(|_| Unread::Broken)?;
    let mut bytes = Vec::new();
    while let Some(chunk) = reader.next().await.map_err(|_| Unread::Broken)? {
        if bytes.len() as u64 + u64::from(chunk.length()) > limit {
            return Err(Unread::TooLarge);
        }
        bytes.extend(chunk.to_vec());
    }
    Ok(bytes)
}
