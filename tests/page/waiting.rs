//! Runs that wait: for a host that asked for it, for the connection.

use super::page_driver::with_page;

/// The text of the live region.
const STATUS: &str =
    "[...document.querySelectorAll('[role=status]')].map((region) => region.textContent).join()";

#[test]
fn a_host_that_cools_down_is_named_with_the_time_that_is_left() {
    with_page(async |browser| {
        browser.fill_paths(&["/image/1/64x48.jpg?key=c&fail=1:503&retry-after=3&expose=Retry-After"]).await;
        browser.press("Fetch").await;
        let host = browser.origin.http.trim_start_matches("http://").to_owned();
        for left in ["3 s", "1 s"] {
            let told = format!("document.body.innerText.includes('cooling down {host}, {left}')");
            browser.until(&told).await;
        }
        browser.until_run("done").await;
        assert!(!browser.text().await.contains("cooling down"));
        assert_eq!(browser.rows().await[0].status, "ok");
    });
}

#[test]
fn a_run_waits_while_the_browser_is_offline() {
    with_page(async |browser| {
        browser.at_once("1").await;
        browser.fill_paths(&["/image/1/64x48.jpg?key=k&gate=g", "/image/2/64x48.png?key=k"]).await;
        browser.press("Fetch").await;
        browser.origin.wait("k", "inFlight=1");
        browser.execute("dispatchEvent(new Event('offline'))", vec![]).await;
        browser.until(&format!("{STATUS}.includes('this browser is offline')")).await;
        // A request in flight may still complete.
        browser.origin.open_gate("g");
        browser.until("document.getElementById('run-text').textContent.includes('1 of 2 images')").await;
        let text = browser.text().await;
        assert!(text.contains("Paused while this browser is offline · 1 of 2 images"), "{text}");
        browser.until_run("running").await;
        assert_eq!(browser.origin.counters("k")["requests"], 1);

        browser.execute("dispatchEvent(new Event('online'))", vec![]).await;
        browser.until_run("done").await;
        assert_eq!(browser.save_entries().await.len(), 2);
    });
}

#[test]
fn a_run_that_is_offline_can_be_cancelled_and_the_next_one_is_not_paused() {
    with_page(async |browser| {
        browser.fill_paths(&["/image/1/64x48.jpg?key=k&gate=never"]).await;
        browser.press("Fetch").await;
        browser.origin.wait("k", "inFlight=1");
        browser.execute("dispatchEvent(new Event('offline'))", vec![]).await;
        browser.press("Cancel").await;
        browser.until_run("cancelled").await;
        browser.fill_paths(&["/image/1/64x48.jpg"]).await;
        browser.fetch().await;
        assert_eq!(browser.save_entries().await.len(), 1);
    });
}
