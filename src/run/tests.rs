//! The real driver and schedule, with a fake fetcher and a fake clock: runs of minutes take no time.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::task::{Poll, Waker};
use std::time::Duration;

use super::*;
use crate::image::Format;
use crate::plan::tests::plan_of;
use crate::plan::{Address, OriginId, Plan};

/// What an address like `https://a.example/200ms/503/503/ok` does: it takes the time, and its
/// attempts end with these in turn, the last one from then on.
fn script(address: &Address) -> (Duration, Vec<String>) {
    let path = address.href.splitn(4, '/').nth(3).unwrap();
    let mut words = path.split('/').map(str::to_owned);
    let millis = words.next().unwrap().trim_end_matches("ms").parse().unwrap();
    (Duration::from_millis(millis), words.collect())
}

/// A world whose time moves only when everything waits.
#[derive(Default)]
struct FakeWorld {
    now: Cell<Duration>,
    alarms: RefCell<BTreeMap<Duration, Vec<Waker>>>,
    attempts: RefCell<Vec<String>>,
    in_flight: Cell<usize>,
    most_in_flight: Cell<usize>,
    aborted: Cell<usize>,
}

/// Counts a request for as long as it lives.
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
    /// Polls a future to its end, moving the clock to the next alarm whenever it waits.
    fn run<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = std::pin::pin!(future);
        let mut context = std::task::Context::from_waker(Waker::noop());
        loop {
            if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
                return value;
            }
            let (time, sleepers) = self.alarms.borrow_mut().pop_first().expect("something is waited for");
            self.now.set(self.now.get().max(time));
            sleepers.into_iter().for_each(Waker::wake);
        }
    }
}

impl Fetcher for FakeWorld {
    type Payload = String;

    async fn attempt(
        &self,
        address: &Address,
        _origin: OriginId,
        progress: &dyn Fn(EventKind),
    ) -> Result<Stored<String>, FetchError> {
        self.in_flight.set(self.in_flight.get() + 1);
        self.most_in_flight.set(self.most_in_flight.get().max(self.in_flight.get()));
        let mut guard = InFlight(self, false);
        let (takes, ends) = script(address);
        let before = self.attempts.borrow().iter().filter(|href| **href == address.href).count();
        self.attempts.borrow_mut().push(address.href.clone());
        self.sleep_until(self.now() + takes).await;
        guard.1 = true;
        match ends[before.min(ends.len() - 1)].as_str() {
            "ok" => {
                progress(EventKind::Headers { declared: Some(3) });
                progress(EventKind::Received { bytes: 3 });
                Ok(Stored {
                    payload: address.href.clone(),
                    bytes: 3,
                    crc32: 7,
                    format: Format::Png,
                    modified: None,
                })
            }
            "network" => Err(FetchError::Network),
            status => Err(FetchError::Http { status: status.parse().unwrap() }),
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
}

const AT_ONCE: Limits = Limits { in_flight: 100, per_origin: 100, retry: RetryPolicy { retries: 3 } };
const ONE_BY_ONE: Limits = Limits { in_flight: 1, ..AT_ONCE };

struct Report {
    ended: Vec<Ended<String>>,
    events: Vec<Event>,
    world: FakeWorld,
}

fn run(plan: &Plan, limits: Limits) -> Report {
    let world = FakeWorld::default();
    let events = RefCell::new(Vec::new());
    let emit = |event| events.borrow_mut().push(event);
    let ended = world.run(async {
        let mut run = Run::new(plan, limits, &world, &emit);
        let mut ended = Vec::new();
        while let Some(end) = run.next().await {
            ended.push(end);
        }
        ended
    });
    Report { ended, events: events.into_inner(), world }
}

#[test]
fn ten_images_at_once_take_as_long_as_one() {
    let plan = plan_of(["https://a.example/300ms/ok"; 10]);
    let at_once = run(&plan, AT_ONCE);
    assert_eq!(at_once.world.now.get(), Duration::from_millis(300));
    assert_eq!(at_once.world.most_in_flight.get(), 10);
    let one_by_one = run(&plan, ONE_BY_ONE);
    assert_eq!(one_by_one.world.now.get(), Duration::from_millis(3000));
    assert_eq!(one_by_one.world.most_in_flight.get(), 1);
}

#[test]
fn every_item_ends_once_whatever_happened() {
    let urls = [
        "https://a.example/10ms/ok",
        "not a url",
        "https://a.example/20ms/404",
        "https://b.example/30ms/503/network/ok",
        "https://b.example/5ms/500",
    ];
    let report = run(&plan_of(urls), AT_ONCE);
    let mut ended: Vec<_> = report.ended.iter().map(|end| (end.item, end.outcome.is_ok())).collect();
    ended.sort_unstable();
    assert_eq!(ended, [(0, true), (1, false), (2, false), (3, true), (4, false)]);
    let tries = |url: &str| report.world.attempts.borrow().iter().filter(|href| *href == url).count();
    assert_eq!(urls.map(tries), [1, 0, 1, 3, 4]);
}

#[test]
fn every_item_s_events_begin_with_queued_and_end_with_its_outcome() {
    let plan = plan_of(["https://a.example/10ms/503/ok", "https://a.example/1ms/404", "x"]);
    let report = run(&plan, AT_ONCE);
    let kinds = |item| -> Vec<_> {
        report.events.iter().filter(|event| event.item == item).map(|event| event.kind.clone()).collect()
    };
    let busy = FetchError::Http { status: 503 };
    assert_eq!(
        kinds(0),
        [
            EventKind::Queued,
            EventKind::Started { attempt: 1 },
            EventKind::Retrying { error: busy, resumes: Duration::from_millis(510) },
            EventKind::Started { attempt: 2 },
            EventKind::Headers { declared: Some(3) },
            EventKind::Received { bytes: 3 },
            EventKind::Stored { bytes: 3, crc32: 7, format: Format::Png },
        ]
    );
    let missing = EventKind::Failed { error: FetchError::Http { status: 404 } };
    assert_eq!(kinds(1), [EventKind::Queued, EventKind::Started { attempt: 1 }, missing]);
    assert!(matches!(kinds(2)[..], [EventKind::Queued, EventKind::Failed { error: FetchError::Address(_) }]));
    assert!(report.events.is_sorted_by_key(|event| event.at));
}

#[test]
fn dropping_a_run_aborts_what_is_in_flight() {
    let plan =
        plan_of(["https://a.example/10ms/ok", "https://a.example/99ms/ok", "https://a.example/99ms/ok"]);
    let world = FakeWorld::default();
    world.run(async {
        let mut run = Run::new(&plan, AT_ONCE, &world, &|_| ());
        assert_eq!(run.next().await.unwrap().item, 0);
    });
    assert_eq!((world.in_flight.get(), world.aborted.get()), (0, 2));
}

#[test]
fn an_image_that_waits_for_its_retry_lets_the_next_one_go() {
    let plan = plan_of(["https://a.example/10ms/503/ok", "https://a.example/200ms/ok"]);
    let report = run(&plan, ONE_BY_ONE);
    let order: Vec<_> = report.ended.iter().map(|end| end.item).collect();
    assert_eq!(order, [1, 0]);
    assert_eq!(report.world.now.get(), Duration::from_millis(10 + 500 + 10));
}
