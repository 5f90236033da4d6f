//! A private window, for which Firefox keeps no files. Chromium leaves an extension that its command line names
//! disabled once it is allowed there.

use crate::browser::capability::{Capability, requires};

use super::extension_driver::with_extension;

#[test]
fn a_private_window_collects_fetches_and_saves_without_files_of_the_browser() {
    if !requires(Capability::BrowserWindow) {
        return;
    }
    with_extension(async |browser| {
        let others = browser.client.windows().await.unwrap();
        browser.open_private_window().await;
        let images = "<!doctype html><title>private</title>
            <img src='{{origin}}/image/1/64x48.jpg?cors=off'><img src='{{origin}}/image/2/3000000b.jpg?cors=off'>";
        browser.show_page("private.html", images).await;
        browser.press_toolbar_button().await;
        assert_eq!(browser.collected().await.len(), 2);
        let note = browser.text_of("files-note").await;
        assert!(note.contains("private window") && note.contains("can’t be resumed"), "{note}");
        browser.until_list_is_read(2).await;
        browser.fetch().await;
        assert!(browser.text_of("storage").await.starts_with("held by the browser"));
        browser.click("link", "Save zip").await;
        browser
            .until("document.getElementById('run-text').innerText.startsWith('Saved as images.zip')")
            .await;
        let zip = std::fs::read(browser.downloaded("images.zip").await).unwrap();
        let entries = support::archive::contents::entries(&zip);
        assert!(entries[0].1 == browser.origin.get("/image/1/64x48.jpg"));
        assert!(entries[1].1 == browser.origin.get("/image/2/3000000b.jpg"));
        // A download that is not the private window's stays in the history of the browser.
        let last =
            "const [{ incognito }] = await browser.downloads.search({ orderBy: ['-startTime'], limit: 1 });
            return incognito;";
        assert_eq!(browser.execute_async(last, vec![]).await, true);
        browser.check_records().await;
        // The next test's first tab would open in the private window.
        browser.close_tabs_but(&others).await;
    });
}
