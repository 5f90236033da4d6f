//! Tests of the real driver and schedule with a fake fetcher and a fake clock: minutes take no time.

use std::cell::RefCell;
use std::pin::pin;
use std::time::Duration;

use futures::future::{Either, select};

use super::fake_world::FakeWorld;
use super::*;
use crate::image::{Format, ImageFacts};
use crate::plan::tests::{NativeText, plan_of};
use crate::plan::{Plan, Request};

pub(super) fn one_by_one() -> Limits {
    Limits { concurrency: 1, ..Limits::default() }
}

pub(super) struct Report {
    pub ended: Vec<FinishedItem<String>>,
    pub events: Vec<Event>,
    pub world: FakeWorld,
}

pub(super) fn run(plan: &Plan, limits: Limits) -> Report {
    run_with(plan, limits, |_| ())
}

pub(super) fn run_with(plan: &Plan, limits: Limits, prepare: impl Fn(&mut Run<'_, FakeWorld>)) -> Report {
    run_in(FakeWorld::default(), plan, limits, prepare)
}

pub(super) fn run_in(
    world: FakeWorld,
    plan: &Plan,
    limits: Limits,
    prepare: impl Fn(&mut Run<'_, FakeWorld>),
) -> Report {
    let events = RefCell::new(Vec::new());
    let emit = |event| events.borrow_mut().push(event);
    let ended = world.run(async {
        let mut run = Run::new(plan, limits, &world, &emit);
        prepare(&mut run);
        all_of(&mut run).await
    });
    Report { ended, events: events.into_inner(), world }
}

pub(super) async fn all_of(run: &mut Run<'_, FakeWorld>) -> Vec<FinishedItem<String>> {
    let mut ended = Vec::new();
    while let Some(end) = run.next().await {
        ended.push(end);
    }
    ended
}

/// Drives the run until this time, and returns the items that have ended.
pub(super) async fn drive_until(
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
fn ten_concurrent_images_take_as_long_as_one() {
    let plan = plan_of(["https://a.example/300ms/ok"; 10]);
    let at_once = run(&plan, Limits::default());
    assert_eq!(at_once.world.now.get(), Duration::from_millis(300));
    assert_eq!(at_once.world.max_in_flight.get(), 10);
    let one_by_one = run(&plan, one_by_one());
    assert_eq!(one_by_one.world.now.get(), Duration::from_millis(3000));
    assert_eq!(one_by_one.world.max_in_flight.get(), 1);
}

#[test]
fn every_item_ends_exactly_once() {
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
    let attempts = |url: &str| report.world.attempts.borrow().iter().filter(|href| *href == url).count();
    assert_eq!(urls.map(attempts), [1, 0, 1, 3, 4]);
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
            EventKind::Headers { declared: None },
            EventKind::CoolingDown { until: Duration::from_millis(510), quota: None },
            EventKind::Retrying { error: busy, resumes: Duration::from_millis(510) },
            EventKind::Started { attempt: 2 },
            EventKind::Headers { declared: Some(3) },
            EventKind::Received { bytes: 3 },
            EventKind::Stored(ImageFacts::new(3, 7, Format::Png)),
        ]
    );
    let missing = EventKind::Failed { error: FetchError::http(404) };
    let headers = EventKind::Headers { declared: None };
    assert_eq!(kinds(1), [EventKind::Queued, EventKind::Started { attempt: 1 }, headers, missing]);
    assert!(matches!(kinds(2)[..], [EventKind::Queued, EventKind::Failed { error: FetchError::Address(_) }]));
    assert!(report.events.is_sorted_by_key(|event| event.at));
}

#[test]
fn dropping_a_run_aborts_its_requests() {
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
fn an_image_that_waits_for_its_retry_frees_its_slot() {
    let plan = plan_of(["https://a.example/10ms/500/ok", "https://a.example/200ms/ok"]);
    let report = run(&plan, one_by_one());
    let order: Vec<_> = report.ended.iter().map(|end| end.item).collect();
    assert_eq!(order, [1, 0]);
    assert_eq!(report.world.now.get(), Duration::from_millis(10 + 500 + 10));
}

#[test]
fn an_origin_that_sends_retry_after_gets_no_request_before() {
    let plan = plan_of([
        "https://a.example/10ms/429-7/ok",
        "https://a.example/10ms/ok",
        "https://b.example/10ms/ok",
    ]);
    let report = run(&plan, one_by_one());
    let order: Vec<_> = report.ended.iter().map(|end| end.item).collect();
    assert_eq!(order, [2, 0, 1]);
    assert_eq!(report.world.now.get(), Duration::from_millis(7010 + 10 + 10));
    let asked_for_too_long = run(&plan_of(["https://a.example/10ms/429-301/ok"]), Limits::default());
    let message = asked_for_too_long.ended[0].outcome.as_ref().unwrap_err().to_string();
    assert_eq!(message, "the server answered 429 and said to wait 6 min: try again after that");
}

#[test]
fn an_image_that_is_cut_short_is_retried_once_and_kept() {
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
    let seen: Vec<_> = kept.iter().map(|(_, image)| (image.facts.bytes, image.facts.is_cut_short)).collect();
    assert_eq!(seen, [(3, false), (5, true), (5, true), (6, true)]);
    assert_eq!(report.world.attempts.borrow().len(), 8);
    let marked = |event: &&Event| matches!(&event.kind, EventKind::Stored(facts) if facts.is_cut_short);
    assert_eq!(report.events.iter().filter(marked).count(), 3);

    let strict = run_with(&plan, Limits::default(), |run| run.reject_truncated());
    let mut ended: Vec<_> = strict.ended.iter().map(|end| (end.item, end.outcome.as_ref().err())).collect();
    ended.sort_by_key(|(item, _)| *item);
    let truncated = |received| FetchError::Truncated { received };
    let expected = [None, Some(truncated(4)), Some(FetchError::http(404)), Some(truncated(6))];
    assert_eq!(ended, [0, 1, 2, 3].map(|item| (item, expected[item].as_ref())));
}

#[test]
fn a_paused_run_starts_nothing_and_does_not_count_lost_connections() {
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
        // Attempts in flight continue.
        assert_eq!(drive_until(&mut run, &world, 9000).await.len(), 1);
        assert_eq!(world.attempts.borrow().len(), 2);
        run.resume();
        let ended = all_of(&mut run).await;
        assert!(ended.len() == 2 && ended.iter().all(|end| end.outcome.is_ok()), "{ended:?}");
    });
    assert_eq!(world.attempts.borrow().len(), 5);
}

