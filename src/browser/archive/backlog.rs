//! What has arrived and is not written yet, between the task that fetches and the task that writes.

use std::cell::Cell;

use crate::browser::spool::{InMemoryBytes, Payload, Spool};
use crate::browser::web::{Notify, Queue};
use crate::run::{FinishedItem, StoredImage};

/// The most bytes that wait for a sink slower than the network before fetching waits, too.
const MAX_WAITING: u64 = 64 << 20;

/// Items that have ended, in the order in which they did.
#[derive(Debug, Default)]
pub struct Backlog {
    /// `None` marks the end.
    items: Queue<Option<FinishedItem<Payload>>>,
    bytes: Cell<u64>,
    in_memory: InMemoryBytes,
    is_writing: Cell<bool>,
    changed: Notify,
}

impl Backlog {
    /// Adds an item that has ended; `spool` is the run's, which is open once an image has arrived.
    pub fn push(&self, mut finished: FinishedItem<Payload>, spool: Option<Spool>) {
        if let (Ok(image), Some(spool)) = (&mut finished.outcome, spool) {
            self.in_memory.push(image, &spool);
            self.bytes.set(self.bytes.get() + image.facts.bytes);
        }
        self.items.push(Some(finished));
    }

    /// All items have been added.
    pub fn finish(&self) {
        self.items.push(None);
    }

    /// Waits until more may be fetched: either little is waiting to be written, or it waits for an image
    /// that is still to arrive, and not for the sink.
    pub async fn wait_for_space(&self) {
        let has_space = || self.bytes.get() < MAX_WAITING || !self.is_writing.get();
        self.changed.wait_for(|| has_space().then_some(())).await;
    }

    /// Whether nothing is waiting to be read by the task that writes.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The next item; `None` after the last.
    pub async fn next(&self) -> Option<FinishedItem<Payload>> {
        self.items.next().await
    }

    /// Removes an image that was written.
    pub fn release(&self, image: &StoredImage<Payload>) {
        self.in_memory.release(image);
        self.bytes.set(self.bytes.get() - image.facts.bytes);
        self.changed.notify();
    }

    /// Records whether the sink is being written to; otherwise it waits for images.
    pub fn set_writing(&self, is_writing: bool) {
        self.is_writing.set(is_writing);
        self.changed.notify();
    }
}
