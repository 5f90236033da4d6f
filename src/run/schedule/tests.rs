use super::*;
use crate::plan::tests::plan_of;
use crate::run::RetryPolicy;

const START: Duration = Duration::ZERO;
const BROKEN: FetchError = FetchError::http(500);
const BUSY: FetchError = FetchError::http(503);

fn limits(concurrency: usize, per_origin: usize, retries: u32) -> Limits {
    Limits { concurrency, per_origin, retry: RetryPolicy { retries }, ..Limits::default() }
}

/// Starts everything that may start at `now`, and returns the items.
fn started(schedule: &mut Schedule, now: Duration) -> Vec<ItemId> {
    std::iter::from_fn(|| match schedule.next(now) {
        Step::Start(attempt) => Some(attempt.item),
        _ => None,
    })
    .collect()
}

#[test]
fn items_start_in_input_order_up_to_the_limit() {
    let plan = plan_of(["https://a.example/"; 5]);
    let mut schedule = Schedule::new(&plan, limits(3, 9, 0));
    assert_eq!(started(&mut schedule, START), [0, 1, 2]);
    assert_eq!(schedule.next(START), Step::Wait { until: None });
    schedule.succeeded(1);
    assert_eq!(started(&mut schedule, START), [3]);
}

#[test]
fn an_origin_at_its_limit_lets_others_pass() {
    let plan =
        plan_of(["https://a.example/1", "https://a.example/2", "https://b.example/", "https://a.example/3"]);
    let mut schedule = Schedule::new(&plan, limits(9, 1, 0));
    assert_eq!(started(&mut schedule, START), [0, 2]);
    schedule.succeeded(2);
    assert!(started(&mut schedule, START).is_empty());
    schedule.succeeded(0);
    assert_eq!(started(&mut schedule, START), [1]);
}

#[test]
fn a_backing_off_item_frees_its_slot() {
    let plan = plan_of(["https://a.example/"; 2]);
    let mut schedule = Schedule::new(&plan, limits(1, 1, 1));
    assert_eq!(started(&mut schedule, START), [0]);
    let at = Duration::from_millis(250);
    assert_eq!(schedule.failed(0, &BROKEN, START, 0.5).retry_at, Some(at));
    assert_eq!(started(&mut schedule, START), [1]);
    schedule.succeeded(1);
    assert_eq!(schedule.next(START), Step::Wait { until: Some(at) });
    assert_eq!(schedule.next(at), Step::Start(Attempt { item: 0, number: 2, address: 0 }));
    assert_eq!(schedule.failed(0, &BROKEN, at, 0.5).retry_at, None);
    assert_eq!(schedule.next(at), Step::Done);
}

#[test]
fn a_retry_that_is_due_starts_before_later_items() {
    let plan = plan_of(["https://a.example/"; 3]);
    let mut schedule = Schedule::new(&plan, limits(1, 1, 1));
    assert_eq!(started(&mut schedule, START), [0]);
    schedule.failed(0, &BROKEN, START, 0.0);
    assert_eq!(started(&mut schedule, START), [0]);
}

#[test]
fn a_refusal_cools_down_the_whole_origin_and_halves_its_concurrency() {
    let mut urls = vec!["https://a.example/"; 40];
    urls.push("https://b.example/");
    let plan = plan_of(urls);
    let mut schedule = Schedule::new(&plan, limits(8, 100, 3));
    assert_eq!(started(&mut schedule, START), [0, 40, 1, 2, 3, 4, 5, 6]);
    let second = Duration::from_secs(1);
    let later = FetchError::Http { status: 429, retry_after: Some(second * 3) };
    let after = schedule.failed(0, &BUSY, second, 0.0);
    let until = second + second / 2;
    assert_eq!(after, AfterFailure { retry_at: Some(until), cools_until: Some(until) });
    // An attempt that was in flight is part of the same refusal, but its Retry-After counts.
    assert_eq!(schedule.failed(1, &BUSY, second, 0.0).cools_until, None);
    assert_eq!(schedule.failed(2, &later, second, 0.0).cools_until, Some(second * 4));
    assert_eq!(schedule.cooling(second).collect::<Vec<_>>(), [(0, second * 4)]);
    schedule.failed(40, &BROKEN, second, 0.0);
    assert_eq!(started(&mut schedule, second), [40], "other origins continue");
    schedule.succeeded(40);
    for item in 3..7 {
        schedule.succeeded(item);
    }
    assert!(started(&mut schedule, second * 3).is_empty());
    assert_eq!(schedule.next(second * 3), Step::Wait { until: Some(second * 4) });
    assert_eq!(started(&mut schedule, second * 4), [0, 1, 2], "half of seven");
    assert_eq!(schedule.cooling(second * 4).count(), 0);
}

