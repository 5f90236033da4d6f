//! Every fault of the demo server, over HTTP/1.1 and HTTP/2, compared byte for byte with what plain `fetch` makes of it.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::browser::capability::{Capability, requires};
use crate::package_driver::{Place, with_package, with_package_over_http2};

/// Fetches each URL with and without the package, some at a time, and returns of both: the status of an answer that is
/// a failure, the length and the digest of its bytes otherwise, or `null` where there was none.
const COMPARE: &str = "
    const AT_ONCE = 16;
    const STALL = 1500;
    const digest = async (bytes) => [bytes.byteLength,
      [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))].join()];
    const plainly = async (url) => {
      const signal = url.includes('/stall') ? AbortSignal.timeout(STALL) : undefined;
      const options = { cache: 'no-store', credentials: 'omit', referrerPolicy: 'no-referrer', signal };
      const response = await fetch(url, options);
      const bytes = await response.arrayBuffer();
      return response.ok ? digest(bytes) : response.status;
    };
    const zipped = async (url) => {
      const timeoutMs = url.includes('/stall') ? STALL : undefined;
      const { blob, items: [item] } = await fetchZip([url], { accept: 'all', retries: 0, timeoutMs });
      if (!blob) return item.error.status;
      // One stored entry: its content is behind the local header and its name.
      const header = new DataView(await blob.slice(0, 30).arrayBuffer());
      const at = 30 + header.getUint16(26, true) + header.getUint16(28, true);
      return digest(await blob.slice(at, at + item.bytes).arrayBuffer());
    };
    const reports = [];
    const urls = args.urls.values();
    const work = async () => {
      for (const url of urls) {
        const plain = await plainly(url).catch(() => null);
        reports.push([url, plain, await zipped(url)]);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return reports;";

async fn compare_all(browser: &Browser, host: &str) {
    let faults: Value = serde_json::from_slice(&browser.origin.get("/control/faults")).unwrap();
    let urls: Vec<_> = faults
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| format!("{host}/fault/{}?bytes=4000", fault["name"].as_str().unwrap()))
        // By itself it takes 40 s.
        .map(|url| if url.contains("/trickle") { url + "&rate=20000" } else { url })
        .collect();
    assert!(urls.len() >= 91, "{}", urls.len());
    let differing = differing(browser, &urls).await;
    // Over HTTP/2 some faults end the connection, and with it what others of its streams have not read yet.
    let mut again = Vec::new();
    for url in differing {
        again.extend(self::differing(browser, &[url]).await);
    }
    assert_eq!(again, [""; 0], "in {}", browser.kind.name());
}

/// The addresses of which the package makes something else.
async fn differing(browser: &Browser, urls: &[String]) -> Vec<String> {
    let reports = browser.run(Place::Page, COMPARE, json!({ "urls": urls })).await.unwrap();
    let reports = reports.as_array().unwrap();
    assert_eq!(reports.len(), urls.len());
    let differing = reports.iter().filter(|report| report[1] != report[2]);
    differing.map(|report| report[0].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_fault_gives_the_bytes_that_plain_fetch_gets() {
    with_package(async |browser| compare_all(browser, &browser.origin.url("")).await);
}

#[test]
fn every_fault_over_http_2_gives_the_bytes_that_plain_fetch_gets() {
    if !requires(Capability::Proxy) {
        return;
    }
    with_package_over_http2(async |browser, host| compare_all(browser, host).await);
}
