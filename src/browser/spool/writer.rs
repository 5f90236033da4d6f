//! Takes in one image, chunk by chunk: a small one into memory, others into the spool.

use std::rc::Rc;

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;

use super::image_parts::ImageParts;
use super::staging::STAGING_BYTES;
use super::{MEMORY_LIMIT, Payload, Spool, SpoolFile};
use crate::spool::{Extent, HEADER_SPACE, Place, join};

/// Bytes reserved at a time if the length is not declared.
const GROWTH: u64 = 4 << 20;

/// Largest single reservation. Content-Length is only a claim, and reserving all of a huge one would
/// push every later image past the end of a nearly full disk. An image that is larger, or whose length is
/// not declared, grows in place where it can, and is otherwise copied once when it is complete.
const LARGEST_RESERVE: u64 = 1 << 30;

/// Images begin at a multiple of this, so that no page of the system's cache is written in two parts.
const PAGE_BYTES: u64 = 4 << 10;

/// Bytes of one image that are kept as chunks before they are gathered into a Blob.
///
/// Making a Blob costs 0.1 to 0.2 ms, so a Blob for every chunk would be slow; more loose bytes would
/// fill the memory.
const BLOB_BYTES: u64 = 4 << 20;

/// Why an image can't be stored.
pub const FULL: &str = "the storage that this browser grants the site is full, and so is the memory that \
    may be used instead";

/// Stores one image. The space it has taken is released if it is dropped before
/// [`SpoolWriter::finish`].
#[derive(Debug)]
pub struct SpoolWriter {
    spool: Spool,
    /// Content-Length, if it was sent.
    declared: Option<u64>,
    /// The whole image, as long as it is small.
    in_memory: Vec<u8>,
    is_large: bool,
    /// The space before the first extent, in the file.
    header: Option<Extent>,
    /// Where the file has been written to, in order.
    extents: Vec<Extent>,
    written: u64,
    /// Reserved and not written to yet.
    spare: Extent,
    /// Small chunks that are joined before they are written, and the bytes of it that they fill.
    joined: Option<Uint8Array>,
    joined_bytes: u32,
    /// Without a file, or if its disk is full: copies of the chunks, and the bytes of them that are loose.
    parts: Option<ImageParts>,
    loose_bytes: u64,
    /// The bytes that went into Blobs because the disk is full.
    overflowed: u64,
}