#[test]
fn the_concurrency_of_an_origin_that_has_cooled_down_rises_step_by_step() {
    let plan = plan_of(["https://a.example/"; 60]);
    let mut schedule = Schedule::new(&plan, limits(4, 4, 0));
    assert_eq!(started(&mut schedule, START), [0, 1, 2, 3]);
    for item in 0..4 {
        schedule.failed(item, &BUSY, START, 0.0);
    }
    let second = Duration::from_secs(1);
    let mut in_flight = started(&mut schedule, second);
    assert_eq!(in_flight, [4, 5]);
    let mut at_once = vec![in_flight.len()];
    for _ in 0..12 {
        schedule.succeeded(in_flight.remove(0));
        in_flight.extend(started(&mut schedule, second));
        at_once.push(in_flight.len());
    }
    assert_eq!(at_once, [2, 2, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4]);
}

#[test]
fn cool_downs_grow_with_consecutive_refusals_until_the_origin_is_closed() {
    let plan = plan_of(["https://a.example/"; 20]);
    let mut schedule = Schedule::new(&plan, limits(1, 1, 1));
    let later = Duration::from_secs(300);
    let in_an_hour = FetchError::Http { status: 429, retry_after: Some(later * 12) };
    let broken = FetchError::Http { status: 500, retry_after: Some(later) };
    assert_eq!(started(&mut schedule, START), [0]);
    assert_eq!(schedule.failed(0, &broken, START, 0.0).retry_at, Some(later));
    let (mut now, mut waits) = (START, Vec::new());
    while let Step::Start(Attempt { item, .. }) = schedule.next(now) {
        let until = schedule.failed(item, &in_an_hour, now, 0.0).cools_until.unwrap_or(now);
        waits.push((until - now).as_millis());
        now = until;
    }
    assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 0]);
    let failed = |item| Step::Fail { item, error: FetchError::HostRefuses { status: 429 } };
    assert!((12..20).all(|item| schedule.next(now) == failed(item)));
    assert_eq!(schedule.next(now), Step::Wait { until: Some(later) });
    assert_eq!(schedule.next(later), failed(0), "an item that waits for its retry fails, too");
    assert_eq!(schedule.next(later), Step::Done);
}

#[test]
fn any_other_response_ends_a_series_of_refusals() {
    let plan = plan_of(["https://a.example/"; 9]);
    let mut schedule = Schedule::new(&plan, limits(1, 1, 0));
    let mut now = START;
    for error in [&BUSY, &BUSY, &FetchError::http(404), &BUSY] {
        let [item] = started(&mut schedule, now)[..] else { panic!("one starts") };
        if let Some(until) = schedule.failed(item, error, now, 0.0).cools_until {
            assert!(until - now <= Duration::from_secs(1));
            now = until;
        }
    }
    assert_eq!(now, Duration::from_millis(500 + 1000 + 500));
}

#[test]
fn once_the_total_is_reached_nothing_starts_and_images_in_flight_may_still_fit() {
    let plan = plan_of(["https://a.example/"; 7]);
    let mut schedule = Schedule::new(&plan, limits(3, 9, 3));
    assert_eq!(started(&mut schedule, START), [0, 1, 2]);
    schedule.failed(0, &BROKEN, START, 1.0);
    assert_eq!(started(&mut schedule, START), [3]);
    let over = FetchError::OverTotal { limit: 9 };
    assert_eq!(schedule.failed(1, &over, START, 0.0).retry_at, None);
    let failed = |item| Step::Fail { item, error: over.clone() };
    // Item 0, which waits for its retry, fails as well.
    assert_eq!([(); 4].map(|()| schedule.next(START)), [0, 4, 5, 6].map(failed));
    assert_eq!(schedule.next(START), Step::Wait { until: None });
    schedule.succeeded(3);
    let later = Duration::from_secs(9);
    assert_eq!(schedule.failed(2, &BROKEN, later, 0.0).retry_at, None, "a retry would not start");
    assert_eq!(schedule.next(later), Step::Done);
}

