//! The archive as one Blob, made while its images arrive.
//!
//! ```text
//! small images ─▶ appended to the spool's file, headers and all
//! large images ─▶ are in the file, behind space for their headers
//! all are there ─▶ SpooledEntries: the file becomes the archive ─▶ a Blob of that one file
//! without a file, or if its disk is full ─▶ what is not in the file follows as further parts of the Blob
//! ```
//!
//! A Blob of one file survives whatever happens to the page while the browser saves it; a Blob of several
//! parts does not (docs/decisions.md).

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag};

use super::spooled::{Finished, SpooledEntries};
use super::{Archive, Layout, Removal, Verdicts};
use crate::browser::error::because;
use crate::browser::spool::{BlobParts, ImageStore, InMemoryBytes, Payload, Spool, SpoolFile, blob_of};
use crate::browser::web::{js_message, promise};
use crate::job::{ArchiveError, ArchiveErrorKind, ArchivePlace};
use crate::plan::{ItemId, LeftOut, WebText};
use crate::report::Rows;
use crate::run::{FinishedItem, Reorder, StoredImage};
use crate::zip::{Entry, Framing, local_header};

/// The loose parts that are gathered into a Blob, for an archive without a file. One Blob of the 24,000
/// parts of 12,000 images took Chromium up to 3.5 s in one go; these are made while images arrive.
pub const GATHERED_PARTS: u32 = 128;

/// An archive that is being made.
pub struct BlobArchive<'a, W> {
    layout: Layout<'a, W>,
    images: ImageStore,
    /// Called for each image that had arrived and is no entry.
    on_removed: &'a dyn Fn(ItemId, Removal),
    /// What the caller decides of each image, and the items that wait for that.
    verdicts: Option<&'a Verdicts>,
    undecided: Vec<ItemId>,
    /// Whether each item that has ended is in the archive.
    outcomes: Reorder<bool>,
    in_memory: InMemoryBytes,
    spooled: SpooledEntries,
    others: OtherEntries,
}

impl<'a, W: WebText> BlobArchive<'a, W> {
    /// An archive of a plan with `items` items, of which those in `to_come` are still to arrive. Stored
    /// images of the others are in it from the start.
    pub fn new(
        layout: Layout<'a, W>,
        items: usize,
        to_come: &[ItemId],
        images: ImageStore,
        on_removed: &'a dyn Fn(ItemId, Removal),
    ) -> Self {
        let mut outcomes = Reorder::new(items);
        let mut to_come = to_come.iter().copied().peekable();
        for item in 0..items {
            if to_come.next_if_eq(&item).is_none() {
                outcomes.push(item, images.get(item).is_some());
            }
        }
        let in_memory = InMemoryBytes::default();
        let (spooled, others) = <(SpooledEntries, OtherEntries)>::default();
        let (verdicts, undecided) = (None, Vec::new());
        Self { layout, images, on_removed, verdicts, undecided, outcomes, in_memory, spooled, others }
    }

    /// Adds only images that the caller keeps.
    pub fn with_verdicts(self, verdicts: Option<&'a Verdicts>) -> Self {
        Self { verdicts, ..self }
    }

    /// Adds an item that has ended. Its image is named when all items before it have ended.
    pub fn push(&mut self, finished: FinishedItem<Payload>) {
        let mut image = finished.outcome.ok();
        // Once an image has arrived, the spool is open.
        let spool = self.images.spool().current();
        if let (Some(image), Some(spool)) = (&mut image, &spool) {
            self.in_memory.push(image, spool);
            self.images.insert(finished.item, image);
        }
        if image.is_some() && self.verdicts.is_some() {
            self.undecided.push(finished.item);
            self.take_verdicts();
        } else {
            self.outcomes.push(finished.item, image.is_some());
        }
        if let Some(spool) = &spool {
            self.place_due(spool);
        }
    }

    /// Removes the images that the caller does not keep.
    fn take_verdicts(&mut self) {
        let Some(verdicts) = self.verdicts else { return };
        for item in std::mem::take(&mut self.undecided) {
            match verdicts.of(item) {
                None => self.undecided.push(item),
                Some(is_kept) => {
                    if !is_kept {
                        self.images.get(item).iter().for_each(|image| self.in_memory.release(image));
                        self.images.remove(item);
                        (self.on_removed)(item, Removal::LeftOut(LeftOut::Filter));
                    }
                    self.outcomes.push(item, is_kept);
                }
            }
        }
    }

