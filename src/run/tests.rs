//! The real driver and schedule, with a fake fetcher and a fake clock: runs of minutes take no time.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::task::{Poll, Waker};
use std::time::Duration;

use futures::future::{Either, select};

use super::*;
use crate::image::Format;
use crate::plan::tests::plan_of;
use crate::plan::{Address, OriginId, Plan};

/// What an address like `https://a.example/200ms/503/503/ok` does: it takes the time, and its
/// attempts end with these in turn, the last one from then on. `503-7` asks to come back in 7 s,
/// `ok-5` is an image of 5 bytes and `short-5` one that ends after them, `full` can't be kept.
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
        reservation: &Reservation,
        progress: &dyn Fn(EventKind),
    ) -> Result<StoredImage<String>, FetchError> {
        self.in_flight.set(self.in_flight.get() + 1);
        self.most_in_flight.set(self.most_in_flight.get().max(self.in_flight.get()));
        let mut guard = InFlight(self, false);
        let (takes, ends) = script(address);
        let before = self.attempts.borrow().iter().filter(|href| **href == address.href).count();
        self.attempts.borrow_mut().push(address.href.clone());
        self.sleep_until(self.now() + takes).await;
        guard.1 = true;
        let (what, number) = match ends[before.min(ends.len() - 1)].split_once('-') {
            Some((what, number)) => (what.to_owned(), Some(number.parse().unwrap())),
            None => (ends[before.min(ends.len() - 1)].clone(), None),
        };
        match what.as_str() {
            "ok" | "short" => {
                let bytes = number.unwrap_or(3);
                reservation.take(bytes)?;
                progress(EventKind::Headers { declared: Some(3) });
                progress(EventKind::Received { bytes });
                Ok(StoredImage {
                    payload: address.href.clone(),
                    bytes,
                    crc32: 7,
                    format: Format::Png,
                    modified: None,
                    is_cut_short: what == "short",
                })
            }
            "network" => Err(FetchError::Network),
            "full" => Err(FetchError::Storage { reason: "no space".into() }),
            status => {
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
}

fn one_by_one() -> Limits {
    Limits { concurrency: 1, ..Limits::default() }
}

struct Report {
    ended: Vec<FinishedItem<String>>,
    events: Vec<Event>,
    world: FakeWorld,
}

fn run(plan: &Plan, limits: Limits) -> Report {
    run_with(plan, limits, |_| ())
}

fn run_with(plan: &Plan, limits: Limits, prepare: impl Fn(&mut Run<'_, FakeWorld>)) -> Report {
    let world = FakeWorld::default();
    let events = RefCell::new(Vec::new());
    let emit = |event| events.borrow_mut().push(event);
    let ended = world.run(async {
        let mut run = Run::new(plan, limits, &world, &emit);
        prepare(&mut run);
        all_of(&mut run).await
    });
    Report { ended, events: events.into_inner(), world }
}

async fn all_of(run: &mut Run<'_, FakeWorld>) -> Vec<FinishedItem<String>> {
    let mut ended = Vec::new();
    while let Some(end) = run.next().await {
        ended.push(end);
    }
    ended
}

/// Drives the run for so long.
async fn drive_until(
    run: &mut Run<'_, FakeWorld>,
    world: &FakeWorld,
    millis: u64,
) -> Vec<FinishedItem<String>> {
    let time = Duration::from_millis(millis);
    let mut ended = Vec::new();
    loop {
        let alarm = pin!(world.sleep_until(time));
        match select(pin!(run.next()), alarm).await {
            Either::Left((Some(end), _)) => ended.push(end),
            Either::Left((None, _)) | Either::Right(_) => return ended,
        }
    }
}

#[test]
fn ten_images_at_once_take_as_long_as_one() {
    let plan = plan_of(["https://a.example/300ms/ok"; 10]);
    let at_once = run(&plan, Limits::default());
    assert_eq!(at_once.world.now.get(), Duration::from_millis(300));
    assert_eq!(at_once.world.most_in_flight.get(), 10);
    let one_by_one = run(&plan, one_by_one());
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
    let report = run(&plan_of(urls), Limits::default());
    let mut ended: Vec<_> = report.ended.iter().map(|end| (end.item, end.outcome.is_ok())).collect();
    ended.sort_unstable();
    assert_eq!(ended, [(0, true), (1, false), (2, false), (3, true), (4, false)]);
    let tries = |url: &str| report.world.attempts.borrow().iter().filter(|href| *href == url).count();
    assert_eq!(urls.map(tries), [1, 0, 1, 3, 4]);
}

#[test]
fn every_item_s_events_begin_with_queued_and_end_with_its_outcome() {
    let plan = plan_of(["https://a.example/10ms/503/ok", "https://a.example/1ms/404", "x"]);
    let report = run(&plan, Limits::default());
    let kinds = |item| -> Vec<_> {
        report.events.iter().filter(|event| event.item == item).map(|event| event.kind.clone()).collect()
    };
    let busy = FetchError::http(503);
    assert_eq!(
        kinds(0),
        [
            EventKind::Queued,
            EventKind::Started { attempt: 1 },
            EventKind::CoolingDown { until: Duration::from_millis(510) },
            EventKind::Retrying { error: busy, resumes: Duration::from_millis(510) },
            EventKind::Started { attempt: 2 },
            EventKind::Headers { declared: Some(3) },
            EventKind::Received { bytes: 3 },
            EventKind::Stored { bytes: 3, crc32: 7, format: Format::Png, is_cut_short: false },
        ]
    );
    let missing = EventKind::Failed { error: FetchError::http(404) };
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
        let mut run = Run::new(&plan, Limits::default(), &world, &|_| ());
        assert_eq!(run.next().await.unwrap().item, 0);
    });
    assert_eq!((world.in_flight.get(), world.aborted.get()), (0, 2));
}

#[test]
fn an_image_that_waits_for_its_retry_lets_the_next_one_go() {
    let plan = plan_of(["https://a.example/10ms/500/ok", "https://a.example/200ms/ok"]);
    let report = run(&plan, one_by_one());
    let order: Vec<_> = report.ended.iter().map(|end| end.item).collect();
    assert_eq!(order, [1, 0]);
    assert_eq!(report.world.now.get(), Duration::from_millis(10 + 500 + 10));
}

#[test]
fn an_origin_that_says_when_to_come_back_is_left_alone_until_then() {
    let plan = plan_of([
        "https://a.example/10ms/429-7/ok",
        "https://a.example/10ms/ok",
        "https://b.example/10ms/ok",
    ]);
    let report = run(&plan, one_by_one());
    let order: Vec<_> = report.ended.iter().map(|end| end.item).collect();
    assert_eq!(order, [2, 0, 1]);
    assert_eq!(report.world.now.get(), Duration::from_millis(7010 + 10 + 10));
    let asked_for_ever = run(&plan_of(["https://a.example/10ms/429-301/ok"]), Limits::default());
    let message = asked_for_ever.ended[0].outcome.as_ref().unwrap_err().to_string();
    assert_eq!(message, "the server answered 429 and asked to wait 6 min: try again after that");
}

#[test]
fn an_image_that_is_cut_short_is_asked_for_once_more_and_kept() {
    let urls = [
        "https://a.example/10ms/short-5/ok",
        "https://a.example/10ms/short-5/short-4",
        "https://a.example/10ms/short-5/404",
        "https://a.example/10ms/short-5/short-6/ok",
    ];
    let plan = plan_of(urls);
    let report = run(&plan, Limits::default());
    let mut kept: Vec<_> = report.ended.iter().map(|end| (end.item, end.outcome.as_ref().unwrap())).collect();
    kept.sort_by_key(|(item, _)| *item);
    let told: Vec<_> = kept.iter().map(|(_, image)| (image.bytes, image.is_cut_short)).collect();
    assert_eq!(told, [(3, false), (5, true), (5, true), (6, true)]);
    assert_eq!(report.world.attempts.borrow().len(), 8);
    let marked = |event: &&Event| matches!(event.kind, EventKind::Stored { is_cut_short: true, .. });
    assert_eq!(report.events.iter().filter(marked).count(), 3);

    let strict = run_with(&plan, Limits::default(), |run| run.reject_truncated());
    let mut ended: Vec<_> = strict.ended.iter().map(|end| (end.item, end.outcome.as_ref().err())).collect();
    ended.sort_by_key(|(item, _)| *item);
    let truncated = |received| FetchError::Truncated { received };
    let expected = [None, Some(truncated(4)), Some(FetchError::http(404)), Some(truncated(6))];
    assert_eq!(ended, [0, 1, 2, 3].map(|item| (item, expected[item].as_ref())));
}

#[test]
fn a_paused_run_starts_nothing_and_forgives_lost_connections() {
    let urls = [
        "https://a.example/10ms/network/network/ok",
        "https://a.example/30ms/ok",
        "https://b.example/10ms/ok",
    ];
    let limits = Limits { concurrency: 2, retry: RetryPolicy { retries: 1 }, ..Limits::default() };
    let (plan, world) = (plan_of(urls), FakeWorld::default());
    world.run(async {
        let mut run = Run::new(&plan, limits, &world, &|_| ());
        assert!(drive_until(&mut run, &world, 5).await.is_empty());
        run.pause();
        // What was in flight still arrives.
        assert_eq!(drive_until(&mut run, &world, 9000).await.len(), 1);
        assert_eq!(world.attempts.borrow().len(), 2);
        run.resume();
        let ended = all_of(&mut run).await;
        assert!(ended.len() == 2 && ended.iter().all(|end| end.outcome.is_ok()), "{ended:?}");
    });
    assert_eq!(world.attempts.borrow().len(), 5);
}

#[test]
fn a_stopped_run_keeps_what_arrived_and_ends_the_rest() {
    let urls = [
        "https://a.example/10ms/ok",
        "https://a.example/99ms/ok",
        "https://a.example/5ms/500/ok",
        "https://a.example/10ms/short-5/ok",
        "nonsense",
    ];
    let limits = Limits { concurrency: 4, ..Limits::default() };
    let (plan, world) = (plan_of(urls), FakeWorld::default());
    world.run(async {
        let mut run = Run::new(&plan, limits, &world, &|_| ());
        let before = drive_until(&mut run, &world, 20).await;
        assert_eq!(before.iter().map(|end| end.item).collect::<Vec<_>>(), [4, 0]);
        run.stop();
        assert_eq!((world.in_flight.get(), world.aborted.get()), (0, 1));
        let after = all_of(&mut run).await;
        let told: Vec<_> = after.iter().map(|end| (end.item, end.outcome.as_ref().err().cloned())).collect();
        assert_eq!(told, [(1, Some(FetchError::Stopped)), (2, Some(FetchError::Stopped)), (3, None)]);
    });
    assert_eq!(world.now.get(), Duration::from_millis(20));
}

#[test]
fn a_run_of_some_items_leaves_the_others_alone() {
    let plan =
        plan_of(["https://a.example/10ms/ok", "x", "https://a.example/20ms/ok", "https://a.example/30ms/ok"]);
    let (world, events) = (FakeWorld::default(), RefCell::new(Vec::new()));
    let emit = |event: Event| events.borrow_mut().push(event.item);
    let ended =
        world.run(async { all_of(&mut Run::of(&plan, &[1, 3], Limits::default(), &world, &emit)).await });
    assert_eq!(ended.iter().map(|end| end.item).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(*world.attempts.borrow(), ["https://a.example/30ms/ok"]);
    assert!(events.borrow().iter().all(|item| [1, 3].contains(item)));
}

#[test]
fn a_host_that_only_refuses_is_given_up_before_all_of_it_was_asked_for() {
    let urls = ["https://a.example/10ms/503"; 500].into_iter().chain(["https://b.example/10ms/ok"]);
    let report = run(&plan_of(urls), Limits { concurrency: 16, ..Limits::default() });
    assert_eq!(report.ended.len(), 501);
    let refused = |end: &&FinishedItem<String>| end.outcome == Err(FetchError::HostRefuses { status: 503 });
    assert!(report.ended.iter().filter(refused).count() > 450);
    assert!(report.ended.iter().any(|end| end.item == 500 && end.outcome.is_ok()));
    assert!(report.world.attempts.borrow().len() < 50);
    assert!(report.world.now.get() < Duration::from_secs(180));
}

/// Each item's bytes, or why it has none, in input order.
fn sizes(report: &Report) -> Vec<Result<u64, FetchError>> {
    let mut ended: Vec<_> = report.ended.iter().collect();
    ended.sort_by_key(|end| end.item);
    let size =
        |end: &&FinishedItem<String>| end.outcome.as_ref().map(|image| image.bytes).map_err(Clone::clone);
    ended.iter().map(size).collect()
}

#[test]
fn an_image_over_its_limit_is_not_asked_for_again_and_costs_no_other() {
    let plan = plan_of(["https://a.example/10ms/ok-11", "https://a.example/10ms/ok-10"]);
    let report = run(&plan, Limits { max_bytes: Some(10), ..Limits::default() });
    assert_eq!(sizes(&report), [Err(FetchError::TooLarge { limit: 10 }), Ok(10)]);
    assert_eq!(report.world.attempts.borrow().len(), 2);
}

#[test]
fn the_rest_is_not_asked_for_once_the_total_is_reached() {
    let urls = [
        "https://a.example/10ms/ok-6",
        "https://a.example/20ms/ok-5",
        "https://a.example/30ms/ok-3",
        "https://a.example/10ms/ok-1",
        "https://a.example/10ms/ok-1",
    ];
    let over = || Err(FetchError::OverTotal { limit: 10 });
    let report =
        run(&plan_of(urls), Limits { concurrency: 3, max_total_bytes: Some(10), ..Limits::default() });
    // The fourth was under way with the second and the third.
    assert_eq!(sizes(&report), [Ok(6), over(), Ok(3), Ok(1), over()]);
    assert_eq!(report.world.attempts.borrow().len(), 4);

    let exactly = run(&plan_of(urls), Limits { max_total_bytes: Some(6), ..one_by_one() });
    assert_eq!(exactly.world.attempts.borrow().len(), 1, "there is no room for another");
    assert_eq!(sizes(&exactly).iter().filter(|end| end.is_ok()).count(), 1);
}

#[test]
fn what_was_kept_before_counts_in_the_total() {
    let plan = plan_of(["https://a.example/10ms/ok-3", "https://a.example/10ms/ok-3"]);
    let after = |kept| {
        run_with(&plan, Limits { max_total_bytes: Some(10), ..one_by_one() }, |run| run.count_kept(kept))
    };
    let over = || Err(FetchError::OverTotal { limit: 10 });
    assert_eq!(sizes(&after(4)), [Ok(3), Ok(3)]);
    assert_eq!(sizes(&after(5)), [Ok(3), over()]);
    let full = after(10);
    assert_eq!((sizes(&full), full.world.attempts.borrow().len()), (vec![over(), over()], 0));
}

#[test]
fn attempts_that_fail_and_images_that_are_cut_short_take_no_room_for_good() {
    let limits = Limits { max_total_bytes: Some(10), ..Limits::default() };
    // Of two that are cut short, the longer one is kept.
    let urls = ["https://a.example/10ms/short-4/short-5", "https://a.example/600ms/ok-5"];
    assert_eq!(sizes(&run(&plan_of(urls), limits)), [Ok(5), Ok(5)]);
    // The second attempt has no room beside the first one, which is better than nothing.
    let urls = ["https://a.example/10ms/short-6/ok-6", "https://a.example/10ms/ok-4"];
    assert_eq!(sizes(&run(&plan_of(urls), limits)), [Ok(6), Ok(4)]);
}

#[test]
fn a_run_whose_storage_fails_again_and_again_asks_for_no_more() {
    let urls = ["https://a.example/10ms/full"; 50];
    let once =
        |in_flight| Limits { concurrency: in_flight, retry: RetryPolicy { retries: 0 }, ..Limits::default() };
    let report = run(&plan_of(urls), once(2));
    let full = Err(FetchError::Storage { reason: "no space".into() });
    assert_eq!(sizes(&report), vec![full; 50]);
    assert_eq!(report.world.attempts.borrow().len(), 6, "five, and the one beside the fifth");
    let now_and_then = ["https://a.example/10ms/full", "https://a.example/10ms/ok"].repeat(9);
    assert_eq!(run(&plan_of(now_and_then), once(1)).world.attempts.borrow().len(), 18);
}
