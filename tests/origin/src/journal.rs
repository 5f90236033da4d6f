//! What was asked and what became of it: counters that tests read and wait for, and a log.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::Notify;

use crate::json;
use crate::request::Request;

/// Entries the log keeps, the oldest dropped first: a long bench must not fill the memory.
const MOST_LOG_ENTRIES: usize = 50_000;

/// Counters of one group of requests, or of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Requests whose head arrived.
    pub requests: u64,
    /// Requests that are being answered now.
    pub in_flight: u64,
    /// Most at once.
    pub most_in_flight: u64,
    /// Answers that were handed to the network whole.
    pub completed: u64,
    /// Answers that the client did not wait for.
    pub closed_early: u64,
    /// Bytes of bodies that were handed to the network.
    pub bytes_sent: u64,
    /// Connections that carried at least one of the requests.
    pub connections: u64,
}

/// How an exchange ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The whole answer left.
    Complete,
    /// The client closed the connection first.
    Closed,
    /// The client reset the connection or the stream first.
    Reset,
    /// This server broke it off, as it was asked to.
    Fault,
}

impl End {
    fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Closed => "closed",
            Self::Reset => "reset",
            Self::Fault => "fault",
        }
    }
}

/// The record of everything asked of a server since its start.
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
    connections: HashSet<u64>,
    /// Failures handed out so far, for `fail=N:CODE`.
    failures: u64,
}

#[derive(Debug)]
struct Entry {
    key: Option<String>,
    request: Request,
    start_ms: f64,
    status: Option<u16>,
    headers_ms: Option<f64>,
    end_ms: Option<f64>,
    bytes: u64,
    end: Option<End>,
}

impl Journal {
    /// An empty journal whose clock starts now.
    pub fn new() -> Self {
        Self { started: Instant::now(), state: Mutex::default(), changed: Notify::new() }
    }

    /// Milliseconds since the start, to the microsecond.
    pub fn now_ms(&self) -> f64 {
        (self.started.elapsed().as_micros() as f64) / 1_000.0
    }

    /// Notes a request; what it returns is told the rest.
    pub fn begin(self: &Arc<Self>, request: &Request) -> Exchange {
        let key = request.key();
        let start_ms = self.now_ms();
        let mut state = self.state();
        state.last_id += 1;
        let id = state.last_id;
        let entry = Entry {
            key: key.clone(),
            request: request.clone(),
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
            counters.most_in_flight = counters.most_in_flight.max(counters.in_flight);
        });
        drop(state);
        self.changed.notify_waiters();
        Exchange { recorded: Some(Recorded { journal: Arc::clone(self), id, key }) }
    }

    /// The counters of a group, or of all.
    pub fn counters(&self, key: Option<&str>) -> Counters {
        let state = self.state();
        match key {
            None => state.whole.counters,
            Some(key) => state.groups.get(key).map(|group| group.counters).unwrap_or_default(),
        }
    }

    /// Waits until the counters of a group fulfil a condition.
    pub async fn wait(&self, key: Option<&str>, condition: impl Fn(&Counters) -> bool) -> Counters {
        loop {
            // Registered before the look, so that no change between the two is missed.
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            let counters = self.counters(key);
            if condition(&counters) {
                return counters;
            }
            changed.await;
        }
    }

    /// Counts one more failure of a group, unless it has had `most` already.
    pub fn take_failure(&self, key: &str, most: u64) -> bool {
        let mut state = self.state();
        let group = state.groups.entry(key.to_owned()).or_default();
        let taken = group.failures < most;
        group.failures += u64::from(taken);
        taken
    }

    /// Forgets a group, or everything, but for what is in flight.
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

    /// The log of a group, or of all, as a JSON array in order of arrival.
    pub fn log(&self, key: Option<&str>) -> String {
        let state = self.state();
        let wanted = state.log.iter().filter(|(_, entry)| key.is_none() || entry.key.as_deref() == key);
        json::array(wanted.map(|(id, entry)| entry.to_json(*id)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing here panics half-way through a change, so a poisoned state is still a whole one.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Journal {
    fn default() -> Self {
        Self::new()
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
        let in_flight = self.counters.in_flight;
        *self = Self::default();
        self.counters.in_flight = in_flight;
        self.counters.most_in_flight = in_flight;
    }
}

impl Entry {
    fn to_json(&self, id: u64) -> String {
        let headers = self.request.headers.iter();
        let headers = headers.fold(json::object(), |object, (name, value)| object.text(name, value)).end();
        json::object()
            .count("id", id)
            .raw("key", &self.key.as_deref().map_or("null".to_owned(), json::quote))
            .text("method", &self.request.method)
            .text("path", &self.request.target)
            .text("host", &self.request.host)
            .raw("headers", &headers)
            .text("protocol", self.request.protocol.name())
            .count("connection", self.request.connection)
            .number("startMs", self.start_ms)
            .raw("status", &self.status.map_or("null".to_owned(), |status| status.to_string()))
            .number("headersMs", self.headers_ms)
            .number("endMs", self.end_ms)
            .count("bytes", self.bytes)
            .raw("end", &self.end.map_or("null".to_owned(), |end| json::quote(end.name())))
            .end()
    }
}

impl Counters {
    /// As the control routes show them.
    pub fn to_json(self) -> String {
        json::object()
            .count("requests", self.requests)
            .count("inFlight", self.in_flight)
            .count("mostInFlight", self.most_in_flight)
            .count("completed", self.completed)
            .count("closedEarly", self.closed_early)
            .count("bytesSent", self.bytes_sent)
            .count("connections", self.connections)
            .end()
    }
}

/// One request on its way to its end. Dropped without one, it was closed by the client.
#[derive(Debug)]
pub struct Exchange {
    recorded: Option<Recorded>,
}

#[derive(Debug)]
struct Recorded {
    journal: Arc<Journal>,
    id: u64,
    key: Option<String>,
}

impl Exchange {
    /// One that leaves no trace, for the control routes and the site.
    pub fn unrecorded() -> Self {
        Self { recorded: None }
    }

    /// The status that it is answered with, where the answer is HTTP at all.
    pub fn answered_with(&self, status: u16) {
        let Some(recorded) = &self.recorded else { return };
        if let Some(entry) = recorded.journal.state().log.get_mut(&recorded.id) {
            entry.status = Some(status);
        }
    }

    /// The head has been handed to the network. What is told again, later, changes nothing.
    pub fn head_sent(&self) {
        let Some(recorded) = &self.recorded else { return };
        let now = recorded.journal.now_ms();
        if let Some(entry) = recorded.journal.state().log.get_mut(&recorded.id) {
            entry.headers_ms.get_or_insert(now);
        }
    }

    /// So many more bytes of the body have been handed to the network.
    pub fn sent(&self, bytes: u64) {
        let Some(recorded) = &self.recorded else { return };
        let mut state = recorded.journal.state();
        if let Some(entry) = state.log.get_mut(&recorded.id) {
            entry.bytes += bytes;
        }
        state.for_groups(recorded.key.as_deref(), |group| group.counters.bytes_sent += bytes);
        drop(state);
        recorded.journal.changed.notify_waiters();
    }

    /// It is over.
    pub fn finish(mut self, end: End) {
        self.end(end);
    }

    fn end(&mut self, end: End) {
        let Some(Recorded { journal, id, key }) = self.recorded.take() else { return };
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
