//! The package on a plain page: makes calls there or in a module worker, and returns their archives.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Value, json};

use crate::browser::exhaustion::EXHAUSTION;
use crate::browser::private_files::PRIVATE_FILES;
use crate::browser::site::Site;
use crate::browser::{Browser, browse, browse_and_kill};

/// Where a call is made.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    Page,
    Worker,
}

pub const PLACES: [Place; 2] = [Place::Page, Place::Worker];

/// The error that a call rejected with.
#[derive(Debug)]
pub struct Rejection {
    /// The class that it is an instance of: `TypeError`, `RangeError`, `DOMException` or `Error`.
    pub class: String,
    /// Its `name`.
    pub name: String,
    pub message: String,
}

/// The result that a call resolved to.
pub struct Outcome {
    /// Without the Blob.
    pub result: Value,
    /// The Blob's bytes.
    pub zip: Option<Vec<u8>>,
}

impl Outcome {
    pub fn items(&self) -> &[Value] {
        self.result["items"].as_array().unwrap()
    }

    pub fn entry_names(&self) -> Vec<&str> {
        self.items().iter().map(|item| item["entryName"].as_str().unwrap_or("-")).collect()
    }

    pub fn zip(&self) -> &[u8] {
        self.zip.as_deref().expect("there is an archive")
    }
}

/// Runs a test on the plain page.
pub fn with_package(test: impl AsyncFnOnce(&Browser)) {
    with_package_at(Site::package(), "", "", test);
}

/// The same on a page with this Content Security Policy.
pub fn with_package_under(policy: &str, test: impl AsyncFnOnce(&Browser)) {
    with_package_at(Site::package(), policy, "", test);
}

/// The same with this JavaScript before the package is started.
pub fn with_package_after(script: &str, test: impl AsyncFnOnce(&Browser)) {
    with_package_at(Site::package(), "", script, test);
}

/// The same with a host that the demo server is over HTTP/2. It requires a proxy.
pub fn with_package_over_http2(test: impl AsyncFnOnce(&Browser, &str)) {
    let site = Site::package().with_all_hosts_mapped();
    with_package_at(site, "", "", async |browser| test(browser, "https://images.unsplash.com").await);
}

/// The same where pages may store no more than this many bytes on the disk.
pub fn with_package_on_disk_of(bytes: u64, test: impl AsyncFnOnce(&Browser)) {
    with_package_at(Site::package().with_disk_of(bytes), "", "", test);
}

/// The same in a browser that is in this time zone.
pub fn with_package_in_zone(zone: &'static str, test: impl AsyncFnOnce(&Browser)) {
    with_package_at(Site::package().in_time_zone(zone), "", "", test);
}

/// The same with `exhaust()` wherever a test's JavaScript runs, and in the engine's worker.
pub fn with_exhaustible_package(policy: &str, test: impl AsyncFnOnce(&Browser)) {
    with_package_at(Site::exhaustible_package(), policy, EXHAUSTION, test);
}

/// Runs a test on the plain page in a browser that the test may kill and start again.
pub fn with_package_that_is_killed(test: impl AsyncFnOnce(&mut Browser)) {
    browse_and_kill(with_plain_page(Site::package(), "", ""), async |browser| {
        browser.until("window.runHere").await;
        test(browser).await;
    });
}

/// Runs a test on the plain page under a policy, with this JavaScript before the package is started.
fn with_package_at(site: Site, policy: &str, before: &str, test: impl AsyncFnOnce(&Browser)) {
    browse(with_plain_page(site, policy, before), async |browser| {
        browser.until("window.runHere").await;
        test(browser).await;
    });
}

/// Adds the plain page to a site.
fn with_plain_page(site: Site, policy: &str, before: &str) -> Site {
    let meta = format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">");
    let index = include_str!("index.html").replacen("<title>", &format!("{meta}<title>"), 1);
    site.with("index.html", index)
        .with("run.js", format!("{before}{PRIVATE_FILES}{}", include_str!("run.js")))
        .with("worker.js", include_str!("worker.js"))
}

impl Browser {
    /// Runs the body of an async function with `fetchZip`, `startFetchZip`, `args`, `base64(blob)` and `privateFiles()`.
    pub async fn run(&self, place: Place, body: &str, args: Value) -> Result<Value, Rejection> {
        let function = match place {
            Place::Page => "runHere",
            Place::Worker => "runInWorker",
        };
        let call = format!("return {function}(...arguments);");
        let result = self.execute_async(&call, vec![body.into(), args]).await;
        let error = &result["error"];
        if error.is_null() {
            return Ok(result["value"].clone());
        }
        let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        Err(Rejection { class: text("type"), name: text("name"), message: text("message") })
    }

    /// Makes a call that resolves.
    pub async fn fetch_zip(&self, place: Place, urls: Value, options: Value) -> Outcome {
        const CALL: &str = "const { blob, ...result } = await fetchZip(args.urls, args.options);
             return { result, zip: blob && await base64(blob) };";
        let args = json!({ "urls": urls, "options": options });
        let mut value = self.run(place, CALL, args).await.expect("the call resolves");
        let zip = value["zip"].as_str().map(|text| BASE64_STANDARD.decode(text).unwrap());
        Outcome { result: value["result"].take(), zip }
    }

    /// Begins a call whose promise is kept in the page, for [`Browser::end_run`].
    pub async fn begin_run(&self, body: &str, args: Value) {
        let begin = "window.pending = runHere(...arguments)";
        self.execute(begin, vec![body.into(), args]).await;
    }

    /// The end of the call that was begun.
    pub async fn end_run(&self) -> Result<Value, Rejection> {
        self.run(Place::Page, "const { value, error } = await window.pending; if (error) throw Object.assign(new Error(error.message), error); return value;", json!({})).await
    }
}
