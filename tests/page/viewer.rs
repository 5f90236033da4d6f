//! One picture, large.

use serde_json::json;

use super::page_driver::with_new_page;
use crate::browser::Browser;
use crate::browser::keys::{ENTER, ESCAPE, LEFT, RIGHT};

const PATHS: [&str; 3] = ["/image/1/640x480.jpg", "/image/2/48x64.png", "/image/3/64x48.gif"];

#[test]
fn a_picture_is_shown_large_with_what_is_known_of_it() {
    with_new_page(async |browser| {
        browser.fill_paths(&PATHS).await;
        browser.fetch().await;
        browser.the_coming("checkbox", "640x480.jpg").await;
        browser.press("View 48x64.png").await;
        browser.the_coming("dialog", "48x64.png").await;
        browser.until_shown(48).await;
        let text = browser.viewer_text().await;
        let address = browser.origin.url(PATHS[1]);
        assert!(text.contains("48 × 64 · ") && text.contains(&address), "{text}");
        let link = browser.the("link", "Open").await;
        assert_eq!(link.prop("href").await.unwrap().as_deref(), Some(&*address));
        assert_eq!(link.attr("rel").await.unwrap().as_deref(), Some("noreferrer"));
        browser.press("Copy address").await;
        browser.until("document.querySelector('dialog[open] [role=status]').textContent !== ''").await;
        let said = "return document.querySelector('dialog[open] [role=status]').textContent";
        assert_eq!(browser.execute(said, vec![]).await, "The address was copied.");
        assert_eq!(browser.execute("return String(getSelection())", vec![]).await, json!(address));

        browser.press("Next").await;
        browser.the_coming("dialog", "64x48.gif").await;
        browser.press("Next").await; // it is the last one
        browser.press("Previous").await;
        browser.the_coming("dialog", "48x64.png").await;
        browser.click("checkbox", "In the zip").await;
        browser.press("Close").await;
        browser.until("document.querySelector('dialog[open]') === null").await;
        assert_eq!(browser.focused_name().await, "48x64.png", "the focus returns to the picture");
        assert!(!browser.the("checkbox", "48x64.png").await.is_selected().await.unwrap());
        browser.until("[...document.querySelectorAll('a')].some((link) => link.textContent.startsWith('Save zip · 2 of 3'))").await;
    });
}

#[test]
fn keys_open_the_viewer_move_in_it_and_close_it() {
    with_new_page(async |browser| {
        let held = [PATHS[0], PATHS[1], PATHS[2], "/image/4/64x48.jpg?gate=never"];
        browser.fill_paths(&held).await;
        browser.press("Fetch").await;
        browser.until("document.querySelectorAll('#pictures [role=listitem]').length === 3").await;
        browser.execute("document.querySelector('#pictures [tabindex=\"0\"]').focus()", vec![]).await;
        browser.press_keys(&[ENTER]).await;
        browser.the_coming("dialog", "640x480.jpg").await;
        browser.until_shown(640).await;
        for (key, name) in
            [(LEFT, "640x480.jpg"), (RIGHT, "48x64.png"), (RIGHT, "64x48.gif"), (RIGHT, "64x48.gif")]
        {
            browser.press_keys(&[key]).await;
            browser.the_coming("dialog", name).await;
        }
        browser.press_keys(&[ESCAPE]).await;
        browser.until("document.querySelector('dialog[open]') === null").await;
        assert_eq!(browser.focused_name().await, "64x48.gif");
        browser.until_run("running").await;
        // A double click leaves the box as it was.
        let box_of_first = browser.the("checkbox", "640x480.jpg").await;
        let double_click = "const [box] = arguments;
            for (const kind of ['click', 'click']) box.click();
            box.dispatchEvent(new MouseEvent('dblclick', { bubbles: true }));";
        browser.execute("arguments[0].focus()", vec![serde_json::to_value(&box_of_first).unwrap()]).await;
        browser.execute(double_click, vec![serde_json::to_value(&box_of_first).unwrap()]).await;
        browser.the_coming("dialog", "640x480.jpg").await;
        browser.press_keys(&[ESCAPE]).await;
        browser.until("document.querySelector('dialog[open]') === null").await;
        assert!(box_of_first.is_selected().await.unwrap());
    });
}

impl Browser {
    /// Waits until the dialog shows an image of this width.
    async fn until_shown(&self, width: u32) {
        self.until(&format!("document.querySelector('dialog[open] img')?.naturalWidth === {width}")).await;
    }

    async fn viewer_text(&self) -> String {
        let text = self.execute("return document.querySelector('dialog[open]').innerText", vec![]).await;
        text.as_str().unwrap().to_owned()
    }

    /// The accessible name of the box that has the focus.
    async fn focused_name(&self) -> String {
        let name = self.execute("return document.activeElement.getAttribute('aria-label')", vec![]).await;
        name.as_str().unwrap_or_default().to_owned()
    }
}
