//! The state of every item, folded from the run's events.

use std::time::Duration;

use crate::image::Format;
use crate::run::{Event, EventKind, FetchError};

/// One row per item, in input order, and what they add up to.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    rows: Vec<Row>,
    totals: Totals,
}

/// What is known of one item.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Where it stands.
    pub state: State,
    /// When it was queued, since the run began.
    pub queued: Duration,
    /// Its attempts, in order.
    pub attempts: Vec<AttemptSpan>,
    /// When it ended.
    pub finished: Option<Duration>,
    /// `Content-Length` of the latest attempt: encoded bytes, so an estimate.
    pub declared: Option<u64>,
    /// Bytes of the latest attempt's body.
    pub received: u64,
    /// The CRC-32, once it is stored.
    pub crc32: u32,
    /// What the bytes are, once it is stored.
    pub format: Option<Format>,
    /// Whether it is stored although its bytes end before the image does, as far as its format tells.
    pub is_cut_short: bool,
}

/// Where an item stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum State {
    /// It waits for its turn.
    #[default]
    Queued,
    /// It was asked for, and the headers have not come.
    Waiting,
    /// Its body is arriving.
    Receiving,
    /// It failed and waits for another attempt.
    BackingOff {
        /// Why it failed.
        error: FetchError,
        /// When the next attempt may start, since the run began.
        resumes: Duration,
    },
    /// It is whole.
    Stored,
    /// It is given up.
    Failed(FetchError),
    /// The run was cancelled before it ended.
    Cancelled,
}

/// The times of one attempt, since the run began.
#[derive(Clone, Debug, PartialEq)]
pub struct AttemptSpan {
    /// When the request was made.
    pub started: Duration,
    /// When its headers arrived.
    pub headers: Option<Duration>,
    /// When it ended, well or not.
    pub ended: Option<Duration>,
    /// Whether it ended without an image.
    pub failed: bool,
}

/// Sums over all rows, kept while events come in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Totals {
    /// Items in all.
    pub items: usize,
    /// Items stored.
    pub stored: usize,
    /// Those of them that may be cut short.
    pub cut_short: usize,
    /// Items given up.
    pub failed: usize,
    /// Those of them that a stop was the reason for.
    pub stopped: usize,
    /// Bytes of stored images.
    pub stored_bytes: u64,
    /// Bytes of all bodies that are kept or still arriving.
    pub bytes: u64,
    /// Requests in flight at present.
    pub in_flight: usize,
    /// The most of them at any time.
    pub most_in_flight: usize,
    /// Busy time: the sum of the durations of the items that have ended.
    pub busy: Duration,
}

impl Row {
    /// When its first request was made.
    pub fn started(&self) -> Option<Duration> {
        self.attempts.first().map(|attempt| attempt.started)
    }

    /// When the headers of its last attempt arrived.
    pub fn headers(&self) -> Option<Duration> {
        self.attempts.last().and_then(|attempt| attempt.headers)
    }

    /// Its own duration: from the first request to the end, with the waits for retries; zero where
    /// nothing was asked for or it has not ended.
    pub fn duration(&self) -> Duration {
        match (self.started(), self.finished) {
            (Some(started), Some(finished)) => finished.saturating_sub(started),
            _ => Duration::ZERO,
        }
    }

    /// Why it failed, where it did.
    pub fn error(&self) -> Option<&FetchError> {
        match &self.state {
            State::Failed(error) => Some(error),
            _ => None,
        }
    }

    /// How much of the body is there, `0.0..=1.0`, where the server declared its length.
    pub fn progress(&self) -> Option<f64> {
        let declared = self.declared.filter(|bytes| *bytes > 0)?;
        (self.state == State::Receiving).then(|| (self.received as f64 / declared as f64).min(1.0))
    }
}

impl Rows {
    /// Rows for so many items, all queued.
    pub fn new(items: usize) -> Self {
        Self { rows: vec![Row::default(); items], totals: Totals { items, ..Totals::default() } }
    }

    /// The rows, in input order.
    pub fn as_slice(&self) -> &[Row] {
        &self.rows
    }

