//! A fetcher whose hosts are scripted by their addresses and whose clock is fake, for tests of the driver.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::task::{Poll, Waker};
use std::time::Duration;

use super::*;
use crate::image::{Format, ImageFacts};
use crate::plan::{Address, ItemId};

/// How the fake host responds to an address like `https://a.example/200ms/503/503/ok`: after this time,
/// and with these results in turn, the last one repeated. `503-7` sends `Retry-After: 7`, `ok-5` is an
/// image of 5 bytes, `short-5` one that is cut short after them, `drip-5` one of 5 bytes of which one arrives
/// each second, `grow-5` one of which each attempt brings one more, `break` a body that breaks off, `lost` one of
/// 3 MB that breaks off before anything of it is read, and `full` can't be stored. `network` is no answer, and `cors` one
/// that the page may not read.
fn script(address: &Address) -> (Duration, Vec<String>) {
    let path = address.href.splitn(4, '/').nth(3).unwrap();
    // What follows a question mark only makes addresses different.
    let mut words = path.split('?').next().unwrap().split('/').map(str::to_owned);
    let millis = words.next().unwrap().trim_end_matches("ms").parse().unwrap();
    (Duration::from_millis(millis), words.collect())
}

/// A fetcher whose time advances only when everything waits.
#[derive(Default)]
pub struct FakeWorld {
    pub now: Cell<Duration>,
    alarms: RefCell<BTreeMap<Duration, Vec<Waker>>>,
    pub attempts: RefCell<Vec<String>>,
    pub in_flight: Cell<usize>,
    pub max_in_flight: Cell<usize>,
    pub aborted: Cell<usize>,
    /// The connections that there may be to one host; 0 if their number is not limited. Further requests wait in a
    /// queue, as in a browser.
    pub connections: usize,
    /// The requests that each host answers in a window of this length, which begins every time it has passed;
    /// the others are refused.
    pub window: Option<(usize, Duration)>,
    /// The status that refuses them; 429 for 0.
    pub refuses_with: u16,
    /// The requests that each host answers at once; the others are broken off before a byte.
    pub most: Option<usize>,
    /// The requests that each host has answered in its current window, and the number of that.
    answered: RefCell<BTreeMap<String, (u128, usize)>>,
    /// Whether hosts say that they speak HTTP/2.
    pub is_multiplexed: Option<bool>,
    /// What other runs have in flight to each host.
    pub others: Cell<Others>,
    queues: RefCell<BTreeMap<String, Queue>>,
    /// The items of which nothing is kept any more.
    pub discarded: RefCell<Vec<ItemId>>,
    /// The addresses that were probed.
    pub probes: RefCell<Vec<String>>,
    /// Until when there is no network.
    pub offline_until: Cell<Duration>,
    /// What is asked in place of an item's address.
    pub instead: RefCell<BTreeMap<ItemId, Address>>,
    /// The requests that each host has been sent, in order, with their times.
    pub sent: RefCell<Vec<(Duration, String)>>,
}

/// The connections to one host, and the requests that wait for one.
#[derive(Default)]
struct Queue {
    busy: usize,
    waiting: VecDeque<(usize, Waker)>,
    tickets: usize,
}

/// A request's place in the queue of its host and then its connection, until it is dropped.
struct Connection<'a> {
    world: &'a FakeWorld,
    host: &'a str,
    ticket: usize,
    is_open: bool,
}

impl<'a> Connection<'a> {
    async fn open(world: &'a FakeWorld, host: &'a str) -> Self {
        let ticket = {
            let mut queues = world.queues.borrow_mut();
            let queue = queues.entry(host.to_owned()).or_default();
            queue.waiting.push_back((queue.tickets, Waker::noop().clone()));
            queue.tickets += 1;
            queue.tickets - 1
        };
        let mut connection = Self { world, host, ticket, is_open: false };
        std::future::poll_fn(|context| connection.poll(context)).await;
        connection
    }

