//! The archive as one Blob, made while its images arrive.
//!
//! ```text
//! small images ─▶ copied behind each other in the spool's file, headers and all
//! large images ─▶ stay where they are; their header is a part of its own
//!           └─▶ one Blob of slices and headers
//! ```
//!
//! Small ones are copied because a slice costs more than its bytes do: 0.1 ms each.

use std::rc::Rc;

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag};

use super::archive::{Archive, ArchiveError, Layout, Storage, message_of, unreadable};
use super::images::KeptImages;
use super::later::Later;
use super::spool::{HELD_MOST, Payload, Spool, SpoolFile, joined, read_pieces, slice};
use crate::plan::{ItemId, WebText};
use crate::run::{Ended, InOrder, Stored};
use crate::spool::{Extent, join};

/// How many parts of an archive without a file make a Blob. One Blob of the 24,000 parts of 12,000
/// images took Chromium up to 3.5 s in one go; these are made while images arrive.
const PARTS_OF_A_BLOB: u32 = 128;

/// How many bytes of small images may be held in memory while they wait for one before them.
const MOST_HELD: u64 = 8 << 20;

/// An archive on its way.
pub struct GrowingArchive<'a, W> {
    layout: Layout<'a, W>,
    spool: Rc<Later<Spool>>,
    images: KeptImages,
    outcomes: InOrder<Option<Stored<Payload>>>,
    /// Bytes of what waits in memory for its turn.
    held: u64,
    /// Of what is in the file: parts of it, and headers.
    parts: Vec<Part>,
    /// Of what is not: Blobs, in order, and parts that are in none of them yet.
    blobs: Array,
    loose: Array,
}

enum Part {
    /// Neighbours in the file are one part.
    File(Vec<Extent>),
    Bytes(Uint8Array),
}

impl<'a, W: WebText> GrowingArchive<'a, W> {
    /// An archive that has nothing yet, of so many items, whose payloads are in the spool.
    pub fn new(layout: Layout<'a, W>, items: usize, spool: Rc<Later<Spool>>, images: KeptImages) -> Self {
        Self {
            layout,
            spool,
            images,
            outcomes: InOrder::new(items),
            held: 0,
            parts: Vec::new(),
            blobs: Array::new(),
            loose: Array::new(),
        }
    }

    /// Takes an item that has ended. Its image goes in when all before it have ended.
    ///
    /// # Errors
    ///
    /// The browser can't keep it.
    pub async fn take(&mut self, ended: Ended<Payload>) -> Result<(), ArchiveError> {
        let spool = self.spool.get().await;
        let image = match ended.outcome {
            Ok(image) => Some(self.arrived(ended.item, image, &spool).map_err(not_kept)?),
            Err(_) => None,
        };
        self.outcomes.put(ended.item, image);
        while let Some((item, image)) = self.outcomes.next_due() {
            let Some(image) = image else { continue };
            let format = image.format;
            let payload = self.put(item, image, &spool).map_err(not_kept)?;
            self.images.put(item, format, payload);
        }
        Ok(())
    }

    /// Moves a small image out of memory where too many wait there.
    fn arrived(
        &mut self,
        item: ItemId,
        mut image: Stored<Payload>,
        spool: &Spool,
    ) -> Result<Stored<Payload>, JsValue> {
        if let Payload::Held(bytes) = &image.payload {
            self.held += image.bytes;
            if let Spool::File(file) = spool
                && self.held > MOST_HELD
            {
                self.held -= image.bytes;
                image.payload = Payload::Extents(vec![file.append(bytes)?]);
            }
        }
        self.images.put(item, image.format, image.payload.clone());
        Ok(image)
    }

    /// Puts an image in, behind those before it; gives where its payload is now.
    fn put(&mut self, item: ItemId, image: Stored<Payload>, spool: &Spool) -> Result<Payload, JsValue> {
        let header = Uint8Array::from(self.layout.place(item, &image).as_slice());
        if matches!(image.payload, Payload::Held(_)) {
            self.held -= image.bytes;
        }
        match spool {
            Spool::File(file) => self.put_into_file(file, header, image),
            Spool::Blobs => self.put_into_blobs(&header, image.payload),
        }
    }

