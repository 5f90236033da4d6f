//! A page that can't continue says so.

use std::fs;

use crate::browser::site::Site;
use crate::browser::{Browser, Kind, browse};

#[test]
fn tampered_wasm_is_refused_and_the_page_says_so() {
    // A custom section changes nothing but the bytes.
    says_that_it_could_not_start("_bg.wasm", &[0, 2, 1, b'x']);
}

#[test]
fn a_tampered_script_is_refused_and_the_page_says_so() {
    says_that_it_could_not_start(".js", b"\nwindow.isTampered = true;\n");
}

/// Tampers with what wasm-bindgen made: the wasm, or the script of the same name.
fn says_that_it_could_not_start(end: &str, tampering: &[u8]) {
    let site = Site::page();
    let file = site.named(&format!("page{end}"));
    let mut bytes = fs::read(&file).unwrap();
    bytes.extend_from_slice(tampering);
    fs::write(&file, bytes).unwrap();
    browse(site, async |browser| {
        browser.until(&format!("{ALERT}.includes('could not start')")).await;
        // WebKit checks no script that a module imports; what it loads must still fit the rest.
        let has_run = browser.execute("return window.isTampered ?? false", vec![]).await == true;
        assert!(!has_run || browser.kind == Kind::WebKit);
        browser.until("document.documentElement.dataset.run === 'idle'").await;
    });
}

/// The list stays, and the page goes on: with a connection, the next attempt loads the module.
#[test]
fn without_the_module_that_reads_lists_nothing_is_fetched_and_the_page_says_why() {
    let site = Site::page();
    let file = site.named("lists_bg.wasm");
    let (whole, kept) = (fs::read(&file).unwrap(), file.clone());
    fs::write(&file, [&whole[..], &[0, 2, 1, b'x']].concat()).unwrap();
    browse(site, async |browser| {
        browser.fill_paths(&["/image/1/64x48.jpg"]).await;
        browser.press("Fetch").await;
        let plan = "document.getElementById('plan').textContent";
        browser
            .until(&format!("{plan}.includes('the part of this page that reads lists did not arrive')"))
            .await;
        browser.until("document.documentElement.dataset.run === 'idle'").await;
        fs::write(&kept, &whole).unwrap();
        browser.fetch().await;
        assert!(browser.text().await.contains("1 of 1 fetched"));
    });
}

#[test]
fn a_page_from_the_disk_says_that_it_needs_a_server() {
    browse(Site::page(), async |browser| {
        browser.until_ready().await;
        let words = "document.body.innerText.includes('This page needs a server')";
        browser.until(&format!("!{words}")).await;
        let file = format!("file://{}/index.html", browser.site_folder().display());
        browser.client.goto(&file).await.unwrap();
        match browser.kind {
            Kind::Chromium => {
                browser.until(&format!("document.readyState === 'complete' && {words}")).await;
                assert!(browser.text().await.contains("python3 -m http.server"));
            }
            // They read the page's parts from the disk, or say what is missing.
            Kind::Firefox | Kind::WebKit => {
                browser.until(&format!("document.getElementById('version').textContent || {words}")).await;
            }
        }
        browser.client.goto(&browser.address).await.unwrap();
    });
}

/// The text of all alerts that are shown.
const ALERT: &str = "[...document.querySelectorAll('[role=alert]')].map((alert) => alert.innerText).join()";

/// The trap is real: the text of the list does not fit into the memory that the wasm has left.
#[test]
fn a_trap_in_a_listener_of_the_page_is_shown_on_it() {
    browse(Site::exhaustible_page(), async |browser| {
        begin_held_run(browser).await;
        // The form that the user has opened stays.
        browser.the_coming("button", "Edit").await.click().await.unwrap();
        browser.the_coming("textbox", "Image URLs").await;
        browser.execute("exhaust()", vec![]).await;
        let long = format!("{}\n", browser.origin.url("/image/1/64x48.jpg")).repeat(60_000);
        browser.paste(&long).await;
        says_that_it_has_stopped(browser).await;
        let details = browser.execute("return document.getElementById('crash-details').textContent", vec![]);
        let details = details.await.as_str().unwrap().to_lowercase();
        assert!(details.contains("unreachable") || details.contains("out of memory"), "{details}");
        assert!(browser.list().await.contains("64x48.jpg"), "the list is kept");
    });
}

/// A trap in a promise's callback reaches the page as a rejection that nobody handles.
#[test]
fn a_rejection_that_nobody_handles_is_shown_on_the_page() {
    let script = "addEventListener('reject', () => { Promise.reject(new Error('unhandled')); });";
    browse(Site::page().with_script("reject.js", script), async |browser| {
        begin_held_run(browser).await;
        browser.execute("dispatchEvent(new Event('reject'))", vec![]).await;
        says_that_it_has_stopped(browser).await;
        assert!(browser.list().await.contains("64x48.jpg"), "the list is kept");
    });
}

/// The trap is real: no memory is left for the images that wait for the first one.
#[test]
fn a_run_whose_worker_traps_ends_with_the_cause_and_the_next_one_is_whole() {
    browse(Site::exhaustible_page(), async |browser| {
        browser.until_ready().await;
        browser.fill_paths(&["/image/1/64x48.jpg"]).await;
        // By the end of a run the worker is there.
        browser.fetch().await;
        browser.exhaust_worker().await;
        let mut paths = vec!["/image/0/64x48.jpg?gate=never".to_owned()];
        paths.extend((1..=60).map(|seed| format!("/image/{seed}/200000b.jpg")));
        let lines: Vec<_> = paths.iter().map(|path| browser.origin.url(path)).collect();
        browser.paste(&lines.join("\n")).await;
        browser.press("Fetch").await;
        browser.until("document.body.innerText.includes('the worker that fetched broke down')").await;
        browser.until("document.documentElement.dataset.run !== 'running'").await;
        let text = browser.text().await.to_lowercase();
        assert!(text.contains("unreachable") || text.contains("out of memory"), "{text}");
        assert!(browser.all("link", "Save zip").await.is_empty());

        browser.fill_paths(&["/image/1/64x48.jpg", "/image/2/64x48.png"]).await;
        browser.fetch().await;
        assert_eq!(browser.save_entries().await.len(), 2);
    });
}

async fn begin_held_run(browser: &Browser) {
    browser.until_ready().await;
    browser.fill_paths(&["/image/1/64x48.jpg?key=k&gate=never"]).await;
    browser.press("Fetch").await;
    browser.origin.wait("k", "inFlight=1");
}

async fn says_that_it_has_stopped(browser: &Browser) {
    browser.until(&format!("{ALERT}.includes('has stopped')")).await;
    browser.until("dispatchEvent(new Event('beforeunload', { cancelable: true }))").await;
    assert!(browser.all("button", "Stop").await.is_empty(), "there is nothing to stop");
    assert_ne!(browser.execute("return document.documentElement.dataset.run", vec![]).await, "running");
}