#[test]
fn after_five_consecutive_storage_failures_the_rest_is_not_requested() {
    let plan = plan_of(["https://a.example/"; 20]);
    let mut schedule = Schedule::new(&plan, limits(1, 1, 0));
    let full = FetchError::Storage { reason: "no space".into() };
    for item in 0..4 {
        assert_eq!(started(&mut schedule, START), [item]);
        schedule.failed(item, &full, START, 0.0);
    }
    assert_eq!(started(&mut schedule, START), [4]);
    schedule.succeeded(4);
    for item in 5..10 {
        assert_eq!(started(&mut schedule, START), [item]);
        schedule.failed(item, &full, START, 0.0);
    }
    for item in 10..20 {
        assert_eq!(schedule.next(START), Step::Fail { item, error: full.clone() });
    }
    assert_eq!(schedule.next(START), Step::Done);
}

#[test]
fn an_image_that_could_not_be_stored_is_retried_alone() {
    let plan = plan_of(["https://a.example/"; 6]);
    let mut schedule = Schedule::new(&plan, limits(3, 3, 3));
    let full = FetchError::Storage { reason: "no space".into() };
    assert_eq!(started(&mut schedule, START), [0, 1, 2]);
    // 0 is too large, and 1 arrives while it takes all the space there is.
    assert_eq!(schedule.failed(1, &full, START, 0.0).retry_at, Some(START));
    assert_eq!(schedule.failed(0, &full, START, 0.0).retry_at, Some(START));
    assert!(started(&mut schedule, START).is_empty(), "2 is in flight");
    schedule.succeeded(2);
    assert_eq!(started(&mut schedule, START), [0]);
    assert_eq!(schedule.failed(0, &full, START, 0.0).retry_at, None);
    assert_eq!(started(&mut schedule, START), [1]);
    schedule.succeeded(1);
    assert_eq!(started(&mut schedule, START), [3, 4, 5]);
}

#[test]
fn items_without_an_address_are_not_scheduled() {
    let plan = plan_of(["nonsense", "https://a.example/", ""]);
    let mut schedule = Schedule::new(&plan, limits(9, 9, 0));
    assert_eq!(started(&mut schedule, START), [1]);
    schedule.succeeded(1);
    assert_eq!(schedule.next(START), Step::Done);
    assert_eq!(Schedule::new(&plan_of([]), limits(9, 9, 0)).next(START), Step::Done);
}

#[test]
fn a_hundred_thousand_origins_are_scheduled_one_after_the_other() {
    let urls: Vec<_> = (0..100_000).map(|n| format!("https://{n}.example/")).collect();
    let plan = plan_of(urls.iter().map(String::as_str));
    let mut schedule = Schedule::new(&plan, limits(1, 1, 0));
    for item in 0..100_000 {
        assert_eq!(started(&mut schedule, START), [item]);
        schedule.succeeded(item);
    }
    assert_eq!(schedule.next(START), Step::Done);
}

#[test]
fn a_run_that_waits_for_space_pauses_and_tries_again_once_it_is_resumed() {
    let plan = plan_of(["https://a.example/"; 3]);
    let mut schedule = Schedule::new(&plan, limits(2, 9, 0));
    schedule.wait_for_space();
    assert_eq!(started(&mut schedule, START), [0, 1]);
    let full = FetchError::Storage { reason: "it is full".into() };
    for round in 0..9 {
        assert_eq!(schedule.failed(0, &full, START, 0.5).retry_at, Some(START), "in round {round}");
        assert!(started(&mut schedule, START).is_empty(), "nothing starts while the run is paused");
        schedule.resume();
        assert_eq!(started(&mut schedule, START), [0]);
    }
    schedule.succeeded(1);
    schedule.succeeded(0);
    assert_eq!(started(&mut schedule, START), [2]);
}

#[test]
fn an_image_whose_token_may_be_renewed_is_asked_for_once_more_at_once() {
    let plan = plan_of(["https://a.example/"]);
    for (renews, status, retries, expected) in [
        (true, 401, 3, Some(START)),
        (true, 403, 3, Some(START)),
        (true, 404, 3, None),
        (true, 401, 0, None),
        (false, 401, 3, None),
    ] {
        let mut schedule = Schedule::new(&plan, Limits { renews, ..limits(1, 1, retries) });
        started(&mut schedule, START);
        let refused = FetchError::http(status);
        assert_eq!(
            schedule.failed(0, &refused, START, 0.5).retry_at,
            expected,
            "{renews} {status} {retries}"
        );
        if expected.is_some() {
            assert_eq!(started(&mut schedule, START), [0]);
            assert_eq!(schedule.failed(0, &refused, START, 0.5).retry_at, None, "{status}, twice");
        }
    }
}
