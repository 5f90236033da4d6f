//! Bodies that are shorter than was declared, and encoded ones, compared with what plain `fetch` gets.
//!
//! Over HTTP/1.1 browsers enforce Content-Length, over HTTP/2 they don't.

use serde_json::{Value, json};

use super::package_driver::{Place, with_package, with_package_over_http2};
use crate::browser::Browser;
use crate::browser::capability::{Capability, requires};

/// Fetches each URL with and without the package, and compares the bytes.
const COMPARE: &str = "
    const plainly = async (url) => {
      try {
        const response = await fetch(url, { cache: 'no-store', credentials: 'omit' });
        return new Uint8Array(await response.arrayBuffer());
      } catch {
        return null;
      }
    };
    const reports = [];
    for (const url of args.urls) {
      const plain = await plainly(url);
      const { blob, items: [item] } = await fetchZip([url], { retries: 1, ...args.options });
      // One stored entry: its content is behind the local header and its name.
      const zip = blob && new DataView(await blob.arrayBuffer());
      const at = zip && 30 + zip.getUint16(26, true) + zip.getUint16(28, true);
      const bytes = zip && new Uint8Array(zip.buffer, at, item.bytes);
      const isSame = bytes && plain ? bytes.length === plain.length && bytes.every((byte, n) => byte === plain[n]) : !bytes === !plain;
      reports.push([item.outcome, item.error?.kind ?? null, item.isCutShort, item.attempts, isSame, plain?.length]);
    }
    return reports;";

async fn compare(browser: &Browser, urls: &[String], options: Value) -> Vec<Value> {
    let args = json!({ "urls": urls, "options": options });
    let reports = browser.run(Place::Page, COMPARE, args).await.unwrap();
    reports.as_array().unwrap().clone()
}

/// A report without the length that plain `fetch` got.
fn outcome(report: &Value) -> &[Value] {
    &report.as_array().unwrap()[..5]
}

/// Whose own end is found.
const WITH_END: [&str; 8] = ["jpg", "png", "gif", "webp", "bmp", "svg", "ico", "tiff"];

/// Whose own end is not.
const WITHOUT_END: [&str; 1] = ["jxl"];

#[test]
fn less_than_was_declared_over_http_2_is_asked_for_again_and_marked_unless_the_format_s_end_is_there() {
    if !requires(Capability::Proxy) {
        return;
    }
    with_package_over_http2(async |browser, host| {
        let url = |kind: &&str| format!("{host}/fixture/{kind}?length=30000");
        let urls: Vec<_> = WITH_END.iter().map(url).collect();
        for (kind, report) in WITH_END.iter().zip(compare(browser, &urls, json!({})).await) {
            assert_eq!(json!(outcome(&report)), json!(["stored", null, false, 1, true]), "{kind}");
        }
        let urls: Vec<_> = WITHOUT_END.iter().map(url).collect();
        for (kind, report) in WITHOUT_END.iter().zip(compare(browser, &urls, json!({})).await) {
            assert_eq!(json!(outcome(&report)), json!(["stored", null, true, 2, true]), "{kind}");
        }
        // What is no image has no end of its own, either.
        let urls = ["text", "html"].map(|kind| format!("{host}/fixture/{kind}?length=30000"));
        for report in compare(browser, &urls, json!({ "accept": "all" })).await {
            assert_eq!(json!(outcome(&report)), json!(["stored", null, true, 2, true]));
        }
        // As much as was declared is all of it.
        let urls: Vec<_> = WITH_END.iter().map(|kind| format!("{host}/fixture/{kind}")).collect();
        for report in compare(browser, &urls, json!({})).await {
            assert_eq!(json!(outcome(&report)), json!(["stored", null, false, 1, true]));
        }
    });
}

#[test]
fn half_of_an_image_over_http_2_is_marked() {
    if !requires(Capability::Proxy) {
        return;
    }
    with_package_over_http2(async |browser, host| {
        let url = format!("{host}/fault/truncated-file?bytes=20000&length=20000");
        let [report] = &compare(browser, &[url], json!({})).await[..] else { panic!("one report") };
        assert_eq!(json!(outcome(report)), json!(["stored", null, true, 2, true]));
    });
}

/// A JPEG of 20,000 bytes, encoded. What browsers make of two members, and of half a body, differs.
const ENCODED: [&str; 7] =
    ["gzip", "deflate", "brotli", "gzip-members", "truncated-gzip", "brotli-members", "truncated-brotli"];

async fn compare_encoded(browser: &Browser, host: &str) {
    let urls = ENCODED.map(|fault| format!("{host}/fault/{fault}?bytes=20000"));
    for (fault, report) in ENCODED.iter().zip(compare(browser, &urls, json!({})).await) {
        let is_whole = report[5] == 20_000;
        assert!(is_whole || ENCODED[3..].contains(fault), "{fault}: {report}");
        let is_kept = report[0] == "stored" && report[2] == json!(!is_whole);
        let is_refused = report[0] == "failed" && !is_whole;
        assert!((is_kept || is_refused) && report[4] == true, "{fault}: {report}");
    }
}

#[test]
fn encoded_bodies_are_what_plain_fetch_makes_of_them() {
    with_package(async |browser| compare_encoded(browser, &browser.origin.url("")).await);
}

#[test]
fn encoded_bodies_over_http_2_are_what_plain_fetch_makes_of_them() {
    if !requires(Capability::Proxy) {
        return;
    }
    with_package_over_http2(async |browser, host| compare_encoded(browser, host).await);
}
