//! The state of every item, folded from the run's events.

use std::time::Duration;

use crate::image::ImageFacts;
use crate::plan::LeftOut;
use crate::run::{Event, EventKind, FetchError};

/// By how much browsers round the times that they disclose, or more.
const ROUNDING: Duration = Duration::from_millis(2);

/// The time without data after which a row says so.
const SILENCE: Duration = Duration::from_secs(3);

/// One row per item, in input order, and their totals.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    rows: Vec<Row>,
    totals: Totals,
}

/// What is known of one item.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Its state.
    pub state: State,
    /// When it was queued. All times are since the run began.
    pub queued: Duration,
    /// Its attempts, in order.
    pub attempts: Vec<AttemptSpan>,
    /// When it finished, stored or not.
    pub finished: Option<Duration>,
    /// `Content-Length` of the latest attempt. It counts encoded bytes, so it is an estimate.
    pub declared: Option<u64>,
    /// Bytes received of the latest attempt's body.
    pub received: u64,
    /// When anything was heard of its latest attempt: its beginning, its headers, its latest bytes.
    pub heard: Duration,
    /// Whether its attempt is slow.
    pub is_slow: bool,
    /// Its image, once that has arrived.
    pub image: Option<ImageFacts>,
}

/// The state of an item.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum State {
    /// It waits for its turn.
    #[default]
    Queued,
    /// It was requested, and its headers have not arrived.
    Waiting,
    /// Its body is arriving.
    Receiving,
    /// An attempt failed, and it waits for the next one.
    BackingOff {
        /// Why the attempt failed.
        error: FetchError,
        /// When the next attempt may start.
        resumes: Duration,
    },
    /// It is in the spool.
    Stored,
    /// It is left out of the archive.
    LeftOut(LeftOut),
    /// It failed for good.
    Failed(FetchError),
    /// The run was cancelled before it finished.
    Cancelled,
}

/// The times of one attempt, since the run began.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AttemptSpan {
    /// When the request was made.
    pub started: Duration,
    /// When the browser sent the request, if its host has that disclosed.
    pub sent: Option<Duration>,
    /// When its headers arrived.
    pub headers: Option<Duration>,
    /// When it ended, successfully or not.
    pub ended: Option<Duration>,
    /// Whether it ended without an image.
    pub failed: bool,
}

/// Sums over all rows, updated with each event.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Totals {
    /// All items.
    pub items: usize,
    /// Items stored.
    pub stored: usize,
    /// Stored items that may be cut short.
    pub cut_short: usize,
    /// Items that are left out of the archive.
    pub left_out: usize,
    /// Items that failed for good.
    pub failed: usize,
    /// Failed items that were left out because the run was stopped.
    pub stopped: usize,
    /// Bytes of stored images.
    pub stored_bytes: u64,
    /// Bytes of all bodies that are stored or still arriving.
    pub bytes: u64,
    /// Requests in flight.
    pub in_flight: usize,
    /// The most requests that were in flight at any time.
    pub most_in_flight: usize,
    /// Busy time: the sum of [`Row::duration`] over the finished items.
    pub busy: Duration,
    /// The share of it that requests waited in the browser's queue, as far as that is disclosed.
    pub in_queue: Duration,
    /// The share of it that is of attempts of which that is not disclosed.
    pub undisclosed: Duration,
    /// Finished items with an image of which that is disclosed.
    pub disclosed: usize,
    /// Images that came over a connection that carries many requests at once.
    pub multiplexed: usize,
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

    /// The time that its attempts took, without the waits between them.
    pub fn duration(&self) -> Duration {
        self.attempts.iter().filter_map(AttemptSpan::duration).sum()
    }

    /// The time of those of its attempts of which it is not disclosed when their requests were sent.
    fn undisclosed(&self) -> Duration {
        let attempts = self.attempts.iter().filter(|attempt| attempt.sent.is_none());
        attempts.filter_map(AttemptSpan::duration).sum()
    }

    /// How long its requests waited in the browser's queue, as far as that is disclosed.
    fn in_queue(&self) -> Duration {
        let queued = |attempt: &AttemptSpan| Some(attempt.sent?.saturating_sub(attempt.started));
        self.attempts.iter().filter_map(queued).sum()
    }

    /// The whole seconds for which an attempt in flight has been silent, from `SILENCE` on.
    pub fn silence(&self, now: Duration) -> Option<u64> {
        let silence = now.saturating_sub(self.heard);
        let is_in_flight = matches!(self.state, State::Waiting | State::Receiving);
        (is_in_flight && silence >= SILENCE).then_some(silence.as_secs())
    }

    /// Whether its image has arrived although, by its format, the bytes end before the image does.
    pub fn is_cut_short(&self) -> bool {
        self.image.as_ref().is_some_and(|image| image.is_cut_short)
    }

    /// Whether it is disclosed when the request for its image was sent.
    fn is_disclosed(&self) -> bool {
        self.attempts.last().is_some_and(|attempt| attempt.sent.is_some())
    }

    /// Why it failed, if it did.
    pub fn error(&self) -> Option<&FetchError> {
        match &self.state {
            State::Failed(error) => Some(error),
            _ => None,
        }
    }

    /// The share of the body that has arrived, `0.0..=1.0`, if the server declared its length.
    pub fn progress(&self) -> Option<f64> {
        let declared = self.declared.filter(|bytes| *bytes > 0)?;
        self.progress_of(declared)
    }

    /// The same if all of it is this many bytes.
    fn progress_of(&self, bytes: u64) -> Option<f64> {
        (self.state == State::Receiving).then(|| (self.received as f64 / bytes.max(1) as f64).min(1.0))
    }

    /// The same where the length that is not declared is `usual`; such an image is never done before its end.
    pub fn estimated_progress(&self, usual: Option<u64>) -> Option<f64> {
        self.progress().or_else(|| Some(self.progress_of(usual?)?.min(0.95)))
    }
}