    fn place_due(&mut self, spool: &Spool) {
        while let Some((item, is_stored)) = self.outcomes.next_in_order() {
            // The journal may have moved it into the file meanwhile.
            let Some(image) = self.images.get(item).filter(|_| is_stored) else { continue };
            self.in_memory.release(&image);
            let placed = match self.layout.entry(item, &image) {
                Ok(entry) => {
                    self.place(item, entry, &image, spool).map_err(|error| js_message(&error).into())
                }
                Err(reason) => Err(Removal::LeftOut(reason)),
            };
            if let Err(removal) = placed {
                self.images.remove(item);
                (self.on_removed)(item, removal);
            }
        }
    }

    fn place(
        &mut self,
        item: ItemId,
        entry: Entry,
        image: &StoredImage<Payload>,
        spool: &Spool,
    ) -> Result<(), JsValue> {
        match (&image.payload, spool) {
            (Payload::Memory(bytes), Spool::File(file)) => self.append(item, entry, bytes, file),
            (Payload::File { place, .. }, _) => {
                self.spooled.push(item, entry, *place);
                Ok(())
            }
            (Payload::Blob(blob), Spool::File(_)) => {
                self.others.to_copy.push((item, entry, blob.clone()));
                Ok(())
            }
            (Payload::Blob(blob), Spool::Blobs) => self.others.push(item, entry, blob),
            (Payload::Memory(bytes), Spool::Blobs) => {
                self.others.push(item, entry, &Uint8Array::from(bytes.as_slice()))
            }
        }
    }

    /// Adds a file that is no image.
    fn place_file(
        &mut self,
        item: ItemId,
        entry: Entry,
        content: &[u8],
        spool: &Spool,
    ) -> Result<(), JsValue> {
        match spool {
            Spool::File(file) => self.append(item, entry, content, file),
            Spool::Blobs => self.others.push(item, entry, &Uint8Array::from(content)),
        }
    }

    /// Appends a small image to the file; if its disk is full, the image becomes a Blob.
    fn append(
        &mut self,
        item: ItemId,
        entry: Entry,
        bytes: &[u8],
        file: &Rc<SpoolFile>,
    ) -> Result<(), JsValue> {
        let payload = if let Ok(place) = file.append(&|padding| local_header(&entry, padding), bytes) {
            self.spooled.push_with_header(item, entry, place);
            Payload::File { file: Rc::clone(file), place }
        } else {
            let blob = file.overflow(bytes)?;
            self.others.push(item, entry, &blob)?;
            Payload::Blob(blob)
        };
        self.images.set_payload(item, payload);
        Ok(())
    }

    /// Completes the archive; `rows` is for its record. Also returns where its entries are in it: their keys
    /// are the items, and those behind the plan's are the record.
    ///
    /// # Errors
    ///
    /// Fails if the browser can't read it back.
    pub async fn finish(mut self, rows: &RefCell<Rows>) -> Result<(Archive, Framing), ArchiveError> {
        let spool = self.images.spool().get().await;
        if let Some(verdicts) = self.verdicts {
            for item in self.undecided.clone() {
                verdicts.decided(item).await;
            }
            self.take_verdicts();
        }
        // If nothing arrived, the images that were stored before are due only now.
        self.place_due(&spool);
        let record = self.layout.record(&rows.borrow());
        for (item, entry, content) in record {
            self.place_file(item, entry, &content, &spool).map_err(because(ArchiveErrorKind::Unreadable))?;
        }
        let Self { layout, images, mut spooled, mut others, .. } = self;
        let unreadable = because(ArchiveErrorKind::Unreadable);
        if let Spool::File(file) = &spool {
            others.copy_into(file, &mut spooled, &images).await.map_err(&unreadable)?;
            others.take_unwritten(file, &mut spooled, &images).map_err(&unreadable)?;
        }
        if others.entries.is_empty() {
            images.release_previous();
        }
        let mut framing = Framing::default();
        let finished = match &spool {
            Spool::File(file) => {
                let is_all = others.entries.is_empty();
                spooled.finish(file, &images, &mut framing, is_all).await.map_err(&unreadable)?
            }
            Spool::Blobs => Finished::default(),
        };
        if let Some(file) = finished.whole {
            let blob = blob_of_parts(&Array::of1(&file)).map_err(&unreadable)?;
            let summary = layout.finish(finished.size, ArchivePlace::OneFile);
            return Ok((Archive { blob: Some(blob), summary }, framing));
        }
        let place = match &spool {
            Spool::File(_) if others.entries.is_empty() => ArchivePlace::Memory,
            _ => ArchivePlace::Blobs,
        };
        let size = finished.size + others.size;
        others.add_to(&mut framing, finished.size);
        if framing.entries() == 0 {
            return Ok((Archive { blob: None, summary: layout.finish(0, place) }, framing));
        }
        let tail = framing.finish(size);
        let parts = finished.parts.all().concat(&others.parts.all());
        parts.push(&Uint8Array::from(tail.as_slice()));
        let blob = blob_of_parts(&parts).map_err(&unreadable)?;
        check_end(&blob, tail.len()).await.map_err(&unreadable)?;
        let summary = layout.finish(size + tail.len() as u64, place);
        Ok((Archive { blob: Some(blob), summary }, framing))
    }
}

