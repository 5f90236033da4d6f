//! Runs that wait: for a host that asked for it, for the connection.

use super::page_driver::with_page;

/// The text of the live region.
const STATUS: &str =
    "[...document.querySelectorAll('[role=status]')].map((region) => region.textContent).join()";

#[test]
fn a_host_that_cools_down_is_named_with_the_time_that_is_left() {
    with_page(async |browser| {
        browser.fill_paths(&["/image/1/64x48.jpg?key=c&fail=1:503&retry-after=6&expose=Retry-After"]).await;
        // A text that is shown for one second could be gone before the driver looks.
        let record = "window.said = [];
            const line = document.getElementById('run-text');
            new MutationObserver(() => said.push(line.textContent)).observe(line, { childList: true });";
        browser.execute(record, vec![]).await;
        browser.fetch().await;
        let said: Vec<String> = serde_json::from_value(browser.execute("return said", vec![]).await).unwrap();
        let cools = format!("cooling down {}, ", browser.origin.http.trim_start_matches("http://"));
        let left = said.iter().filter_map(|line| line.split_once(&cools)?.1.strip_suffix(" s")?.parse().ok());
        let mut left: Vec<u32> = left.collect();
        left.dedup();
        assert!(left.len() > 1 && left.is_sorted_by(|one, next| one > next) && left[0] <= 6, "{said:?}");
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
        browser.stop_and_throw_away().await;
        browser.until_run("cancelled").await;
        browser.fill_paths(&["/image/1/64x48.jpg"]).await;
        browser.fetch().await;
        assert_eq!(browser.save_entries().await.len(), 1);
    });
}
