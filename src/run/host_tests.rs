//! Tests of several hosts in one run, of slow ones, and of the time that one image may take: the real driver and
//! schedule, with a fake fetcher that has six connections to each host, and a fake clock.

use std::collections::BTreeMap;
use std::time::Duration;

use super::fake_world::FakeWorld;
use super::tests::{Report, all_of, drive_until, run_in};
use super::*;
use crate::plan::tests::plan_of;
use crate::plan::{Address, Plan, SignIn};

/// The list that names each host's images after those of the host before.
fn listed(hosts: &[(&str, usize, &str)]) -> Plan {
    let urls: Vec<_> = hosts
        .iter()
        .flat_map(|(host, count, script)| {
            (0..*count).map(move |number| format!("https://{host}.example/{script}?{number}"))
        })
        .collect();
    plan_of(urls.iter().map(String::as_str))
}

fn run(plan: &Plan) -> Report {
    run_within(FakeWorld::http1(), plan, Limits::default())
}

/// A run that finds its concurrency, within limits.
fn run_within(world: FakeWorld, plan: &Plan, limits: Limits) -> Report {
    run_in(world, plan, limits, |run| run.adapt_concurrency())
}

/// A run with a concurrency that its caller has chosen.
fn run_at(plan: &Plan, concurrency: usize) -> Report {
    run_in(FakeWorld::http1(), plan, Limits { concurrency, ..Limits::default() }, |_| ())
}

fn host_of(href: &str) -> &str {
    href.split(['/', '.']).nth(2).unwrap()
}

fn seconds(time: f64) -> Duration {
    Duration::from_secs_f64(time)
}

/// The time at which the last image of a host has arrived.
fn done_at(report: &Report, plan: &Plan, host: &str) -> Duration {
    let events = report.events.iter();
    let of_host = events.filter(|event| {
        let address = plan.address(event.item, 0).unwrap();
        matches!(event.kind, EventKind::Stored(_)) && host_of(&address.href) == host
    });
    of_host.map(|event| event.at).max().unwrap()
}

fn slow_items(report: &Report) -> Vec<usize> {
    let events = report.events.iter().filter(|event| matches!(event.kind, EventKind::Slow { .. }));
    events.map(|event| event.item).collect()
}

fn all_stored(report: &Report) -> bool {
    report.ended.iter().all(|end| end.outcome.is_ok())
}

#[test]
fn three_hosts_that_are_listed_one_after_the_other_take_as_long_as_one() {
    let plan = listed(&[("a", 60, "500ms/ok"), ("b", 60, "500ms/ok"), ("c", 60, "500ms/ok")]);
    let report = run(&plan);
    assert!(all_stored(&report));
    // Ten times six images to each of them, which is what plain fetching takes.
    assert_eq!(report.world.now.get(), seconds(5.0));
    let sent = report.world.sent.borrow();
    let first: Vec<_> = sent.iter().take(18).map(|(at, href)| (*at, host_of(href))).collect();
    assert_eq!(first[..4].iter().map(|(_, host)| *host).collect::<String>(), "abca", "in the list's order");
    assert!(first.iter().all(|(at, _)| at.is_zero()), "{first:?}");
}

#[test]
fn a_request_that_only_waits_in_the_browser_takes_no_slot_of_another_host() {
    let plan = listed(&[("a", 60, "500ms/ok"), ("b", 60, "500ms/ok"), ("c", 60, "500ms/ok")]);
    let report = run_at(&plan, 18);
    assert_eq!((report.world.max_in_flight.get(), report.world.now.get()), (18, seconds(5.0)));
    // Of many hosts, none has a request in the queue while another has a connection free.
    let hosts: Vec<String> = (0..40).map(|number| format!("h{number}")).collect();
    let many: Vec<_> = hosts.iter().map(|host| (host.as_str(), 6, "500ms/ok")).collect();
    assert_eq!(run(&listed(&many)).world.now.get(), seconds(1.5), "240 images, 96 at once");
}

#[test]
fn no_host_starves_and_a_single_request_at_a_time_follows_the_list() {
    let plan = listed(&[("a", 20, "10ms/ok"), ("b", 2, "10ms/ok"), ("c", 2, "10ms/ok")]);
    let order = |concurrency| -> String {
        let report = run_at(&plan, concurrency);
        let sent = report.world.sent.borrow();
        sent.iter().map(|(_, href)| host_of(href).to_owned()).collect()
    };
    assert_eq!(order(1), "a".repeat(20) + "bbcc");
    assert_eq!(&order(2)[..8], "abcabcaa");
}

