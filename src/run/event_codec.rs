//! Events as bytes: what the worker that fetches sends to the page, and what a journal keeps.
//!
//! ```text
//! tag u8 · item u64 · at u64 (nanoseconds) · fields, by the tag          all little-endian
//! ```
//!
//! Both ends of the port are the same build, so messages have no version; the journal has one of its
//! own. Reading stops at the first event that can't be decoded.

use std::time::Duration;

use super::event::{Event, EventKind};
use super::fetch_error::FetchError;
use super::quota::Quota;
use crate::bytes::{ByteReader, PutBytes};
use crate::image::{ImageFacts, NotAnImage};
use crate::plan::{AddressError, ItemId, LeftOut, Plan};

const QUEUED: u8 = 0;
const STARTED: u8 = 1;
const HEADERS: u8 = 2;
const RECEIVED: u8 = 3;
const RETRYING: u8 = 4;
const STORED: u8 = 5;
const FAILED: u8 = 6;
const COOLING_DOWN: u8 = 7;
const LEFT_OUT: u8 = 8;
const SLOW: u8 = 9;
const SENT: u8 = 10;

const ADDRESS: u8 = 0;
const HTTP: u8 = 1;
const NETWORK: u8 = 2;
const INTERRUPTED: u8 = 3;
const TIMEOUT: u8 = 4;
const EMPTY: u8 = 5;
const NOT_AN_IMAGE: u8 = 6;
const STORAGE: u8 = 7;
const HOST_REFUSES: u8 = 8;
const TRUNCATED: u8 = 9;
const STOPPED: u8 = 10;
const TOO_LARGE: u8 = 11;
const OVER_TOTAL: u8 = 12;
const TOO_SLOW: u8 = 13;
const CORS: u8 = 19;
const UNREACHABLE: u8 = 15;
const MIXED_CONTENT: u8 = 16;
const OFFLINE: u8 = 17;
const REQUEST: u8 = 18;
const SKIPPED: u8 = 14;
const OPTIONS: u8 = 20;
const DATA: u8 = 21;
const RESTARTED: u8 = 22;

/// Stands for a missing `Content-Length`. A real one is smaller.
const NO_LENGTH: u64 = u64::MAX;

/// Stands for a missing `Retry-After`, in nanoseconds.
const NO_RETRY_AFTER: u64 = u64::MAX;

/// Encodes events until they are sent.
///
/// Of an item's consecutive `Received` events only the last one matters, so only that one is
/// encoded.
#[derive(Debug, Default)]
pub struct EventWriter {
    bytes: Vec<u8>,
    /// The latest `Received` of each item that had one since the last event of another kind.
    progress: Vec<(ItemId, Duration, u64)>,
}

impl EventWriter {
    /// Adds an event.
    pub fn push(&mut self, event: &Event) {
        let Event { at, item, ref kind } = *event;
        if let EventKind::Received { bytes } = *kind {
            // After those of other items, so that times never decrease.
            self.progress.retain(|(other, ..)| *other != item);
            self.progress.push((item, at, bytes));
            return;
        }
        self.flush_progress();
        match kind {
            EventKind::Queued => self.put_header(QUEUED, item, at),
            EventKind::Started { attempt } => {
                self.put_header(STARTED, item, at);
                self.bytes.put_u64(u64::from(*attempt));
            }
            EventKind::Headers { declared } => {
                self.put_header(HEADERS, item, at);
                self.bytes.put_u64(declared.unwrap_or(NO_LENGTH));
            }
            EventKind::Received { .. } => {}
            EventKind::Sent { sent, is_multiplexed } => {
                self.put_header(SENT, item, at);
                self.bytes.put_duration(*sent);
                self.bytes.put_u8(u8::from(*is_multiplexed));
            }
            EventKind::Slow { bytes_per_second } => {
                self.put_header(SLOW, item, at);
                self.bytes.put_u64(*bytes_per_second);
            }
            EventKind::Retrying { error, resumes } => {
                self.put_header(RETRYING, item, at);
                self.bytes.put_duration(*resumes);
                self.put_error(error);
            }
            EventKind::CoolingDown { until, quota } => {
                self.put_header(COOLING_DOWN, item, at);
                self.bytes.put_duration(*until);
                Quota::put(*quota, &mut self.bytes);
            }
            EventKind::Stored(facts) => {
                self.put_header(STORED, item, at);
                facts.put(&mut self.bytes);
            }
            EventKind::LeftOut { reason } => {
                self.put_header(LEFT_OUT, item, at);
                reason.put(&mut self.bytes);
            }
            EventKind::Failed { error } => {
                self.put_header(FAILED, item, at);
                self.put_error(error);
            }
        }
    }

