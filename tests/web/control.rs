//! A run that is paused, resumed, stopped, and asked to fetch again.

use std::cell::RefCell;
use std::rc::Rc;

use fetchzip::browser::{Archive, Clock, RunHandle};
use fetchzip::job::Retry;
use fetchzip::plan::SignIn;
use fetchzip::report::Rows;
use fetchzip::run::{Command, Event, Settings};
use wasm_bindgen_test::wasm_bindgen_test;

use super::fixtures::{Ran, fetch, plan_of, settings, start};
use super::origin::Origin;

#[wasm_bindgen_test]
async fn a_stopped_run_keeps_the_images_that_have_arrived() {
    let Some(origin) = Origin::find("a_stopped_run_keeps_the_images_that_have_arrived").await else { return };
    let gate = origin.gate();
    let urls = [
        origin.url(&format!("/image/1/32x32.png?gate={gate}")),
        origin.url("/image/2/400000b.jpg"),
        origin.url("/image/3/32x32.png"),
    ];
    let plan = plan_of(&urls);
    let run = start(&plan, settings()).await;
    let rows = RefCell::new(Rows::new(plan.len()));
    let emit = |event: Event| rows.borrow_mut().apply(&event);
    let stopped = async {
        origin.wait_for("completed", 2).await;
        // The server is done with them before the page is.
        while rows.borrow().totals().stored < 2 {
            origin.counter("requests").await;
        }
        run.command(Command::Stop);
    };
    let (archive, ()) = futures::join!(run.finish(&emit), stopped);
    let ran = ran(&run, archive.expect("there is an archive"), &rows);
    assert_eq!(names(&ran).await, ["400000b.jpg", "32x32.png"]);
    assert_eq!(ran.error(0).map(|error| error.kind()), Some("stopped"));
    origin.wait_for("closedEarly", 1).await;
}

#[wasm_bindgen_test]
async fn no_request_starts_while_a_run_is_paused() {
    let Some(origin) = Origin::find("no_request_starts_while_a_run_is_paused").await else { return };
    let gate = origin.gate();
    let mut urls = vec![origin.url(&format!("/image/1/90000b.jpg?gate={gate}&gate-at=50000"))];
    urls.extend((2..6).map(|seed| origin.url(&format!("/image/{seed}/32x32.png"))));
    let plan = plan_of(&urls);
    let mut one_by_one = settings();
    one_by_one.fix_concurrency(1);
    let run = start(&plan, one_by_one).await;
    let rows = RefCell::new(Rows::new(plan.len()));
    let emit = |event: Event| rows.borrow_mut().apply(&event);
    let paused = async {
        origin.wait_for("inFlight", 1).await;
        run.command(Command::Pause);
        origin.open_gate().await;
        // A request in flight still completes.
        while rows.borrow().totals().stored < 1 {
            origin.counter("requests").await;
        }
        for _ in 0..20 {
            assert_eq!(origin.counter("requests").await, 1.0);
        }
        run.command(Command::Resume);
    };
    let (archive, ()) = futures::join!(run.finish(&emit), paused);
    assert_eq!(names(&ran(&run, archive.expect("there is an archive"), &rows)).await.len(), 5);
}

#[wasm_bindgen_test]
async fn failed_images_are_fetched_again_into_the_same_archive() {
    let Some(origin) = Origin::find("failed_images_are_fetched_again_into_the_same_archive").await else {
        return;
    };
    // The server counts failures in groups.
    let other = origin.another("again-other");
    // Small and large images, before and after those that fail at first.
    let urls = [
        origin.url("/image/1/32x32.png"),
        origin.url("/image/2/32x32.png?fail=1:404"),
        origin.url("/image/3/700000b.jpg"),
        other.url("/image/4/600000b.jpg?fail=1:404"),
        origin.url("/fault/status/404"),
        origin.url("/image/5/32x32.png"),
    ];
    let plan = plan_of(&urls);
    let run = start(&plan, settings()).await;
    let before = run.finish(&|_| ()).await.expect("there is an archive");
    assert_eq!(before.summary.names.iter().flatten().count(), 3, "{:?}", before.summary.names);

    let rows = RefCell::new(Rows::new(plan.len()));
    let emit = |event: Event| rows.borrow_mut().apply(&event);
    let archive = run.retry(retry_of([1, 3, 4]), &emit).await.expect("there is an archive");
    let again = ran(&run, archive, &rows);
    assert_eq!((again.rows[0].attempts.len(), again.rows[1].attempts.len()), (0, 1));
    assert_eq!(again.error(4).map(|error| error.kind()), Some("http"));
    assert!(again.entries().await == fetch(&urls, settings()).await.entries().await);
    assert_eq!(origin.counter("requests").await, 12.0);

    // And once more, stopped at once.
    let stopped = async { run.command(Command::Stop) };
    let (archive, ()) = futures::join!(run.retry(retry_of([4]), &emit), stopped);
    assert_eq!(names(&ran(&run, archive.expect("there is an archive"), &rows)).await.len(), 5);
}

#[wasm_bindgen_test]
async fn a_truncated_image_is_kept_unless_such_images_are_rejected() {
    let Some(origin) = Origin::find("a_truncated_image_is_kept_unless_such_images_are_rejected").await else {
        return;
    };
    let urls = [origin.url("/fault/truncated-file"), origin.url("/image/1/32x32.png")];
    for (reject_truncated, entries) in [(false, 2), (true, 1)] {
        let ran = fetch(&urls, Settings { reject_truncated, ..settings() }).await;
        assert_eq!(ran.entries().await.len(), entries);
        assert_eq!(ran.error(0).map(|error| error.kind()), reject_truncated.then_some("truncated"));
    }
}

fn retry_of<const N: usize>(items: [usize; N]) -> Retry {
    Retry {
        items: items.to_vec(),
        settings: settings(),
        relay: None,
        sign_in: SignIn::default(),
        started: Clock::start().epoch(),
    }
}

fn ran(handle: &Rc<RunHandle>, archive: Archive, rows: &RefCell<Rows>) -> Ran {
    Ran { _handle: Rc::clone(handle), archive, rows: rows.borrow().as_slice().to_vec(), events: Vec::new() }
}

async fn names(ran: &Ran) -> Vec<String> {
    ran.entries().await.into_iter().map(|(name, _)| name).collect()
}