#[test]
fn twenty_trickling_images_of_one_host_do_not_hold_up_another_host() {
    for slow in [6, 16, 20] {
        let plan = listed(&[("a", slow, "100ms/drip-3600"), ("b", 30, "100ms/ok")]);
        let report = run(&plan);
        assert_eq!(done_at(&report, &plan, "b"), seconds(0.5), "{slow}");
        assert!(all_stored(&report), "a slow image continues when only slow ones are left");
    }
}

#[test]
fn slow_images_hold_at_most_half_of_their_host_s_slots_while_others_wait() {
    let plan = listed(&[("a", 20, "0ms/drip-3600")]);
    let urls: Vec<_> = plan.items().iter().map(|item| item.address.as_ref().unwrap().href.clone()).collect();
    let fast = (0..30).map(|number| format!("https://a.example/500ms/ok?{number}"));
    let urls: Vec<_> = urls.into_iter().chain(fast).collect();
    let plan = plan_of(urls.iter().map(String::as_str));
    let report = run(&plan);
    assert!(all_stored(&report));
    let last_fast = report.ended.iter().position(|end| end.item >= 20).unwrap();
    assert!(report.ended[last_fast..last_fast + 30].iter().all(|end| end.item >= 20), "they end before");
    // Six are slow after 30 s; three of them make room, and so on until all 20 have been seen.
    let seen = slow_items(&report);
    assert_eq!(seen[..6], [0, 1, 2, 3, 4, 5]);
    let fast_at = report.events.iter().filter(|event| event.item >= 20);
    let fast_at =
        fast_at.filter(|event| matches!(event.kind, EventKind::Stored(_))).map(|event| event.at).max();
    assert!(fast_at.unwrap() < seconds(200.0), "{fast_at:?}");
    let broken_off = |item: usize| {
        let of_item = report.events.iter().filter(|event| event.item == item);
        of_item.filter(|event| matches!(event.kind, EventKind::Retrying { .. })).count()
    };
    assert_eq!([0, 1, 2].map(broken_off), [0, 0, 0], "half of six continue");
    assert!((3..18).all(|item| broken_off(item) >= 1));
    // The attempts that were broken off do not count as failed.
    assert!(report.world.aborted.get() >= 15);
}

#[test]
fn limits_of_the_caller_hold_and_slow_images_make_room_for_others() {
    for concurrency in [1, 2, 4] {
        let plan = listed(&[("a", 6, "0ms/drip-900"), ("b", 20, "500ms/ok")]);
        let report = run_at(&plan, concurrency);
        assert!(all_stored(&report));
        assert_eq!(report.world.max_in_flight.get(), concurrency);
        assert!(done_at(&report, &plan, "b") < done_at(&report, &plan, "a"));
        assert!(done_at(&report, &plan, "b") < seconds(200.0), "{concurrency}");
    }
    // Beside a limit for each host.
    let plan = plan_of(
        ["https://a.example/0ms/drip-900?1", "https://a.example/0ms/drip-900?2"]
            .into_iter()
            .chain(["https://a.example/500ms/ok"; 20]),
    );
    let limits = Limits { per_origin: 2, ..Limits::default() };
    let report = run_within(FakeWorld::http1(), &plan, limits);
    assert_eq!((all_stored(&report), report.world.max_in_flight.get()), (true, 2));
    assert_eq!(report.ended.iter().position(|end| end.item < 2), Some(20));
}

#[test]
fn a_host_that_is_asked_in_the_user_s_name_is_asked_gently_and_others_are_not() {
    let sign_in = SignIn { hosts: vec!["a.example".into()], at_once: 4 };
    let signed_in = listed(&[("a", 20, "500ms/ok")]).with_sign_in(sign_in.clone());
    let report = run(&signed_in);
    assert_eq!((all_stored(&report), report.world.max_in_flight.get()), (true, 4));
    let report = run(&listed(&[("b", 20, "500ms/ok")]).with_sign_in(sign_in));
    assert!(all_stored(&report) && report.world.max_in_flight.get() > 4);
}

#[test]
fn a_slow_image_costs_no_attempt_and_is_reported_once() {
    let plan = listed(&[("a", 1, "0ms/drip-100"), ("b", 1, "0ms/ok")]);
    let report = run(&plan);
    let of_item: Vec<_> =
        report.events.iter().filter(|event| event.item == 0).map(|event| event.kind.clone()).collect();
    let slow = EventKind::Slow { bytes_per_second: 1 };
    assert_eq!(of_item.iter().filter(|kind| **kind == slow).count(), 1);
    assert_eq!(of_item.iter().filter(|kind| matches!(kind, EventKind::Started { .. })).count(), 1);
    let off = Limits { min_bytes_per_second: 0, ..Limits::default() };
    let report = run_within(FakeWorld::http1(), &plan, off);
    assert!(slow_items(&report).is_empty());
}

