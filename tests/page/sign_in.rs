//! "Send my sign-in to this site's own images".

use serde_json::json;

use super::page_driver::with_page;

const OPTION: &str = "Send my sign-in to this site's own images";

const STATEMENT: &str = "Your sign-in goes along to images of this site, and to no other site.";

#[test]
fn the_sign_in_goes_to_this_site_alone_and_only_on_request() {
    with_page(async |browser| {
        browser.execute("document.cookie = 'session=1; path=/'", vec![]).await;
        let path = "/image/1/64x48.jpg?cookie=session%3D1&cors=credentials&key=";
        let own = format!("{}own{path}own", browser.address);
        let other = browser.origin.url(&format!("{path}other"));
        browser.fill(&format!("{own}\n{other}")).await;
        browser.fetch().await;
        let statuses = async || browser.rows().await.into_iter().map(|row| row.status).collect::<Vec<_>>();
        assert_eq!(statuses().await, ["401", "401"]);
        assert!(!browser.text().await.contains(STATEMENT));

        browser.open_more_options().await;
        browser.click("checkbox", OPTION).await;
        assert!(browser.text().await.contains(STATEMENT));
        browser.fetch().await;
        assert_eq!(statuses().await, ["ok", "401"]);
        let headers = json!(browser.origin.log("other")).to_string();
        assert!(!headers.contains("session=1\""), "{headers}");

        // It outlives the page, and so does what is said of it.
        browser.open_page().await;
        assert!(browser.the("checkbox", OPTION).await.is_selected().await.unwrap());
        assert!(browser.text().await.contains(STATEMENT));
        browser.click("checkbox", OPTION).await;
        assert!(!browser.text().await.contains(STATEMENT));
    });
}
