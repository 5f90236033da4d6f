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
fn a_call_that_traps_in_a_page_without_workers_rejects_with_the_cause() {
    with_exhaustible_package("worker-src 'none'", async |browser| {
        let rejection = rejection_of_trapping_call(browser, "runHere", "exhaust();").await;
        assert!(names_the_trap(rejection["message"].as_str().unwrap()), "{rejection}");
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
