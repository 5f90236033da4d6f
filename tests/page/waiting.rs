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
        // The page waits itself: on a busy machine a driver may take the 3 s after which an image without data
        // gives its place to the next one.
        let is_asked = browser.origin.url("/control/wait?key=k&inFlight=1");
        let lose =
            "fetch(arguments[0], { mode: 'no-cors' }).then(() => dispatchEvent(new Event('offline')));";
        browser.execute(lose, vec![is_asked.into()]).await;
        browser.press("Fetch").await;
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

#[test]
fn the_pace_of_a_host_that_limits_requests_by_time_is_shown_and_everything_arrives() {
    with_page(async |browser| {
        let paths: Vec<_> =
            (0..24).map(|seed| format!("/image/{seed}/64x48.jpg?key=paced&window=6:1500")).collect();
        browser.paste_paths(&paths).await;
        browser.press("Fetch").await;
        let words = "/waiting for 127.0.0.1:[0-9]+, [0-9]+ s .[0-9]+ requests? each [0-9]+ s/";
        browser.until(&format!("{words}.test(document.getElementById('run-text').textContent)")).await;
        browser.until_run("done").await;
        assert!(browser.text().await.contains("24 of 24 fetched"), "{}", browser.text().await);
        assert!(!browser.text().await.contains("requests each"));
    });
}

#[test]
fn when_only_slow_images_are_left_the_page_says_so_and_what_is_there_can_be_kept() {
    with_page(async |browser| {
        let slow = "/image/1/20000b.jpg?rate=100&chunk=10&key=slow";
        browser.paste_paths(&[slow, slow, "/image/2/64x48.jpg"]).await;
        browser.press("Fetch").await;
        let shown = "!document.getElementById('slow').hidden";
        browser.until(shown).await;
        let text = browser.text().await;
        assert!(text.contains("2 slow, about 3 min left"), "{text}");
        browser.the("button", "Keep what is there").await;
        browser.press("Wait").await;
        browser.until("document.getElementById('slow').hidden").await;
        browser.until_run("running").await;
        browser.stop_and_keep().await;
        browser.until_run("done").await;
        assert_eq!(browser.save_entries().await.len(), 1);
    });
}
