//! Tests of lists that arrive while they are fetched.

use std::cell::RefCell;

use super::fake_world::FakeWorld;
use super::tests::{all_of, drive_until};
use super::*;
use crate::plan::tests::NativeText;
use crate::plan::{LeftOut, Plan, Request};

#[test]
fn items_that_arrive_are_fetched_and_the_run_ends_with_the_list() {
    let (world, plan) = (FakeWorld::default(), Plan::default());
    plan.set_open(true);
    let events = RefCell::new(Vec::new());
    let emit = |event| events.borrow_mut().push(event);
    world.run(async {
        let mut run = Run::new(&plan, Limits::default(), &world, &emit);
        run.adapt_concurrency();
        assert!(drive_until(&mut run, &world, 10).await.is_empty(), "it waits for the first");
        let hosts = ["a", "b", "a"];
        for (number, host) in hosts.into_iter().enumerate() {
            plan.push(Request::new(format!("https://{host}.example/10ms/ok?{number}")), &NativeText);
        }
        plan.push(Request::new("no address"), &NativeText);
        run.take_arrived();
        let ended = drive_until(&mut run, &world, 40).await;
        assert_eq!(ended.iter().filter(|end| end.outcome.is_ok()).count(), 3);
        assert_eq!(ended.len(), 4);
        plan.push(Request::new("https://c.example/10ms/ok"), &NativeText);
        plan.set_open(false);
        run.take_arrived();
        assert_eq!(all_of(&mut run).await.len(), 1, "and then there is no more to wait for");
    });
    let queued = events.borrow().iter().filter(|event| event.kind == EventKind::Queued).count();
    assert_eq!(queued, 5);
}

#[test]
fn a_stop_ends_the_wait_for_more() {
    let (world, plan) = (FakeWorld::default(), Plan::default());
    plan.set_open(true);
    plan.push(Request::new("https://a.example/10ms/ok"), &NativeText);
    world.run(async {
        let mut run = Run::new(&plan, Limits::default(), &world, &|_| ());
        run.stop();
        plan.push(Request::new("https://a.example/10ms/ok"), &NativeText);
        run.take_arrived();
        let ended = all_of(&mut run).await;
        assert_eq!(ended.iter().map(|end| &end.outcome).collect::<Vec<_>>(), [&Err(FetchError::Stopped)]);
    });
}

#[test]
fn an_address_that_has_arrived_before_is_left_out_on_request() {
    let (world, plan) = (FakeWorld::default(), Plan::default());
    let mut first = crate::plan::TextMap::default();
    for _ in 0..2 {
        plan.push_unless_repeated(Request::new("https://a.example/10ms/ok"), &NativeText, Some(&mut first));
    }
    let events = RefCell::new(Vec::new());
    let emit = |event: Event| events.borrow_mut().push((event.item, event.kind));
    world.run(async { all_of(&mut Run::new(&plan, Limits::default(), &world, &emit)).await });
    let left_out = EventKind::LeftOut { reason: LeftOut::RepeatedAddress(0) };
    assert!(events.borrow().contains(&(1, left_out)));
    assert_eq!(world.attempts.borrow().len(), 1);
}