    fn poll(&mut self, context: &std::task::Context<'_>) -> Poll<()> {
        let mut queues = self.world.queues.borrow_mut();
        let queue = queues.get_mut(self.host).unwrap();
        let place = queue.waiting.iter().position(|(ticket, _)| *ticket == self.ticket).unwrap();
        if place > 0 || (self.world.connections > 0 && queue.busy >= self.world.connections) {
            queue.waiting[place].1 = context.waker().clone();
            return Poll::Pending;
        }
        queue.waiting.pop_front();
        queue.busy += 1;
        self.is_open = true;
        queue.wake();
        Poll::Ready(())
    }
}

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        let mut queues = self.world.queues.borrow_mut();
        let queue = queues.get_mut(self.host).unwrap();
        queue.waiting.retain(|(ticket, _)| *ticket != self.ticket);
        queue.busy -= usize::from(self.is_open);
        queue.wake();
    }
}

impl Queue {
    fn wake(&self) {
        self.waiting.front().into_iter().for_each(|(_, waker)| waker.wake_by_ref());
    }
}

impl FakeWorld {
    /// A world in which browsers open six connections to a host.
    pub fn http1() -> Self {
        Self { connections: 6, ..Self::default() }
    }
}

impl FakeWorld {
    /// The open connections to a host.
    fn busy(&self, host: &str) -> usize {
        self.queues.borrow()[host].busy
    }

    /// Counts a request in the window of its host, and returns whether it is answered.
    fn is_within(&self, host: &str, most: usize, length: Duration) -> bool {
        let window = self.now().as_nanos() / length.as_nanos();
        let mut answered = self.answered.borrow_mut();
        let (latest, count) = answered.entry(host.to_owned()).or_default();
        if *latest != window {
            (*latest, *count) = (window, 0);
        }
        *count += 1;
        *count <= most
    }
}

/// Counts a request while it lives, and as aborted if it is dropped before its end.
struct InFlight<'a>(&'a FakeWorld, bool);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.set(self.0.in_flight.get() - 1);
        if !self.1 {
            self.0.aborted.set(self.0.aborted.get() + 1);
        }
    }
}

impl FakeWorld {
    /// Polls a future until it completes, advancing the clock to the next alarm whenever it waits.
    pub fn run<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = std::pin::pin!(future);
        let mut context = std::task::Context::from_waker(Waker::noop());
        loop {
            if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
                return value;
            }
            let (time, sleepers) =
                self.alarms.borrow_mut().pop_first().expect("a future that waits has set an alarm");
            self.now.set(self.now.get().max(time));
            sleepers.into_iter().for_each(Waker::wake);
        }
    }
}

impl Fetcher for FakeWorld {
    type Payload = String;

