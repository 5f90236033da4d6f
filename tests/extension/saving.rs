//! Images of hosts that let no page read them.

use crate::browser::capability::{Capability, requires};

use super::extension_driver::{with_extension_page, without_permission};

#[test]
fn images_of_hosts_without_cors_arrive_byte_for_byte_by_the_worker_and_its_file() {
    with_extension_page(async |browser| {
        let paths = [
            "/image/1/64x48.jpg?cors=off&key=k",
            "/image/2/300x200.png?cors=off&key=k",
            "/image/3/3000000b.jpg?cors=off&key=k",
            "/fixture/webp?cors=off&key=k",
        ];
        let addresses = paths.map(|path| browser.origin.url(path));
        browser.type_list(&addresses).await;
        browser.fetch().await;
        let entries = browser.save_entries().await;
        assert_eq!(entries.len(), paths.len());
        for ((name, content), path) in entries.iter().zip(paths) {
            assert!(*content == browser.origin.get(path), "{name} is not what the server sends for {path}");
        }
        // A worker that does not start, as with a wrong policy, leaves the images in Blobs: only workers have the
        // file.
        let place = browser.text_of("storage").await;
        assert!(place.contains("file"), "{place}");
        let log = browser.origin.log("k");
        assert!(log.iter().all(|request| request["headers"]["cookie"].is_null()), "{log:?}");
    });
}

#[test]
fn a_host_without_permission_is_tried_and_says_what_it_needs() {
    with_extension_page(async |browser| {
        browser.decline_permissions().await;
        let good = browser.origin.url("/image/1/64x48.jpg?cors=off");
        let refusing = without_permission(&browser.origin.url("/image/2/64x48.jpg?cors=off"));
        let allowing = without_permission(&browser.origin.cross) + "/image/3/64x48.jpg";
        browser.type_list(&[good, refusing, allowing]).await;
        browser.fetch().await;
        let text = browser.text_of("failure-list").await;
        assert!(text.starts_with("1 image from http://localhost:"), "{text}");
        assert!(text.contains("needs your permission") && !text.contains("CORS"), "{text}");
        browser.the("button", "Allow").await;
        let statuses =
            "return [...document.querySelectorAll('#rows .state')].map((cell) => cell.textContent)";
        browser.click("tab", "Timeline").await;
        browser.until(&format!("(() => {{ {statuses} }})().includes('needs your permission')")).await;
        assert_eq!(
            browser.save_entries().await.len(),
            2,
            "what the host lets any page read arrives all the same"
        );
    });
}

#[test]
fn a_question_that_nobody_answers_delays_a_run_and_a_save_and_stops_neither() {
    with_extension_page(async |browser| {
        let overlooked = "(globalThis.browser ?? chrome).permissions.request = () => new Promise(() => {});";
        browser.execute(overlooked, vec![]).await;
        let refusing = without_permission(&browser.origin.url("/image/2/64x48.jpg?cors=off"));
        browser.type_list(&[browser.origin.url("/image/1/64x48.jpg?cors=off"), refusing]).await;
        browser.press("Fetch").await;
        browser
            .until("document.getElementById('permission-note').innerText.includes('The browser asks')")
            .await;
        browser.until_run("done").await;
        assert!(browser.text_of("failure-list").await.contains("needs your permission"));
        browser.click("link", "Save zip").await;
        browser.downloaded("images.zip").await;
    });
}

#[test]
fn the_button_of_a_refusal_asks_for_exactly_its_host() {
    with_extension_page(async |browser| {
        browser.decline_permissions().await;
        let refusing = without_permission(&browser.origin.url("/image/2/64x48.jpg?cors=off"));
        browser.type_list(&[browser.origin.url("/image/1/64x48.jpg?cors=off"), refusing]).await;
        browser.fetch().await;
        let answer = "(globalThis.browser ?? chrome).permissions.request =
            async ({ origins }) => { window.asked = origins; return false; };";
        browser.execute(answer, vec![]).await;
        browser.press("Allow").await;
        browser.until("window.asked").await;
        let asked = browser.execute("return window.asked", vec![]).await;
        assert_eq!(asked, serde_json::json!(["http://localhost/*"]), "exactly the host, without its port");
        browser.until_run("done").await;
    });
}

#[test]
fn what_is_allowed_is_fetched_at_once() {
    if !requires(Capability::PermissionAnswers) {
        return;
    }
    with_extension_page(async |browser| {
        let path = "/image/2/64x48.jpg?cors=off";
        browser.type_list(&[without_permission(&browser.origin.url(path))]).await;
        browser.fetch().await;
        let entries = browser.save_entries().await;
        assert!(entries[0].1 == browser.origin.get(path));
    });
}

#[test]
fn an_archive_that_the_extension_may_download_is_saved_when_its_last_byte_is_there() {
    if !requires(Capability::PermissionAnswers) {
        return;
    }
    with_extension_page(async |browser| {
        browser.type_list(&[browser.origin.url("/image/3/3000000b.jpg?cors=off")]).await;
        browser.fetch().await;
        browser.click("link", "Save zip").await;
        browser
            .until("document.getElementById('run-text').innerText.startsWith('Saved as images.zip')")
            .await;
        let zip = std::fs::read(browser.downloaded("images.zip").await).unwrap();
        assert!(
            support::archive::contents::entries(&zip)[0].1 == browser.origin.get("/image/3/3000000b.jpg")
        );
    });
}