/// Entries that are not in the spool's file.
#[derive(Default)]
struct OtherEntries {
    entries: Vec<(ItemId, Entry, u64)>,
    /// Their headers and payloads, in the order of the entries.
    parts: BlobParts,
    size: u64,
    /// Blobs that become part of the file when all images are there, if its disk has space for them.
    to_copy: Vec<(ItemId, Entry, Blob)>,
}

impl OtherEntries {
    /// Adds an entry, whose payload is a Blob or an array.
    fn push(&mut self, item: ItemId, entry: Entry, payload: &JsValue) -> Result<(), JsValue> {
        let header = local_header(&entry, 0);
        let offset = self.size;
        self.size += header.len() as u64 + entry.size;
        self.entries.push((item, entry, offset));
        self.parts.push(&Uint8Array::from(header.as_slice()));
        if self.parts.push(payload) >= GATHERED_PARTS {
            // Parts that can't be gathered now are gathered with the next ones.
            let _ = self.parts.gather();
        }
        Ok(())
    }

    /// Copies Blobs into the file, until its disk is full.
    async fn copy_into(
        &mut self,
        file: &Rc<SpoolFile>,
        spooled: &mut SpooledEntries,
        images: &ImageStore,
    ) -> Result<(), JsValue> {
        let mut is_full = false;
        for (item, entry, blob) in std::mem::take(&mut self.to_copy) {
            let place = if is_full { None } else { file.copy_from(&blob).await? };
            match place {
                Some(place) => {
                    images.set_payload(item, Payload::File { file: Rc::clone(file), place });
                    spooled.push(item, entry, place);
                }
                None => {
                    is_full = true;
                    self.push(item, entry, &blob)?;
                }
            }
        }
        Ok(())
    }

    /// Takes the entries that are still staged, since the disk has no space for them.
    fn take_unwritten(
        &mut self,
        file: &SpoolFile,
        spooled: &mut SpooledEntries,
        images: &ImageStore,
    ) -> Result<(), JsValue> {
        if spooled.can_stay_in_memory(file) || file.flush().is_ok() {
            return Ok(());
        }
        for (item, entry, place) in spooled.take_staged(file) {
            let blob = blob_of(&file.read(place.payload)?)?;
            images.set_payload(item, Payload::Blob(blob.clone()));
            self.push(item, entry, &blob)?;
        }
        file.discard_staged();
        Ok(())
    }

    /// Adds the entries to the directory; `offset` is where the first one begins in the archive.
    fn add_to(&self, framing: &mut Framing, offset: u64) {
        for (item, entry, relative) in &self.entries {
            framing.push(*item, entry.clone(), offset + relative);
        }
    }
}

/// An archive of these parts.
///
/// # Errors
///
/// Fails if the browser can't make a Blob.
pub fn blob_of_parts(parts: &Array) -> Result<Blob, JsValue> {
    let properties = BlobPropertyBag::new();
    properties.set_type("application/zip");
    Blob::new_with_blob_sequence_and_options(parts, &properties)
}

/// Reads the archive's end back. Making a Blob never fails; reading one that the browser had no space
/// for does.
///
/// # Errors
///
/// Fails if the browser can't read it.
pub async fn check_end(archive: &Blob, tail: usize) -> Result<(), JsValue> {
    let size = archive.size();
    let end = archive.slice_with_f64_and_f64(size - tail as f64, size)?;
    let bytes: ArrayBuffer = promise(end.array_buffer()).await?.unchecked_into();
    if bytes.byte_length() as usize == tail { Ok(()) } else { Err("its end is missing".into()) }
}