    async fn attempt(
        &self,
        item: ItemId,
        address: &Address,
        reservation: &Reservation,
        progress: &dyn Fn(EventKind),
    ) -> Result<StoredImage<String>, FetchError> {
        self.in_flight.set(self.in_flight.get() + 1);
        self.max_in_flight.set(self.max_in_flight.get().max(self.in_flight.get()));
        let mut guard = InFlight(self, false);
        let instead = self.asked_instead(item);
        let address = instead.as_ref().unwrap_or(address);
        let (takes, ends) = script(address);
        let before = self.attempts.borrow().iter().filter(|href| **href == address.href).count();
        self.attempts.borrow_mut().push(address.href.clone());
        if !self.is_online() {
            guard.1 = true;
            return Err(FetchError::Network);
        }
        let connection = Connection::open(self, &address.origin).await;
        self.sent.borrow_mut().push((self.now(), address.href.clone()));
        if self.most.is_some_and(|most| self.busy(&address.origin) > most) {
            guard.1 = true;
            drop(connection);
            return Err(FetchError::Network);
        }
        if self.window.is_some_and(|(most, length)| !self.is_within(&address.origin, most, length)) {
            self.sleep_until(self.now() + Duration::from_millis(10)).await;
            guard.1 = true;
            progress(EventKind::Headers { declared: None });
            return Err(FetchError::http(if self.refuses_with == 0 { 429 } else { self.refuses_with }));
        }
        self.sleep_until(self.now() + takes).await;
        let (what, number) = match ends[before.min(ends.len() - 1)].split_once('-') {
            Some((what, number)) => (what.to_owned(), Some(number.parse().unwrap())),
            None => (ends[before.min(ends.len() - 1)].clone(), None),
        };
        match what.as_str() {
            "drip" => {
                progress(EventKind::Headers { declared: number });
                let all = number.unwrap();
                for bytes in 1..=all {
                    self.sleep_until(self.now() + Duration::from_secs(1)).await;
                    reservation.reserve(1)?;
                    progress(EventKind::Received { bytes });
                }
                guard.1 = true;
                let facts = ImageFacts::new(all, 7, Format::Png);
                return Ok(StoredImage { payload: address.href.clone(), facts });
            }
            "grow" => {
                let (had, has, all) = (before as u64, before as u64 + 1, number.unwrap());
                if had > 0 {
                    progress(EventKind::Received { bytes: had });
                }
                progress(EventKind::Headers { declared: number });
                progress(EventKind::Received { bytes: has });
                guard.1 = true;
                if has < all {
                    return Err(FetchError::Interrupted { received: has });
                }
                return Ok(StoredImage {
                    payload: address.href.clone(),
                    facts: ImageFacts::new(all, 7, Format::Png),
                });
            }
            _ => guard.1 = true,
        }
        match what.as_str() {
            "ok" | "short" => {
                let bytes = number.unwrap_or(3);
                reservation.reserve(bytes)?;
                progress(EventKind::Headers { declared: Some(3) });
                progress(EventKind::Received { bytes });
                let is_cut_short = what == "short";
                let facts = ImageFacts { is_cut_short, ..ImageFacts::new(bytes, 7, Format::Png) };
                Ok(StoredImage { payload: address.href.clone(), facts })
            }
            "lost" => {
                progress(EventKind::Headers { declared: Some(3_000_000) });
                Err(FetchError::Interrupted { received: 0 })
            }
            "break" => Err(FetchError::Interrupted { received: 1 }),
            "network" | "cors" => Err(FetchError::Network),
            "full" => Err(FetchError::Storage { reason: "no space".into() }),
            status => {
                progress(EventKind::Headers { declared: None });
                let retry_after = number.map(Duration::from_secs);
                Err(FetchError::Http { status: status.parse().unwrap(), retry_after })
            }
        }
    }

    fn now(&self) -> Duration {
        self.now.get()
    }

    async fn sleep_until(&self, time: Duration) {
        std::future::poll_fn(|context| {
            if self.now() >= time {
                return Poll::Ready(());
            }
            self.alarms.borrow_mut().entry(time).or_default().push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    fn random(&self) -> f64 {
        1.0
    }

    fn is_multiplexed(&self, _: &Address) -> Option<bool> {
        self.is_multiplexed
    }

    fn asked_instead(&self, item: ItemId) -> Option<Address> {
        self.instead.borrow().get(&item).cloned()
    }

    async fn is_refused_by(&self, address: &Address) -> bool {
        self.probes.borrow_mut().push(address.href.clone());
        let (takes, ends) = script(address);
        self.sleep_until(self.now() + takes).await;
        ends.contains(&"cors".to_owned())
    }

    fn is_online(&self) -> bool {
        self.now() >= self.offline_until.get()
    }

    fn is_mixed_content(&self, address: &Address) -> bool {
        address.href.starts_with("http:")
    }

    fn others(&self, _: &Address) -> Others {
        self.others.get()
    }

    fn discard(&self, item: ItemId) {
        self.discarded.borrow_mut().push(item);
    }
}
