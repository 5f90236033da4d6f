//! Writes a run's journal, so that the run survives its page.
//!
//! ```text
//! ImageStore ─ changes ─▶ RunJournal::write ─▶ spool: images that wait in memory, too
//! events, as they are sent ─▶              ─▶ journal: where each image is, what happened
//! ```
//!
//! In this order, so that the journal never names an image that is not there. It is written now and
//! then: a page that dies costs what it had received since the last time.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::local_run::LocalRun;
use crate::browser::spool::{ImageStore, Payload, Spool, SpoolFile, file_with_header_space};
use crate::browser::web::Clock;
use crate::job::{Job, JournalNotes};
use crate::spool::{JournalHead, JournalWriter, KeptImage, fingerprint};

/// The shortest time between two writes, in milliseconds.
const WRITE_EVERY: u128 = 100;

/// The journal of one run.
#[derive(Debug)]
pub struct RunJournal {
    images: ImageStore,
    writer: RefCell<JournalWriter>,
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

    /// Records that the spool's first `size` bytes are the archive of all images, or with 0 that they are
    /// not any more.
    pub fn push_archive(&self, size: u64) {
        if !self.is_broken.get() {
            self.writer.borrow_mut().push_archive(size);
        }
    }

    fn write_to(&self, file: &Rc<SpoolFile>) -> Result<(), JsValue> {
        let mut writer = self.writer.borrow_mut();
        for item in self.images.next_changed() {
            let Some(mut image) = self.images.get(item) else { continue };
            if let Payload::Memory(bytes) = &image.payload {
                image.payload = file_with_header_space(file, bytes)?;
                self.images.set_payload(item, image.payload.clone());
            }
            // Those that the disk had no space for are lost with the page.
            if let Some(place) = image.payload.place() {
                writer.push_image(&KeptImage { item, image: image.map_payload(|_| place) });
            }
        }
        // Those that were moved just now are recorded.
        drop(self.images.next_changed());
        file.flush()?;
        let records = writer.take();
        if !records.is_empty() {
            file.append_to_journal(&records)?;
        }
        Ok(())
    }
}