    fn put_into_file(
        &mut self,
        file: &SpoolFile,
        header: Uint8Array,
        image: Stored<Payload>,
    ) -> Result<Payload, JsValue> {
        let bytes = match image.payload {
            Payload::Held(bytes) => bytes,
            Payload::Extents(extents) if image.bytes <= HELD_MOST => {
                joined(read_pieces(file, &extents), image.bytes)?
            }
            payload => {
                self.parts.push(Part::Bytes(header));
                if let Payload::Extents(extents) = &payload {
                    self.parts.push(Part::File(extents.clone()));
                }
                return Ok(payload);
            }
        };
        self.add(file.append(&header)?);
        let place = file.append(&bytes)?;
        self.add(place);
        Ok(Payload::Extents(vec![place]))
    }

    fn add(&mut self, place: Extent) {
        match self.parts.last_mut() {
            Some(Part::File(extents)) => join(extents, place),
            _ => self.parts.push(Part::File(vec![place])),
        }
    }

    fn put_into_blobs(&mut self, header: &Uint8Array, payload: Payload) -> Result<Payload, JsValue> {
        self.loose.push(header);
        match &payload {
            Payload::Held(bytes) => self.loose.push(bytes),
            Payload::Blob(blob) => self.loose.push(blob),
            Payload::Extents(_) => self.loose.length(),
        };
        if self.loose.length() >= PARTS_OF_A_BLOB {
            let blob = Blob::new_with_blob_sequence(&self.loose)?;
            self.blobs.push(&blob);
            self.loose = Array::new();
        }
        Ok(payload)
    }

    /// Ends the archive, and proves that it can be read.
    ///
    /// # Errors
    ///
    /// The browser can't read it back.
    pub async fn finish(self) -> Result<Archive, ArchiveError> {
        let Self { layout, spool, parts, blobs, loose, .. } = self;
        let spool = spool.get().await;
        let (tail, names, size) = layout.finish();
        let blob = match tail {
            None => None,
            Some(tail) => Some(whole(&spool, parts, &blobs.concat(&loose), &tail).await.map_err(unreadable)?),
        };
        Ok(Archive { blob, names, size, protocols: Vec::new(), storage: Storage::Here(spool) })
    }
}

async fn whole(spool: &Spool, parts: Vec<Part>, blobs: &Array, tail: &[u8]) -> Result<Blob, JsValue> {
    if let Spool::File(file) = spool {
        let file = file.finish().await?;
        for part in parts {
            match part {
                Part::Bytes(bytes) => drop(blobs.push(&bytes)),
                Part::File(extents) => {
                    for extent in extents {
                        let slice = slice(&file, extent)?;
                        blobs.push(&slice);
                    }
                }
            }
        }
    }
    blobs.push(&Uint8Array::from(tail));
    let properties = BlobPropertyBag::new();
    properties.set_type("application/zip");
    let archive = Blob::new_with_blob_sequence_and_options(blobs, &properties)?;
    prove(&archive, tail.len()).await?;
    Ok(archive)
}

/// Reads the archive's end back. Making a Blob never fails; reading one whose bytes the browser
/// had no room for does.
async fn prove(archive: &Blob, tail: usize) -> Result<(), JsValue> {
    let size = archive.size();
    let end = archive.slice_with_f64_and_f64(size - tail as f64, size)?;
    let bytes: ArrayBuffer = JsFuture::from(end.array_buffer()).await?.unchecked_into();
    if bytes.byte_length() as usize == tail { Ok(()) } else { Err("its end is missing".into()) }
}

#[allow(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn not_kept(error: JsValue) -> ArchiveError {
    ArchiveError::Storage { reason: message_of(&error) }
}