#[test]
fn the_time_of_one_image_ends_it_with_what_has_arrived() {
    let plan = listed(&[("a", 1, "0ms/drip-900"), ("a", 1, "10ms/500"), ("b", 1, "0ms/ok")]);
    let limits = Limits { image_timeout: Some(seconds(60.0)), ..Limits::default() };
    let report = run_within(FakeWorld::http1(), &plan, limits);
    let outcomes: BTreeMap<_, _> =
        report.ended.iter().map(|end| (end.item, end.outcome.as_ref().map(|_| ()))).collect();
    let error = outcomes[&0].unwrap_err();
    assert_eq!(error.kind(), "timeout");
    assert_eq!(
        error.to_string(),
        "only 60 bytes arrived in 60 s (1 bytes a second): try again later, or allow more time"
    );
    assert_eq!(outcomes[&1], Err(&FetchError::http(500)));
    assert!(outcomes[&2].is_ok());
    assert_eq!((report.world.now.get(), report.world.aborted.get()), (seconds(60.0), 1));

    // An image that waits for its retry ends in time, too.
    let plan = plan_of(["https://a.example/0ms/503-200/ok", "https://b.example/0ms/ok"]);
    let report = run_within(FakeWorld::http1(), &plan, limits);
    assert_eq!((report.ended.len(), report.world.now.get()), (2, seconds(60.0)));
    assert!(report.ended[1].outcome.is_err());
}

#[test]
fn a_stopped_run_and_one_that_is_dropped_abort_slow_images() {
    let plan = listed(&[("a", 3, "0ms/drip-900")]);
    let world = FakeWorld::http1();
    world.run(async {
        let mut run = Run::new(&plan, Limits::default(), &world, &|_| ());
        let ended = drive_until(&mut run, &world, 40_000).await;
        assert!(ended.is_empty());
        run.stop();
        assert_eq!(all_of(&mut run).await.len(), 3);
    });
    assert_eq!(world.aborted.get(), 3);
}

#[test]
fn a_host_that_answers_many_at_once_may_have_as_many_slow_ones() {
    for is_multiplexed in [None, Some(true)] {
        // Over HTTP/2 all of them are answered, whatever came before.
        let mut world = FakeWorld::default();
        world.is_multiplexed = is_multiplexed;
        let plan = plan_of(
            (["https://a.example/100ms/ok"].into_iter())
                .chain(["https://a.example/0ms/drip-900"; 7])
                .chain(["https://a.example/500ms/ok"; 40]),
        );
        let report = run_within(world, &plan, Limits::default());
        assert!(all_stored(&report));
        assert_eq!(report.world.aborted.get(), 0, "{is_multiplexed:?}: nobody was held up");
    }
}

#[test]
fn a_host_that_is_known_to_serve_many_at_once_gets_what_it_can_use() {
    let plan = listed(&[("a", 60, "500ms/ok"), ("b", 60, "500ms/ok"), ("c", 60, "500ms/ok")]);
    let time = |is_multiplexed| {
        let mut world = FakeWorld::default();
        world.is_multiplexed = is_multiplexed;
        let report = run_within(world, &plan, Limits::default());
        (report.world.max_in_flight.get(), report.world.now.get())
    };
    // 48, then 96, then the rest.
    assert_eq!(time(Some(true)), (96, seconds(1.5)));
    assert_eq!(time(None), (72, seconds(2.0)));
}

#[test]
fn a_host_that_breaks_off_one_request_after_the_other_gets_fewer_at_once() {
    let plan = plan_of(
        ["https://a.example/10ms/ok"; 30].into_iter().chain(["https://a.example/100ms/break/ok"; 40]),
    );
    let report = run_in(FakeWorld::default(), &plan, Limits { concurrency: 40, ..Limits::default() }, |_| ());
    assert!(all_stored(&report));
    let mut in_flight = Vec::new();
    let mut now = 0_usize;
    for event in &report.events {
        match event.kind {
            EventKind::Started { .. } => now += 1,
            EventKind::Stored(_) | EventKind::Retrying { .. } => now -= 1,
            _ => {}
        }
        in_flight.push(now);
    }
    assert_eq!(in_flight.iter().max(), Some(&40));
    let broken = report.events.iter().rposition(|event| matches!(event.kind, EventKind::Retrying { .. }));
    assert!(in_flight[broken.unwrap() + 1..].iter().all(|count| *count < 40));
}

