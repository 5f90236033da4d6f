//! Notes in a run's journal what has arrived, so that the run survives its page.
//!
//! ```text
//! ImageStore ─ what changed ─▶ Journaling::write ─▶ spool: images that wait in memory, too
//! events, as they are sent ──▶                   ─▶ journal: where each image is, what happened
//!                                                ─▶ room that images were moved from is free
//! ```
//!
//! In this order, so that nothing is believed that is not there. It is done now and then: a page
//! that dies costs what it had received since the last time.

use std::cell::{Cell, RefCell};

use wasm_bindgen::prelude::*;

use super::images::ImageStore;
use super::spool::{Payload, Spool, SpoolFile};
use crate::plan::ItemId;
use crate::spool::{Extent, JournalHead, JournalWriter, KeptImage};

/// A journal that is being written.
#[derive(Debug)]
pub struct Journaling {
    images: ImageStore,
    writer: RefCell<JournalWriter>,
    /// Where images were written that still wait in memory for their place in the archive.
    meanwhile: RefCell<Vec<(ItemId, Extent)>>,
    /// Whether a write failed. The run goes on, and what was noted stays.
    is_broken: Cell<bool>,
}

impl Journaling {
    /// A journal of a run that begins.
    pub fn begin(images: ImageStore, head: &JournalHead) -> Self {
        Self::of(images, JournalWriter::new(head))
    }

    /// A journal that is there and goes on.
    pub fn resume(images: ImageStore) -> Self {
        Self::of(images, JournalWriter::default())
    }

    fn of(images: ImageStore, writer: JournalWriter) -> Self {
        images.watch();
        let (meanwhile, is_broken) = <(RefCell<_>, Cell<_>)>::default();
        Self { images, writer: RefCell::new(writer), meanwhile, is_broken }
    }

    /// Takes in what happened, as an `EventWriter` gives it.
    pub fn take(&self, events: &[u8]) {
        if !self.is_broken.get() {
            self.writer.borrow_mut().push_events(events);
        }
    }

    /// Writes what has changed since the last time.
    pub fn write(&self) {
        if let Some(Spool::File(file)) = self.images.spool().now()
            && !self.is_broken.get()
            && self.write_to(&file).is_err()
        {
            self.is_broken.set(true);
            self.writer.take();
        }
    }

    fn write_to(&self, file: &SpoolFile) -> Result<(), JsValue> {
        let mut writer = self.writer.borrow_mut();
        for item in self.images.changed() {
            let Some(image) = self.images.get(item) else { continue };
            let extents = self.place_of(item, &image.payload, file)?;
            writer.push_image(&KeptImage { item, image: image.map_payload(|_| extents) });
        }
        file.settle()?;
        let records = writer.take();
        if !records.is_empty() {
            file.append_to_journal(&records)?;
        }
        self.images.release_abandoned(file);
        Ok(())
    }

    /// Where an image's bytes are in the file; puts them there if they are not.
    fn place_of(&self, item: ItemId, payload: &Payload, file: &SpoolFile) -> Result<Vec<Extent>, JsValue> {
        let mut meanwhile = self.meanwhile.borrow_mut();
        let known = meanwhile.iter().position(|(other, _)| *other == item);
        match (payload, known) {
            (Payload::Memory(_), Some(known)) => Ok(vec![meanwhile[known].1]),
            (Payload::Memory(bytes), None) => {
                let place = file.append(bytes)?;
                meanwhile.push((item, place));
                Ok(vec![place])
            }
            (payload, known) => {
                if let Some(known) = known {
                    let (_, place) = meanwhile.swap_remove(known);
                    self.images.abandon(file, &[place]);
                }
                Ok(payload.extents().to_vec())
            }
        }
    }
}