    /// Whether no event has been added since the last [`EventWriter::take`].
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty() && self.progress.is_empty()
    }

    /// Takes out the bytes of all events added since the last call.
    pub fn take(&mut self) -> Vec<u8> {
        self.flush_progress();
        std::mem::take(&mut self.bytes)
    }

    fn flush_progress(&mut self) {
        for (item, at, bytes) in std::mem::take(&mut self.progress) {
            self.put_header(RECEIVED, item, at);
            self.bytes.put_u64(bytes);
        }
    }

    fn put_header(&mut self, tag: u8, item: ItemId, at: Duration) {
        self.bytes.put_u8(tag);
        self.bytes.put_u64(item as u64);
        self.bytes.put_duration(at);
    }

    fn put_error(&mut self, error: &FetchError) {
        let (tag, number) = match error {
            // The reader's plan has the reason.
            FetchError::Address(_) => (ADDRESS, 0),
            FetchError::Http { status, .. } => (HTTP, u64::from(*status)),
            FetchError::HostRefuses { status } => (HOST_REFUSES, u64::from(*status)),
            FetchError::Network => (NETWORK, 0),
            FetchError::Cors | FetchError::NeedsPermission => (CORS, 0),
            FetchError::Unreachable => (UNREACHABLE, 0),
            FetchError::MixedContent => (MIXED_CONTENT, 0),
            FetchError::Offline => (OFFLINE, 0),
            FetchError::Interrupted { received } => (INTERRUPTED, *received),
            FetchError::Truncated { received } => (TRUNCATED, *received),
            FetchError::TooLarge { limit } => (TOO_LARGE, *limit),
            FetchError::OverTotal { limit } => (OVER_TOTAL, *limit),
            FetchError::Stopped => (STOPPED, 0),
            FetchError::Skipped => (SKIPPED, 0),
            FetchError::Restarted => (RESTARTED, 0),
            FetchError::Timeout { after } => (TIMEOUT, nanoseconds(*after)),
            FetchError::TooSlow { received, .. } => (TOO_SLOW, *received),
            FetchError::Empty => (EMPTY, 0),
            FetchError::NotAnImage(kind) => (NOT_AN_IMAGE, *kind as u64),
            FetchError::Storage { reason } => (STORAGE, reason.len() as u64),
            FetchError::Request { reason } => (REQUEST, reason.len() as u64),
            FetchError::Options { reason } => (OPTIONS, reason.len() as u64),
            FetchError::Data { reason } => (DATA, reason.len() as u64),
        };
        self.bytes.put_u8(tag);
        self.bytes.put_u64(number);
        match error {
            FetchError::Storage { reason }
            | FetchError::Request { reason }
            | FetchError::Options { reason }
            | FetchError::Data { reason } => self.bytes.extend_from_slice(reason.as_bytes()),
            FetchError::Http { retry_after, .. } => {
                self.bytes.put_u64(retry_after.map_or(NO_RETRY_AFTER, nanoseconds))
            }
            FetchError::TooSlow { after, bytes_per_second, .. } => {
                self.bytes.put_u64(nanoseconds(*after));
                self.bytes.put_u64(*bytes_per_second);
            }
            _ => {}
        }
    }
}

/// In nanoseconds; 64 bits hold 584 years.
fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// Decodes the events, in order. `plan` is the plan of the run that they are from.
pub fn read_events<'a>(bytes: &'a [u8], plan: &'a Plan) -> impl Iterator<Item = Event> + 'a {
    let mut decoder = Decoder { bytes: ByteReader(bytes), plan: Some(plan) };
    std::iter::from_fn(move || decoder.event())
}

/// The time of the latest event, since the run began; zero if there is none. It needs no plan.
pub fn latest_time(bytes: &[u8]) -> Duration {
    let mut decoder = Decoder { bytes: ByteReader(bytes), plan: None };
    std::iter::from_fn(|| decoder.event()).map(|event| event.at).max().unwrap_or_default()
}