#[test]
fn a_stopped_run_keeps_what_has_arrived_and_ends_the_rest() {
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
        let seen: Vec<_> = after.iter().map(|end| (end.item, end.outcome.as_ref().err().cloned())).collect();
        assert_eq!(seen, [(1, Some(FetchError::Stopped)), (2, Some(FetchError::Stopped)), (3, None)]);
    });
    assert_eq!(world.now.get(), Duration::from_millis(20));
}

#[test]
fn a_skipped_item_ends_and_a_restarted_one_is_asked_for_again_after_the_others() {
    let urls = [
        "https://a.example/9999ms/ok",
        "https://a.example/9998ms/ok",
        "https://a.example/10ms/ok",
        "https://a.example/20ms/ok",
    ];
    let (plan, world) = (plan_of(urls), FakeWorld::default());
    world.run(async {
        let retried = RefCell::new(Vec::new());
        let emit = |event: Event| {
            if let EventKind::Retrying { error, .. } = event.kind {
                retried.borrow_mut().push((event.item, error));
            }
        };
        let mut run = Run::new(&plan, Limits { concurrency: 2, ..Limits::default() }, &world, &emit);
        assert!(drive_until(&mut run, &world, 5).await.is_empty());
        run.skip(0);
        run.restart(1);
        // What has ended already stays as it is, and what is not in flight can't be broken off.
        run.skip(0);
        run.restart(3);
        let ended = all_of(&mut run).await;
        let seen: Vec<_> = ended.iter().map(|end| (end.item, end.outcome.as_ref().err().cloned())).collect();
        assert_eq!(seen, [(0, Some(FetchError::Skipped)), (2, None), (3, None), (1, None)]);
        assert_eq!(retried.take(), [(1, FetchError::Restarted)]);
    });
    assert_eq!(world.aborted.get(), 2);
    assert_eq!(world.attempts.borrow().last().unwrap(), urls[1]);
}