impl SpoolWriter {
    /// A writer for an image of the declared length.
    pub fn new(spool: &Spool, declared: Option<u64>) -> Self {
        Self {
            spool: spool.clone(),
            declared,
            in_memory: Vec::new(),
            is_large: false,
            header: None,
            extents: Vec::new(),
            written: 0,
            spare: Extent { offset: 0, length: 0 },
            joined: None,
            joined_bytes: 0,
            parts: None,
            loose_bytes: 0,
            overflowed: 0,
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
        match self.file() {
            Some(file) if self.parts.is_none() => self.join(&file, chunk),
            _ => self.push_part(chunk),
        }
    }

    fn file(&self) -> Option<Rc<SpoolFile>> {
        match &self.spool {
            Spool::File(file) => Some(Rc::clone(file)),
            Spool::Blobs => None,
        }
    }

    /// Writes what was joined, and releases the buffer, because it may take a while until the next chunk.
    ///
    /// # Errors
    ///
    /// Fails if the browser has no space for it.
    pub fn pause(&mut self) -> Result<(), JsValue> {
        if let Some(file) = self.file() {
            self.write_joined(&file)?;
            file.release_buffer(self.joined.take());
        }
        Ok(())
    }

    fn push_part(&mut self, chunk: &Uint8Array) -> Result<(), JsValue> {
        let length = u64::from(chunk.length());
        if let Spool::File(file) = &self.spool {
            if !file.take_overflow(length) {
                return Err(js_sys::Error::new(FULL).into());
            }
            self.overflowed += length;
        }
        // Where the disk is full, memory is what is left.
        let may_grow = matches!(self.spool, Spool::Blobs);
        let parts = self.parts.get_or_insert_with(|| ImageParts::new(may_grow));
        parts.push(&chunk.slice(0, chunk.length()));
        self.loose_bytes += length;
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
            // What follows must not come before what was moved into Blobs.
            if self.parts.is_some() {
                return self.push_part(chunk);
            }
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

    /// Writes into the file, at places that are reserved for it. If its disk is full, the image goes on in
    /// Blobs.
    fn write(&mut self, file: &SpoolFile, chunk: &Uint8Array) -> Result<(), JsValue> {
        let mut start = 0;
        while start < chunk.length() {
            if self.parts.is_some() {
                return self.push_part(&chunk.subarray(start, chunk.length()));
            }
            let left = u64::from(chunk.length() - start);
            if self.spare.length == 0 {
                self.reserve(file, left);
            }
            let length = left.min(self.spare.length);
            let end = start + length as u32;
            if file.write(&chunk.subarray(start, end), self.spare.offset).is_err() {
                self.move_into_blobs(file)?;
                continue;
            }
            join(&mut self.extents, Extent { offset: self.spare.offset, length });
            self.spare = Extent { offset: self.spare.offset + length, length: self.spare.length - length };
            self.written += length;
            start = end;
        }
        Ok(())
    }

    /// Reserves space for at least `left` bytes: the first time behind a header, and then where the image
    /// can grow, if that is free.
    fn reserve(&mut self, file: &SpoolFile, left: u64) {
        let expected = self.declared.unwrap_or(0).saturating_sub(self.written);
        let wanted = if expected == 0 { GROWTH } else { expected };
        let length = wanted.min(LARGEST_RESERVE).max(left);
        let Some(last) = self.extents.last() else {
            let whole = file.reserve(HEADER_SPACE + PAGE_BYTES + length);
            let offset = (whole.offset + HEADER_SPACE).next_multiple_of(PAGE_BYTES);
            self.header = Some(Extent { length: offset - whole.offset, ..whole });
            self.spare = Extent { offset, length };
            file.release(Extent { offset: self.spare.end(), length: whole.end() - self.spare.end() });
            return;
        };
        let behind = Extent { offset: last.end(), length };
        self.spare = if file.reserve_at(behind) { behind } else { file.reserve(length) };
    }

    /// Moves what was written into Blobs, which don't count against the site's quota, and gives its space
    /// to others.
    fn move_into_blobs(&mut self, file: &SpoolFile) -> Result<(), JsValue> {
        file.make_room();
        self.parts = Some(ImageParts::new(false));
        for extent in std::mem::take(&mut self.extents) {
            for piece in file.read_pieces(extent) {
                self.push_part(&piece?)?;
            }
            file.release(extent);
        }
        self.release_reserved(file);
        Ok(())
    }

    fn release_reserved(&mut self, file: &SpoolFile) {
        self.header.take().into_iter().for_each(|header| file.release(header));
        file.release(std::mem::take(&mut self.spare));
    }

    /// Resolves when another chunk should come; `None` if it may come now.
    pub fn backlog(&self) -> Option<Promise> {
        self.parts.as_ref().and_then(ImageParts::is_read)
    }

    /// Completes the image.
    ///
    /// # Errors
    ///
    /// Fails if the browser has no space for it.
    pub async fn finish(mut self) -> Result<Payload, JsValue> {
        if let Some(file) = self.file() {
            // What can't be written stays in memory, as much as there may be, and is tried again.
            if file.retry_failed_write().is_err() && !self.is_large && !file.take_overflow(1) {
                return Err(js_sys::Error::new(FULL).into());
            }
            self.write_joined(&file)?;
        }
        if !self.is_large {
            return Ok(Payload::Memory(Rc::new(std::mem::take(&mut self.in_memory))));
        }
        if let Some(file) = self.file()
            && self.parts.is_none()
            && let Some(place) = self.in_one_piece(&file)?
        {
            self.extents.clear();
            self.header = None;
            return Ok(Payload::File { file, place });
        }
        let parts = self.parts.take().unwrap_or_else(|| ImageParts::new(false));
        self.overflowed = 0;
        parts.finish().await.map(Payload::Blob)
    }

    /// The image's place in the file, once it is in one piece behind its header; `None` if the disk had no
    /// space to copy it, so that it was moved into Blobs.
    fn in_one_piece(&mut self, file: &SpoolFile) -> Result<Option<Place>, JsValue> {
        if let ([payload], Some(header)) = (&self.extents[..], self.header) {
            return Ok(Some(Place { header_space: header.length, payload: *payload }));
        }
        let whole = file.reserve(HEADER_SPACE + self.written);
        let payload = Extent { offset: whole.offset + HEADER_SPACE, length: self.written };
        let mut to = payload.offset;
        for extent in &self.extents {
            if file.copy(*extent, to).is_err() {
                file.release(whole);
                self.move_into_blobs(file)?;
                return Ok(None);
            }
            to += extent.length;
        }
        self.extents.drain(..).for_each(|extent| file.release(extent));
        self.release_reserved(file);
        Ok(Some(Place { header_space: HEADER_SPACE, payload }))
    }
}

impl Drop for SpoolWriter {
    fn drop(&mut self) {
        if let Some(file) = self.file() {
            file.release_buffer(self.joined.take());
            self.release_reserved(&file);
            self.extents.drain(..).for_each(|extent| file.release(extent));
            file.return_overflow(self.overflowed);
        }
    }
}
