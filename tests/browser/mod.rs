//! A browser under WebDriver, with its own demo image server and static site.
//!
//! - `environment`: what `cargo xtask test` passes to the tests
//! - `site`: the content of its static site: the built page, or a plain page beside the package
//! - `versions`: versions of the page, as a host puts one in the place of another
//! - `session`: one session for all ordinary tests, reset between them
//! - `driver`: the sessions that tests ask for, and Chromium's developer tools
//! - `extension`: the extension's folder, and the buttons of the browser's own that start it
//! - `downloads`: the files that the browser saves
//! - `folder_watch`: what stands in their folder meanwhile
//! - `accessibility`: axe-core's findings, and what is wider than the window
//! - `elements`: finding elements by role and accessible name
//! - `keys`: the keyboard
//! - `proxy`: sends any host to the demo server
//! - `capability`: what not every browser offers, and which tests were skipped for it
//! - `exhaustion`: takes away the memory of the wasm, so that it traps
//! - `memory`: what the browser takes while something happens
//! - `private_files`: the files that a site has in its origin private file system
//! - `random`: random choices that can be repeated

#![allow(dead_code, reason = "each test target uses a part of it")]

pub mod accessibility;
pub mod capability;
pub mod downloads;
mod driver;
pub mod elements;
pub mod environment;
pub mod exhaustion;
pub mod extension;
pub mod folder_watch;
pub mod keys;
pub mod memory;
pub mod private_files;
mod proxy;
pub mod random;
mod session;
pub mod site;
pub mod versions;

use std::future::Future;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::Path;
use std::pin::pin;
use std::process::Command;
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::{Client, Locator};
use futures::FutureExt;
use serde_json::{Value, json};
use tempfile::TempDir;

use driver::Wanted;
use origin::Origin;
use proxy::Proxy;
use session::{RUNTIME, Session, Turn};
use site::Site;
pub use support::{BrowserKind as Kind, origin};

/// A test that waits longer than this has failed.
const PATIENCE: Duration = Duration::from_secs(40);

/// The same with [`environment::is_large`]: Firefox copies 1.8 GB in half a minute.
const LARGE_PATIENCE: Duration = Duration::from_secs(150);

/// A test that takes longer has failed, probably because the browser hangs. The examples of lists, each of them long,
/// took 155 s in Chromium beside a compiler.
const LONGEST_TEST: Duration = Duration::from_secs(400);

/// The same with [`environment::is_large`].
const LONGEST_LARGE_TEST: Duration = Duration::from_secs(1_800);

/// The time between two checks of a condition.
const LOOK_AGAIN: Duration = Duration::from_millis(40);

/// A browser that shows a site.
pub struct Browser {
    pub client: Client,
    pub kind: Kind,
    pub origin: Origin,
    /// The address of the site, with a slash at the end.
    pub address: String,
    session: Session,
    /// Whether the next test may use the session.
    is_ordinary: bool,
    _proxy: Option<Proxy>,
    /// The folder of a profile that outlives the browser.
    profile: Option<TempDir>,
    site: Site,
}

/// Runs a test in a browser that behaves like a new one.
pub fn browse(site: Site, test: impl AsyncFnOnce(&Browser)) {
    browse_with(site, None, async |browser| test(browser).await);
}

/// Runs a test in a browser that it may kill and restart with the same profile.
pub fn browse_and_kill(site: Site, test: impl AsyncFnOnce(&mut Browser)) {
    browse_with(site, Some(TempDir::new().unwrap()), test);
}

fn browse_with(site: Site, profile: Option<TempDir>, test: impl AsyncFnOnce(&mut Browser)) {
    let mut turn = Turn::take();
    RUNTIME.block_on(async {
        let mut browser = Browser::open(site, profile, &mut turn).await;
        let longest = if environment::is_large() { LONGEST_LARGE_TEST } else { LONGEST_TEST };
        let test = tokio::time::timeout(longest, test(&mut browser));
        let result = AssertUnwindSafe(test).catch_unwind().await;
        let has_passed = matches!(result, Ok(Ok(())));
        if !has_passed {
            // The reason may be a browser that does not respond.
            let _ = tokio::time::timeout(PATIENCE, browser.print_state()).await;
        }
        browser.leave(has_passed, &mut turn).await;
        let in_time = result.unwrap_or_else(|panic| resume_unwind(panic));
        assert!(in_time.is_ok(), "the test did not end within {longest:?}");
    });
}

/// Processes that are stopped until this is dropped, also by a panic: a browser that is stopped can't be ended.
struct Stopped(Vec<u32>);

impl Stopped {
    fn new(processes: Vec<u32>) -> Self {
        let stopped = Self(processes);
        stopped.send("-STOP");
        stopped
    }

    fn send(&self, signal: &str) {
        for process in &self.0 {
            // Some may have ended.
            let _ = Command::new("kill").args([signal, &process.to_string()]).status();
        }
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        self.send("-CONT");
    }
}

impl Browser {
    async fn open(site: Site, profile: Option<TempDir>, turn: &mut Turn) -> Self {
        let kind = Kind::of_environment();
        let origin = Origin::start(&environment::origin_program(), Some(site.folder())).unwrap();
        let address = format!("{}{}", site_of(&origin), site.path());
        let proxy = site.maps_all_hosts().then(|| Proxy::start(&origin.tls));
        let wanted = Wanted {
            proxy: proxy.as_ref(),
            profile: profile.as_ref().map(TempDir::path),
            disk: site.disk(),
            zone: site.time_zone(),
        };
        let is_ordinary = wanted.is_ordinary();
        let session = if is_ordinary {
            turn.session(kind, site.has_extension()).await
        } else {
            turn.own_session(kind, wanted, site.has_extension()).await
        };
        downloads::clear();
        let client = session.client.clone();
        let browser =
            Self { client, kind, origin, address, session, is_ordinary, _proxy: proxy, profile, site };
        if let Some(bytes) = browser.site.disk().filter(|_| kind == Kind::Chromium) {
            // Firefox gets a preference for it.
            browser.limit_storage(Some(bytes)).await;
        }
        if let Some(zone) = browser.site.time_zone().filter(|_| kind == Kind::Chromium) {
            // Firefox starts with it.
            browser.devtools("Emulation.setTimezoneOverride", json!({ "timezoneId": zone })).await;
        }
        browser.client.goto(&browser.address).await.unwrap();
        browser
    }

