//! A browser under WebDriver, with a demo image server and a static site of its own.
//!
//! - `environment`: what `cargo xtask test` tells the tests
//! - `origin`: the demo image server and its control routes
//! - `site`: what its static site holds: the built page, or a plain page beside the package
//! - `session`: one session for all ordinary tests, put back between them
//! - `driver`: the capabilities that a session of each browser is asked for
//! - `downloads`: files that the browser saved
//! - `elements`: finding elements by role and accessible name
//! - `keys`: the keyboard
//! - `proxy`: sends any host to the demo server
//! - `capability`: what not every browser offers, and which tests were skipped for it
//! - `exhaustion`: takes away the memory of the wasm, so that it traps
//! - `private_files`: the files that a site has in its origin private file system
//! - `random`: random choices that can be repeated

#![allow(dead_code, reason = "each test target takes what it needs")]

pub mod capability;
pub mod downloads;
mod driver;
pub mod elements;
pub mod environment;
pub mod exhaustion;
pub mod keys;
pub mod origin;
pub mod private_files;
mod proxy;
pub mod random;
mod session;
pub mod site;

use std::future::Future;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::pin::pin;
use std::process::Command;
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::{Client, Locator};
use futures::FutureExt;
use serde_json::{Value, json};
use tempfile::TempDir;

pub use driver::Kind;
use driver::Wanted;
use origin::Origin;
use proxy::Proxy;
use session::{RUNTIME, Session, Turn};
use site::Site;

/// A test that waits longer than this has failed.
const PATIENCE: Duration = Duration::from_secs(40);

/// A browser that hangs is met by this.
const LONGEST_TEST: Duration = Duration::from_secs(180);

/// How often a condition is looked at again.
const LOOK_AGAIN: Duration = Duration::from_millis(40);

/// A browser that shows a site.
pub struct Browser {
    pub client: Client,
    pub kind: Kind,
    pub origin: Origin,
    /// The address of the site, with a slash at the end.
    pub address: String,
    session: Session,
    /// Whether the next test may have the session.
    is_ordinary: bool,
    _proxy: Option<Proxy>,
    /// The folder of a profile that outlives the browser.
    profile: Option<TempDir>,
    site: Site,
}

/// Runs a test in a browser that is as if it had been started for it.
pub fn browse(site: Site, test: impl AsyncFnOnce(&Browser)) {
    browse_with(site, None, async |browser| test(browser).await);
}

/// Runs a test in a browser that it may kill, and start again with the same profile.
pub fn browse_and_kill(site: Site, test: impl AsyncFnOnce(&mut Browser)) {
    browse_with(site, Some(TempDir::new().unwrap()), test);
}

fn browse_with(site: Site, profile: Option<TempDir>, test: impl AsyncFnOnce(&mut Browser)) {
    let mut turn = Turn::take();
    RUNTIME.block_on(async {
        let mut browser = Browser::open(site, profile, &mut turn).await;
        let test = tokio::time::timeout(LONGEST_TEST, test(&mut browser));
        let result = AssertUnwindSafe(test).catch_unwind().await;
        let has_passed = matches!(result, Ok(Ok(())));
        if !has_passed {
            // A browser that does not answer any more may be the reason.
            let _ = tokio::time::timeout(PATIENCE, browser.print_state()).await;
        }
        browser.leave(has_passed, &mut turn).await;
        let in_time = result.unwrap_or_else(|panic| resume_unwind(panic));
        assert!(in_time.is_ok(), "the test did not end within {LONGEST_TEST:?}");
    });
}

impl Browser {
    async fn open(site: Site, profile: Option<TempDir>, turn: &mut Turn) -> Self {
        let kind = Kind::of_environment();
        let origin = Origin::start(site.folder());
        let proxy = site.maps_all_hosts().then(|| Proxy::start(origin.tls_port()));
        let wanted =
            Wanted { proxy: proxy.as_ref(), profile: profile.as_ref().map(TempDir::path), disk: site.disk() };
        let is_ordinary = wanted.is_ordinary();
        let session =
            if is_ordinary { turn.session(kind).await } else { turn.own_session(kind, wanted).await };
        downloads::clear();
        let client = session.client.clone();
        let address = format!("{}{}", origin.site, site.path());
        if let Some(bytes) = site.disk().filter(|_| kind == Kind::Chromium) {
            // Firefox has a preference for it.
            let parameters = json!({ "origin": origin.site.trim_end_matches('/'), "quotaSize": bytes });
            driver::devtools(&client, "Storage.overrideQuotaForOrigin", parameters).await;
        }
        client.goto(&address).await.unwrap();
        Self { client, kind, origin, address, session, is_ordinary, _proxy: proxy, profile, site }
    }

