//! One browser under WebDriver, with an ordinary profile.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use bench_options::BrowserKind;
use fantoccini::Client;
use serde_json::{Value, json};
use support::webdriver::Capabilities;

use crate::processes;

/// The longest that a script may take; a run of 12 GB is one script.
const SCRIPT_MS: u64 = 3 * 3600 * 1000;

/// The longest time that opening and closing take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running driver of a browser.
#[derive(Clone, Debug)]
pub struct Driver {
    /// The driver's address.
    pub address: String,
    /// The browser's program.
    pub program: String,
}

/// A browser, which [`Session::close`] ends.
#[derive(Debug)]
pub struct Session {
    client: Client,
    /// The driver's address.
    driver: String,
    /// The browser's name and version.
    pub version: String,
    /// The id of the browser's first process.
    pub process: u32,
    /// The folder of its profile.
    pub profile: PathBuf,
}

impl Session {
    /// Starts a browser.
    pub async fn open(browser: BrowserKind, driver: &Driver) -> Result<Self> {
        let mut capabilities = Capabilities::new(browser, &driver.program)
            .with("timeouts", json!({ "script": SCRIPT_MS, "pageLoad": 60_000 }))
            // The demo server's certificate is its own.
            .with("acceptInsecureCerts", true);
        if browser == BrowserKind::Firefox {
            // Otherwise it starts a process for the next tab a while after each, in the middle of a run,
            // and that process's memory would count as the run's.
            capabilities = capabilities.with_preference("dom.ipc.processPrelaunch.enabled", false);
        }
        let client = tokio::time::timeout(PATIENCE, capabilities.connect(&driver.address))
            .await
            .context("the browser could not start in time")?
            .context("the browser could not start")?;
        let granted = client.capabilities().cloned().unwrap_or_default();
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let version = format!("{} {}", text(granted.get("browserName")), text(granted.get("browserVersion")));
        let (profile, process) = match browser {
            BrowserKind::Chromium => {
                let profile = text(granted.get("chrome").and_then(|chrome| chrome.get("userDataDir")));
                let process = processes::find(&[&format!("--user-data-dir={profile}")], "--type=");
                (profile, process)
            }
            BrowserKind::Firefox | BrowserKind::WebKit => {
                let process = granted.get("moz:processID").and_then(Value::as_u64);
                (text(granted.get("moz:profile")), process.and_then(|process| u32::try_from(process).ok()))
            }
        };
        let process = process.with_context(|| format!("no process has the browser's profile {profile}"))?;
        let driver = driver.address.clone();
        Ok(Self { client, driver, version, process, profile: profile.into() })
    }

    /// Opens an address in a new tab, and closes all others, so that no turn starts with another's garbage.
    pub async fn open_alone(&self, address: &str) -> Result<()> {
        let client = &self.client;
        let others = client.windows().await.context("the browser could not list its tabs")?;
        let tab = client.new_window(true).await.context("the browser could not open a tab")?;
        for other in others {
            client.switch_to_window(other).await.context("the browser could not show a tab")?;
            client.close_window().await.context("the browser could not close a tab")?;
        }
        client.switch_to_window(tab.handle).await.context("the browser could not show its tab")?;
        client.goto(address).await.context("the browser could not open the page")
    }

    /// Opens an address in the current tab.
    pub async fn open_here(&self, address: &str) -> Result<()> {
        self.client.goto(address).await.context("the browser could not open the page")
    }

    /// Sends a command of Chromium's developer tools.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Result<()> {
        let session = self.client.session_id().await?.context("the session has ended")?;
        let address = format!("{}/session/{session}/goog/cdp/execute", self.driver);
        let body = json!({ "cmd": command, "params": parameters }).to_string();
        let sent = ureq::post(address).content_type("application/json").send(body);
        sent.map(drop).with_context(|| format!("the browser refused {command}"))
    }

    /// Runs the body of an async function in the page, and returns its value or what it threw.
    pub async fn call(
        &self,
        body: &str,
        argument: Value,
        patience: Duration,
    ) -> Result<std::result::Result<Value, String>> {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             (async (argument) => {{ {body} }})(arguments[0]).then((value) => done({{ value }}),
               (error) => done({{ error: String(error?.name ?? 'Error') + ': ' + String(error?.message ?? error) }}));"
        );
        let call = self.client.execute_async(&script, vec![argument]);
        let mut result = tokio::time::timeout(patience, call)
            .await
            .with_context(|| format!("the browser did not answer within {} s", patience.as_secs()))?
            .context("the browser could not run a script")?;
        Ok(match result.get("error").and_then(Value::as_str) {
            Some(error) => Err(error.to_owned()),
            None => Ok(result["value"].take()),
        })
    }

    /// Ends the browser.
    pub async fn close(self) {
        // A browser that does not respond ends with its driver.
        let _ = tokio::time::timeout(PATIENCE, self.client.close()).await;
    }
}
