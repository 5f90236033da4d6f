//! The capabilities that a session of each browser is asked for.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};

use super::environment;
use super::proxy::Proxy;

/// Which browser it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Chromium,
    Firefox,
    WebKit,
}

impl Kind {
    /// The browser that this run is about.
    pub fn of_environment() -> Self {
        match environment::browser().as_str() {
            "chromium" => Self::Chromium,
            "firefox" => Self::Firefox,
            "webkit" => Self::WebKit,
            other => panic!("FETCHZIP_BROWSER is chromium, firefox or webkit, not {other}"),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "Chromium",
            Self::Firefox => "Firefox",
            Self::WebKit => "WebKit",
        }
    }
}

/// An ordinary profile that saves downloads into the driver's folder without asking. WebKit's saves them
/// there by itself: it can't be told where to.
///
/// The profile is new, unless it lies in a folder that outlives the browser.
pub async fn connect(kind: Kind, proxy: Option<&Proxy>, profile: Option<&Path>) -> Client {
    let (program, downloads) = (environment::browser_program(), environment::downloads());
    let mut capabilities: Map<String, Value> = match kind {
        Kind::Chromium => chromium(&program, &downloads, profile),
        Kind::Firefox => firefox(&program, &downloads, profile),
        Kind::WebKit => webkit(&program),
    };
    capabilities.insert("timeouts".into(), json!({ "script": 60_000 }));
    if let Some(proxy) = proxy {
        capabilities.insert("acceptInsecureCerts".into(), true.into());
        let proxy = json!({ "proxyType": "manual", "sslProxy": proxy.authority() });
        capabilities.insert("proxy".into(), proxy);
    }
    let mut builder = ClientBuilder::new(HttpConnector::new());
    let client = builder.capabilities(capabilities).connect(&environment::webdriver()).await;
    client.unwrap_or_else(|error| panic!("no session of {}: {error}", kind.name()))
}

fn chromium(program: &str, downloads: &Path, profile: Option<&Path>) -> Map<String, Value> {
    let mut arguments = vec!["--headless=new".to_owned(), "--window-size=1440,1000".to_owned()];
    arguments.extend(profile.map(|folder| format!("--user-data-dir={}", folder.display())));
    // Its sandbox refuses root, which is what containers run tests as.
    if std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0) {
        arguments.push("--no-sandbox".to_owned());
    }
    let options = json!({
        "binary": program,
        "args": arguments,
        "prefs": { "download.default_directory": downloads, "download.prompt_for_download": false },
    });
    Map::from_iter([("goog:chromeOptions".into(), options)])
}

fn firefox(program: &str, downloads: &Path, profile: Option<&Path>) -> Map<String, Value> {
    let mut arguments = ["-headless", "-width", "1440", "-height", "1000"].map(str::to_owned).to_vec();
    if let Some(folder) = profile {
        arguments.extend(["-profile".to_owned(), folder.display().to_string()]);
    }
    let types = "application/zip,application/octet-stream,text/csv,application/json";
    let options = json!({
        "binary": program,
        "args": arguments,
        "prefs": {
            "browser.download.folderList": 2,
            "browser.download.dir": downloads,
            "browser.helperApps.neverAsk.saveToDisk": types,
            // Otherwise it asks in safe mode what to do, once it was killed a few times.
            "toolkit.startup.max_resumed_crashes": -1,
        },
    });
    Map::from_iter([("moz:firefoxOptions".into(), options)])
}

fn webkit(program: &str) -> Map<String, Value> {
    let options = json!({ "binary": program, "args": ["--automation"] });
    Map::from_iter([("webkitgtk:browserOptions".into(), options)])
}
