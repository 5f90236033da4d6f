//! "Copy a report".

use super::page_driver::with_page;
use crate::browser::site::Site;
use crate::browser::{Browser, browse};

/// Presses the button, and returns the text that the dialog shows.
async fn report(browser: &Browser) -> String {
    browser.press("Copy a report").await;
    browser.the_coming("dialog", "A report for those who look for the fault").await;
    let text = browser.execute("return document.querySelector('dialog[open] pre').textContent", vec![]).await;
    text.as_str().unwrap().to_owned()
}

#[test]
fn a_report_counts_failures_by_reason_and_names_no_address_and_no_file() {
    with_page(async |browser| {
        let paths = [
            "/image/1/64x48.jpg?key=secret",
            "/fault/status/404?key=secret",
            "/fault/html",
            "/fault/status/404",
        ];
        browser.fill_paths(&paths).await;
        browser.at_once("3").await;
        browser.open_more_options().await;
        browser.enter("textbox", "Names", "holiday-{index}").await;
        browser.enter("textbox", "Address contains", "/i|f/").await;
        browser.fetch().await;
        let text = report(browser).await;
        let version = concat!("fetchzip ", env!("CARGO_PKG_VERSION"), "\n");
        for part in [
            version,
            "browser: Mozilla/",
            "run: done",
            "at-once 3",
            "names is set",
            "  2 × http 404",
            "  1 × not-an-image",
        ] {
            assert!(text.contains(part), "{part:?} is missing: {text}");
        }
        let host = browser.origin.http.trim_start_matches("http://");
        for part in [host, "secret", "64x48", "holiday", "/i|f/", "fault"] {
            assert!(!text.contains(part), "{part:?} is in it: {text}");
        }
        let watch = "document.addEventListener('copy', () => { window.copied = getSelection().toString(); }, { once: true });";
        browser.execute(watch, vec![]).await;
        browser.press("Copy").await;
        browser
            .until("document.querySelector('dialog[open]').innerText.includes('The report was copied.')")
            .await;
        let copied = browser.execute("return window.copied", vec![]).await;
        assert_eq!(copied.as_str().unwrap().trim_end(), text);
        browser.press("Close").await;
        assert!(browser.all("dialog", "A report for those who look for the fault").await.is_empty());
    });
}

#[test]
fn after_a_crash_a_report_has_the_error_without_its_addresses() {
    let script = "addEventListener('reject', () => {
        Promise.reject(new TypeError('no cat.jpg at https://secret.example/a?token=b nor \"my cat\"'));
    });";
    browse(Site::page().with_script("reject.js", script), async |browser| {
        browser.until_ready().await;
        browser.execute("dispatchEvent(new Event('reject'))", vec![]).await;
        browser.until("'crashed' in document.documentElement.dataset").await;
        let text = report(browser).await;
        assert!(text.contains("run: idle, crashed"), "{text}");
        assert!(text.contains("\nerror:\n  TypeError: no (name) at (address) nor (text)"), "{text}");
        assert!(!text.contains("secret") && !text.contains("token"), "{text}");
        browser.press("Close").await;
    });
}
