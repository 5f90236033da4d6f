//! What is shown and chosen before anything is fetched.

use crate::browser::Browser;

use super::extension_driver::{header, with_extension};

/// Images of two sizes, one of them a thumbnail that links to a larger image.
const GALLERY: &str = "<!doctype html><title>A gallery</title>
    <img src='{{origin}}/image/1/64x48.png?cors=off&key=small' alt='small one'>
    <img src='{{origin}}/image/2/300x400.jpg?cors=off&key=large'>
    <a href='{{origin}}/image/3/800x600.jpg/full.jpg?cors=off&key=full'><img src='{{origin}}/image/3/80x60.jpg/thumb.jpg?cors=off&key=thumb'></a>";

async fn collect_gallery(browser: &Browser) {
    browser.show_page("gallery.html", GALLERY).await;
    browser.until("[...document.images].every((image) => image.complete)").await;
    browser.press_toolbar_button().await;
    assert_eq!(browser.collected().await.len(), 3);
}

async fn list(browser: &Browser) -> Vec<String> {
    let keys = |line: &str| line.split("key=").nth(1).unwrap_or_default().to_owned();
    browser.list_text().await.lines().map(keys).collect()
}

#[test]
fn nothing_is_fetched_before_the_grid_is_opened_and_then_only_previews_without_cookies() {
    with_extension(async |browser| {
        browser.show_page("gallery.html", GALLERY).await;
        browser.execute("document.cookie = 'plain=1'", vec![]).await;
        browser.until("[...document.images].every((image) => image.complete)").await;
        browser.press_toolbar_button().await;
        browser.collected().await;
        let asked = async || {
            let log = browser.origin.whole_log();
            log.into_iter().filter(|request| request["key"].is_string()).collect::<Vec<_>>()
        };
        let before = asked().await.len();
        assert_eq!(before, 3, "the page's own requests");
        browser.execute("document.getElementById('choosing').open = true", vec![]).await;
        browser.until("document.querySelectorAll('#collected-list .preview img').length === 3").await;
        browser
            .until(
                "[...document.querySelectorAll('#collected-list img')].every((image) => image.naturalWidth)",
            )
            .await;
        // Whole, and not cut off by its box.
        let cut_off = "return [...document.querySelectorAll('#collected-list img')].filter((image) =>
            image.getBoundingClientRect().height > image.parentElement.clientHeight).length;";
        assert_eq!(browser.execute(cut_off, vec![]).await, 0);
        for preview in &asked().await[before..] {
            assert_eq!(header(preview, "cookie"), None);
            assert_eq!(header(preview, "referer"), None);
        }
        let text = browser.text_of("collected-list").await;
        assert!(
            text.contains("small one") && text.contains("64 × 48 px") && text.contains("300 × 400 px"),
            "{text}"
        );
        assert!(browser.execute("return document.documentElement.dataset.run", vec![]).await == "idle");
    });
}

#[test]
fn images_are_chosen_by_box_filter_and_size_before_they_are_fetched() {
    with_extension(async |browser| {
        collect_gallery(browser).await;
        assert_eq!(list(browser).await, ["small", "large", "full"]);
        browser.execute("document.getElementById('choosing').open = true", vec![]).await;
        browser.enter("spinbutton", "Leave out below", "100").await;
        assert_eq!(list(browser).await, ["large", "full"]);
        browser.enter("spinbutton", "Leave out below", "0").await;
        browser.click("checkbox", "64x48.png").await;
        assert_eq!(list(browser).await, ["large", "full"]);
        browser.click("checkbox", "Full size instead of thumbnails").await;
        assert_eq!(list(browser).await, ["large", "thumb"]);
        browser.press("Choose none").await;
        assert_eq!(list(browser).await, [""; 0]);
        browser.press("Invert the choice").await;
        assert_eq!(list(browser).await, ["small", "large", "thumb"]);
        browser.until_list_is_read(3).await;
        browser.fetch().await;
        assert_eq!(browser.save_entries().await.len(), 3);
    });
}

#[test]
fn images_are_found_by_type_by_what_they_were_found_as_and_by_address() {
    with_extension(async |browser| {
        collect_gallery(browser).await;
        browser.execute("document.getElementById('choosing').open = true", vec![]).await;
        let choose = async |name: &str, option: &str| {
            browser.the("combobox", name).await.select_by_label(option).await.unwrap();
        };
        choose("Type", "png").await;
        assert_eq!(list(browser).await, ["small"]);
        choose("Type", "any").await;
        choose("Found as", "linked image").await;
        assert_eq!(list(browser).await, ["full"]);
        choose("Found as", "anything").await;
        browser.enter("searchbox", "Address has", "300X400").await;
        assert_eq!(list(browser).await, ["large"]);
        let shown = "return [...document.querySelectorAll('#collected-list li')].filter((item) => item.checkVisibility()).length;";
        assert_eq!(browser.execute(shown, vec![]).await, 1);
        browser.enter("searchbox", "Address has", "/image/").await;
        assert_eq!(list(browser).await, ["small", "large", "full"]);
        // A filter goes by what is wanted: thumbnails have sizes of their own.
        browser.click("checkbox", "Full size instead of thumbnails").await;
        browser.enter("spinbutton", "Leave out below", "100").await;
        assert_eq!(list(browser).await, ["large"]);
    });
}

/// A thumbnail in the user's own network that links to an image of the web, and the other way round.
const CLOSER: &str = "<!doctype html><title>closer</title><img src='{{origin}}/image/1/64x48.png?key=good'>
    <a href='{{origin}}/image/2/640x480.jpg'><img loading='lazy' src='http://192.168.1.1/reboot.jpg'></a>
    <a href='http://10.0.0.1/full.jpg'><img src='{{origin}}/image/3/64x48.png'></a>
    <a href='http://[fd00::1]/other.jpg'>a link</a>";

#[test]
fn what_leads_into_the_user_s_own_network_is_not_ticked_and_gets_no_preview_whether_image_or_thumbnail() {
    with_extension(async |browser| {
        browser.show_page("closer.html", CLOSER).await;
        browser.press_toolbar_button().await;
        browser.collected().await;
        assert_eq!(list(browser).await, ["good"]);
        let notes = browser.text_of("collected-notes").await;
        assert!(notes.contains("3 addresses lead into your own network"), "{notes}");
        browser.execute("document.getElementById('choosing').open = true", vec![]).await;
        browser.until("document.querySelectorAll('#collected-list .preview:not(:empty)').length === 4").await;
        let previews = "return [...document.querySelectorAll('#collected-list .preview')].map((box) => box.textContent);";
        let previews = browser.execute(previews, vec![]).await;
        assert_eq!(previews, serde_json::json!(["", "not loaded", "not loaded", "not loaded"]));
    });
}