fn errors(report: &Report) -> Vec<&FetchError> {
    report.ended.iter().filter_map(|end| end.outcome.as_ref().err()).collect()
}

fn retries(report: &Report) -> usize {
    report.events.iter().filter(|event| matches!(event.kind, EventKind::Retrying { .. })).count()
}

#[test]
fn a_host_that_lets_nothing_be_read_is_probed_once_and_each_image_asked_for_once() {
    let plan = listed(&[("a", 5, "50ms/cors"), ("b", 3, "50ms/ok")]);
    let report = run(&plan);
    assert_eq!(errors(&report), [&FetchError::Cors; 5]);
    assert_eq!((report.world.probes.borrow().len(), retries(&report)), (1, 0));
    assert_eq!(report.world.attempts.borrow().len(), 8);
}

#[test]
fn a_host_that_does_not_answer_the_probe_either_is_asked_again() {
    let report = run(&listed(&[("a", 1, "50ms/network"), ("b", 1, "50ms/network/network/ok")]));
    assert_eq!(errors(&report), [&FetchError::Unreachable]);
    assert_eq!(retries(&report), 3 + 2);
    assert!(report.world.probes.borrow().len() <= 2 * 2, "{:?}", report.world.probes);
}

#[test]
fn one_refusal_among_answers_that_can_be_read_is_no_refusal_of_the_host() {
    let plan = plan_of(["https://a.example/10ms/404", "https://a.example/50ms/cors/ok"]);
    let report = run(&plan);
    assert_eq!(errors(&report), [&FetchError::http(404)]);
    assert_eq!((report.world.probes.borrow().len(), retries(&report)), (0, 1));
}

#[test]
fn what_is_asked_in_place_of_an_address_is_judged_by_its_own_host() {
    let plan =
        plan_of(["https://a.example/10ms/ok", "https://a.example/50ms/ok?1", "https://a.example/50ms/ok?2"]);
    let world = FakeWorld::default();
    for (item, href) in [(1, "https://b.example/50ms/cors"), (2, "https://c.example/50ms/network/ok")] {
        let address = Address::from_href(href.into()).and_then(Result::ok);
        world.instead.borrow_mut().extend(address.map(|address| (item, address)));
    }
    let report = run_within(world, &plan, Limits::default());
    assert_eq!(errors(&report), [&FetchError::Cors]);
    let mut probes = report.world.probes.take();
    probes.sort();
    assert_eq!(probes, ["https://b.example/50ms/cors", "https://c.example/50ms/network/ok"]);
}

#[test]
fn without_a_network_everything_waits_for_it_and_nothing_counts_as_an_attempt() {
    let world = FakeWorld::default();
    world.offline_until.set(seconds(20.5));
    let plan = listed(&[("a", 100, "50ms/ok"), ("b", 1, "50ms/cors")]);
    let report = run_within(world, &plan, Limits { retry: RetryPolicy { retries: 0 }, ..Limits::default() });
    assert_eq!(errors(&report), [&FetchError::Cors]);
    assert_eq!(report.world.probes.borrow().len(), 1);
    let is_offline =
        |event: &&Event| matches!(event.kind, EventKind::Retrying { error: FetchError::Offline, .. });
    let tried = report.events.iter().filter(is_offline).count();
    assert!((20..2000).contains(&tried), "a few each second, and not all of them: {tried}");
}

#[test]
fn what_is_less_secure_than_the_page_is_not_asked_for_unless_it_has_another_address() {
    let mut plan = plan_of(["http://a.example/10ms/ok", "https://a.example/10ms/ok"]);
    let report = run(&plan);
    assert_eq!(errors(&report), [&FetchError::MixedContent]);
    assert_eq!(report.world.attempts.borrow().len(), 1);
    assert!(
        !report.events.iter().any(|event| event.item == 0 && matches!(event.kind, EventKind::Started { .. }))
    );
    plan = plan_of(["https://a.example/10ms/ok"]);
    assert!(all_stored(&run(&plan)));
}

#[test]
fn a_run_leaves_other_runs_their_share_of_a_host() {
    let plan = listed(&[("a", 24, "500ms/ok")]);
    for (runs, in_flight, most) in [(0, 0, 16), (1, 1, 15), (1, 40, 8), (3, 60, 4), (50, 50, 1)] {
        let world = FakeWorld::http1();
        world.others.set(Others { runs, in_flight });
        let report = run_within(world, &plan, Limits::default());
        assert!(all_stored(&report));
        assert_eq!(report.world.max_in_flight.get(), most, "{runs} with {in_flight}");
    }
}
