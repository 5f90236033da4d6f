//! "Retry the failed ones": more into the same archive.

use super::page_driver::with_page;
use crate::browser::Browser;
use crate::browser::keys::ENTER;

const RETRY: &str = "Retry the failed ones";

#[test]
fn a_retry_fetches_only_failed_images_into_the_same_archive() {
    with_page(async |browser| {
        let paths = [
            "/image/1/300000b.jpg?key=good",
            "/image/2/64x48.png?key=one&fail=1:403",
            "/fault/status/403?key=never",
            "/image/3/64x48.gif?key=good",
            "/image/4/400000b.jpg?key=two&fail=1:403",
        ];
        browser.fill_paths(&paths).await;
        browser.fetch().await;
        assert!(browser.text().await.contains("2 of 5 fetched, 3 failed"));
        browser.press(RETRY).await;
        browser.until("document.body.innerText.includes('4 of 5 fetched, 1 failed')").await;
        browser.until_run("done").await;
        assert_eq!(browser.origin.counters("good")["requests"], 2, "stored images are not fetched again");
        let rows = browser.rows().await;
        let statuses: Vec<_> = rows.iter().map(|row| row.status.as_str()).collect();
        assert_eq!(statuses, ["ok", "ok", "403", "ok", "ok"]);
        assert!(rows[1].detail.contains("attempt 2"), "attempts are counted on: {rows:?}");
        let entries = browser.save_entries().await;
        let names: Vec<_> = entries.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["300000b.jpg", "64x48.png", "64x48.gif", "400000b.jpg"]);
        for ((name, bytes), path) in
            entries.iter().zip([paths[0], "/image/2/64x48.png", paths[3], "/image/4/400000b.jpg"])
        {
            assert!(*bytes == browser.origin.get(path), "{name}");
        }

        // A second retry ends in the same way.
        browser.press(RETRY).await;
        browser.origin.wait("never", "requests=3");
        browser.until_run("done").await;
        assert_eq!(browser.rows().await[2].status, "403");
        assert!(browser.all("button", "Retry the failed ones").await.len() == 1);
    });
}

#[test]
fn a_retry_adds_to_the_wall_time_and_its_times_follow_on() {
    with_page(async |browser| {
        browser.fill_paths(&["/image/1/64x48.jpg?latency=400", "/image/2/64x48.png?key=k&fail=1:403"]).await;
        browser.fetch().await;
        let first = browser.export_json().await;
        browser.press(RETRY).await;
        browser.until("document.body.innerText.includes('2 of 2 fetched')").await;
        browser.until_run("done").await;
        let second = browser.export_json().await;
        let time =
            |json: &serde_json::Value, item: usize, name: &str| json["items"][item][name].as_f64().unwrap();
        let wall = |json: &serde_json::Value| json["timings"]["wallMs"].as_f64().unwrap();
        assert_eq!(first["items"][0], second["items"][0], "a stored image is unchanged");
        assert!(time(&second, 1, "finishedAt") >= wall(&first), "{second}");
        assert!(wall(&second) >= time(&second, 1, "finishedAt"), "{second}");
        assert_eq!(time(&second, 1, "startedAt"), time(&first, 1, "startedAt"), "the first attempt counts");
    });
}

#[test]
fn if_all_images_failed_a_retry_can_save_them() {
    with_page(async |browser| {
        browser
            .fill_paths(&["/image/1/64x48.jpg?key=a&fail=1:403", "/image/2/64x48.png?key=b&fail=1:403"])
            .await;
        browser.fetch().await;
        assert!(browser.all("link", "Save zip").await.is_empty());
        browser.press(RETRY).await;
        browser.until("document.body.innerText.includes('2 of 2 fetched')").await;
        browser.until_run("done").await;
        assert_eq!(browser.save_entries().await.len(), 2);
        assert!(browser.all("button", RETRY).await.is_empty());
    });
}

#[test]
fn a_retry_that_is_stopped_keeps_the_earlier_images() {
    with_page(async |browser| {
        let held = "/image/2/64x48.png?key=held&fail=1:403&gate=never";
        browser.fill_paths(&["/image/1/64x48.jpg", held]).await;
        browser.press("Fetch").await;
        // The gate holds the failure, too.
        browser.origin.wait("held", "inFlight=1");
        browser.origin.open_gate("never");
        browser.until_run("done").await;
        browser.origin.get("/control/close?gate=never");
        browser.press(RETRY).await;
        browser.origin.wait("held", "requests=2&inFlight=1");
        assert!(browser.all("link", "Save zip").await.is_empty());
        browser.press("Stop").await;
        browser.answer("Keep the 1 that arrived").await;
        browser.until_run("done").await;
        browser.origin.wait("held", "closedEarly=1&inFlight=0");
        let names: Vec<_> = browser.save_entries().await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["64x48.jpg"]);
        // The failed image can still be fetched.
        browser.origin.open_gate("never");
        browser.press(RETRY).await;
        browser.until("document.body.innerText.includes('2 of 2 fetched')").await;
    });
}

#[test]
fn a_retry_uses_a_relay_that_was_set_since() {
    with_page(async |browser| {
        let refused = format!("{}/image/2/64x48.jpg?cors=off", browser.origin.cross);
        browser.fill(&format!("{}\n{refused}", browser.origin.url("/image/1/64x48.jpg"))).await;
        browser.fetch().await;
        assert!(browser.text().await.contains("a relay of your own"));
        browser.relay(&format!("{}/image/3/32x32.jpg?key=", browser.origin.cross)).await;
        browser.press(RETRY).await;
        browser.until("document.body.innerText.includes('2 of 2 fetched')").await;
        browser.until_run("done").await;
        // The demo server counts by the parameter, which here is the image's address.
        let image = refused.replace('?', "%3F").replace("s=o", "s%3Do");
        assert_eq!(browser.origin.log(&image).len(), 1);
        let names: Vec<_> = browser.save_entries().await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["64x48.jpg", "64x48 (2).jpg"]);
    });
}

#[test]
fn the_focus_goes_to_stop_and_back() {
    with_page(async |browser| {
        browser.fill_paths(&["/image/1/64x48.jpg", "/image/2/64x48.png?key=k&fail=1:403&gate=g"]).await;
        browser.press("Fetch").await;
        browser.origin.wait("k", "inFlight=1");
        browser.origin.open_gate("g");
        browser.until_run("done").await;
        browser.origin.get("/control/close?gate=g");
        let retry = serde_json::to_value(browser.the("button", RETRY).await).unwrap();
        browser.execute("arguments[0].focus()", vec![retry]).await;
        browser.press_keys(&[ENTER]).await;
        browser.origin.wait("k", "requests=2");
        browser.until("document.activeElement.textContent === 'Stop'").await;
        browser.origin.open_gate("g");
        browser.until_run("done").await;
        browser.until("document.activeElement.textContent === 'Save zip'").await;
    });
}

#[test]
fn lines_that_are_not_urls_are_not_offered_for_a_retry() {
    with_page(async |browser| {
        browser.fill(&format!("htp://x y\n{}", browser.origin.url("/image/1/64x48.jpg"))).await;
        browser.fetch().await;
        let text = browser.text().await;
        assert!(text.contains("1 of 1 fetched") && text.contains("1 line can’t be read"), "{text}");
        assert!(browser.all("button", RETRY).await.is_empty());
    });
}

impl Browser {
    async fn export_json(&self) -> serde_json::Value {
        let json = self.export("JSON", "timings.json").await;
        self.forget_download("timings.json");
        serde_json::from_str(&json).unwrap()
    }
}
