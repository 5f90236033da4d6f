//! Calls in several tabs, whose requests to a host wait in one queue of the browser's.

use serde_json::json;

use super::package_driver::{PLACES, with_package};
use crate::browser::Browser;

/// Opens another tab with the package, which becomes the current one.
async fn open_tab(browser: &Browser) {
    let tab = browser.client.new_window(true).await.unwrap().handle;
    browser.client.switch_to_window(tab).await.unwrap();
    browser.client.goto(&browser.address).await.unwrap();
    browser.until("window.runHere").await;
}

#[test]
fn a_call_loses_no_image_to_the_queue_that_another_tab_fills() {
    with_package(async |browser| {
        let first = browser.client.window().await.unwrap();
        for place in PLACES {
            // The first tab has all six connections.
            let url = browser.origin.url(&format!("/image/1/64x48.jpg?key={place:?}&gate={place:?}"));
            let call = "const { items } = await fetchZip(args);
                return items.map(({ outcome, attempts }) => [outcome, attempts]);";
            browser.begin_run(call, json!(vec![url; 6])).await;
            browser.origin.wait(&format!("{place:?}"), "inFlight=6");
            open_tab(browser).await;
            // Once an image of another host times out, those that wait behind the first tab's would have, too.
            let call = "
                const { items } = await fetchZip(args.urls, {
                  timeoutMs: 600, retries: 0, onEvent: ({ kind }) => kind === 'failed' && fetch(args.open),
                });
                return items.map(({ outcome, error }) => error?.kind ?? outcome);";
            let mut urls = vec![format!("{}/fault/stall-head", browser.origin.cross)];
            urls.extend(vec![browser.origin.url("/image/1/64x48.jpg"); 3]);
            let open = format!("{}/control/open?gate={place:?}", browser.origin.cross);
            let second = browser.run(place, call, json!({ "urls": urls, "open": open })).await.unwrap();
            assert_eq!(second, json!(["timeout", "stored", "stored", "stored"]), "{place:?}");
            browser.client.close_window().await.unwrap();
            browser.client.switch_to_window(first.clone()).await.unwrap();
            assert_eq!(browser.end_run().await.unwrap(), json!(vec![json!(["stored", 1]); 6]), "{place:?}");
        }
    });
}

#[test]
fn a_host_that_answers_no_tab_times_out_in_all_of_them() {
    with_package(async |browser| {
        let first = browser.client.window().await.unwrap();
        let call = "const { items } = await fetchZip(args.urls, args.options);
            return items.map(({ error }) => error?.kind);";
        let urls = vec![browser.origin.url("/fault/stall-head?key=silent"); 6];
        let args = json!({ "urls": urls, "options": { "timeoutMs": 700, "retries": 0 } });
        browser.begin_run(call, args.clone()).await;
        browser.origin.wait("silent", "inFlight=6");
        open_tab(browser).await;
        browser.begin_run(call, args).await;
        assert_eq!(browser.end_run().await.unwrap(), json!(vec!["timeout"; 6]));
        browser.client.close_window().await.unwrap();
        browser.client.switch_to_window(first).await.unwrap();
        assert_eq!(browser.end_run().await.unwrap(), json!(vec!["timeout"; 6]));
    });
}
