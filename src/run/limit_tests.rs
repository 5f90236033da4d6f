//! Tests of hosts that limit requests, by the time or at once: the real driver and schedule, with a fake fetcher and
//! a fake clock.

use std::cmp::Reverse;
use std::time::Duration;

use super::fake_world::FakeWorld;
use super::origin_state::OriginState;
use super::tests::{Report, run_in};
use super::*;
use crate::plan::Plan;
use crate::plan::tests::plan_of;

fn images(count: usize, script: &str) -> Plan {
    let urls: Vec<_> = (0..count).map(|number| format!("https://a.example/{script}?{number}")).collect();
    plan_of(urls.iter().map(String::as_str))
}

fn seconds(time: f64) -> Duration {
    Duration::from_secs_f64(time)
}

fn run(world: FakeWorld, plan: &Plan) -> Report {
    run_in(world, plan, Limits::default(), |run| run.adapt_concurrency())
}

fn by_window(most: usize, length: f64) -> FakeWorld {
    let mut world = FakeWorld::http1();
    world.window = Some((most, seconds(length)));
    world
}

fn failures(report: &Report) -> Vec<(usize, &FetchError)> {
    report.ended.iter().filter_map(|end| Some((end.item, end.outcome.as_ref().err()?))).collect()
}

fn requests(report: &Report) -> usize {
    report.world.sent.borrow().len()
}

#[test]
fn everything_arrives_from_a_host_that_answers_ten_requests_in_ten_seconds() {
    let report = run(by_window(10, 10.0), &images(40, "50ms/ok"));
    assert_eq!(failures(&report), []);
    let (time, requests) = (report.world.now.get(), requests(&report));
    assert!(time < seconds(60.0), "{time:?}");
    assert!(requests < 75, "{requests}");
}

#[test]
fn everything_arrives_from_a_host_that_answers_twenty_requests_a_minute() {
    let report = run(by_window(20, 60.0), &images(60, "300ms/ok"));
    assert_eq!(failures(&report), []);
    assert!(report.world.now.get() < seconds(150.0), "{:?}", report.world.now);
}

#[test]
fn every_limit_by_the_time_brings_everything_home() {
    for (most, length) in
        [(1, 0.3), (1, 1.0), (2, 1.0), (3, 10.0), (5, 0.7), (7, 25.0), (100, 60.0), (30, 2.0)]
    {
        for script in ["50ms/ok", "900ms/ok"] {
            for concurrency in [1, 2, 6, 96] {
                let limits = Limits { concurrency, ..Limits::default() };
                let plan = images(most * 4 + 3, script);
                let report = run_in(by_window(most, length), &plan, limits, |run| run.adapt_concurrency());
                let about = format!("{most} in {length} s, {script}, {concurrency} at once");
                assert_eq!(failures(&report), [], "{about}");
                let without = Duration::from_millis(950) * plan.len() as u32 / concurrency.min(6) as u32;
                let best = (seconds(length) * 4).max(without);
                assert!(report.world.now.get() <= best * 3 + seconds(4.0), "{about}: {:?}", report.world.now);
            }
        }
    }
}

#[test]
fn a_long_list_keeps_to_the_pace_that_it_has_learnt() {
    let report = run(by_window(10, 10.0), &images(1000, "50ms/ok"));
    assert_eq!(failures(&report), []);
    // A hundred windows, if all were known and full.
    assert!(report.world.now.get() < seconds(1250.0), "{:?}", report.world.now);
    assert!(requests(&report) < 1150, "{}", requests(&report));
    let mut quotas = report.events.iter().filter_map(|event| match event.kind {
        EventKind::CoolingDown { quota, .. } => quota,
        _ => None,
    });
    let last = quotas.next_back().unwrap();
    assert!(last.window >= seconds(10.0) && last.window < seconds(12.0), "{last:?}");
}

#[test]
fn an_image_that_is_refused_by_itself_runs_out_of_attempts() {
    for status in [429, 503] {
        let urls = ["https://a.example/50ms/ok"; 30];
        let own = format!("https://a.example/50ms/{status}");
        let plan = plan_of(urls.into_iter().chain([own.as_str()]).chain(["https://a.example/50ms/ok"; 300]));
        let report = run(FakeWorld::http1(), &plan);
        assert_eq!(failures(&report), [(30, &FetchError::http(status))]);
        let asked = report.world.attempts.borrow().iter().filter(|href| **href == own).count();
        assert!((4..=6).contains(&asked), "{asked}");
    }
}

#[test]
fn an_address_that_always_answers_503_fails_in_seconds_where_its_host_answers_the_others() {
    let gone: Vec<_> = (0..10).map(|number| format!("https://a.example/50ms/404?{number}")).collect();
    let (gone, busy) = (gone.iter().map(String::as_str), "https://a.example/50ms/503");
    let ok = ["https://a.example/50ms/ok"; 30];
    let lists: [Vec<&str>; 4] = [
        gone.clone().chain([busy]).collect(),
        [busy].into_iter().chain(gone.clone()).collect(),
        ok[..1].iter().copied().chain(gone).chain([busy]).collect(),
        ok.into_iter().chain([busy]).collect(),
    ];
    for list in lists {
        let report = run(FakeWorld::http1(), &plan_of(list.iter().copied()));
        let item = list.iter().position(|href| *href == busy).unwrap();
        assert!(failures(&report).contains(&(item, &FetchError::http(503))), "{list:?}");
        let asked = report.world.attempts.borrow().iter().filter(|href| **href == busy).count();
        assert!((4..=5).contains(&asked), "{asked} of {list:?}");
        assert!(report.world.now.get() < seconds(10.0), "{:?} for {list:?}", report.world.now);
    }
}

