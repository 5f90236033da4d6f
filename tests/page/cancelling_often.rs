//! Cancel, two hundred times in one page, at random moments.

use serde_json::{Value, json};

use super::page_driver::with_page;
use crate::browser::random::{Dice, seed};

const CANCELS: usize = 200;

/// As many as a driver waits for with one script.
const CANCELS_AT_A_TIME: usize = 25;

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

/// Starts a run and cancels it, once for each of the given delays. Returns how the runs ended.
const CANCEL: &str = "
    const root = document.documentElement;
    const state = (wanted) => new Promise((resolve) => {
      const look = () => {
        if (!wanted(root.dataset.run) && root.dataset.crashed === undefined) return;
        observer.disconnect();
        resolve(root.dataset.crashed === undefined ? root.dataset.run : 'crashed');
      };
      const observer = new MutationObserver(look);
      observer.observe(root, { attributes: true });
      look();
    });
    const ends = [];
    for (const delay of arguments[0]) {
      document.getElementById('fetch').click();
      await state((run) => run === 'running');
      await new Promise((resolve) => setTimeout(resolve, delay));
      document.getElementById('stop').click();
      document.querySelector('dialog[open] [data-action=throw-away-run]')?.click();
      ends.push(await state((run) => run !== 'running'));
      if (ends.at(-1) === 'crashed') break;
    }
    return ends;";

#[test]
fn two_hundred_runs_that_are_cancelled_at_any_moment_end_as_cancelled_and_leave_nothing() {
    let mut dice = Dice::new(seed());
    with_page(async |browser| {
        browser.fill_paths(&PATHS).await;
        for cancelled in (0..CANCELS).step_by(CANCELS_AT_A_TIME) {
            let delays: Vec<_> = (0..CANCELS_AT_A_TIME).map(|_| dice.below(LATEST)).collect();
            let ends = browser.execute_async(CANCEL, vec![json!(delays)]).await;
            let all_cancelled = json!(vec!["cancelled"; CANCELS_AT_A_TIME]);
            assert_eq!(ends, all_cancelled, "after {cancelled} others, with the delays {delays:?}");
        }
        assert_eq!(browser.execute("return window.recorded", vec![]).await, Value::Array(Vec::new()));
        assert!(browser.origin.counters_of_all()["requests"].as_u64().unwrap() > CANCELS as u64);
        browser.origin.get("/control/wait?inFlight=0");
        browser.until_spools(&[]).await;
    });
}
