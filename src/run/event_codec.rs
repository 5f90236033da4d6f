//! Events as bytes, from the worker that fetches to the page that shows.
//!
//! ```text
//! tag u8 · item u32 · at u64 (nanoseconds) · what the tag calls for        all little-endian
//! ```
//!
//! Both ends are the same build, so there is no version, and bytes that make no sense are a fault
//! of ours: reading stops there.

use std::time::Duration;

use super::{Event, EventKind, FetchError};
use crate::image::{Format, NotAnImage};
use crate::plan::{ItemId, Plan};

const QUEUED: u8 = 0;
const STARTED: u8 = 1;
const HEADERS: u8 = 2;
const RECEIVED: u8 = 3;
const RETRYING: u8 = 4;
const STORED: u8 = 5;
const FAILED: u8 = 6;
const COOLING_DOWN: u8 = 7;

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

/// No `Content-Length`; a true one is smaller.
const UNDECLARED: u64 = u64::MAX;

/// No `Retry-After`.
const NOT_SAID: u64 = u64::MAX;

/// Takes events in until they are sent.
///
/// Of several `Received` of one item in a row only the last counts, so it alone is sent.
#[derive(Debug, Default)]
pub struct EventWriter {
    bytes: Vec<u8>,
    /// The latest `Received` of each item that had one since the last other event.
    progress: Vec<(ItemId, Duration, u64)>,
}

impl EventWriter {
    /// Takes an event in.
    pub fn put(&mut self, event: &Event) {
        if let EventKind::Received { bytes } = event.kind {
            // Behind those of other items, so that times never run backwards.
            self.progress.retain(|(item, ..)| *item != event.item);
            self.progress.push((event.item, event.at, bytes));
            return;
        }
        self.settle();
        match &event.kind {
            EventKind::Queued => self.begin(QUEUED, event),
            EventKind::Started { attempt } => {
                self.begin(STARTED, event);
                self.u64(u64::from(*attempt));
            }
            EventKind::Headers { declared } => {
                self.begin(HEADERS, event);
                self.u64(declared.unwrap_or(UNDECLARED));
            }
            EventKind::Received { .. } => {}
            EventKind::Retrying { error, resumes } => {
                self.begin(RETRYING, event);
                self.time(*resumes);
                self.error(error);
            }
            EventKind::CoolingDown { until } => {
                self.begin(COOLING_DOWN, event);
                self.time(*until);
            }
            EventKind::Stored { bytes, crc32, format, is_cut_short } => {
                self.begin(STORED, event);
                self.u64(*bytes);
                self.u64(u64::from(*crc32));
                self.bytes.push(*format as u8);
                self.bytes.push(u8::from(*is_cut_short));
            }
            EventKind::Failed { error } => {
                self.begin(FAILED, event);
                self.error(error);
            }
        }
    }

    /// Whether there is nothing to send.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty() && self.progress.is_empty()
    }

    /// What has been put in since the last time.
    pub fn take(&mut self) -> Vec<u8> {
        self.settle();
        std::mem::take(&mut self.bytes)
    }

    fn settle(&mut self) {
        for (item, at, bytes) in std::mem::take(&mut self.progress) {
            self.begin(RECEIVED, &Event { at, item, kind: EventKind::Received { bytes } });
            self.u64(bytes);
        }
    }

    fn begin(&mut self, tag: u8, event: &Event) {
        self.bytes.push(tag);
        self.u64(event.item as u64);
        self.time(event.at);
    }

    fn error(&mut self, error: &FetchError) {
        let (tag, number) = match error {
            // The reader's plan has the reason.
            FetchError::Address(_) => (ADDRESS, 0),
            FetchError::Http { status, .. } => (HTTP, u64::from(*status)),
            FetchError::HostRefuses { status } => (HOST_REFUSES, u64::from(*status)),
            FetchError::Network => (NETWORK, 0),
            FetchError::Interrupted { received } => (INTERRUPTED, *received),
            FetchError::Truncated { received } => (TRUNCATED, *received),
            FetchError::TooLarge { limit } => (TOO_LARGE, *limit),
            FetchError::OverTotal { limit } => (OVER_TOTAL, *limit),
            FetchError::Stopped => (STOPPED, 0),
            FetchError::Timeout { after } => (TIMEOUT, nanoseconds(*after)),
            FetchError::Empty => (EMPTY, 0),
            FetchError::NotAnImage(kind) => (NOT_AN_IMAGE, *kind as u64),
            FetchError::Storage { reason } => (STORAGE, reason.len() as u64),
        };
        self.bytes.push(tag);
        self.u64(number);
        match error {
            FetchError::Storage { reason } => self.bytes.extend_from_slice(reason.as_bytes()),
            FetchError::Http { retry_after, .. } => self.u64(retry_after.map_or(NOT_SAID, nanoseconds)),
            _ => {}
        }
    }

    fn time(&mut self, time: Duration) {
        self.u64(nanoseconds(time));
    }

    fn u64(&mut self, value: u64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }
}

