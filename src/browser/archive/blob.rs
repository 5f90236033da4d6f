//! The archive as one Blob, made while its images arrive.
//!
//! ```text
//! small images ─▶ copied behind each other in the spool's file, headers and all
//! large images ─▶ stay where they are; their header is a part of its own
//!           └─▶ one Blob of slices and headers
//! ```
//!
//! Small images are copied because a slice costs more than their bytes do: 0.1 ms each. Pieces that the
//! file has no space for stay in memory and are parts from there, and new images are refused.

use std::rc::Rc;

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag};

use super::{Archive, Layout};
use crate::browser::error::because;
use crate::browser::spool::{
    BlobParts, ImageStore, InMemoryBytes, MEMORY_LIMIT, Payload, Spool, SpoolFile, blob_of,
};
use crate::browser::web::{js_message, promise};
use crate::job::{ArchiveError, ArchiveErrorKind};
use crate::plan::{ItemId, WebText};
use crate::run::{FinishedItem, Reorder, StoredImage};
use crate::spool::{Extent, join};

/// The loose parts that are gathered into a Blob, for an archive without a file. One Blob of the 24,000
/// parts of 12,000 images took Chromium up to 3.5 s in one go; these are made while images arrive.
const GATHERED_PARTS: u32 = 128;

/// An archive that is being made.
pub struct BlobArchive<'a, W> {
    layout: Layout<'a, W>,
    images: ImageStore,
    /// Called for each image that had arrived and can't be read back, with the reason.
    on_lost: &'a dyn Fn(ItemId, String),
    outcomes: Reorder<Option<StoredImage<Payload>>>,
    in_memory: InMemoryBytes,
    /// The archive's parts where the spool is a file: extents of it, and bytes it had no space for.
    parts: Vec<Part>,
    /// The archive's parts where there is no file.
    blobs: BlobParts,
}

enum Part {
    /// Of the spool's file; neighbours are one part.
    File(Vec<Extent>),
    /// Bytes, or a Blob.
    Other(JsValue),
}

impl<'a, W: WebText> BlobArchive<'a, W> {
    /// An archive of a plan with `items` items, of which those in `to_come` are still to arrive. Stored
    /// images of the others are in it from the start.
    pub fn new(
        layout: Layout<'a, W>,
        items: usize,
        to_come: &[ItemId],
        images: ImageStore,
        on_lost: &'a dyn Fn(ItemId, String),
    ) -> Self {
        let mut outcomes = Reorder::new(items);
        let mut to_come = to_come.iter().copied().peekable();
        for item in 0..items {
            if to_come.next_if_eq(&item).is_none() {
                outcomes.push(item, images.get(item));
            }
        }
        Self {
            layout,
            images,
            on_lost,
            outcomes,
            in_memory: InMemoryBytes::default(),
            parts: Vec::new(),
            blobs: BlobParts::default(),
        }
    }

    /// Adds an item that has ended. Its image is placed when all items before it have ended.
    pub fn push(&mut self, finished: FinishedItem<Payload>) {
        let mut image = finished.outcome.ok();
        // Once an image has arrived, the spool is open.
        let spool = self.images.spool().current();
        if let (Some(image), Some(spool)) = (&mut image, &spool) {
            self.in_memory.push(image, spool);
            self.images.insert(finished.item, image);
        }
        self.outcomes.push(finished.item, image);
        if let Some(spool) = &spool {
            self.place_due(spool);
        }
    }

    fn place_due(&mut self, spool: &Spool) {
        while let Some((item, image)) = self.outcomes.next_in_order() {
            let Some(image) = image else { continue };
            self.in_memory.release(&image);
            let placed = match spool {
                Spool::File(file) => self.place_in_file(item, &image, file),
                Spool::Blobs => self.place_in_blobs(item, &image).map(|()| image.payload.clone()),
            };
            match placed {
                Ok(payload) => self.images.insert(item, &StoredImage { payload, ..image }),
                Err(error) => {
                    self.images.remove(item);
                    (self.on_lost)(item, js_message(&error));
                }
            }
        }
    }

