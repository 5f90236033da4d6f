//! Pages with a Content Security Policy, and pages of another origin than the package.

use serde_json::{Value, json};

use super::package_driver::{Place, with_package};
use crate::browser::browse;
use crate::browser::capability::Capability;
use crate::browser::site::Site;

/// Zips an image, and puts what came of it and what was complained of into the title. Whatever thread evaluates the
/// script once more says so.
const SCRIPT: &str = "
    new BroadcastChannel('evaluated').postMessage('evaluated again');
    const complaints = [];
    new BroadcastChannel('evaluated').onmessage = ({ data }) => complaints.push(data);
    for (const level of ['warn', 'error']) console[level] = (...words) => complaints.push(words.join(' '));
    addEventListener('error', ({ message }) => complaints.push(message), true);
    addEventListener('unhandledrejection', ({ reason }) => complaints.push(`${reason}`));
    addEventListener('securitypolicyviolation', ({ violatedDirective }) => complaints.push(violatedDirective));
    const given = new URLSearchParams(location.search);
    const { fetchZip } = await import(given.get('entry'));
    const { storage, items } = await fetchZip(JSON.parse(given.get('urls')));
    document.title = JSON.stringify([storage, items[0].outcome, complaints]);";

/// What the script makes of a page under this policy, with this script before it.
fn under(policy: &str, before: &str) -> Value {
    with_entry("./pkg/fetchzip.js", policy, before)
}

/// The same with another entry, which `http://localhost:PORT/` begins if it is of another origin; that may also be in
/// the policy.
fn with_entry(entry: &str, policy: &str, before: &str) -> Value {
    let page = format!(
        "<!doctype html><meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">
         <script src=\"before.js\"></script><script type=\"module\" src=\"page.js\"></script>"
    );
    let site = Site::package().with("page.js", SCRIPT).with("before.js", before).with("page.html", "");
    let mut made = Value::Null;
    browse(site, async |browser| {
        let urls = json!([browser.origin.url("/image/1/64x48.jpg")]).to_string();
        // The same server by another name.
        let other = browser.address.replace("127.0.0.1", "localhost");
        let placed = |text: &str| text.replace("http://localhost:PORT/", &other);
        browser.replace_site_file("page.html", placed(&page).as_bytes());
        let open = "location.href = `page.html?${new URLSearchParams({ urls: arguments[0], entry: arguments[1] })}`;";
        browser.execute(open, vec![json!(urls), json!(placed(entry))]).await;
        browser.until("document.title.startsWith('[')").await;
        let title = browser.execute("return document.title", vec![]).await;
        let storage = if Capability::PrivateFiles.is_in(browser.kind) { "file" } else { "blobs" };
        made = serde_json::from_str(title.as_str().unwrap()).unwrap();
        if made[0] == storage {
            made[0] = json!("worker");
        }
    });
    made
}

#[test]
fn trusted_types_are_met_before_the_page_s_policy_has_anything_to_report() {
    let policy =
        "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; require-trusted-types-for 'script'";
    for names in ["", "; trusted-types fetchzip"] {
        let made = under(&format!("{policy}{names}"), "");
        assert_eq!(made, json!(["worker", "stored", []]), "{names}");
    }
}

/// Its worker is a Blob, whichever origin the page is of.
#[test]
fn the_entry_in_one_file_and_a_package_of_another_origin_meet_them_too() {
    let policy =
        "default-src 'none'; img-src 'self'; script-src 'self' http://localhost:PORT/ 'wasm-unsafe-eval'; worker-src blob: http://localhost:PORT/;
        connect-src *; require-trusted-types-for 'script'; trusted-types fetchzip";
    for entry in
        ["./pkg/inline.js", "http://localhost:PORT/pkg/inline.js", "http://localhost:PORT/pkg/fetchzip.js"]
    {
        assert_eq!(with_entry(entry, policy, ""), json!(["worker", "stored", []]), "{entry}");
    }
}

#[test]
fn where_the_package_s_name_is_not_allowed_a_policy_of_the_page_s_own_is_enough() {
    let policy =
        "script-src 'self' 'wasm-unsafe-eval'; require-trusted-types-for 'script'; trusted-types default";
    let own = "globalThis.trustedTypes?.createPolicy('default', { createScriptURL: (address) => address });";
    let made = under(policy, own);
    assert_eq!((&made[0], &made[1]), (&json!("worker"), &json!("stored")), "{made}");
}

#[test]
fn a_page_that_lets_nothing_be_replaced_has_its_worker() {
    let made = under(
        "worker-src 'self'",
        "Object.freeze(globalThis.Worker);
        Object.defineProperty(globalThis, 'Worker', { writable: false, configurable: false });",
    );
    assert_eq!(made, json!(["worker", "stored", []]));
}

#[test]
fn a_package_of_another_origin_has_its_worker() {
    with_package(async |browser| {
        // The same server by another name.
        let module = browser.address.replace("127.0.0.1", "localhost") + "pkg/fetchzip.js";
        let body = "const other = await import(args[0]); return (await other.fetchZip([args[1]])).storage;";
        let args = json!([module, browser.origin.url("/image/1/64x48.jpg")]);
        let storage = if Capability::PrivateFiles.is_in(browser.kind) { "file" } else { "blobs" };
        assert_eq!(browser.run(Place::Page, body, args).await.unwrap(), storage);
    });
}
