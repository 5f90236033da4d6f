//! Pages with a Content Security Policy, and pages of another origin than the package.

use serde_json::{Value, json};

use super::package_driver::{Place, with_package};
use crate::browser::browse;
use crate::browser::capability::Capability;
use crate::browser::site::Site;

/// Zips an image, and puts what came of it and what the policy was asked for into the title.
const SCRIPT: &str = "
    import { fetchZip } from './pkg/fetchzip.js';
    const complaints = [];
    console.warn = (text) => complaints.push(text);
    addEventListener('securitypolicyviolation', ({ violatedDirective }) => complaints.push(violatedDirective));
    const { storage, items } = await fetchZip(JSON.parse(new URLSearchParams(location.search).get('urls')));
    document.title = JSON.stringify([storage, items[0].outcome, complaints]);";

/// What the script makes of a page under this policy, with this script before it.
fn under(policy: &str, before: &str) -> Value {
    let page = format!(
        "<!doctype html><meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">
         <script src=\"before.js\"></script><script type=\"module\" src=\"page.js\"></script>"
    );
    let site = Site::package().with("page.html", page).with("page.js", SCRIPT).with("before.js", before);
    let mut made = Value::Null;
    browse(site, async |browser| {
        let urls = json!([browser.origin.url("/image/1/64x48.jpg")]).to_string();
        let open = "location.href = `page.html?urls=${encodeURIComponent(arguments[0])}`;";
        browser.execute(open, vec![json!(urls)]).await;
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
