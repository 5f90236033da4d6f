//! The released wasm traps, and the call rejects with the cause.
//!
//! The trap is real: no memory is left for the images that wait for the first one.

use serde_json::{Value, json};

use super::package_driver::{Place, with_exhaustible_package};
use crate::browser::Browser;

#[test]
fn a_call_whose_worker_traps_rejects_with_the_cause_and_the_next_one_gets_a_new_worker() {
    with_exhaustible_package("", async |browser| {
        let urls = json!([browser.origin.url("/image/1/64x48.jpg")]);
        // By the end of a call the worker is there.
        browser.fetch_zip(Place::Page, urls.clone(), Value::Null).await;
        browser.exhaust_worker().await;
        let rejection = rejection_of_trapping_call(browser, "runHere", "").await;
        let message = rejection["message"].as_str().unwrap();
        assert!(message.contains("the worker that fetched broke down"), "{rejection}");
        assert!(names_the_trap(message), "{rejection}");
        let outcome = browser.fetch_zip(Place::Page, urls, Value::Null).await;
        assert_eq!(outcome.items()[0]["outcome"], "stored");
    });
}

#[test]
fn a_breakdown_takes_the_bytes_of_no_earlier_result() {
    with_exhaustible_package("", async |browser| {
        let large =
            json!([browser.origin.url("/image/1/900000b.jpg"), browser.origin.url("/image/2/64x48.png")]);
        browser.run(Place::Page, "window.before = await fetchZip(args);", large.clone()).await.unwrap();
        browser.exhaust_worker().await;
        rejection_of_trapping_call(browser, "runHere", "").await;
        // A trap in the page itself ends what the page knows of the result.
        browser.run(Place::Page, "window.between = await fetchZip(args);", large.clone()).await.unwrap();
        let body = "exhaust(); await fetchZip([args + 'x'.repeat(20e6)]);";
        browser.run(Place::Page, body, large[0].clone()).await.unwrap_err();
        browser.run(Place::Page, "(await fetchZip(args)).dispose();", large).await.unwrap();
        let body = "const read = async ({ blob }) => (await blob.arrayBuffer()).byteLength === blob.size;
            return [await read(window.before), await read(window.between)];";
        assert_eq!(browser.run(Place::Page, body, Value::Null).await.unwrap(), json!([true, true]));
    });
}

#[test]
fn a_call_that_traps_in_a_page_without_workers_rejects_all_with_the_cause_and_the_next_one_works() {
    with_exhaustible_package("worker-src 'none'", async |browser| {
        let image = browser.origin.url("/image/1/64x48.jpg");
        let before = browser.run(Place::Page, "window.before = await fetchZip([args]);", json!(image)).await;
        before.unwrap();
        // A call that would wait for ever.
        let other = browser.origin.url("/image/0/64x48.jpg?gate=never&key=other");
        browser.begin_run("await fetchZip([args]);", json!(other)).await;
        browser.origin.wait("other", "inFlight=1");
        let rejection = rejection_of_trapping_call(browser, "runHere", "exhaust();").await;
        assert!(names_the_trap(rejection["message"].as_str().unwrap()), "{rejection}");
        let rejection = browser.end_run().await.unwrap_err();
        assert!(names_the_trap(&rejection.message), "{rejection:?}");
        // Its request would keep one of the browser's connections.
        browser.origin.wait("other", "inFlight=0&closedEarly=1");
        let outcome = browser.fetch_zip(Place::Page, json!([image]), Value::Null).await;
        assert_eq!(outcome.items()[0]["outcome"], "stored");
        // What was kept of earlier results went with the wasm, and is said to have.
        let methods = "
            const { before } = window;
            before.dispose();
            const ends = await Promise.allSettled([before.save(), before.prove(), before.select([0])]);
            return [before.blob.size > 22, ...ends.map(({ reason }) => reason?.message ?? 'no error')];";
        let ends = browser.run(Place::Page, methods, Value::Null).await.unwrap();
        let ends = ends.as_array().unwrap();
        assert_eq!(ends[0], true);
        for message in &ends[1..] {
            assert!(message.as_str().unwrap().contains("fetch the images again"), "{ends:?}");
        }
    });
}

#[test]
fn a_trap_in_a_page_whose_worker_fetches_rejects_all_calls_and_the_next_one_works() {
    with_exhaustible_package("", async |browser| {
        let image = browser.origin.url("/image/1/64x48.jpg");
        browser.fetch_zip(Place::Page, json!([image]), Value::Null).await;
        let other = browser.origin.url("/image/0/64x48.jpg?gate=never&key=other");
        browser.begin_run("await fetchZip([args]);", json!(other)).await;
        browser.origin.wait("other", "inFlight=1");
        // More text than the wasm of the page has memory for.
        let body = "exhaust(); await fetchZip([args + 'x'.repeat(20e6)]);";
        let rejection = browser.run(Place::Page, body, json!(image)).await.unwrap_err();
        assert!(names_the_trap(&rejection.message), "{rejection:?}");
        let rejection = browser.end_run().await.unwrap_err();
        assert!(names_the_trap(&rejection.message), "{rejection:?}");
        // The worker of before is gone with its requests.
        browser.origin.wait("other", "inFlight=0&closedEarly=1");
        let outcome = browser.fetch_zip(Place::Page, json!([image]), Value::Null).await;
        assert_eq!(outcome.items()[0]["outcome"], "stored");
    });
}

#[test]
fn a_call_that_traps_in_the_caller_s_own_worker_rejects_with_the_cause() {
    with_exhaustible_package("", async |browser| {
        let rejection = rejection_of_trapping_call(browser, "runInWorker", "exhaust();").await;
        assert!(names_the_trap(rejection["message"].as_str().unwrap()), "{rejection}");
    });
}

/// Makes a call that needs more memory than is left: sixty images of 200 kB wait for one that never
/// comes.
async fn rejection_of_trapping_call(browser: &Browser, run: &str, before: &str) -> Value {
    let mut urls = vec![browser.origin.url("/image/0/64x48.jpg?gate=never")];
    urls.extend((1..=60).map(|seed| browser.origin.url(&format!("/image/{seed}/200000b.jpg"))));
    let body = format!("{before} await fetchZip(args);");
    let begin = format!(
        "window.end = undefined;
         const note = (end) => {{ window.end = end; }};
         {run}(...arguments).then(note, (error) => note({{ uncaught: error.message }}));"
    );
    browser.execute(&begin, vec![body.into(), json!(urls)]).await;
    browser.until("window.end").await;
    let end = browser.execute("return window.end", vec![]).await;
    assert_ne!(end["error"], Value::Null, "it did not reject: {end}");
    end["error"].clone()
}

/// Whether a message has the words of one of the browsers for a trap.
fn names_the_trap(message: &str) -> bool {
    // Chromium and Firefox, WebKit, and Firefox where it is out of memory.
    ["unreachable", "Unreachable", "out of memory"].iter().any(|words| message.contains(words))
}
