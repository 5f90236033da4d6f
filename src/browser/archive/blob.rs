//! The archive as one Blob, made while its images arrive.
//!
//! ```text
//! small images ─▶ copied behind each other in the spool's file, headers and all
//! large images ─▶ stay where they are; their header is a part of its own
//!           └─▶ one Blob of slices and headers
//! ```
//!
//! Small ones are copied because a slice costs more than its bytes do: 0.1 ms each. What the file
//! has no room for any more stays in memory and is a part from there, and new images are refused.

use std::rc::Rc;

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag};

use super::archive::{Archive, ArchiveError, Layout, Storage, message_of, unreadable};
use super::images::ImageStore;
use super::settled::settled;
use super::spool::{BlobParts, MEMORY_LIMIT, InMemoryBytes, Payload, Spool, SpoolFile, blob_of, read_pieces};
use crate::plan::{ItemId, WebText};
use crate::run::{FinishedItem, Reorder, StoredImage};
use crate::spool::{Extent, join};

/// How many parts of an archive without a file make a Blob. One Blob of the 24,000 parts of 12,000
/// images took Chromium up to 3.5 s in one go; these are made while images arrive.
const PARTS_OF_A_BLOB: u32 = 128;

/// An archive on its way.
pub struct BlobArchive<'a, W> {
    layout: Layout<'a, W>,
    images: ImageStore,
    /// Is told of images that had arrived and can't be read back, and why.
    lost: &'a dyn Fn(ItemId, String),
    outcomes: Reorder<Option<StoredImage<Payload>>>,
    held: InMemoryBytes,
    /// Of what is in the file: parts of it, and what is not.
    parts: Vec<Part>,
    /// What is in none.
    blobs: BlobParts,
}

enum Part {
    /// Neighbours in the file are one part.
    File(Vec<Extent>),
    Bytes(Uint8Array),
}

