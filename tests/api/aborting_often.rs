//! Signals, two hundred times at random moments: half of them in one page, half in one worker.

use serde_json::{Value, json};

use super::package_driver::{PLACES, with_package};
use crate::browser::random::{Dice, seed};

/// In each place.
const ABORTS: usize = 100;

/// By then, in milliseconds after the start of a run, everything has arrived that will.
const LATEST: u64 = 80;

/// Images that arrive at once, a little later, in parts, and never.
const PATHS: [&str; 5] = [
    "/image/1/300000b.jpg",
    "/image/2/64x48.png",
    "/image/3/20000b.jpg?latency=30",
    "/image/4/900000b.jpg?gate=never&gate-at=600000",
    "/image/5/64x48.jpg?gate=never",
];

/// Makes a call and aborts it, once for each of the given delays. Returns what the calls rejected
/// with, and all errors that nobody caught, once no file is left.
const ABORT: &str = "
    const uncaught = [];
    addEventListener('error', ({ message }) => uncaught.push(message));
    addEventListener('unhandledrejection', ({ reason }) => uncaught.push(String(reason)));
    const ends = [];
    for (const delay of args.delays) {
      const controller = new AbortController();
      const call = fetchZip(args.urls, { signal: controller.signal });
      const end = call.then(() => 'resolved', ({ name }) => name);
      await new Promise((resolve) => setTimeout(resolve, delay));
      controller.abort();
      ends.push(await end);
    }
    while ((await privateFiles()).size > 0) await new Promise((resolve) => setTimeout(resolve));
    return { ends, uncaught };";

#[test]
fn two_hundred_calls_that_are_aborted_at_any_moment_reject_as_aborted_and_leave_nothing() {
    let mut dice = Dice::new(seed());
    with_package(async |browser| {
        let urls = PATHS.map(|path| browser.origin.url(path));
        for place in PLACES {
            let delays: Vec<_> = (0..ABORTS).map(|_| dice.below(LATEST)).collect();
            let args = json!({ "urls": urls, "delays": delays });
            let value = browser.run(place, ABORT, args).await.unwrap();
            let Value::Array(ends) = &value["ends"] else { panic!("no ends: {value}") };
            let wrong: Vec<_> = ends.iter().enumerate().filter(|(_, end)| **end != "AbortError").collect();
            assert!(wrong.is_empty() && ends.len() == ABORTS, "{place:?}: {wrong:?}");
            assert_eq!(value["uncaught"], json!([]), "{place:?}");
            browser.origin.get("/control/wait?inFlight=0");
        }
        assert!(browser.origin.counters_of_all()["requests"].as_u64().unwrap() > ABORTS as u64);
    });
}