impl Rows {
    /// Rows for this many items, all queued.
    pub fn new(items: usize) -> Self {
        Self { rows: vec![Row::default(); items], totals: Totals { items, ..Totals::default() } }
    }

    /// The rows, in input order.
    pub fn as_slice(&self) -> &[Row] {
        &self.rows
    }

    /// The sums over all rows.
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// Updates the event's row and the totals.
    pub fn apply(&mut self, event: &Event) {
        if event.item >= self.rows.len() {
            // Of a list that arrives.
            self.rows.resize(event.item + 1, Row::default());
            self.totals.items = self.rows.len();
        }
        let (at, row) = (event.at, &mut self.rows[event.item]);
        row.heard = at;
        match &event.kind {
            // It is fetched again after the run, and its earlier attempts stay in its row.
            EventKind::Queued if row.finished.is_some() => {
                self.totals.failed -= usize::from(row.error().is_some());
                self.totals.stopped -= usize::from(row.error() == Some(&FetchError::Stopped));
                self.totals.take_time(row);
                row.state = State::Queued;
                row.finished = None;
            }
            EventKind::Queued => row.queued = at,
            EventKind::Started { .. } => {
                row.state = State::Waiting;
                row.declared = None;
                row.attempts.push(AttemptSpan { started: at, ..AttemptSpan::default() });
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
                // Fewer than before, if the image begins anew.
                self.totals.bytes = self.totals.bytes + bytes - row.received;
                row.received = *bytes;
            }
            EventKind::Sent { sent, is_multiplexed } => {
                if let Some(attempt) = row.attempts.last_mut()
                    && attempt.may_be_sent(*sent)
                {
                    attempt.sent = Some(attempt.started.max(*sent));
                    self.totals.multiplexed += usize::from(*is_multiplexed);
                }
            }
            EventKind::Retrying { error, resumes } => {
                self.totals.in_flight -= row.end_attempt(at, true);
                self.totals.bytes -= row.received;
                row.received = 0;
                row.state = State::BackingOff { error: error.clone(), resumes: *resumes };
            }
            EventKind::Slow { .. } => row.is_slow = true,
            EventKind::CoolingDown { .. } => {}
            EventKind::Stored(image) => {
                self.totals.in_flight -= row.end_attempt(at, false);
                self.totals.bytes += image.bytes.saturating_sub(row.received);
                row.received = image.bytes;
                row.image = Some(image.clone());
                row.state = State::Stored;
                row.finished = Some(at);
                self.totals.stored += 1;
                self.totals.cut_short += usize::from(image.is_cut_short);
                self.totals.stored_bytes += image.bytes;
                self.totals.disclosed += usize::from(row.is_disclosed());
                self.totals.add_time(row);
            }
            EventKind::LeftOut { reason } => {
                self.totals.take_stored(row);
                row.state = State::LeftOut(*reason);
                row.finished = Some(at);
                self.totals.left_out += 1;
                self.totals.add_time(row);
            }
            EventKind::Failed { error } => {
                // The browser can't read back what it had stored.
                self.totals.take_stored(row);
                row.image = None;
                self.totals.in_flight -= row.end_attempt(at, true);
                self.totals.bytes -= row.received;
                row.received = 0;
                row.state = State::Failed(error.clone());
                row.finished = Some(at);
                self.totals.failed += 1;
                self.totals.stopped += usize::from(*error == FetchError::Stopped);
                self.totals.add_time(row);
            }
        }
    }

