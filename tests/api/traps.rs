//! The released wasm traps at any step of a run or of its result, and every call that is under way rejects with the
//! cause.

use serde_json::{Value, json};

use super::package_driver::{Place, with_exhaustible_package};

/// How many steps trap, spread over all of them.
const TRIALS: u32 = 9;

/// Makes the same calls again and again, each time beside another call. At first none of them traps.
const TRIALS_OF_CALLS: &str = "
    const channel = new BroadcastChannel('exhaust');
    const inEngine = (...given) => {
      if (!args.isInWorker) return globalThis[given[0]](...given.slice(1));
      channel.postMessage(given);
      return new Promise((resolve) => { channel.onmessage = ({ data }) => resolve(data); });
    };
    const outcome = (promise) => Promise.race([
      promise.then((value) => value ?? 'resolved', ({ message }) => message),
      new Promise((resolve) => setTimeout(resolve, 20_000, 'never settled')),
    ]);
    const outcomes = ({ items }) => items.map(({ outcome }) => outcome).join();
    const trial = async (step) => {
      const stop = new AbortController();
      const { signal } = stop;
      let other;
      await new Promise((onEvent) => { other = outcome(fetchZip([args.never], { signal, onEvent })); });
      await inEngine('trapAt', step);
      const calls = [];
      let result;
      const run = fetchZip(args.urls, { manifest: true, onProgress() {} });
      calls.push(['run', await outcome(run.then((value) => { result = value; }))]);
      const methods = {
        prove: () => result.prove(),
        select: () => result.select([1]).then(async (selection) => {
          await selection.prove();
          selection.dispose();
        }),
        retry: () => result.retry([0]).result.then(outcomes),
        save: async () => globalThis.document && result.save(),
        dispose: async () => result.dispose(),
      };
      for (const [name, call] of Object.entries(result ? methods : {})) calls.push([name, await outcome(call())]);
      // The engine may trap after the last of them, at what nobody waits for. It answers nothing then, and the other
      // call rejects.
      const unlessBroken = (...given) => Promise.race([inEngine(...given), other.then(() => null)]);
      const left = calls.every(([, end]) => ['resolved', 'stored'].includes(end)) ? await unlessBroken('stepsLeft') : null;
      if (left !== null) {
        // A new engine has no such step, and there may be none yet.
        await unlessBroken('trapAt', Infinity);
        stop.abort(new Error('stopped'));
      }
      // It rejects by itself if any of the others has.
      calls.push(['other', await other]);
      stop.abort();
      calls.push(['next', await outcome(fetchZip(args.urls).then(outcomes))]);
      return { step, left, calls };
    };
    const many = 1e9;
    const { left } = await trial(many);
    const steps = Array.from({ length: args.trials }, (_, number) => Math.ceil((many - left) * (number + 0.5) / args.trials));
    const trials = [];
    for (const step of steps) trials.push(await trial(step));
    return trials;";

fn check_trials(place: Place, is_in_worker: bool) {
    with_exhaustible_package("", async |browser| {
        let urls = ["/image/1/64x48.jpg", "/image/2/300000b.jpg"].map(|path| browser.origin.url(path));
        let never = browser.origin.url("/image/3/64x48.jpg?gate=never");
        let args = json!({ "urls": urls, "never": never, "isInWorker": is_in_worker, "trials": TRIALS });
        let trials = browser.run(place, TRIALS_OF_CALLS, args).await.unwrap();
        let mut broken = 0;
        for trial in trials.as_array().unwrap() {
            for call in trial["calls"].as_array().unwrap() {
                let (name, end) = (call[0].as_str().unwrap(), call[1].as_str().unwrap());
                let has_cause =
                    end.contains("fetchzip broke down") || end.contains("fetchzip has broken down");
                let has_cause = has_cause || end.contains("the worker that fetched broke down");
                let is_good = match name {
                    "next" => end == "stored,stored",
                    "other" if trial["left"] == Value::Null => has_cause,
                    "other" => has_cause || end == "stopped",
                    "retry" => has_cause || end == "stored",
                    _ => has_cause || end == "resolved",
                };
                assert!(is_good, "{name}: {trial:#}");
            }
            broken += u32::from(trial["left"] == Value::Null);
        }
        // The last steps are those of what ends the run, for which nobody waits.
        assert!(broken > TRIALS / 2, "{broken}: {trials:#}");
    });
}

#[test]
fn a_trap_of_the_page_at_any_step_rejects_all_calls_and_the_next_one_works() {
    check_trials(Place::Page, false);
}

#[test]
fn a_trap_of_the_engine_s_worker_at_any_step_rejects_all_calls_and_the_next_one_works() {
    check_trials(Place::Page, true);
}

#[test]
fn a_trap_in_the_caller_s_own_worker_at_any_step_rejects_all_calls_and_the_next_one_works() {
    check_trials(Place::Worker, false);
}
