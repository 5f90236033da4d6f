//! Continues the transfer of a large image where it broke off.
//!
//! `Range: bytes=N-` needs no preflight. But a page may not read Content-Range of another origin, nor ask for a part
//! of exactly the file that it has (`If-Range`). So an answer is believed only if its length is what is missing, its
//! Last-Modified is that of the first answer, and it begins with the latest bytes that had arrived.

use std::cell::RefCell;

use js_sys::Uint8Array;

use super::reception::Reception;
use crate::browser::spool::{Payload, ScratchBuffer};
use crate::browser::web::StreamReader;
use crate::plan::ItemId;
use crate::run::{FetchError, StoredImage};

/// Images of which less has arrived begin anew.
const LEAST: u64 = 256 << 10;

/// Requests without an answer after which the image begins anew: the host may refuse any `Range`.
const MOST_FAILURES: u8 = 2;

/// An image of which a part has arrived.
#[derive(Debug)]
pub struct Part {
    reception: Reception,
    /// The address that it came from.
    href: String,
    /// The length of the whole image, in bytes.
    total: u64,
    /// The answer's Last-Modified.
    modified: Option<String>,
    /// Consecutive requests for the rest that were not answered.
    failures: u8,
}

/// The answer to a request for the rest.
#[derive(Debug)]
pub struct RestAnswer {
    /// The status code.
    pub status: u16,
    /// Content-Length, in bytes.
    pub declared: Option<u64>,
    /// Last-Modified.
    pub modified: Option<String>,
    /// Content-Range, where it may be read.
    pub range: Option<String>,
}

/// What follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// The rest follows.
    Rest,
    /// The whole image follows.
    Whole,
    /// It failed for another reason.
    Failed,
    /// It is of no use, and the whole image has to be requested.
    None,
}

impl Part {
    /// The first byte that is asked for.
    pub fn start(&self) -> u64 {
        self.reception.bytes() - self.reception.latest().len() as u64
    }

    /// The bytes that have arrived.
    pub fn received(&self) -> u64 {
        self.reception.bytes()
    }

    /// The length of the whole image, in bytes.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Judges the answer to a request for the rest.
    pub fn fit(&self, answer: &RestAnswer) -> Fit {
        match answer.status {
            200 => return Fit::Whole,
            206 => {}
            416 => return Fit::None,
            _ => return Fit::Failed,
        }
        let missing = self.total - self.start();
        let is_placed = |range: &str| {
            let (first, total) = range.split_once('-').unwrap_or_default();
            let first = first.strip_prefix("bytes ").and_then(|first| first.parse().ok());
            let total = total.split_once('/').and_then(|(_, total)| total.parse().ok());
            (first, total) == (Some(self.start()), Some(self.total))
        };
        let fits = answer.declared == Some(missing)
            && answer.modified == self.modified
            && answer.range.as_deref().is_none_or(is_placed);
        if fits { Fit::Rest } else { Fit::None }
    }
}

/// The parts of a run that wait for another attempt.
#[derive(Debug, Default)]
pub struct Parts(RefCell<Vec<(ItemId, Part)>>);

impl Parts {
    /// Takes out the part of an item that came from this address.
    pub fn take(&self, item: ItemId, href: &str) -> Option<Part> {
        let mut parts = self.0.borrow_mut();
        let place = parts.iter().position(|(other, _)| *other == item)?;
        Some(parts.swap_remove(place).1).filter(|part| part.href == href)
    }

    /// Drops the part of an item, and with it the space that it takes.
    pub fn remove(&self, item: ItemId) {
        self.0.borrow_mut().retain(|(other, _)| *other != item);
    }

    fn keep(&self, item: ItemId, mut part: Part) {
        let Part { reception, total, .. } = &mut part;
        let is_worth_it = (LEAST..*total).contains(&reception.bytes());
        if is_worth_it && part.failures < MOST_FAILURES && part.reception.pause().is_ok() {
            self.remove(item);
            self.0.borrow_mut().push((item, part));
        }
    }
}