    /// Limits the bytes that the site may store from now on, or ends the limit. In Chromium only.
    pub async fn limit_storage(&self, bytes: Option<u64>) {
        let mut parameters = json!({ "origin": site_of(&self.origin) });
        if let Some(bytes) = bytes {
            parameters["quotaSize"] = bytes.into();
        }
        driver::devtools(&self.client, "Storage.overrideQuotaForOrigin", parameters).await;
    }

    /// Leaves the session to the next test, or ends it.
    async fn leave(self, has_passed: bool, turn: &mut Turn) {
        let blank = format!("{}/nothing", site_of(&self.origin));
        // WebKit may hide the tab that its driver opened, and then paints no frames.
        if has_passed && self.is_ordinary && self.kind != Kind::WebKit {
            match tokio::time::timeout(PATIENCE, self.session.reset(&blank)).await {
                Ok(Ok(())) => return turn.leave(self.session),
                Ok(Err(error)) => eprintln!("the session could not be reset: {error}"),
                Err(_) => eprintln!("the session could not be reset within {PATIENCE:?}"),
            }
        }
        self.session.end().await;
    }

    /// Sends a command of the developer tools; returns what it answers. In Chromium only.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Value {
        driver::devtools(&self.client, command, parameters).await
    }

    /// Clears everything that the site has stored, as a user of Chromium can at any time.
    pub async fn clear_site_data(&self) {
        let parameters = json!({ "origin": site_of(&self.origin), "storageTypes": "all" });
        driver::devtools(&self.client, "Storage.clearDataForOrigin", parameters).await;
    }

    /// Kills the browser without a warning, and restarts it with the same profile at the site's address.
    pub async fn kill_and_start_again(&mut self) {
        self.kill_and_start_with_disk_of(None).await;
    }

    /// The same with a limit on the bytes that a site may store. Chromium has none after a start: see
    /// [`Browser::limit_storage`].
    pub async fn kill_and_start_with_disk_of(&mut self, disk: Option<u64>) {
        self.session.kill();
        let _ = tokio::time::timeout(PATIENCE, self.client.clone().close()).await;
        let profile = self.profile.as_ref().map(TempDir::path);
        let wanted = Wanted { profile, disk, ..Wanted::default() };
        self.session = Session::start(self.kind, wanted, self.session.extension.take()).await;
        self.client = self.session.client.clone();
        self.client.goto(&self.address).await.unwrap();
    }

    /// Stops all processes of the browser for as long as `work` takes, as the computer's sleep does.
    pub fn while_stopped<T>(&self, work: impl FnOnce() -> T) -> T {
        let processes = Stopped::new(support::processes::tree(self.session.process()));
        let result = work();
        drop(processes);
        result
    }

    /// Runs a script's function body in the page, with `arguments`.
    pub async fn execute(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client.execute(script, arguments).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Runs an `async` function body in the page, and waits for its value.
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
        let met = async || match self.client.execute(&script, vec![]).await {
            Ok(value) => value == true,
            // What WebKit's driver says at times on a busy machine, whatever the result is.
            Err(error) if error.to_string().contains("Could not parse script result") => false,
            Err(error) => panic!("{script}: {error}"),
        };
        self.until_met(expression, met).await;
    }

    /// Waits until a condition is met.
    pub async fn until_met<F: Future<Output = bool>>(&self, what: &str, mut condition: impl FnMut() -> F) {
        let wait = pin!(async {
            while !condition().await {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        });
        let patience = if environment::is_large() { LARGE_PATIENCE } else { PATIENCE };
        assert!(tokio::time::timeout(patience, wait).await.is_ok(), "this never happened: {what}");
    }

    /// Waits for an element without a name, by a selector.
    pub async fn until_found(&self, selector: &str) -> Element {
        let wait = self.client.wait().at_most(PATIENCE).every(LOOK_AGAIN);
        let found = wait.for_element(Locator::Css(selector)).await;
        found.unwrap_or_else(|error| panic!("{selector} never appeared: {error}"))
    }

    /// A file of the site.
    pub fn site_file(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.site.folder().join(path)).unwrap()
    }

    /// The folder of the site.
    pub fn site_folder(&self) -> &Path {
        self.site.folder()
    }

    /// Replaces a file of the site.
    pub fn replace_site_file(&self, path: &str, content: &[u8]) {
        std::fs::write(self.site.folder().join(path), content).unwrap();
    }

    /// Prints what the page shows after a failed test.
    async fn print_state(&self) {
        let script = "return `data-run: ${document.documentElement.dataset.run}\n` +
            `recorded: ${JSON.stringify(window.recorded ?? [])}\n` + document.body?.innerText";
        if let Ok(text) = self.client.execute(script, vec![]).await {
            eprintln!("── in {}\n{}\n──", self.kind, text.as_str().unwrap_or_default());
        }
    }
}

/// The address of a server's static site, without a slash at the end.
fn site_of(origin: &Origin) -> &str {
    origin.site.as_deref().expect("every test's server has a site")
}