    /// Places an image behind those before it; returns its payload at its new place.
    fn place_in_file(
        &mut self,
        item: ItemId,
        image: &StoredImage<Payload>,
        spool: &Rc<SpoolFile>,
    ) -> Result<Payload, JsValue> {
        let bytes = match &image.payload {
            Payload::Memory(bytes) => Rc::clone(bytes),
            Payload::File { file, extents } if image.bytes <= MEMORY_LIMIT => {
                let mut bytes = Vec::with_capacity(image.bytes as usize);
                for piece in file.read_pieces(extents) {
                    bytes.extend_from_slice(&piece?.to_vec());
                }
                self.images.abandon(file, extents);
                Rc::new(bytes)
            }
            Payload::File { extents, .. } => {
                self.place_large(item, image, Part::File(extents.clone()));
                return Ok(image.payload.clone());
            }
            Payload::Blob(blob) => {
                self.place_large(item, image, Part::Other(blob.into()));
                return Ok(image.payload.clone());
            }
        };
        let header = self.layout.push(item, image);
        self.append(spool, &header);
        let extent = self.append(spool, &bytes);
        Ok(match extent {
            Some(extent) => Payload::File { file: Rc::clone(spool), extents: vec![extent] },
            None => Payload::Memory(bytes),
        })
    }

    /// Places an image whose bytes stay where they are.
    fn place_large(&mut self, item: ItemId, image: &StoredImage<Payload>, part: Part) {
        let header = self.layout.push(item, image);
        self.parts.push(Part::Other(Uint8Array::from(header.as_slice()).into()));
        self.parts.push(part);
    }

    /// Appends a piece to the file; returns where, or `None` if the file has no space for it.
    fn append(&mut self, spool: &Rc<SpoolFile>, piece: &[u8]) -> Option<Extent> {
        let Ok(place) = spool.append(piece) else {
            self.parts.push(Part::Other(Uint8Array::from(piece).into()));
            return None;
        };
        match self.parts.last_mut() {
            Some(Part::File(extents)) => join(extents, place),
            _ => self.parts.push(Part::File(vec![place])),
        }
        Some(place)
    }

    fn place_in_blobs(&mut self, item: ItemId, image: &StoredImage<Payload>) -> Result<(), JsValue> {
        let payload: JsValue = match &image.payload {
            Payload::Memory(bytes) => Uint8Array::from(bytes.as_slice()).into(),
            Payload::Blob(blob) => blob.into(),
            Payload::File { file, extents } => {
                let pieces = Array::new();
                for piece in file.read_pieces(extents) {
                    pieces.push(&piece?.into());
                }
                Blob::new_with_u8_array_sequence(&pieces)?.into()
            }
        };
        let header = self.layout.push(item, image);
        self.blobs.push(&Uint8Array::from(header.as_slice()));
        if self.blobs.push(&payload) >= GATHERED_PARTS {
            // Parts that can't be gathered now are gathered with the next ones.
            let _ = self.blobs.gather();
        }
        Ok(())
    }

    /// Completes the archive.
    ///
    /// # Errors
    ///
    /// Fails if the browser can't read it back.
    pub async fn finish(mut self) -> Result<Archive, ArchiveError> {
        let spool = self.images.spool().get().await;
        // If nothing arrived, the images that were stored before are due only now.
        self.place_due(&spool);
        let Self { layout, parts, blobs, .. } = self;
        let (tail, made) = layout.finish(matches!(spool, Spool::File(_)));
        let blob = match tail {
            None => None,
            Some(tail) => {
                let blob = whole(&spool, parts, &blobs.all(), &tail).await;
                Some(blob.map_err(because(ArchiveErrorKind::Unreadable))?)
            }
        };
        Ok(Archive { blob, made })
    }
}

async fn whole(spool: &Spool, parts: Vec<Part>, blobs: &Array, tail: &[u8]) -> Result<Blob, JsValue> {
    if let Spool::File(file) = spool {
        let finished = file.finish().await;
        for part in parts {
            match (part, &finished) {
                (Part::Other(part), _) => drop(blobs.push(&part)),
                (Part::File(extents), Ok(finished)) => {
                    for extent in extents {
                        file.parts_of(finished.as_ref(), extent, blobs)?;
                    }
                }
                // The file was removed, such as with the site's data, but its open handle still reads.
                (Part::File(extents), Err(_)) => {
                    for piece in file.read_pieces(&extents) {
                        blobs.push(&blob_of(&piece?)?.into());
                    }
                }
            }
        }
    }
    blobs.push(&Uint8Array::from(tail));
    let properties = BlobPropertyBag::new();
    properties.set_type("application/zip");
    let archive = Blob::new_with_blob_sequence_and_options(blobs, &properties)?;
    check_end(&archive, tail.len()).await?;
    Ok(archive)
}

/// Reads the archive's end back. Making a Blob never fails; reading one that the browser had no space
/// for does.
async fn check_end(archive: &Blob, tail: usize) -> Result<(), JsValue> {
    let size = archive.size();
    let end = archive.slice_with_f64_and_f64(size - tail as f64, size)?;
    let bytes: ArrayBuffer = promise(end.array_buffer()).await?.unchecked_into();
    if bytes.byte_length() as usize == tail { Ok(()) } else { Err("its end is missing".into()) }
}
