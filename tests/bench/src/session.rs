//! One browser under WebDriver, with an ordinary profile.

use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::time::Duration;

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};

use crate::command_line::Browser;
use crate::error::{Error, Result};
use crate::processes;

/// The longest that a script may take; a run of 12 GB is one script.
const SCRIPT_MS: u64 = 3 * 3600 * 1000;

/// What opening and closing take at most.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where a browser's driver listens, and where its program is.
#[derive(Clone, Debug)]
pub struct Driver {
    /// The driver's address.
    pub address: String,
    /// The browser's program.
    pub program: String,
}

/// A browser that was started for us, and is ended with [`Session::close`].
#[derive(Debug)]
pub struct Session {
    client: Client,
    /// Name and version.
    pub version: String,
    /// The browser's first process.
    pub process: u32,
    /// The folder of its profile.
    pub profile: PathBuf,
}

impl Session {
    /// Starts a browser.
    pub async fn open(browser: Browser, driver: &Driver) -> Result<Self> {
        let mut capabilities = match browser {
            Browser::Chromium => chromium(&driver.program),
            Browser::Firefox => firefox(&driver.program),
        };
        capabilities.insert("timeouts".into(), json!({ "script": SCRIPT_MS, "pageLoad": 60_000 }));
        // The demo server makes its certificate itself.
        capabilities.insert("acceptInsecureCerts".into(), true.into());
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let connecting = builder.capabilities(capabilities).connect(&driver.address);
        let client = tokio::time::timeout(PATIENCE, connecting)
            .await
            .map_err(Error::browser("start in time"))?
            .map_err(Error::browser("start"))?;
        let told = client.capabilities().cloned().unwrap_or_default();
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let version = format!("{} {}", text(told.get("browserName")), text(told.get("browserVersion")));
        let (profile, process) = match browser {
            Browser::Chromium => {
                let profile = text(told.get("chrome").and_then(|chrome| chrome.get("userDataDir")));
                let process = processes::find(&[&format!("--user-data-dir={profile}")], "--type=");
                (profile, process)
            }
            Browser::Firefox => {
                let process = told.get("moz:processID").and_then(Value::as_u64);
                (text(told.get("moz:profile")), process.and_then(|process| u32::try_from(process).ok()))
            }
        };
        let process = process.ok_or_else(|| Error::Browser {
            doing: "be found among the processes".to_owned(),
            message: format!("none has the profile {profile}"),
        })?;
        Ok(Self { client, version, process, profile: profile.into() })
    }

    /// Opens an address in a new tab, and closes all others: nobody inherits another's garbage.
    pub async fn open_alone(&self, address: &str) -> Result<()> {
        let failed = Error::browser::<fantoccini::error::CmdError>;
        let client = &self.client;
        let others = client.windows().await.map_err(failed("list its tabs"))?;
        let tab = client.new_window(true).await.map_err(failed("open a tab"))?;
        for other in others {
            client.switch_to_window(other).await.map_err(failed("show a tab"))?;
            client.close_window().await.map_err(failed("close a tab"))?;
        }
        client.switch_to_window(tab.handle).await.map_err(failed("show its tab"))?;
        client.goto(address).await.map_err(failed("open the page"))
    }

    /// Runs the body of an async function in the page, and gives its value or what it threw.
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
            .map_err(|_| Error::Browser {
                doing: "answer".to_owned(),
                message: format!("it did not within {} s", patience.as_secs()),
            })?
            .map_err(Error::browser("run a script"))?;
        Ok(match result.get("error").and_then(Value::as_str) {
            Some(error) => Err(error.to_owned()),
            None => Ok(result["value"].take()),
        })
    }

    /// Ends the browser.
    pub async fn close(self) {
        // One that does not answer any more is ended with its driver.
        let _ = tokio::time::timeout(PATIENCE, self.client.close()).await;
    }
}

fn chromium(program: &str) -> Map<String, Value> {
    let mut arguments = vec!["--headless=new", "--window-size=1440,1000"];
    // Its sandbox refuses root, which is what containers run as.
    if std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0) {
        arguments.push("--no-sandbox");
    }
    Map::from_iter([("goog:chromeOptions".into(), json!({ "binary": program, "args": arguments }))])
}

fn firefox(program: &str) -> Map<String, Value> {
    let options = json!({
        "binary": program,
        "args": ["-headless", "-width", "1440", "-height", "1000"],
        // Otherwise it starts a process for the next tab a while after each, in the middle of a run,
        // whose memory would count as that run's.
        "prefs": { "dom.ipc.processPrelaunch.enabled": false },
    });
    Map::from_iter([("moz:firefoxOptions".into(), options)])
}