    /// The sums.
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// Takes in what happened.
    pub fn apply(&mut self, event: &Event) {
        let (at, row) = (event.at, &mut self.rows[event.item]);
        match &event.kind {
            // Asked for again, it goes on from where it was.
            EventKind::Queued if row.finished.is_some() => {
                self.totals.failed -= usize::from(row.error().is_some());
                self.totals.stopped -= usize::from(row.error() == Some(&FetchError::Stopped));
                self.totals.busy = self.totals.busy.saturating_sub(row.duration());
                row.state = State::Queued;
                row.finished = None;
            }
            EventKind::Queued => row.queued = at,
            EventKind::Started { .. } => {
                row.state = State::Waiting;
                row.declared = None;
                row.attempts.push(AttemptSpan { started: at, headers: None, ended: None, failed: false });
                self.totals.in_flight += 1;
                self.totals.most_in_flight = self.totals.most_in_flight.max(self.totals.in_flight);
            }
            EventKind::Headers { declared } => {
                row.state = State::Receiving;
                row.declared = *declared;
                if let Some(attempt) = row.attempts.last_mut() {
                    attempt.headers = Some(at);
                }
            }
            EventKind::Received { bytes } => {
                self.totals.bytes += bytes.saturating_sub(row.received);
                row.received = *bytes;
            }
            EventKind::Retrying { error, resumes } => {
                self.totals.in_flight -= row.end_attempt(at, true);
                self.totals.bytes -= row.received;
                row.received = 0;
                row.state = State::BackingOff { error: error.clone(), resumes: *resumes };
            }
            EventKind::CoolingDown { .. } => {}
            EventKind::Stored { bytes, crc32, format, is_cut_short } => {
                self.totals.in_flight -= row.end_attempt(at, false);
                self.totals.bytes += bytes.saturating_sub(row.received);
                (row.received, row.crc32, row.format) = (*bytes, *crc32, Some(*format));
                row.is_cut_short = *is_cut_short;
                row.state = State::Stored;
                row.finished = Some(at);
                self.totals.stored += 1;
                self.totals.cut_short += usize::from(*is_cut_short);
                self.totals.stored_bytes += bytes;
                self.totals.busy += row.duration();
            }
            EventKind::Failed { error } => {
                if row.state == State::Stored {
                    // The browser had kept it, and can't read it back.
                    self.totals.stored -= 1;
                    self.totals.cut_short -= usize::from(row.is_cut_short);
                    self.totals.stored_bytes -= row.received;
                    self.totals.busy -= row.duration();
                    (row.crc32, row.format, row.is_cut_short) = (0, None, false);
                }
                self.totals.in_flight -= row.end_attempt(at, true);
                self.totals.bytes -= row.received;
                row.received = 0;
                row.state = State::Failed(error.clone());
                row.finished = Some(at);
                self.totals.failed += 1;
                self.totals.stopped += usize::from(*error == FetchError::Stopped);
                self.totals.busy += row.duration();
            }
        }
    }

    /// The run was cancelled: what has not ended never will. What was under way did not fail.
    pub fn cancel(&mut self, at: Duration) {
        self.totals.in_flight = 0;
        for row in self.rows.iter_mut().filter(|row| row.finished.is_none()) {
            row.end_attempt(at, false);
            row.state = State::Cancelled;
            row.finished = Some(at);
        }
    }
}

impl Row {
    /// Ends the attempt that is under way; gives how many that were.
    fn end_attempt(&mut self, at: Duration, failed: bool) -> usize {
        let Some(attempt) = self.attempts.last_mut().filter(|attempt| attempt.ended.is_none()) else {
            return 0;
        };
        (attempt.ended, attempt.failed) = (Some(at), failed);
        1
    }
}

