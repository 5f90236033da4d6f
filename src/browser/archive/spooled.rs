//! The entries in the spool's file, which becomes the archive.
//!
//! ```text
//! all are there ─▶ spool::arrange ─▶ few payloads move ─▶ headers ─▶ directory ─▶ the file is the archive
//! all in memory ─▶ the staged bytes and the directory, without a file
//! the disk is full, or the file is gone ─▶ headers and slices, or copies, as parts of a Blob
//! ```

use std::rc::Rc;

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use web_sys::File;

use crate::browser::spool::{BlobParts, ImageStore, Payload, SpoolFile, blob_of, slice};
use crate::browser::web::Yielder;
use crate::plan::ItemId;
use crate::spool::{HeaderPlace, Place, Unarranged, arrange};
use crate::zip::{Entry, Framing, local_header};

/// Entries in the spool's file.
#[derive(Default)]
pub struct SpooledEntries(Vec<SpooledEntry>);

struct SpooledEntry {
    item: ItemId,
    entry: Entry,
    place: Place,
    /// Whether the space before the payload is its header.
    has_header: bool,
}

/// What the entries have become.
#[derive(Default)]
pub struct Finished {
    /// The archive, if it is one file.
    pub whole: Option<File>,
    /// Otherwise the parts of the archive that are in the spool or were, up to the directory.
    pub parts: BlobParts,
    /// The size of the file or the parts, in bytes.
    pub size: u64,
}

impl SpooledEntries {
    /// Adds an entry with space for its header.
    pub fn push(&mut self, item: ItemId, entry: Entry, place: Place) {
        self.0.push(SpooledEntry { item, entry, place, has_header: false });
    }

    /// Adds an entry behind its header.
    pub fn push_with_header(&mut self, item: ItemId, entry: Entry, place: Place) {
        self.0.push(SpooledEntry { item, entry, place, has_header: true });
    }

    /// Makes the archive of the entries, or the beginning of one: with `is_all` the directory follows
    /// them. Adds them to the directory.
    ///
    /// # Errors
    ///
    /// Fails if the bytes of an entry can't be read any more.
    pub async fn finish(
        mut self,
        file: &Rc<SpoolFile>,
        images: &ImageStore,
        framing: &mut Framing,
        is_all: bool,
    ) -> Result<Finished, JsValue> {
        if self.0.is_empty() {
            file.remove_unused().await;
            return Ok(Finished::default());
        }
        if is_all
            && self.can_stay_in_memory(file)
            && let Some(staged) = self.staged(file, framing)
        {
            file.remove_unused().await;
            return Ok(staged);
        }
        match self.arranged(file, images, framing, is_all).await {
            Ok(finished) => Ok(finished),
            Err(_) => self.in_pieces(file, framing).await,
        }
    }

    /// Whether all entries are in memory, and nothing needs them on the disk.
    pub fn can_stay_in_memory(&self, file: &SpoolFile) -> bool {
        !file.is_on_disk() && !file.has_journal()
    }

    /// Takes out the entries that are not on the disk yet.
    pub fn take_staged(&mut self, file: &SpoolFile) -> Vec<(ItemId, Entry, Place)> {
        let taken = self.0.extract_if(.., |entry| file.is_staged(entry.place.payload));
        taken.map(|SpooledEntry { item, entry, place, .. }| (item, entry, place)).collect()
    }

    /// The archive of entries that are all in memory; `None` if they must be moved.
    fn staged(&self, file: &SpoolFile, framing: &mut Framing) -> Option<Finished> {
        let arrangement = arrange(&self.unarranged());
        if !arrangement.moves.is_empty() {
            return None;
        }
        for header in &arrangement.headers {
            self.write_header(header, file).ok()?;
        }
        let bytes = file.staged(arrangement.end)?;
        self.add_to(framing, &arrangement.headers);
        let parts = BlobParts::default();
        parts.push(&bytes);
        Some(Finished { whole: None, parts, size: arrangement.end })
    }