/// 584 years of them fit.
fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// The events that were put in, in order. `plan` is the one that the run was made from.
pub fn read_events<'a>(bytes: &'a [u8], plan: &'a Plan) -> impl Iterator<Item = Event> + 'a {
    let mut reader = Reader { bytes, plan };
    std::iter::from_fn(move || reader.event())
}

struct Reader<'a> {
    bytes: &'a [u8],
    plan: &'a Plan,
}

impl Reader<'_> {
    fn event(&mut self) -> Option<Event> {
        let tag = self.u8()?;
        let item = usize::try_from(self.u64()?).ok().filter(|item| *item < self.plan.len())?;
        let at = self.time()?;
        let kind = match tag {
            QUEUED => EventKind::Queued,
            STARTED => EventKind::Started { attempt: u32::try_from(self.u64()?).ok()? },
            HEADERS => EventKind::Headers { declared: Some(self.u64()?).filter(|n| *n != UNDECLARED) },
            RECEIVED => EventKind::Received { bytes: self.u64()? },
            RETRYING => {
                let resumes = self.time()?;
                EventKind::Retrying { error: self.error(item)?, resumes }
            }
            COOLING_DOWN => EventKind::CoolingDown { until: self.time()? },
            STORED => EventKind::Stored {
                bytes: self.u64()?,
                crc32: u32::try_from(self.u64()?).ok()?,
                format: Format::ALL.get(usize::from(self.u8()?)).copied()?,
                is_cut_short: self.u8()? == 1,
            },
            FAILED => EventKind::Failed { error: self.error(item)? },
            _ => return None,
        };
        Some(Event { at, item, kind })
    }

    fn error(&mut self, item: ItemId) -> Option<FetchError> {
        let tag = self.u8()?;
        let number = self.u64()?;
        Some(match tag {
            ADDRESS => FetchError::Address(self.plan.items()[item].address.as_ref().err()?.clone()),
            HTTP => {
                let wait = self.u64()?;
                let retry_after = Some(wait).filter(|wait| *wait != NOT_SAID).map(Duration::from_nanos);
                FetchError::Http { status: u16::try_from(number).ok()?, retry_after }
            }
            HOST_REFUSES => FetchError::HostRefuses { status: u16::try_from(number).ok()? },
            TRUNCATED => FetchError::Truncated { received: number },
            TOO_LARGE => FetchError::TooLarge { limit: number },
            OVER_TOTAL => FetchError::OverTotal { limit: number },
            STOPPED => FetchError::Stopped,
            NETWORK => FetchError::Network,
            INTERRUPTED => FetchError::Interrupted { received: number },
            TIMEOUT => FetchError::Timeout { after: Duration::from_nanos(number) },
            EMPTY => FetchError::Empty,
            NOT_AN_IMAGE => {
                FetchError::NotAnImage(NotAnImage::ALL.get(usize::try_from(number).ok()?).copied()?)
            }
            STORAGE => {
                let reason = self.take(usize::try_from(number).ok()?)?;
                FetchError::Storage { reason: String::from_utf8(reason.to_vec()).ok()? }
            }
            _ => return None,
        })
    }

    fn time(&mut self) -> Option<Duration> {
        self.u64().map(Duration::from_nanos)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn u64(&mut self) -> Option<u64> {
        let (value, rest) = self.bytes.split_first_chunk()?;
        self.bytes = rest;
        Some(u64::from_le_bytes(*value))
    }

    fn take(&mut self, length: usize) -> Option<&[u8]> {
        let (bytes, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::tests::plan_of;

    fn event(at: u64, item: ItemId, kind: EventKind) -> Event {
        Event { at: Duration::from_millis(at), item, kind }
    }

    fn sent(events: &[Event]) -> Vec<u8> {
        let mut writer = EventWriter::default();
        events.iter().for_each(|event| writer.put(event));
        writer.take()
    }

    fn every_error(plan: &Plan) -> Vec<FetchError> {
        let mut errors = vec![
            FetchError::Address(plan.items()[1].address.clone().unwrap_err()),
            FetchError::http(503),
            FetchError::Http { status: 429, retry_after: Some(Duration::from_secs(7)) },
            FetchError::HostRefuses { status: 503 },
            FetchError::Truncated { received: 9 },
            FetchError::TooLarge { limit: 1 << 40 },
            FetchError::OverTotal { limit: 1 << 41 },
            FetchError::Stopped,
            FetchError::Network,
            FetchError::Interrupted { received: 1 << 40 },
            FetchError::Timeout { after: Duration::from_millis(1500) },
            FetchError::Empty,
            FetchError::Storage { reason: "voll – kein Platz".into() },
        ];
        errors.extend(NotAnImage::ALL.map(FetchError::NotAnImage));
        errors
    }

    #[test]
    fn every_kind_of_event_arrives_as_it_was_sent() {
        let plan = plan_of(["https://a.example/", "nonsense"]);
        let mut events = vec![
            event(0, 0, EventKind::Queued),
            event(1, 1, EventKind::Started { attempt: 3 }),
            event(2, 0, EventKind::Headers { declared: None }),
            event(2, 0, EventKind::Headers { declared: Some(0) }),
            event(3, 1, EventKind::Received { bytes: 1 << 40 }),
            event(3, 1, EventKind::CoolingDown { until: Duration::from_secs(9) }),
        ];
        for format in Format::ALL {
            for is_cut_short in [false, true] {
                events.push(event(
                    4,
                    0,
                    EventKind::Stored { bytes: 7, crc32: u32::MAX, format, is_cut_short },
                ));
            }
        }
        for error in every_error(&plan) {
            let resumes = Duration::from_nanos(987_654_321);
            events.push(event(5, 1, EventKind::Retrying { error: error.clone(), resumes }));
            events.push(event(6, 1, EventKind::Failed { error }));
        }
        let bytes = sent(&events);
        assert_eq!(read_events(&bytes, &plan).collect::<Vec<_>>(), events);
    }

    #[test]
    fn of_progress_only_the_latest_is_sent_and_time_runs_forward() {
        let plan = plan_of(["https://a.example/1", "https://a.example/2"]);
        let received = |at, item, bytes| event(at, item, EventKind::Received { bytes });
        let queued = event(5, 1, EventKind::Queued);
        let bytes = sent(&[
            received(1, 0, 10),
            received(2, 1, 5),
            received(3, 0, 20),
            queued.clone(),
            received(6, 0, 30),
        ]);
        let expected = [received(2, 1, 5), received(3, 0, 20), queued, received(6, 0, 30)];
        assert_eq!(read_events(&bytes, &plan).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_was_taken_is_not_sent_again() {
        let mut writer = EventWriter::default();
        assert!(writer.is_empty());
        writer.put(&event(1, 0, EventKind::Received { bytes: 1 }));
        assert!(!writer.is_empty());
        assert!(!writer.take().is_empty());
        assert!(writer.is_empty() && writer.take().is_empty());
    }

    #[test]
    fn reading_stops_at_what_makes_no_sense() {
        let plan = plan_of(["https://a.example/"]);
        let good = event(1, 0, EventKind::Started { attempt: 1 });
        let bytes = sent(&[good.clone(), event(2, 0, EventKind::Failed { error: FetchError::Empty })]);
        for end in 0..bytes.len() {
            assert!(read_events(&bytes[..end], &plan).all(|event| event == good), "{end}");
        }
        assert_eq!(read_events(&[99; 40], &plan).count(), 0);
        assert_eq!(read_events(&bytes, &plan_of([])).count(), 0);
    }
}