impl Totals {
    /// Items that have ended, stored or not.
    pub fn finished(&self) -> usize {
        self.stored + self.failed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUSY: FetchError = FetchError::http(503);

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn folded(items: usize, events: &[(u64, usize, EventKind)]) -> Rows {
        let mut rows = Rows::new(items);
        for (at, item, kind) in events {
            rows.apply(&Event { at: ms(*at), item: *item, kind: kind.clone() });
        }
        rows
    }

    #[test]
    fn a_retried_image_keeps_both_attempts_and_counts_its_bytes_once() {
        let rows = folded(
            1,
            &[
                (0, 0, EventKind::Queued),
                (1, 0, EventKind::Started { attempt: 1 }),
                (5, 0, EventKind::Headers { declared: Some(10) }),
                (6, 0, EventKind::Received { bytes: 4 }),
                (7, 0, EventKind::Retrying { error: BUSY, resumes: ms(20) }),
                (20, 0, EventKind::Started { attempt: 2 }),
                (25, 0, EventKind::Headers { declared: Some(10) }),
                (26, 0, EventKind::Received { bytes: 6 }),
                (30, 0, EventKind::Stored { bytes: 10, crc32: 1, format: Format::Gif, is_cut_short: false }),
            ],
        );
        let row = &rows.as_slice()[0];
        assert_eq!(row.attempts.len(), 2);
        assert!(row.attempts[0].failed && !row.attempts[1].failed);
        assert_eq!((row.started(), row.headers(), row.finished), (Some(ms(1)), Some(ms(25)), Some(ms(30))));
        assert_eq!(row.duration(), ms(29));
        let totals = Totals {
            items: 1,
            stored: 1,
            stored_bytes: 10,
            bytes: 10,
            most_in_flight: 1,
            busy: ms(29),
            ..Totals::default()
        };
        assert_eq!(rows.totals(), &totals);
    }

    #[test]
    fn an_image_that_is_lost_after_all_counts_as_failed_and_not_as_stored() {
        let lost = FetchError::Storage { reason: "gone".into() };
        let rows = folded(
            1,
            &[
                (1, 0, EventKind::Started { attempt: 1 }),
                (5, 0, EventKind::Stored { bytes: 10, crc32: 1, format: Format::Gif, is_cut_short: true }),
                (9, 0, EventKind::Failed { error: lost.clone() }),
            ],
        );
        let totals = Totals { items: 1, failed: 1, most_in_flight: 1, busy: ms(8), ..Totals::default() };
        assert_eq!(rows.totals(), &totals);
        let row = &rows.as_slice()[0];
        assert_eq!((row.error(), row.format, row.crc32), (Some(&lost), None, 0));
        assert!(!row.is_cut_short);
    }

    #[test]
    fn a_failed_image_that_is_asked_for_again_is_not_counted_until_it_ends_again() {
        let mut events = vec![
            (0, 0, EventKind::Queued),
            (1, 0, EventKind::Started { attempt: 1 }),
            (5, 0, EventKind::Failed { error: BUSY }),
            (9, 0, EventKind::Queued),
        ];
        let rows = folded(1, &events);
        assert_eq!(rows.as_slice()[0].state, State::Queued);
        assert_eq!(rows.totals(), &Totals { items: 1, most_in_flight: 1, ..Totals::default() });
        events.push((10, 0, EventKind::Started { attempt: 1 }));
        events.push((
            15,
            0,
            EventKind::Stored { bytes: 3, crc32: 1, format: Format::Gif, is_cut_short: true },
        ));
        let rows = folded(1, &events);
        let row = &rows.as_slice()[0];
        assert_eq!((row.attempts.len(), row.duration(), row.is_cut_short), (2, ms(14), true));
        let totals = rows.totals();
        assert_eq!((totals.stored, totals.cut_short, totals.failed, totals.busy), (1, 1, 0, ms(14)));
    }

    #[test]
    fn progress_never_passes_the_whole() {
        let events = [
            (1, 0, EventKind::Started { attempt: 1 }),
            (5, 0, EventKind::Headers { declared: Some(10) }),
            (6, 0, EventKind::Received { bytes: 25 }),
        ];
        assert_eq!(folded(1, &events).as_slice()[0].progress(), Some(1.0));
        assert_eq!(folded(1, &events[..1]).as_slice()[0].progress(), None);
    }

    #[test]
    fn a_cancelled_run_leaves_no_row_open_and_no_ended_row_changed() {
        let mut rows = folded(
            3,
            &[
                (1, 0, EventKind::Started { attempt: 1 }),
                (1, 1, EventKind::Started { attempt: 1 }),
                (2, 1, EventKind::Failed { error: BUSY }),
            ],
        );
        rows.cancel(ms(9));
        let states: Vec<_> = rows.as_slice().iter().map(|row| row.state.clone()).collect();
        assert_eq!(states, [State::Cancelled, State::Failed(BUSY), State::Cancelled]);
        let attempt = &rows.as_slice()[0].attempts[0];
        assert_eq!((attempt.ended, attempt.failed), (Some(ms(9)), false));
    }
}