    /// The file as the archive, or as its beginning.
    async fn arranged(
        &mut self,
        file: &Rc<SpoolFile>,
        images: &ImageStore,
        framing: &mut Framing,
        is_all: bool,
    ) -> Result<Finished, JsValue> {
        file.flush()?;
        let mut yielder = Yielder::default();
        let arrangement = arrange(&self.unarranged());
        for step in &arrangement.moves {
            file.copy(step.from, step.to)?;
            let moved = &mut self.0[step.entry];
            moved.place.payload.offset = step.to;
            // Until its header is written.
            moved.place.header_space = 0;
            moved.has_header = false;
            yielder.maybe_yield().await;
        }
        for header in &arrangement.headers {
            self.write_header(header, file)?;
            let SpooledEntry { item, place, has_header, .. } = &mut self.0[header.entry];
            *has_header = true;
            let header_space = place.payload.offset - header.offset;
            if place.header_space != header_space {
                place.header_space = header_space;
                images.set_payload(*item, Payload::File { file: Rc::clone(file), place: *place });
            }
            yielder.maybe_yield().await;
        }
        let mut directory = Framing::default();
        self.add_to(&mut directory, &arrangement.headers);
        let end = arrangement.end;
        let tail = if is_all { directory.finish(end) } else { Vec::new() };
        // If the disk has no space for the directory, it stays in memory.
        let is_whole = is_all && file.write_bytes(&tail, end).is_ok();
        let size = if is_whole { end + tail.len() as u64 } else { end };
        let finished = file.finish(size).await?;
        *framing = directory;
        if is_whole {
            return Ok(Finished { whole: Some(finished), parts: BlobParts::default(), size });
        }
        let parts = BlobParts::default();
        parts.push(&finished);
        Ok(Finished { whole: None, parts, size })
    }

    /// Headers and payloads as parts of a Blob, since the file can't be arranged.
    async fn in_pieces(&self, file: &SpoolFile, framing: &mut Framing) -> Result<Finished, JsValue> {
        // If the file was removed, such as with the site's data, its open handle still reads.
        let readable = match file.finished().await {
            Some(finished) => Some(finished),
            None => file.finish_as_it_is().await.ok(),
        };
        let (mut parts, mut size) = (BlobParts::default(), 0);
        for SpooledEntry { item, entry, place, .. } in &self.0 {
            let header = local_header(entry, 0);
            framing.push(*item, entry.clone(), size);
            size += header.len() as u64 + entry.size;
            parts.push(&Uint8Array::from(header.as_slice()));
            match &readable {
                Some(readable) => {
                    let slice = slice(readable, place.payload)?;
                    parts.push(&slice);
                }
                None => {
                    for piece in file.read_pieces(place.payload) {
                        let piece = blob_of(&piece?)?;
                        parts.push(&piece);
                    }
                    parts.gather()?;
                }
            }
        }
        Ok(Finished { whole: None, parts, size })
    }

    fn unarranged(&self) -> Vec<Unarranged> {
        let entries = self.0.iter();
        let unarranged = entries.map(|SpooledEntry { entry, place, .. }| Unarranged {
            payload: place.payload,
            header: local_header(entry, 0).len() as u64,
        });
        unarranged.collect()
    }

    /// Writes a header, unless it is there already.
    fn write_header(&self, header: &HeaderPlace, file: &SpoolFile) -> Result<(), JsValue> {
        let SpooledEntry { entry, place, has_header, .. } = &self.0[header.entry];
        if *has_header && place.reserved().offset == header.offset {
            return Ok(());
        }
        file.write_bytes(&local_header(entry, header.padding), header.offset)
    }

    fn add_to(&self, framing: &mut Framing, headers: &[HeaderPlace]) {
        for HeaderPlace { entry, offset, .. } in headers {
            let SpooledEntry { item, entry, .. } = &self.0[*entry];
            framing.push(*item, entry.clone(), *offset);
        }
    }
}
