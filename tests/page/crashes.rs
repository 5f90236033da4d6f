//! A page that can't go on says so.

use std::fs;

use crate::browser::site::Site;
use crate::browser::{Kind, browse};

#[test]
fn tampered_wasm_is_refused_and_the_page_says_so() {
    // A custom section, which changes nothing but the bytes.
    says_that_it_could_not_start("_bg.wasm", &[0, 2, 1, b'x']);
}

#[test]
fn a_tampered_script_is_refused_and_the_page_says_so() {
    says_that_it_could_not_start(".js", b"\nwindow.isTampered = true;\n");
}

/// Tampers with what wasm-bindgen made: the wasm, or the script of the same name.
fn says_that_it_could_not_start(end: &str, tampering: &[u8]) {
    let site = Site::page();
    let wasm = "_bg.wasm";
    let names =
        fs::read_dir(site.folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let stem =
        names.filter_map(|name| name.strip_suffix(wasm).map(str::to_owned)).next().expect("the page's wasm");
    let file = site.folder().join(stem + end);
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

/// What is said at once, where it is shown.
const ALERT: &str = "[...document.querySelectorAll('[role=alert]')].map((alert) => alert.innerText).join()";

/// A panic ends in a trap, which a promise of the run's or a listener meets.
#[test]
fn a_panic_is_said_on_the_page() {
    let breakers = [
        "Promise.reject(new WebAssembly.RuntimeError('unreachable'))",
        "queueMicrotask(() => { throw new WebAssembly.RuntimeError('unreachable'); })",
    ];
    for breaker in breakers {
        let script = format!("addEventListener('break-down', () => {{ {breaker}; }});");
        let site = Site::page().with_script("break.js", &script);
        browse(site, async |browser| {
            browser.until_ready().await;
            browser.fill_paths(&["/image/1/64x48.jpg?key=k&gate=never"]).await;
            browser.press("Fetch").await;
            browser.origin.wait("k", "inFlight=1");
            browser.execute("window.dispatchEvent(new Event('break-down'))", vec![]).await;
            browser.until(&format!("{ALERT}.includes('has stopped')")).await;
            assert!(browser.list().await.contains("64x48.jpg"), "the list is kept");
            browser.until("dispatchEvent(new Event('beforeunload', { cancelable: true }))").await;
            for button in ["Cancel", "Stop and keep"] {
                assert!(browser.all("button", button).await.is_empty(), "there is nothing to stop");
            }
            assert_ne!(
                browser.execute("return document.documentElement.dataset.run", vec![]).await,
                "running"
            );
        });
    }
}