struct Decoder<'a> {
    bytes: ByteReader<'a>,
    /// `None` if only the events' times are wanted.
    plan: Option<&'a Plan>,
}

impl Decoder<'_> {
    fn event(&mut self) -> Option<Event> {
        let tag = self.bytes.u8()?;
        let item = self.bytes.usize().filter(|item| self.plan.is_none_or(|plan| *item < plan.len()))?;
        let at = self.bytes.duration()?;
        let kind = match tag {
            QUEUED => EventKind::Queued,
            STARTED => EventKind::Started { attempt: u32::try_from(self.bytes.u64()?).ok()? },
            HEADERS => EventKind::Headers { declared: Some(self.bytes.u64()?).filter(|n| *n != NO_LENGTH) },
            RECEIVED => EventKind::Received { bytes: self.bytes.u64()? },
            SENT => EventKind::Sent { sent: self.bytes.duration()?, is_multiplexed: self.bytes.u8()? != 0 },
            SLOW => EventKind::Slow { bytes_per_second: self.bytes.u64()? },
            RETRYING => {
                let resumes = self.bytes.duration()?;
                EventKind::Retrying { error: self.error(item)?, resumes }
            }
            COOLING_DOWN => {
                EventKind::CoolingDown { until: self.bytes.duration()?, quota: Quota::read(&mut self.bytes)? }
            }
            STORED => EventKind::Stored(ImageFacts::read(&mut self.bytes)?),
            LEFT_OUT => EventKind::LeftOut { reason: LeftOut::read(&mut self.bytes)? },
            FAILED => EventKind::Failed { error: self.error(item)? },
            _ => return None,
        };
        Some(Event { at, item, kind })
    }

    fn error(&mut self, item: ItemId) -> Option<FetchError> {
        let tag = self.bytes.u8()?;
        let number = self.bytes.u64()?;
        Some(match tag {
            ADDRESS => FetchError::Address(self.address_error(item)?),
            HTTP => {
                let retry_after = Some(self.bytes.u64()?).filter(|wait| *wait != NO_RETRY_AFTER);
                FetchError::Http {
                    status: u16::try_from(number).ok()?,
                    retry_after: retry_after.map(Duration::from_nanos),
                }
            }
            HOST_REFUSES => FetchError::HostRefuses { status: u16::try_from(number).ok()? },
            TRUNCATED => FetchError::Truncated { received: number },
            TOO_LARGE => FetchError::TooLarge { limit: number },
            OVER_TOTAL => FetchError::OverTotal { limit: number },
            STOPPED => FetchError::Stopped,
            SKIPPED => FetchError::Skipped,
            RESTARTED => FetchError::Restarted,
            NETWORK => FetchError::Network,
            CORS => FetchError::Cors,
            UNREACHABLE => FetchError::Unreachable,
            MIXED_CONTENT => FetchError::MixedContent,
            OFFLINE => FetchError::Offline,
            INTERRUPTED => FetchError::Interrupted { received: number },
            TIMEOUT => FetchError::Timeout { after: Duration::from_nanos(number) },
            TOO_SLOW => FetchError::TooSlow {
                received: number,
                after: Duration::from_nanos(self.bytes.u64()?),
                bytes_per_second: self.bytes.u64()?,
            },
            EMPTY => FetchError::Empty,
            NOT_AN_IMAGE => {
                FetchError::NotAnImage(NotAnImage::ALL.get(usize::try_from(number).ok()?).copied()?)
            }
            STORAGE | REQUEST | OPTIONS | DATA => {
                let reason = self.bytes.slice(usize::try_from(number).ok()?)?;
                let reason = String::from_utf8(reason.to_vec()).ok()?;
                match tag {
                    STORAGE => FetchError::Storage { reason },
                    REQUEST => FetchError::Request { reason },
                    OPTIONS => FetchError::Options { reason },
                    _ => FetchError::Data { reason },
                }
            }
            _ => return None,
        })
    }

    fn address_error(&self, item: ItemId) -> Option<AddressError> {
        match self.plan {
            Some(plan) => plan.items()[item].address.as_ref().err().cloned(),
            None => Some(AddressError::NotAUrl { text: String::new() }),
        }
    }
}

#[cfg(test)]
mod tests;
