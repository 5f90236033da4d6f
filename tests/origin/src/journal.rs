//! The requests and their outcomes: counters that tests read and wait for, and a log.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde::{Serialize, Serializer};
use tokio::sync::Notify;

use crate::answer::Answer;
use crate::request::Request;

/// The number of entries that the log keeps; the oldest go first. A long benchmark must not fill the memory.
const MOST_LOG_ENTRIES: usize = 50_000;

/// The counters of a group of requests, or of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counters {
    /// Requests whose head arrived.
    pub requests: u64,
    /// Requests whose answers have not ended.
    pub in_flight: u64,
    /// The highest number so far of requests whose answers had bytes to be sent.
    pub most_in_flight: u64,
    /// Answers that were sent completely.
    pub completed: u64,
    /// Answers that the client closed or reset.
    pub closed_early: u64,
    /// Bytes of bodies that were sent.
    pub bytes_sent: u64,
    /// Connections that carried at least one of the requests.
    pub connections: u64,
}

/// How an exchange ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum End {
    /// The whole answer was sent.
    Complete,
    /// The client closed the connection first.
    Closed,
    /// The client reset the connection or the stream first.
    Reset,
    /// This server broke it off, as requested.
    Fault,
}

/// The record of all requests since a server's start.
#[derive(Debug)]
pub struct Journal {
    started: Instant,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    whole: Group,
    groups: HashMap<String, Group>,
    log: BTreeMap<u64, Entry>,
    last_id: u64,
}

#[derive(Debug, Default)]
struct Group {
    counters: Counters,
    /// Requests whose answers have bytes to be sent.
    unanswered: u64,
    connections: HashSet<u64>,
    /// Failed requests so far, for `fail=N:CODE`.
    failures: u64,
    /// When the first request with `window=N:MS` came, the number of the current window, and the requests in it.
    window: Option<(f64, u64, u64)>,
    /// Requests that are answered now, for `most=N:…`.
    places: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    id: u64,
    key: Option<String>,
    method: String,
    path: String,
    host: String,
    #[serde(serialize_with = "as_object")]
    headers: Vec<(String, String)>,
    protocol: &'static str,
    connection: u64,
    start_ms: f64,
    status: Option<u16>,
    headers_ms: Option<f64>,
    end_ms: Option<f64>,
    bytes: u64,
    end: Option<End>,
}

impl Journal {
    /// Milliseconds since the start, to the microsecond.
    pub fn now_ms(&self) -> f64 {
        (self.started.elapsed().as_micros() as f64) / 1_000.0
    }

    /// Records a request. The exchange that it returns records the rest.
    pub fn begin(self: &Arc<Self>, request: &Request) -> Exchange {
        let key = request.key();
        let start_ms = self.now_ms();
        let mut state = self.state();
        state.last_id += 1;
        let id = state.last_id;
        let entry = Entry {
            id,
            key: key.clone(),
            method: request.method.clone(),
            path: request.target.clone(),
            host: request.host.clone(),
            headers: request.headers.clone(),
            protocol: request.protocol.name(),
            connection: request.connection,
            start_ms,
            status: None,
            headers_ms: None,
            end_ms: None,
            bytes: 0,
            end: None,
        };
        state.log.insert(id, entry);
        if state.log.len() > MOST_LOG_ENTRIES {
            state.log.pop_first();
        }
        state.for_groups(key.as_deref(), |group| {
            group.connections.insert(request.connection);
            let counters = &mut group.counters;
            counters.connections = group.connections.len() as u64;
            counters.requests += 1;
            counters.in_flight += 1;
            group.unanswered += 1;
            counters.most_in_flight = counters.most_in_flight.max(group.unanswered);
        });
        drop(state);
        self.changed.notify_waiters();
        let journal = Arc::clone(self);
        let recorded =
            Recorded { journal, id, key, is_answered: AtomicBool::default(), place: Mutex::default() };
        Exchange { recorded: Some(recorded) }
    }

