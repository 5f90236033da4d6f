//! Takes in one image, chunk by chunk: a small one into memory, others into the spool.

use std::rc::Rc;

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use web_sys::Blob;

use super::file::STAGING_BYTES;
use super::{BlobParts, MEMORY_LIMIT, Payload, Spool, SpoolFile};
use crate::spool::{Extent, join};

/// How much room is taken at a time where the length is not known.
const GROWTH: u64 = 4 << 20;

/// How much room is taken at most at a time: a declared length is a claim, and what lies behind the
/// room of an image that is too large for the disk is too far for the disk as well.
const LARGEST_RESERVE: u64 = 16 << 20;

/// How many bytes of one image are kept as chunks before they are handed to the browser as a Blob.
///
/// Making a Blob costs 0.1 to 0.2 ms, so not one a chunk; holding more would fill the memory.
const BLOB_BYTES: u64 = 4 << 20;

/// Takes in one image. What it has written is given back when it is dropped unfinished.
#[derive(Debug)]
pub struct SpoolWriter<'a> {
    spool: &'a Spool,
    /// How much is to be expected, where it was declared.
    declared: Option<u64>,
    /// A small image so far.
    held: Vec<u8>,
    is_large: bool,
    /// What was written into the file, in order.
    extents: Vec<Extent>,
    written: u64,
    /// Allocator that was taken and not written to yet.
    spare: Extent,
    /// Small chunks that are joined before they are written, and how much of it they fill.
    joined: Option<Uint8Array>,
    joined_bytes: u32,
    /// Where there is no file: copies of chunks, and how many bytes of them are loose.
    parts: Option<BlobParts>,
    loose_bytes: u64,
}

impl<'a> SpoolWriter<'a> {
    /// A writer for an image of that length, as far as it was declared.
    pub fn new(spool: &'a Spool, declared: Option<u64>) -> Self {
        Self {
            spool,
            declared,
            held: Vec::new(),
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

    /// Whether the next chunk, of so many bytes, is to be [held](Self::hold) and not
    /// [written](Self::write): the image is small so far.
    pub fn holds(&self, length: u32) -> bool {
        let so_far = self.held.len() as u64 + u64::from(length);
        !self.is_large && self.declared.unwrap_or(0).max(so_far) <= MEMORY_LIMIT
    }

    /// Takes the next bytes of a small image. They are held in the memory of the wasm: in the
    /// browser's, thousands of small images are as many buffers that it collects when it pleases.
    pub fn hold(&mut self, bytes: &[u8]) {
        if self.held.is_empty() {
            self.held.reserve_exact(self.declared.unwrap_or(0) as usize);
        }
        self.held.extend_from_slice(bytes);
    }

    /// Takes the next chunk, whose memory may be used for another one afterwards.
    ///
    /// # Errors
    ///
    /// What the browser says when it can't keep more.
    pub fn write(&mut self, chunk: &Uint8Array) -> Result<(), JsValue> {
        self.is_large = true;
        let held = std::mem::take(&mut self.held);
        if !held.is_empty() {
            self.keep(&Uint8Array::from(held.as_slice()))?;
        }
        self.keep(chunk)
    }

    fn keep(&mut self, chunk: &Uint8Array) -> Result<(), JsValue> {
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

    /// Writes into the file, small chunks together.
    fn join(&mut self, file: &SpoolFile, chunk: &Uint8Array) -> Result<(), JsValue> {
        let length = chunk.length();
        if !file.joins(length) {
            self.put_joined(file)?;
            return self.put(file, chunk);
        }
        if self.joined_bytes + length > STAGING_BYTES {
            self.put_joined(file)?;
        }
        let Some(joined) = self.joined.take().or_else(|| file.joining_buffer()) else {
            return self.put(file, chunk);
        };
        joined.set(chunk, self.joined_bytes);
        self.joined_bytes += length;
        self.joined = Some(joined);
        Ok(())
    }

    fn put_joined(&mut self, file: &SpoolFile) -> Result<(), JsValue> {
        let filled = std::mem::take(&mut self.joined_bytes);
        match &self.joined {
            Some(joined) => self.put(file, &joined.subarray(0, filled)),
            None => Ok(()),
        }
    }

    /// Writes into the file, where there is room.
    fn put(&mut self, file: &SpoolFile, chunk: &Uint8Array) -> Result<(), JsValue> {
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

    /// The image is whole.
    ///
    /// # Errors
    ///
    /// What the browser says when it can't keep it.
    pub fn finish(mut self) -> Result<Payload, JsValue> {
        if let Spool::File(file) = self.spool {
            file.takes_more()?;
            self.put_joined(file)?;
        }
        if !self.is_large {
            return Ok(Payload::Memory(Rc::new(std::mem::take(&mut self.held))));
        }
        match &self.parts {
            Some(parts) => Blob::new_with_blob_sequence(&parts.all()).map(Payload::Blob),
            None => Ok(Payload::Extents(std::mem::take(&mut self.extents))),
        }
    }
}

impl Drop for SpoolWriter<'_> {
    fn drop(&mut self) {
        if let Spool::File(file) = self.spool {
            file.give_back(self.joined.take());
            file.release(self.spare);
            self.extents.drain(..).for_each(|extent| file.release(extent));
        }
    }
}
