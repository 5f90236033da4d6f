//! Images that are fetched through a relay.

use super::page_driver::with_page;
use crate::browser::Browser;

#[test]
fn a_relay_is_asked_and_everything_else_keeps_the_image_s_own_address() {
    with_page(async |browser| {
        let image = "https://nowhere.invalid/cat.jpg?w=1&h=2";
        browser.relay(&format!("{}/image/1/64x48.jpg?key=", browser.origin.cross)).await;
        // Hosts are shown only where there are several.
        browser.fill(&format!("{image}#x\nhttps://elsewhere.invalid/dog.jpg")).await;
        browser.fetch().await;
        // The demo server counts by the parameter, which here is the image's address.
        let log = browser.origin.log("https%3A%2F%2Fnowhere.invalid%2Fcat.jpg%3Fw%3D1%26h%3D2");
        assert_eq!(log.len(), 1, "{log:?}");
        let rows = browser.rows().await;
        assert_eq!((rows[0].name.as_str(), rows[0].status.as_str()), ("cat.jpg", "ok"));
        assert!(rows[0].detail.contains("nowhere.invalid"), "{rows:?}");
        let json = browser.export("JSON", "timings.json").await;
        assert!(json.contains(&format!("\"url\":\"{image}#x\"")), "{json}");
        let names: Vec<_> = browser.save_entries().await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["cat.jpg", "dog.jpg"]);
    });
}

#[test]
fn without_an_equals_sign_the_address_follows_as_it_is() {
    with_page(async |browser| {
        browser.relay(&format!("{}/file/", browser.origin.cross)).await;
        let urls = ["https://a.invalid/1.jpg?key=k", "https://b.invalid/2.jpg?key=k"];
        browser.fill(&urls.join("\n")).await;
        browser.fetch().await;
        let log = browser.origin.log("k");
        let mut paths: Vec<_> = log.iter().map(|request| request["path"].as_str().unwrap()).collect();
        paths.sort_unstable();
        assert_eq!(paths, urls.map(|url| format!("/file/{url}")));
    });
}

#[test]
fn an_invalid_relay_is_reported_at_its_field_and_nothing_is_fetched() {
    with_page(async |browser| {
        browser.fill_paths(&["/image/1/64x48.jpg?key=k"]).await;
        browser.relay("relay.example").await;
        browser.press("Fetch").await;
        browser.until("document.body.innerText.includes('not a relay\\'s address: \"relay.example\"')").await;
        browser.until_run("idle").await;
        let focus = "document.activeElement === document.getElementById('relay') && document.activeElement.ariaInvalid === 'true'";
        browser.until(focus).await;
        assert_eq!(browser.origin.counters("k")["requests"], 0);

        browser.relay("").await;
        browser.fetch().await;
        assert!(!browser.text().await.contains("not a relay"));
        assert_eq!(browser.origin.counters("k")["requests"], 1);
    });
}

#[test]
fn a_relay_survives_a_reload_and_stays_visible() {
    with_page(async |browser| {
        let relay = format!("{}/file/", browser.origin.cross);
        browser.relay(&relay).await;
        browser.fill("https://a.invalid/1.jpg").await;
        browser.fetch().await;
        browser.client.refresh().await.unwrap();
        browser.until_ready().await;
        let field = browser.the("textbox", "Relay").await;
        assert_eq!(field.prop("value").await.unwrap(), Some(relay));
    });
}

impl Browser {
    /// Sets the relay under "More options".
    pub async fn relay(&self, address: &str) {
        self.open_more_options().await;
        self.enter("textbox", "Relay", address).await;
    }
}