#[test]
fn a_run_of_some_items_does_not_touch_the_others() {
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
fn a_host_that_only_refuses_is_closed_before_all_its_images_are_requested() {
    let urls = ["https://a.example/10ms/503"; 500].into_iter().chain(["https://b.example/10ms/ok"]);
    let report = run(&plan_of(urls), Limits { concurrency: 16, ..Limits::default() });
    assert_eq!(report.ended.len(), 501);
    let refused = |end: &&FinishedItem<String>| end.outcome == Err(FetchError::HostRefuses { status: 503 });
    assert!(report.ended.iter().filter(refused).count() > 450);
    assert!(report.ended.iter().any(|end| end.item == 500 && end.outcome.is_ok()));
    assert!(report.world.attempts.borrow().len() < 50);
    assert!(report.world.now.get() < Duration::from_secs(180));
}

/// The size of each item's image, or why it has none, in input order.
fn sizes(report: &Report) -> Vec<Result<u64, FetchError>> {
    let mut ended: Vec<_> = report.ended.iter().collect();
    ended.sort_by_key(|end| end.item);
    let size = |end: &&FinishedItem<String>| {
        end.outcome.as_ref().map(|image| image.facts.bytes).map_err(Clone::clone)
    };
    ended.iter().map(size).collect()
}

#[test]
fn an_image_over_its_limit_is_not_retried_and_costs_no_other_image() {
    let plan = plan_of(["https://a.example/10ms/ok-11", "https://a.example/10ms/ok-10"]);
    let report = run(&plan, Limits { max_bytes: Some(10), ..Limits::default() });
    assert_eq!(sizes(&report), [Err(FetchError::TooLarge { limit: 10 }), Ok(10)]);
    assert_eq!(report.world.attempts.borrow().len(), 2);
}

#[test]
fn once_the_total_is_reached_the_rest_is_not_requested() {
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
    // The fourth was in flight together with the second and the third.
    assert_eq!(sizes(&report), [Ok(6), over(), Ok(3), Ok(1), over()]);
    assert_eq!(report.world.attempts.borrow().len(), 4);

    let exactly = run(&plan_of(urls), Limits { max_total_bytes: Some(6), ..one_by_one() });
    assert_eq!(exactly.world.attempts.borrow().len(), 1, "no other image would fit");
    assert_eq!(sizes(&exactly).iter().filter(|end| end.is_ok()).count(), 1);
}

#[test]
fn images_of_an_earlier_run_count_in_the_total() {
    let plan = plan_of(["https://a.example/10ms/ok-3", "https://a.example/10ms/ok-3"]);
    let after = |kept| {
        run_with(&plan, Limits { max_total_bytes: Some(10), ..one_by_one() }, |run| run.count_stored(kept))
    };
    let over = || Err(FetchError::OverTotal { limit: 10 });
    assert_eq!(sizes(&after(4)), [Ok(3), Ok(3)]);
    assert_eq!(sizes(&after(5)), [Ok(3), over()]);
    let full = after(10);
    assert_eq!((sizes(&full), full.world.attempts.borrow().len()), (vec![over(), over()], 0));
}

#[test]
fn failed_attempts_and_replaced_images_release_their_bytes() {
    let limits = Limits { max_total_bytes: Some(10), ..Limits::default() };
    // Of two images that are cut short, the longer one is kept.
    let urls = ["https://a.example/10ms/short-4/short-5", "https://a.example/600ms/ok-5"];
    assert_eq!(sizes(&run(&plan_of(urls), limits)), [Ok(5), Ok(5)]);
    // The second attempt does not fit beside the first one, which is better than nothing.
    let urls = ["https://a.example/10ms/short-6/ok-6", "https://a.example/10ms/ok-4"];
    assert_eq!(sizes(&run(&plan_of(urls), limits)), [Ok(6), Ok(4)]);
}

#[test]
fn a_run_whose_storage_fails_repeatedly_requests_no_more_images() {
    let urls = ["https://a.example/10ms/full"; 50];
    let once =
        |in_flight| Limits { concurrency: in_flight, retry: RetryPolicy { retries: 0 }, ..Limits::default() };
    let report = run(&plan_of(urls), once(2));
    let full = Err(FetchError::Storage { reason: "no space".into() });
    assert_eq!(sizes(&report), vec![full; 50]);
    assert_eq!(
        report.world.attempts.borrow().len(),
        6,
        "five, and the one that was in flight with the fifth"
    );
    let now_and_then = ["https://a.example/10ms/full", "https://a.example/10ms/ok"].repeat(9);
    assert_eq!(run(&plan_of(now_and_then), once(1)).world.attempts.borrow().len(), 18);
}

#[test]
fn a_fallback_is_asked_when_the_address_before_it_has_failed_for_good() {
    let requests = [
        ("https://a.example/10ms/404", vec!["https://b.example/10ms/404", "https://c.example/10ms/ok"]),
        ("https://a.example/10ms/ok", vec!["https://b.example/10ms/ok"]),
        ("https://a.example/10ms/500/500", vec!["https://b.example/10ms/500/ok"]),
        ("https://a.example/10ms/404", vec!["https://b.example/10ms/403"]),
        ("https://a.example/10ms/short-5/short-5", vec!["https://b.example/10ms/ok"]),
    ];
    let requests = requests.map(|(text, fallbacks)| Request {
        fallbacks: fallbacks.into_iter().map(str::to_owned).collect(),
        ..Request::new(text)
    });
    let plan = Plan::new(requests, &NativeText);
    let limits = Limits { retry: RetryPolicy { retries: 1 }, ..Limits::default() };
    let report = run_with(&plan, limits, |run| run.reject_truncated());
    let mut ended: Vec<_> = report.ended.iter().collect();
    ended.sort_by_key(|end| end.item);
    let sources: Vec<_> = ended
        .iter()
        .map(|end| end.outcome.as_ref().map(|image| image.facts.final_url.as_deref()).map_err(Clone::clone))
        .collect();
    let expected = [
        Ok(Some("https://c.example/10ms/ok")),
        Ok(None),
        Ok(Some("https://b.example/10ms/500/ok")),
        Err(FetchError::http(403)),
        Ok(Some("https://b.example/10ms/ok")),
    ];
    assert_eq!(sources, expected);
    // Each address has the retries that it would have alone.
    let attempts = |item| {
        report
            .events
            .iter()
            .filter(|event| event.item == item && matches!(event.kind, EventKind::Started { .. }))
            .count()
    };
    assert_eq!([0, 1, 2, 3, 4].map(attempts), [3, 1, 4, 2, 3]);
}

#[test]
fn items_of_a_closed_origin_ask_their_fallbacks() {
    let requests = (0..8).map(|_| Request {
        fallbacks: vec!["https://b.example/10ms/ok".into()],
        ..Request::new("https://a.example/10ms/429")
    });
    let plan = Plan::new(requests, &NativeText);
    let report = run(&plan, Limits { concurrency: 2, ..Limits::default() });
    assert!(report.ended.iter().all(|end| end.outcome.is_ok()), "{:?}", report.ended);
}