    /// Leaves the session to the next test, or ends it.
    async fn leave(self, has_passed: bool, turn: &mut Turn) {
        let blank = format!("{}/nothing", self.origin.site);
        // WebKit may not show the tab that its driver opened, and then paints no frame of it.
        if has_passed && self.is_ordinary && self.kind != Kind::WebKit {
            match tokio::time::timeout(PATIENCE, self.session.put_back(&blank)).await {
                Ok(Ok(())) => return turn.leave(self.session),
                Ok(Err(error)) => eprintln!("the session could not be put back: {error}"),
                Err(_) => eprintln!("the session could not be put back within {PATIENCE:?}"),
            }
        }
        self.session.end().await;
    }

    /// Clears all that the site has stored, as a user of Chromium may at any time.
    pub async fn clear_site_data(&self) {
        let parameters = json!({ "origin": self.origin.site.trim_end_matches('/'), "storageTypes": "all" });
        driver::devtools(&self.client, "Storage.clearDataForOrigin", parameters).await;
    }

    /// Kills the browser, which gets no chance to put anything in order, and starts it again with the
    /// same profile, at the site's address.
    pub async fn kill_and_start_again(&mut self) {
        for process in processes_of(self.session.process()) {
            // Some end by themselves as soon as the first is gone.
            let _ = Command::new("kill").args(["-KILL", &process.to_string()]).status();
        }
        let _ = tokio::time::timeout(PATIENCE, self.client.clone().close()).await;
        let profile = self.profile.as_ref().map(TempDir::path);
        self.session = Session::start(self.kind, Wanted { profile, ..Wanted::default() }).await;
        self.client = self.session.client.clone();
        self.client.goto(&self.address).await.unwrap();
    }

    /// Runs a script's function body in the page, with `arguments`.
    pub async fn execute(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client.execute(script, arguments).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// The same for an `async` body, whose value it waits for.
    pub async fn execute_async(&self, body: &str, arguments: Vec<Value>) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1]; const given = [...arguments].slice(0, -1);
             (async (...arguments) => {{ {body} }})(...given).then((value) => done({{ value }}),
               (error) => done({{ error: `${{error?.name}}: ${{error?.message}} ${{error?.stack}}` }}));"
        );
        let result = self.client.execute_async(&script, arguments).await.unwrap();
        assert_eq!(result["error"], Value::Null, "{body}");
        result["value"].clone()
    }

    /// Waits until an expression is true in the page.
    pub async fn until(&self, expression: &str) {
        let script = format!("return Boolean({expression})");
        let met = async || self.execute(&script, vec![]).await == true;
        self.until_met(expression, met).await;
    }

    /// Waits until a condition is met.
    pub async fn until_met<F: Future<Output = bool>>(&self, what: &str, mut condition: impl FnMut() -> F) {
        let wait = pin!(async {
            while !condition().await {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        });
        assert!(tokio::time::timeout(PATIENCE, wait).await.is_ok(), "it never came to this: {what}");
    }

    /// Waits for an element by a selector, where it has no name.
    pub async fn until_found(&self, selector: &str) -> Element {
        let wait = self.client.wait().at_most(PATIENCE).every(LOOK_AGAIN);
        let found = wait.for_element(Locator::Css(selector)).await;
        found.unwrap_or_else(|error| panic!("{selector} never came: {error}"))
    }

    /// A file of the site.
    pub fn site_file(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.site.folder().join(path)).unwrap()
    }

    /// What a failed test left on the screen, for whoever has to find out why.
    async fn print_state(&self) {
        let script = "return `data-run: ${document.documentElement.dataset.run}\n` +
            `recorded: ${JSON.stringify(window.recorded ?? [])}\n` + document.body?.innerText";
        if let Ok(text) = self.client.execute(script, vec![]).await {
            eprintln!("── in {}\n{}\n──", self.kind.name(), text.as_str().unwrap_or_default());
        }
    }
}

/// A process and all that come from it, as `/proc` has them.
fn processes_of(first: u64) -> Vec<u64> {
    let mut found = vec![first];
    let mut at = 0;
    while let Some(parent) = found.get(at) {
        let tasks = std::fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().flatten();
        let children = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
        let children: Vec<u64> = children
            .flat_map(|list| list.split_whitespace().flat_map(str::parse).collect::<Vec<_>>())
            .collect();
        found.extend(children);
        at += 1;
    }
    found
}