    /// The rows of an archive of these items alone, by their places: the others are left out of it.
    pub fn selected(&self, is_selected: &[bool]) -> Self {
        let mut rows = self.clone();
        for (item, (row, is_selected)) in self.rows.iter().zip(is_selected).enumerate() {
            if !is_selected && !matches!(row.state, State::LeftOut(_)) {
                let at = row.finished.unwrap_or_default();
                if row.error().is_some() {
                    // It counts as failed no more.
                    rows.apply(&Event { at, item, kind: EventKind::Queued });
                }
                let kind = EventKind::LeftOut { reason: LeftOut::NotSelected };
                rows.apply(&Event { at, item, kind });
            }
        }
        rows
    }

    /// Cancels all rows that have not finished. Attempts in progress end without having failed.
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
    /// Ends the attempt in progress, if any; returns the number of attempts ended, 0 or 1.
    fn end_attempt(&mut self, at: Duration, failed: bool) -> usize {
        let Some(attempt) = self.attempts.last_mut().filter(|attempt| attempt.ended.is_none()) else {
            return 0;
        };
        (attempt.ended, attempt.failed) = (Some(at), failed);
        self.is_slow = false;
        1
    }
}

impl AttemptSpan {
    fn duration(&self) -> Option<Duration> {
        Some(self.ended?.saturating_sub(self.started))
    }

    /// Whether its request may have been sent at this time. The browser names requests by their addresses, so
    /// that the time may be that of another one; and it rounds times.
    fn may_be_sent(&self, at: Duration) -> bool {
        at + ROUNDING >= self.started && self.headers.is_none_or(|headers| at <= headers + ROUNDING)
    }
}

impl Totals {
    /// Subtracts an image that was stored, and no longer is.
    fn take_stored(&mut self, row: &Row) {
        if row.state == State::Stored {
            self.stored -= 1;
            self.cut_short -= usize::from(row.is_cut_short());
            self.stored_bytes -= row.received;
            self.disclosed -= usize::from(row.is_disclosed());
            self.take_time(row);
        }
    }

    fn add_time(&mut self, row: &Row) {
        self.busy += row.duration();
        self.in_queue += row.in_queue();
        self.undisclosed += row.undisclosed();
    }

    fn take_time(&mut self, row: &Row) {
        self.busy = self.busy.saturating_sub(row.duration());
        self.in_queue = self.in_queue.saturating_sub(row.in_queue());
        self.undisclosed = self.undisclosed.saturating_sub(row.undisclosed());
    }

    /// Whether all images whose connections are known came over one that carries many at once.
    pub fn is_multiplexed(&self) -> bool {
        self.multiplexed > 0 && self.multiplexed >= self.disclosed
    }

    /// How many requests were under way at once, on average; `None` if it is not disclosed of each image how long
    /// the browser kept its request waiting.
    pub fn overlap(&self, wall: Duration) -> Option<f64> {
        let is_known = self.is_disclosed() && !wall.is_zero();
        is_known.then(|| self.under_way().as_secs_f64() / wall.as_secs_f64())
    }

    /// Whether it is disclosed of each image.
    fn is_disclosed(&self) -> bool {
        self.disclosed >= self.stored && self.stored > 0
    }

    /// Busy time without the browser's queue, as far as that is disclosed. Of attempts that failed it is not:
    /// they count only if no request had to wait for a connection, or if nothing is known of images, either.
    pub fn under_way(&self) -> Duration {
        let may_have_waited = self.is_disclosed() && !self.is_multiplexed();
        let left_out = if may_have_waited { self.undisclosed } else { Duration::ZERO };
        self.busy.saturating_sub(self.in_queue + left_out)
    }

    /// The number of finished items, stored, left out or failed.
    pub fn finished(&self) -> usize {
        self.stored + self.left_out + self.failed
    }
}

#[cfg(test)]
mod tests;