impl<'a, W: WebText> BlobArchive<'a, W> {
    /// An archive of a plan with so many items, of which these are still to come. Those of the
    /// others that are kept are in it already.
    pub fn new(
        layout: Layout<'a, W>,
        items: usize,
        to_come: &[ItemId],
        images: ImageStore,
        lost: &'a dyn Fn(ItemId, String),
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
            lost,
            outcomes,
            held: InMemoryBytes::default(),
            parts: Vec::new(),
            blobs: BlobParts::default(),
        }
    }

    /// Takes an item that has ended. Its image goes in when all before it have ended.
    pub fn take(&mut self, ended: FinishedItem<Payload>) {
        let mut image = ended.outcome.ok();
        // What has arrived found the spool open.
        let spool = self.images.spool().now();
        if let (Some(image), Some(spool)) = (&mut image, &spool) {
            self.held.take(image, spool);
            self.images.put(ended.item, image);
        }
        self.outcomes.push(ended.item, image);
        if let Some(spool) = &spool {
            self.put_due(spool);
        }
    }

    fn put_due(&mut self, spool: &Spool) {
        while let Some((item, image)) = self.outcomes.next_in_order() {
            let Some(image) = image else { continue };
            self.held.release(&image);
            let put = match spool {
                Spool::File(file) => self.put_into_file(item, &image, file),
                Spool::Blobs => Ok(self.put_into_blobs(item, &image)),
            };
            match put {
                Ok(payload) => self.images.put(item, &StoredImage { payload, ..image }),
                Err(error) => {
                    self.images.remove(item);
                    (self.lost)(item, message_of(&error));
                }
            }
        }
    }

    /// Puts an image in, behind those before it; gives where its payload is now.
    fn put_into_file(
        &mut self,
        item: ItemId,
        image: &StoredImage<Payload>,
        file: &SpoolFile,
    ) -> Result<Payload, JsValue> {
        let bytes = match &image.payload {
            Payload::Memory(bytes) => Rc::clone(bytes),
            Payload::Extents(extents) if image.bytes <= MEMORY_LIMIT => {
                let mut bytes = Vec::with_capacity(image.bytes as usize);
                for piece in read_pieces(file, extents) {
                    bytes.extend_from_slice(&piece?.to_vec());
                }
                self.images.abandon(file, extents);
                Rc::new(bytes)
            }
            payload => {
                let header = self.layout.place(item, image);
                self.parts.push(Part::Bytes(Uint8Array::from(header.as_slice())));
                self.parts.push(Part::File(payload.extents().to_vec()));
                return Ok(payload.clone());
            }
        };
        let header = self.layout.place(item, image);
        self.append(file, &header);
        let place = self.append(file, &bytes);
        Ok(place.map_or(Payload::Memory(bytes), |place| Payload::Extents(vec![place])))
    }

    /// Appends a piece to the file, where it takes it; gives the place.
    fn append(&mut self, file: &SpoolFile, piece: &[u8]) -> Option<Extent> {
        let Ok(place) = file.append(piece) else {
            self.parts.push(Part::Bytes(Uint8Array::from(piece)));
            return None;
        };
        match self.parts.last_mut() {
            Some(Part::File(extents)) => join(extents, place),
            _ => self.parts.push(Part::File(vec![place])),
        }
        Some(place)
    }

    fn put_into_blobs(&mut self, item: ItemId, image: &StoredImage<Payload>) -> Payload {
        let header = self.layout.place(item, image);
        let header = self.blobs.push(&Uint8Array::from(header.as_slice()));
        let loose = match &image.payload {
            Payload::Memory(bytes) => self.blobs.push(&Uint8Array::from(bytes.as_slice())),
            Payload::Blob(blob) => self.blobs.push(blob),
            Payload::Extents(_) => header,
        };
        if loose >= PARTS_OF_A_BLOB {
            // One that can't be made now is made with the rest.
            let _ = self.blobs.gather();
        }
        image.payload.clone()
    }

    /// Ends the archive.
    ///
    /// # Errors
    ///
    /// The browser can't read it back.
    pub async fn finish(mut self) -> Result<Archive, ArchiveError> {
        let spool = self.images.spool().get().await;
        // Where nothing came, what was there before is due only now.
        self.put_due(&spool);
        let Self { layout, images, parts, blobs, .. } = self;
        let (tail, names, size) = layout.finish();
        let blob = match tail {
            None => None,
            Some(tail) => Some(whole(&spool, parts, &blobs.all(), &tail).await.map_err(unreadable)?),
        };
        Ok(Archive { blob, names, size, protocols: Vec::new(), storage: Storage::Here(images) })
    }
}

async fn whole(spool: &Spool, parts: Vec<Part>, blobs: &Array, tail: &[u8]) -> Result<Blob, JsValue> {
    if let Spool::File(file) = spool {
        let finished = file.finish().await;
        for part in parts {
            match (part, &finished) {
                (Part::Bytes(bytes), _) => drop(blobs.push(&bytes)),
                (Part::File(extents), Ok(finished)) => {
                    for extent in extents {
                        file.parts_of(finished.as_ref(), extent, blobs)?;
                    }
                }
                // The file is gone, such as with the site's data, but not for who has it open.
                (Part::File(extents), Err(_)) => {
                    for piece in read_pieces(file, &extents) {
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
    prove(&archive, tail.len()).await?;
    Ok(archive)
}

/// Reads the archive's end back. Making a Blob never fails; reading one whose bytes the browser
/// had no room for does.
async fn prove(archive: &Blob, tail: usize) -> Result<(), JsValue> {
    let size = archive.size();
    let end = archive.slice_with_f64_and_f64(size - tail as f64, size)?;
    let bytes: ArrayBuffer = settled(end.array_buffer()).await?.unchecked_into();
    if bytes.byte_length() as usize == tail { Ok(()) } else { Err("its end is missing".into()) }
}