/// An image that arrives in one attempt. What has arrived when this is dropped waits for the next attempt.
pub struct Arrival<'a> {
    parts: &'a Parts,
    item: ItemId,
    href: &'a str,
    part: Option<Part>,
    /// The bytes that must come again, of those in the part.
    overlap: Vec<u8>,
}

impl<'a> Arrival<'a> {
    /// An attempt at an item, with what has arrived of it before, unless all of it is asked for.
    pub fn new(parts: &'a Parts, item: ItemId, href: &'a str, part: Option<Part>) -> Self {
        Self { parts, item, href, part, overlap: Vec::new() }
    }

    /// What has arrived before.
    pub fn part(&self) -> Option<&Part> {
        self.part.as_ref()
    }

    /// Records that a request for the rest has failed without an answer.
    pub fn record_failure(&mut self) {
        self.part.iter_mut().for_each(|part| part.failures += 1);
    }

    /// Drops what has arrived.
    pub fn clear(&mut self) {
        self.part = None;
    }

    /// Expects the rest, which begins with the latest bytes once more.
    pub fn expect_rest(&mut self) {
        if let Some(part) = &mut self.part {
            part.failures = 0;
            self.overlap = part.reception.latest().to_vec();
        }
    }

    /// Expects a whole image.
    pub fn begin(&mut self, reception: Reception, declared: Option<u64>, modified: Option<String>) {
        let href = self.href.to_owned();
        // Without a length, nothing would show that an answer is the rest of the same file.
        let total = declared.unwrap_or(0);
        self.part = Some(Part { reception, href, total, modified, failures: 0 });
    }

    /// The bytes that have arrived.
    pub fn received(&self) -> u64 {
        self.part.as_ref().map_or(0, Part::received)
    }

    /// The next chunk of a body, once there is room for one.
    ///
    /// # Errors
    ///
    /// `Interrupted` if the body breaks.
    pub async fn next_of(&self, body: &mut StreamReader) -> Result<Option<Uint8Array>, FetchError> {
        let next = match &self.part {
            Some(part) => part.reception.next_of(body).await,
            None => body.next().await,
        };
        next.map_err(|_| FetchError::Interrupted { received: self.received() })
    }

    /// Stores the next chunk.
    ///
    /// # Errors
    ///
    /// As [`Reception::push`].
    pub fn push(&mut self, chunk: &Uint8Array, scratch: &mut ScratchBuffer) -> Result<(), FetchError> {
        self.part.as_mut().map_or(Ok(()), |part| part.reception.push(chunk, scratch))
    }

    /// Compares the beginning of a chunk with what must come again. Returns the rest of the chunk, which is new;
    /// `None` if something else has come.
    pub fn without_overlap(&mut self, chunk: Uint8Array) -> Option<Uint8Array> {
        if self.overlap.is_empty() {
            return Some(chunk);
        }
        let again = chunk.length().min(self.overlap.len() as u32);
        let expected: Vec<u8> = self.overlap.drain(..again as usize).collect();
        let is_same = chunk.subarray(0, again).to_vec() == expected;
        is_same.then(|| chunk.subarray(again, chunk.length()))
    }

    /// Completes the image, all of which has arrived.
    ///
    /// # Errors
    ///
    /// As [`Reception::finish`].
    pub async fn finish(
        &mut self,
        modified: Option<i64>,
        final_url: Option<Box<str>>,
    ) -> Result<StoredImage<Payload>, FetchError> {
        let part = self.part.take().ok_or(FetchError::Empty)?;
        part.reception.finish(modified, final_url).await
    }
}

impl Drop for Arrival<'_> {
    fn drop(&mut self) {
        if let Some(part) = self.part.take() {
            self.parts.keep(self.item, part);
        }
    }
}