#[test]
fn everything_arrives_from_a_host_that_limits_by_the_time_with_503() {
    for count in [12, 40] {
        let mut world = by_window(10, 10.0);
        world.refuses_with = 503;
        let report = run(world, &images(count, "50ms/ok"));
        assert_eq!(failures(&report), []);
        assert!(report.world.now.get() < seconds(60.0), "{:?}", report.world.now);
    }
}

#[test]
fn a_caller_who_wants_no_retries_gets_none() {
    let limits = Limits { retry: RetryPolicy { retries: 0 }, ..Limits::default() };
    let plan = images(16, "50ms/ok");
    let report = run_in(by_window(10, 10.0), &plan, limits, |_| ());
    assert_eq!((failures(&report).len(), requests(&report)), (6, 16));
}

#[test]
fn a_host_that_breaks_off_more_than_two_at_once_gets_two() {
    for (most, script) in [(2, "3000ms/ok"), (2, "20ms/ok"), (1, "500ms/ok"), (4, "500ms/ok")] {
        let mut world = FakeWorld::http1();
        world.most = Some(most);
        let report = run(world, &images(40, script));
        assert_eq!(failures(&report), [], "{most}");
        assert!(requests(&report) < 100, "{most}: {}", requests(&report));
    }
}

#[test]
fn an_image_that_is_always_broken_off_runs_out_of_attempts_and_slows_no_other() {
    let urls = ["https://a.example/50ms/ok"; 5].into_iter().chain(["https://a.example/50ms/network"]);
    let plan = plan_of(urls.chain(["https://a.example/50ms/ok"; 300]));
    let report = run(FakeWorld::http1(), &plan);
    assert_eq!(failures(&report), [(5, &FetchError::Network)]);
    assert_eq!(report.world.attempts.borrow().iter().filter(|href| href.ends_with("network")).count(), 4);
    assert!(report.world.now.get() < seconds(6.0), "{:?}", report.world.now);
}

#[test]
fn a_dead_host_is_asked_for_each_image_four_times_and_not_one_by_one() {
    let report = run(FakeWorld::http1(), &images(200, "1000ms/network"));
    assert_eq!(failures(&report).len(), 200);
    assert!(report.world.attempts.borrow().len() <= 800);
    // Eight hundred requests, six at once.
    assert!(report.world.now.get() < seconds(160.0), "{:?}", report.world.now);
}

#[test]
fn an_attempt_that_brings_more_of_an_image_is_not_counted() {
    let plan = plan_of(["https://a.example/10ms/grow-12", "https://a.example/10ms/break"]);
    let report = run(FakeWorld::http1(), &plan);
    assert_eq!(failures(&report), [(1, &FetchError::Interrupted { received: 1 })]);
    assert_eq!(report.world.attempts.borrow().len(), 12 + 4);
    assert_eq!(report.world.discarded.borrow().len(), 1);
}

#[test]
fn answers_of_a_host_that_breaks_off_before_they_are_read_are_not_counted_up_to_ten_in_a_row() {
    let plan = plan_of(["https://a.example/10ms/lost/lost/lost/lost/lost/ok", "https://b.example/10ms/lost"]);
    let report = run(FakeWorld::http1(), &plan);
    assert_eq!(failures(&report), [(1, &FetchError::Interrupted { received: 0 })]);
    let attempts = report.world.attempts.borrow();
    let at = |host: &str| attempts.iter().filter(|href| href.contains(host)).count();
    assert_eq!((at("a.example"), at("b.example")), (6, 10 + 4));
}

/// How many more requests an origin may have at once.
fn places(origin: &mut OriginState, now: Duration) -> usize {
    origin.ready.extend((0..100).map(Reverse));
    let mut begun = 0;
    while origin.rank().is_some() {
        origin.begin(now);
        begun += 1;
    }
    begun
}

#[test]
fn a_connection_that_is_lost_with_all_its_requests_halves_them_in_whatever_order_they_fail() {
    let oldest_first: Vec<usize> = (0..16).collect();
    let youngest_first: Vec<usize> = (0..16).rev().collect();
    let mixed: Vec<usize> = (0..16).map(|place| place * 7 % 16).collect();
    for order in [oldest_first, youngest_first, mixed] {
        for has_served in [true, false] {
            let mut origin = OriginState::new(16, false);
            origin.has_served = has_served;
            let begun: Vec<_> = (0..16).map(|ms| origin.begin(Duration::from_millis(ms))).collect();
            let mut next = None;
            for (number, place) in order.iter().enumerate() {
                origin.end(begun[*place]);
                let now = Duration::from_millis(100 + number as u64);
                origin.failed(&FetchError::Network, 0, begun[*place], &RetryPolicy { retries: 3 }, now);
                // The first place that is free is taken at once, on another connection.
                next.get_or_insert_with(|| origin.begin(now));
            }
            origin.end(next.unwrap());
            let places = places(&mut origin, seconds(1.0));
            // Of a host that has never served any, nothing is known: it may be dead.
            let least = if has_served { 6..=8 } else { 6..=16 };
            assert!(least.contains(&places), "{order:?}: {places}");
        }
    }
}
