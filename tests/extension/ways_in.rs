//! The context menu and the keys, which open the same page as the toolbar button. Chromium's driver reaches neither: its
//! events end in the page.

use crate::browser::Browser;
use crate::browser::capability::{Capability, requires};

use super::extension_driver::with_extension;

const PAGE: &str = "<!doctype html><title>ways</title><p>a text</p>
    <img src='{{origin}}/image/1/64x48.jpg'><a href='elsewhere.html'>a link</a>
    <a href='{{origin}}/image/2/640x480.jpg'><b>a linked image</b></a>";

/// Whether the page that was opened has the images of [`PAGE`], and has fetched nothing.
async fn check_list(browser: &Browser) {
    let paths = ["/image/1/64x48.jpg", "/image/2/640x480.jpg"];
    assert_eq!(browser.collected().await, paths.map(|path| browser.origin.url(path)));
    assert_eq!(browser.execute("return document.documentElement.dataset.run", vec![]).await, "idle");
}

#[test]
fn the_context_menu_of_a_page_an_image_and_a_link_and_the_keys_collect_the_page() {
    if !requires(Capability::BrowserWindow) {
        return;
    }
    with_extension(async |browser| {
        browser.show_page("ways.html", PAGE).await;
        let tab = browser.client.window().await.unwrap();
        for target in ["p", "img", "a", "b"] {
            browser.client.switch_to_window(tab.clone()).await.unwrap();
            browser.choose_in_context_menu(target).await;
            check_list(browser).await;
        }
        browser.client.switch_to_window(tab).await.unwrap();
        browser.press_shortcut().await;
        check_list(browser).await;
    });
}
