//! What the worker notes of the page's runs, for the page after this one. The package's leave none.

use std::cell::{Cell, RefCell};

use wasm_bindgen_futures::spawn_local;

use super::super::archive::ArchiveError;
use super::super::attended;
use super::super::clock::Clock;
use super::super::collect::Job;
use super::super::journaling::Journaling;
use super::super::resume::restore;
use super::super::spool::Spool;
use super::serve::Service;
use crate::plan::ItemId;
use crate::run::Event;
use crate::spool::{JournalHead, fingerprint};

/// How often the journal is written, in milliseconds.
const WRITE_EVERY: u128 = 100;

/// The journal of a run, if it has one.
#[derive(Debug, Default)]
pub struct Notes {
    journaling: RefCell<Option<Journaling>>,
    /// When it was written last, by a clock of its own.
    written: Cell<Option<Clock>>,
}

impl Notes {
    /// Takes in what happened.
    pub fn take(&self, events: &[u8]) {
        if let Some(journaling) = &*self.journaling.borrow() {
            journaling.take(events);
        }
    }

    /// Writes what has arrived, if it was not written for a while.
    pub fn write_if_due(&self) {
        if self.written.get().is_none_or(|since| since.now().as_millis() >= WRITE_EVERY) {
            self.write();
        }
    }

    /// Writes what has arrived.
    pub fn write(&self) {
        if let Some(journaling) = &*self.journaling.borrow() {
            journaling.write();
            self.written.set(Some(Clock::start()));
        }
    }
}

impl Service {
    /// Begins the notes of a run; of one that goes on, gives the items that are still to be fetched.
    pub async fn prepare_notes(
        &self,
        job: &Job<'_>,
        emit: &dyn Fn(Event),
    ) -> Result<Option<Vec<ItemId>>, ArchiveError> {
        let images = || self.images.clone();
        if let Some(name) = &job.attended.resumes {
            let items = restore(job, name, &self.images, emit).await?;
            // What is in the journal already is only told to the page.
            self.send();
            self.notes.journaling.replace(Some(Journaling::resume(images())));
            return Ok(Some(items));
        }
        if let Some(attended::Notes { source, options }) = job.attended.journal.clone() {
            let (items, started) = (job.plan.len() as u64, job.clock.epoch());
            let head = JournalHead { source, options, started, items, fingerprint: fingerprint(job.plan) };
            self.notes.journaling.replace(Some(Journaling::begin(images(), &head)));
        }
        Ok(None)
    }

    /// The page's user has the archive.
    pub fn end_notes(&self) {
        self.notes.journaling.take();
        if let Some(Spool::File(file)) = self.images.spool().now() {
            spawn_local(async move { file.end_journal().await });
        }
    }
}
