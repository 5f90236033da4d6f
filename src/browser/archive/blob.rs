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
    /// The archive's parts, in order.
    parts: Vec<Part>,
}

enum Part {
    /// Extents of the spool's file.
    File(Vec<Extent>),
    /// Headers, Blobs, and bytes that the file has no space for.
    Other(BlobParts),
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
        Self { layout, images, on_lost, outcomes, in_memory: InMemoryBytes::default(), parts: Vec::new() }
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
            match self.place(item, &image, spool) {
                Ok(payload) => self.images.insert(item, &StoredImage { payload, ..image }),
                Err(error) => {
                    self.images.remove(item);
                    (self.on_lost)(item, js_message(&error));
                }
            }
        }
    }

    /// Places an image behind those before it; returns its payload at its new place.
    fn place(
        &mut self,
        item: ItemId,
        image: &StoredImage<Payload>,
        spool: &Spool,
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
            large => {
                let header = self.layout.push(item, image);
                self.push_other(&Uint8Array::from(header.as_slice()));
                match large {
                    Payload::Blob(blob) => self.push_other(blob),
                    file => self.parts.push(Part::File(file.extents().to_vec())),
                }
                return Ok(image.payload.clone());
            }
        };
        let header = self.layout.push(item, image);
        let Spool::File(file) = spool else {
            self.push_other(&Uint8Array::from(header.as_slice()));
            self.push_other(&Uint8Array::from(bytes.as_slice()));
            return Ok(Payload::Memory(bytes));
        };
        self.append(file, &header);
        Ok(match self.append(file, &bytes) {
            Some(extent) => Payload::File { file: Rc::clone(file), extents: vec![extent] },
            None => Payload::Memory(bytes),
        })
    }

    /// Adds a part that is not in the file.
    fn push_other(&mut self, part: &JsValue) {
        if !matches!(self.parts.last(), Some(Part::Other(_))) {
            self.parts.push(Part::Other(BlobParts::default()));
        }
        if let Some(Part::Other(others)) = self.parts.last_mut()
            && others.push(part) >= GATHERED_PARTS
        {
            // Parts that can't be gathered now are gathered with the next ones.
            let _ = others.gather();
        }
    }

    /// Appends a piece to the file; returns where, or `None` if the file has no space for it.
    fn append(&mut self, spool: &Rc<SpoolFile>, piece: &[u8]) -> Option<Extent> {
        let Ok(place) = spool.append(piece) else {
            self.push_other(&Uint8Array::from(piece));
            return None;
        };
        match self.parts.last_mut() {
            Some(Part::File(extents)) => join(extents, place),
            _ => self.parts.push(Part::File(vec![place])),
        }
        Some(place)
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
        let Self { layout, parts, .. } = self;
        let (tail, summary) = layout.finish(matches!(spool, Spool::File(_)));
        let blob = match tail {
            None => None,
            Some(tail) => {
                let blob = whole(&spool, parts, &tail).await;
                Some(blob.map_err(because(ArchiveErrorKind::Unreadable))?)
            }
        };
        Ok(Archive { blob, summary })
    }
}

async fn whole(spool: &Spool, parts: Vec<Part>, tail: &[u8]) -> Result<Blob, JsValue> {
    let all = Array::new();
    let finished = match spool {
        Spool::File(file) => Some((file, file.finish().await)),
        Spool::Blobs => None,
    };
    for part in parts {
        match (part, &finished) {
            (Part::Other(others), _) => {
                for other in others.all().iter() {
                    all.push(&other);
                }
            }
            (Part::File(extents), Some((file, Ok(finished)))) => {
                for extent in extents {
                    file.parts_of(finished.as_ref(), extent, &all)?;
                }
            }
            // The file was removed, such as with the site's data, but its open handle still reads.
            (Part::File(extents), Some((file, Err(_)))) => {
                for piece in file.read_pieces(&extents) {
                    all.push(&blob_of(&piece?)?.into());
                }
            }
            (Part::File(_), None) => return Err("the file is missing".into()),
        }
    }
    all.push(&Uint8Array::from(tail));
    let properties = BlobPropertyBag::new();
    properties.set_type("application/zip");
    let archive = Blob::new_with_blob_sequence_and_options(&all, &properties)?;
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
