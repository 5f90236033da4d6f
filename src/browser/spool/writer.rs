//! Takes in one image, chunk by chunk: a small one into memory, others into the spool.

use std::rc::Rc;

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use web_sys::Blob;

use super::file::STAGING_BYTES;
use super::{BlobParts, MEMORY_LIMIT, Payload, Spool, SpoolFile};
use crate::spool::{Extent, join};

/// Bytes reserved at a time if the length is not declared.
const GROWTH: u64 = 4 << 20;

/// Largest single reservation. Content-Length is only a claim, and reserving all of a huge one would
/// push every later image past the end of a nearly full disk.
const LARGEST_RESERVE: u64 = 16 << 20;

/// Bytes of one image that are kept as chunks before they are gathered into a Blob.
///
/// Making a Blob costs 0.1 to 0.2 ms, so a Blob for every chunk would be slow; more loose bytes would
/// fill the memory.
const BLOB_BYTES: u64 = 4 << 20;

/// Stores one image. The space it has taken is released if it is dropped before
/// [`SpoolWriter::finish`].
#[derive(Debug)]
pub struct SpoolWriter<'a> {
    spool: &'a Spool,
    /// Content-Length, if it was sent.
    declared: Option<u64>,
    /// The whole image, as long as it is small.
    in_memory: Vec<u8>,
    is_large: bool,
    /// Where the file has been written to, in order.
    extents: Vec<Extent>,
    written: u64,
    /// Reserved and not written to yet.
    spare: Extent,
    /// Small chunks that are joined before they are written, and the bytes of it that they fill.
    joined: Option<Uint8Array>,
    joined_bytes: u32,
    /// Without a file: copies of the chunks, and the bytes of them that are loose.
    parts: Option<BlobParts>,
    loose_bytes: u64,
}

impl<'a> SpoolWriter<'a> {
    /// A writer for an image of the declared length.
    pub fn new(spool: &'a Spool, declared: Option<u64>) -> Self {
        Self {
            spool,
            declared,
            in_memory: Vec::new(),
            is_large: false,
            extents: Vec::new(),
            written: 0,
            spare: Extent { offset: 0, length: 0 },
            joined: None,
            joined_bytes: 0,
            parts: None,
            loose_bytes: 0,
        }
    }

    /// Whether the image, with the next chunk of `length` bytes, is small: the chunk then goes to
    /// [`push_small`](Self::push_small) instead of [`push`](Self::push).
    pub fn is_small(&self, length: u32) -> bool {
        let so_far = self.in_memory.len() as u64 + u64::from(length);
        !self.is_large && self.declared.unwrap_or(0).max(so_far) <= MEMORY_LIMIT
    }

    /// Stores the next bytes of a small image in the wasm's memory: in the browser's, thousands of small
    /// images would be as many buffers, which it collects when it pleases.
    pub fn push_small(&mut self, bytes: &[u8]) {
        if self.in_memory.is_empty() {
            self.in_memory.reserve_exact(self.declared.unwrap_or(0) as usize);
        }
        self.in_memory.extend_from_slice(bytes);
    }

    /// Stores the next chunk, whose buffer may be reused afterwards.
    ///
    /// # Errors
    ///
    /// Fails if the browser has no space for it.
    pub fn push(&mut self, chunk: &Uint8Array) -> Result<(), JsValue> {
        self.is_large = true;
        let before = std::mem::take(&mut self.in_memory);
        if !before.is_empty() {
            self.store(&Uint8Array::from(before.as_slice()))?;
        }
        self.store(chunk)
    }

    fn store(&mut self, chunk: &Uint8Array) -> Result<(), JsValue> {
        if let Spool::File(file) = self.spool {
            return self.join(file, chunk);
        }
        let parts = self.parts.get_or_insert_default();
        parts.push(&chunk.slice(0, chunk.length()));
        self.loose_bytes += u64::from(chunk.length());
        if self.loose_bytes >= BLOB_BYTES {
            parts.gather()?;
            self.loose_bytes = 0;
        }
        Ok(())
    }

    /// Writes into the file, after joining small chunks.
    fn join(&mut self, file: &SpoolFile, chunk: &Uint8Array) -> Result<(), JsValue> {
        let length = chunk.length();
        if !file.joins(length) {
            self.write_joined(file)?;
            return self.write(file, chunk);
        }
        if self.joined_bytes + length > STAGING_BYTES {
            self.write_joined(file)?;
        }
        let Some(joined) = self.joined.take().or_else(|| file.joining_buffer()) else {
            return self.write(file, chunk);
        };
        joined.set(chunk, self.joined_bytes);
        self.joined_bytes += length;
        self.joined = Some(joined);
        Ok(())
    }

    fn write_joined(&mut self, file: &SpoolFile) -> Result<(), JsValue> {
        let filled = std::mem::take(&mut self.joined_bytes);
        match &self.joined {
            Some(joined) => self.write(file, &joined.subarray(0, filled)),
            None => Ok(()),
        }
    }

    /// Writes into the file, at places that are reserved for it.
    fn write(&mut self, file: &SpoolFile, chunk: &Uint8Array) -> Result<(), JsValue> {
        let mut start = 0;
        while start < chunk.length() {
            let left = u64::from(chunk.length() - start);
            if self.spare.length == 0 {
                let expected = self.declared.unwrap_or(0).saturating_sub(self.written);
                let wanted = if expected == 0 { GROWTH } else { expected };
                self.spare = file.reserve(wanted.min(LARGEST_RESERVE).max(left));
            }
            let length = left.min(self.spare.length);
            let end = start + length as u32;
            file.write(&chunk.subarray(start, end), self.spare.offset)?;
            join(&mut self.extents, Extent { offset: self.spare.offset, length });
            self.spare = Extent { offset: self.spare.offset + length, length: self.spare.length - length };
            self.written += length;
            start = end;
        }
        Ok(())
    }

    /// Completes the image.
    ///
    /// # Errors
    ///
    /// Fails if the browser has no space for it.
    pub fn finish(mut self) -> Result<Payload, JsValue> {
        if let Spool::File(file) = self.spool {
            file.retry_failed_write()?;
            self.write_joined(file)?;
        }
        if !self.is_large {
            return Ok(Payload::Memory(Rc::new(std::mem::take(&mut self.in_memory))));
        }
        match self.spool {
            Spool::File(file) => {
                Ok(Payload::File { file: Rc::clone(file), extents: std::mem::take(&mut self.extents) })
            }
            Spool::Blobs => {
                let parts = self.parts.take().unwrap_or_default();
                Blob::new_with_blob_sequence(&parts.all()).map(Payload::Blob)
            }
        }
    }
}

impl Drop for SpoolWriter<'_> {
    fn drop(&mut self) {
        if let Spool::File(file) = self.spool {
            file.release_buffer(self.joined.take());
            file.release(self.spare);
            self.extents.drain(..).for_each(|extent| file.release(extent));
        }
    }
}
