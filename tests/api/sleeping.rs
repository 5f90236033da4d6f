//! The time in which the computer sleeps, or the browser is stopped, is neither silence nor slowness.

use serde_json::json;

use super::package_driver::{PLACES, Place, with_package};
use crate::browser::capability::{Capability, requires};

/// Longer than the timeouts of the call, in milliseconds.
const SLEEP: u32 = 3500;

#[test]
fn a_call_loses_nothing_while_the_browser_is_stopped_for_longer_than_its_timeouts() {
    if !requires(Capability::ProcessNumber) {
        return;
    }
    with_package(async |browser| {
        for place in PLACES {
            let key = format!("{place:?}");
            // Some wait for an answer, others for one of the six connections, or for the rest of their bytes.
            let mut urls = vec![browser.origin.url(&format!("/image/1/64x48.jpg?gate={key}&key={key}")); 9];
            let begun = format!("/image/2/20000b.jpg?gate={key}&gate-at=5000&key=begun{key}");
            urls.extend(vec![format!("{}{begun}", browser.origin.cross); 3]);
            let body = "
                const options = { timeoutMs: 3000, imageTimeoutMs: 3400, minBytesPerSecond: 1, slowAfterMs: 3400, retries: 0 };
                const kinds = new Set();
                const { items } = await fetchZip(args, { ...options, onEvent: ({ kind }) => kinds.add(kind) });
                return [items.map(({ outcome, attempts, error }) => error?.message ?? [outcome, attempts]), kinds.has('slow')];";
            let run = if matches!(place, Place::Page) { "runHere" } else { "runInWorker" };
            let begin = format!("window.pending = {run}(...arguments)");
            browser.execute(&begin, vec![body.into(), json!(urls)]).await;
            browser.origin.wait(&key, "inFlight=6");
            browser.origin.wait(&format!("begun{key}"), "inFlight=3&bytesSent=15000");
            browser.while_stopped(|| browser.origin.get(&format!("/bytes?hex=00&latency={SLEEP}")));
            browser.origin.open_gate(&key);
            let report = browser.end_run().await.unwrap();
            assert_eq!(report, json!([vec![json!(["stored", 1]); 12], false]), "{place:?}");
        }
    });
}
