//! Limits on the size of one image and of all images together.

use super::page_driver::with_page;
use crate::browser::Browser;

#[test]
fn an_image_that_is_too_large_fails_and_is_fetched_once_the_limit_is_gone() {
    with_page(async |browser| {
        browser.limit("Largest image", "0.1").await;
        let paths = ["/image/1/90000b.jpg", "/image/2/110000b.jpg?key=large", "/image/3/64x48.png"];
        browser.fill_paths(&paths).await;
        browser.fetch().await;
        let rows = browser.rows().await;
        let statuses: Vec<_> = rows.iter().map(|row| row.status.as_str()).collect();
        assert_eq!(statuses, ["ok", "too large", "ok"], "{rows:?}");
        assert_eq!(browser.origin.counters("large")["requests"], 1, "it is not requested again");
        browser.limit("Largest image", "").await;
        browser.press("Retry the failed ones").await;
        browser.until("document.body.innerText.includes('3 of 3 fetched')").await;
        browser.until_run("done").await;
        assert_eq!(browser.save_entries().await.len(), 3);
    });
}

#[test]
fn images_beyond_the_total_are_not_kept() {
    with_page(async |browser| {
        browser.limit("All images together", "0.25").await;
        browser.at_once("1").await;
        browser.fill_paths(&["/image/1/100000b.jpg", "/image/2/100000b.jpg", "/image/3/100000b.jpg"]).await;
        browser.fetch().await;
        let text = browser.text().await;
        assert!(text.contains("2 of 3 fetched, 1 failed"), "{text}");
        assert_eq!(browser.save_entries().await.len(), 2);
    });
}

#[test]
fn limits_survive_a_reload_and_invalid_ones_are_cleared() {
    with_page(async |browser| {
        browser.limit("Largest image", "2.5").await;
        browser.limit("All images together", "-1").await;
        // Leaving the field makes the page read it.
        browser.click("textbox", "Image URLs").await;
        browser.client.refresh().await.unwrap();
        browser.until_ready().await;
        for (name, value) in [("Largest image", "2.5"), ("All images together", "")] {
            let field = browser.the("spinbutton", name).await;
            assert_eq!(field.prop("value").await.unwrap().as_deref(), Some(value), "{name}");
        }
    });
}

impl Browser {
    /// Sets a limit under "More options", in MB; an empty one means none.
    async fn limit(&self, name: &str, megabytes: &str) {
        self.open_more_options().await;
        self.enter("spinbutton", name, megabytes).await;
    }
}