    /// The counters of a group, or of all requests.
    pub fn counters(&self, key: Option<&str>) -> Counters {
        let state = self.state();
        match key {
            None => state.whole.counters,
            Some(key) => state.groups.get(key).map(|group| group.counters).unwrap_or_default(),
        }
    }

    /// Waits until the counters of a group meet a condition.
    pub async fn wait(&self, key: Option<&str>, condition: impl Fn(&Counters) -> bool) -> Counters {
        loop {
            // Registered before the counters are read, so that no change in between is missed.
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            let counters = self.counters(key);
            if condition(&counters) {
                return counters;
            }
            changed.await;
        }
    }

    /// Counts a failure of a group, unless it has had `most` of them.
    pub fn take_failure(&self, key: &str, most: u64) -> bool {
        let mut state = self.state();
        let group = state.groups.entry(key.to_owned()).or_default();
        let taken = group.failures < most;
        group.failures += u64::from(taken);
        taken
    }

    /// Counts a request in a group's current window of this many milliseconds, and returns whether it is among
    /// the first `most` of it. Windows follow each other from the group's first request on.
    pub fn is_in_window(&self, key: &str, most: u64, length: u64) -> bool {
        let now = self.now_ms();
        let mut state = self.state();
        let group = state.groups.entry(key.to_owned()).or_default();
        let (first, number, requests) = group.window.get_or_insert((now, 0, 0));
        let current = ((now - *first) / length.max(1) as f64) as u64;
        if *number != current {
            (*number, *requests) = (current, 0);
        }
        *requests += 1;
        *requests <= most
    }

    /// Forgets a group, or everything, except for requests in flight.
    pub fn reset(&self, key: Option<&str>) {
        let mut state = self.state();
        match key {
            Some(key) => {
                state.groups.entry(key.to_owned()).and_modify(Group::reset);
                state.log.retain(|_, entry| entry.key.as_deref() != Some(key));
            }
            None => {
                state.whole.reset();
                state.groups.values_mut().for_each(Group::reset);
                state.groups.retain(|_, group| group.counters.in_flight > 0);
                state.log.clear();
            }
        }
        drop(state);
        self.changed.notify_waiters();
    }

