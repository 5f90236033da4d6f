//! Writes a run's journal, so that the run survives its page.
//!
//! ```text
//! ImageStore ─ changes ─▶ RunJournal::write ─▶ spool: images that wait in memory, too
//! events, as they are sent ─▶              ─▶ journal: where each image is, what happened
//!                                          ─▶ space that images were moved from is released
//! ```
//!
//! In this order, so that the journal never names an image that is not there. It is written now and
//! then: a page that dies costs what it had received since the last time.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::local_run::LocalRun;
use crate::browser::spool::{ImageStore, Payload, Spool, SpoolFile};
use crate::browser::web::Clock;
use crate::job::{Job, JournalNotes};
use crate::plan::ItemId;
use crate::spool::{Extent, JournalHead, JournalWriter, KeptImage, fingerprint};

/// The shortest time between two writes, in milliseconds.
const WRITE_EVERY: u128 = 100;

/// The journal of one run.
#[derive(Debug)]
pub struct RunJournal {
    images: ImageStore,
    writer: RefCell<JournalWriter>,
    /// Where images were written that still wait in memory for their place in the archive.
    temporary: RefCell<Vec<(ItemId, Extent)>>,
    /// Whether nothing is written any more: a write has failed, or there is no file. The run continues,
    /// and what was written stays.
    is_broken: Cell<bool>,
    /// Started at the last write.
    last_write: Cell<Option<Clock>>,
}

impl RunJournal {
    /// The journal of a run that begins, if its job asks for one.
    pub fn begin(run: &LocalRun) -> Option<Self> {
        let job: &Job = &run.job();
        let JournalNotes { source, options } = job.journal.clone()?;
        let (items, fingerprint) = (job.plan.len() as u64, fingerprint(&job.plan));
        let head = JournalHead { source, options, started: job.started, items, fingerprint };
        Some(Self::new(run, JournalWriter::new(&head)))
    }

    /// The journal of a restored run, which is there already.
    pub fn of_restored(run: &LocalRun) -> Self {
        Self::new(run, JournalWriter::default())
    }

    fn new(run: &LocalRun, writer: JournalWriter) -> Self {
        let images = run.images.clone();
        images.record_changes();
        Self {
            images,
            writer: RefCell::new(writer),
            temporary: RefCell::default(),
            is_broken: Cell::new(false),
            last_write: Cell::new(None),
        }
    }

    /// Adds events, as an `EventWriter` returns them.
    pub fn push_events(&self, events: &[u8]) {
        if !self.is_broken.get() {
            self.writer.borrow_mut().push_events(events);
        }
    }

    /// Writes what has changed, unless the last write was a moment ago.
    pub fn write_if_due(&self) {
        if self.last_write.get().is_none_or(|since| since.now().as_millis() >= WRITE_EVERY) {
            self.write();
        }
    }

    /// Writes what has changed since the last write.
    pub fn write(&self) {
        if !self.is_broken.get()
            && let Some(spool) = self.images.spool().current()
        {
            let is_written = match &spool {
                Spool::File(file) => self.write_to(file).is_ok(),
                Spool::Blobs => false,
            };
            if !is_written {
                self.is_broken.set(true);
                self.writer.borrow_mut().take();
            }
        }
        self.last_write.set(Some(Clock::start()));
    }

    fn write_to(&self, file: &Rc<SpoolFile>) -> Result<(), JsValue> {
        let mut writer = self.writer.borrow_mut();
        for item in self.images.next_changed() {
            let Some(image) = self.images.get(item) else { continue };
            let extents = self.place_of(item, &image.payload, file)?;
            writer.push_image(&KeptImage { item, image: image.map_payload(|_| extents.clone()) });
        }
        file.flush()?;
        let records = writer.take();
        if !records.is_empty() {
            file.append_to_journal(&records)?;
        }
        self.images.release_abandoned(file);
        Ok(())
    }

    /// Where an image's bytes are in the file; writes them there if they are in memory.
    fn place_of(&self, item: ItemId, payload: &Payload, file: &SpoolFile) -> Result<Vec<Extent>, JsValue> {
        let mut temporary = self.temporary.borrow_mut();
        let known = temporary.iter().position(|(other, _)| *other == item);
        match (payload, known) {
            (Payload::Memory(_), Some(known)) => Ok(vec![temporary[known].1]),
            (Payload::Memory(bytes), None) => {
                let place = file.append(bytes)?;
                temporary.push((item, place));
                Ok(vec![place])
            }
            (payload, known) => {
                if let Some(known) = known {
                    let (_, place) = temporary.swap_remove(known);
                    self.images.abandon(file, &[place]);
                }
                Ok(payload.extents().to_vec())
            }
        }
    }
}