    /// The log of a group, or of all requests, as a JSON array in order of arrival.
    pub fn log(&self, key: Option<&str>) -> Answer {
        let state = self.state();
        let is_wanted = |entry: &&Entry| key.is_none() || entry.key.as_deref() == key;
        Answer::json(&state.log.values().filter(is_wanted).collect::<Vec<_>>())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No change here panics half-way, so even a poisoned state is consistent.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An empty journal whose clock starts now.
impl Default for Journal {
    fn default() -> Self {
        Self { started: Instant::now(), state: Mutex::default(), changed: Notify::new() }
    }
}

impl State {
    fn for_groups(&mut self, key: Option<&str>, mut change: impl FnMut(&mut Group)) {
        change(&mut self.whole);
        if let Some(key) = key {
            change(self.groups.entry(key.to_owned()).or_default());
        }
    }
}

impl Group {
    fn reset(&mut self) {
        let (in_flight, unanswered, places) = (self.counters.in_flight, self.unanswered, self.places);
        *self = Self { unanswered, places, ..Self::default() };
        self.counters.in_flight = in_flight;
        self.counters.most_in_flight = unanswered;
    }
}

/// Header fields as an object. Names may repeat.
fn as_object<S: Serializer>(headers: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(headers.iter().map(|(name, value)| (name, value)))
}

/// A request that is being answered. Dropping it without an end means that the client closed it.
#[derive(Debug)]
pub struct Exchange {
    recorded: Option<Recorded>,
}

#[derive(Debug)]
struct Recorded {
    journal: Arc<Journal>,
    id: u64,
    key: Option<String>,
    is_answered: AtomicBool,
    /// The group of which it takes a place, for `most=N:…`.
    place: Mutex<Option<String>>,
}

impl Exchange {
    /// An exchange that is not recorded, for the control routes and the site.
    pub fn unrecorded() -> Self {
        Self { recorded: None }
    }

    /// Records the status, if the answer is HTTP.
    pub fn answered_with(&self, status: u16) {
        self.record(|entry, _| entry.status = Some(status));
    }

    /// Records that the head was sent. Only the first call counts.
    pub fn head_sent(&self) {
        self.record(|entry, now| {
            entry.headers_ms.get_or_insert(now);
        });
    }

    fn record(&self, change: impl FnOnce(&mut Entry, f64)) {
        let Some(Recorded { journal, id, .. }) = &self.recorded else { return };
        let now = journal.now_ms();
        if let Some(entry) = journal.state().log.get_mut(id) {
            change(entry, now);
        }
    }

    /// Records that more bytes of the body were sent.
    pub fn sent(&self, bytes: u64) {
        let Some(recorded) = &self.recorded else { return };
        self.record(|entry, _| entry.bytes += bytes);
        let mut state = recorded.journal.state();
        state.for_groups(recorded.key.as_deref(), |group| group.counters.bytes_sent += bytes);
        drop(state);
        recorded.journal.changed.notify_waiters();
    }

    /// Records that the last bytes of the answer are about to be sent. The client may make its next request
    /// as soon as it has them, before the end is recorded, and that is not one more at once.
    pub fn is_answered(&self) {
        let Some(recorded) = &self.recorded else { return };
        if !recorded.is_answered.swap(true, Ordering::Relaxed) {
            let mut state = recorded.journal.state();
            state.for_groups(recorded.key.as_deref(), |group| group.unanswered -= 1);
            let place = recorded.place.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(group) = place.and_then(|key| state.groups.get_mut(&key)) {
                group.places = group.places.saturating_sub(1);
            }
        }
    }

    /// Takes one of `most` places of a group until the answer is sent; false if all are taken.
    pub fn take_place(&self, key: &str, most: u64) -> bool {
        let Some(recorded) = &self.recorded else { return true };
        let mut state = recorded.journal.state();
        let group = state.groups.entry(key.to_owned()).or_default();
        if group.places >= most {
            return false;
        }
        group.places += 1;
        *recorded.place.lock().unwrap_or_else(PoisonError::into_inner) = Some(key.to_owned());
        true
    }

    /// Records the end.
    pub fn finish(mut self, end: End) {
        self.end(end);
    }

    fn end(&mut self, end: End) {
        self.is_answered();
        let Some(Recorded { journal, id, key, .. }) = self.recorded.take() else { return };
        let now = journal.now_ms();
        let mut state = journal.state();
        if let Some(entry) = state.log.get_mut(&id) {
            entry.end_ms = Some(now);
            entry.end = Some(end);
        }
        state.for_groups(key.as_deref(), |group| {
            let counters = &mut group.counters;
            counters.in_flight = counters.in_flight.saturating_sub(1);
            counters.completed += u64::from(end == End::Complete);
            counters.closed_early += u64::from(matches!(end, End::Closed | End::Reset));
        });
        drop(state);
        journal.changed.notify_waiters();
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.end(End::Closed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Protocol;

    #[test]
    fn a_request_is_not_in_flight_with_one_whose_last_bytes_are_being_sent() {
        let journal = Arc::new(Journal::default());
        let request = |connection| Request {
            method: "GET".into(),
            target: "/bytes?key=k".into(),
            host: "localhost".into(),
            scheme: "http",
            headers: Vec::new(),
            protocol: Protocol::Http1,
            connection,
        };
        let first = journal.begin(&request(1));
        first.is_answered();
        let second = journal.begin(&request(2));
        let both = journal.counters(Some("k"));
        assert_eq!((both.in_flight, both.most_in_flight), (2, 1));
        first.finish(End::Complete);
        let third = journal.begin(&request(1));
        assert_eq!(journal.counters(Some("k")).most_in_flight, 2);
        drop((second, third));
        assert_eq!(journal.counters(Some("k")).in_flight, 0);
    }
}
