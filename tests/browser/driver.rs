//! The capabilities that a session of each browser is asked for.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use fantoccini::{Client, ClientBuilder};
use http::Request;
use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
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

/// What a session has that an ordinary one has not.
#[derive(Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// What requests go through.
    pub proxy: Option<&'a Proxy>,
    /// A folder for the profile, which outlives the browser.
    pub profile: Option<&'a Path>,
    /// How many bytes a site may keep on the disk.
    pub disk: Option<u64>,
}

impl Wanted<'_> {
    pub fn is_ordinary(&self) -> bool {
        self.proxy.is_none() && self.profile.is_none() && self.disk.is_none()
    }
}

/// An ordinary profile that saves downloads into the driver's folder without asking. WebKit's saves them
/// there by itself: it can't be told where to.
pub async fn connect(kind: Kind, wanted: Wanted<'_>) -> Client {
    let (program, downloads) = (environment::browser_program(), environment::downloads());
    let mut capabilities: Map<String, Value> = match kind {
        Kind::Chromium => chromium(&program, &downloads, wanted),
        Kind::Firefox => firefox(&program, &downloads, wanted),
        Kind::WebKit => webkit(&program),
    };
    capabilities.insert("timeouts".into(), json!({ "script": 60_000 }));
    if let Some(proxy) = wanted.proxy {
        capabilities.insert("acceptInsecureCerts".into(), true.into());
        let proxy = json!({ "proxyType": "manual", "sslProxy": proxy.authority() });
        capabilities.insert("proxy".into(), proxy);
    }
    let mut builder = ClientBuilder::new(HttpConnector::new());
    let client = builder.capabilities(capabilities).connect(&environment::webdriver()).await;
    client.unwrap_or_else(|error| panic!("no session of {}: {error}", kind.name()))
}

fn chromium(program: &str, downloads: &Path, wanted: Wanted<'_>) -> Map<String, Value> {
    let mut arguments = vec!["--headless=new".to_owned(), "--window-size=1440,1000".to_owned()];
    arguments.extend(wanted.profile.map(|folder| format!("--user-data-dir={}", folder.display())));
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

fn firefox(program: &str, downloads: &Path, wanted: Wanted<'_>) -> Map<String, Value> {
    let mut arguments = ["-headless", "-width", "1440", "-height", "1000"].map(str::to_owned).to_vec();
    if let Some(folder) = wanted.profile {
        arguments.extend(["-profile".to_owned(), folder.display().to_string()]);
    }
    let types = "application/zip,application/octet-stream,text/csv,application/json";
    let mut preferences = json!({
        "browser.download.folderList": 2,
        "browser.download.dir": downloads,
        "browser.helperApps.neverAsk.saveToDisk": types,
        // Otherwise it asks in safe mode what to do, once it was killed a few times.
        "toolkit.startup.max_resumed_crashes": -1,
    });
    if let Some(bytes) = wanted.disk {
        // Of all sites together, in KiB; one site has a fifth of it, but no less than 10 MiB.
        preferences["dom.quotaManager.temporaryStorage.fixedLimit"] = (bytes / 1024).into();
    }
    let options = json!({ "binary": program, "args": arguments, "prefs": preferences });
    Map::from_iter([("moz:firefoxOptions".into(), options)])
}

fn webkit(program: &str) -> Map<String, Value> {
    let options = json!({ "binary": program, "args": ["--automation"] });
    Map::from_iter([("webkitgtk:browserOptions".into(), options)])
}

/// Sends a Chromium session a command of its developer tools.
pub async fn devtools(client: &Client, command: &str, parameters: Value) {
    let session = client.session_id().await.unwrap().unwrap();
    let uri = format!("{}/session/{session}/goog/cdp/execute", environment::webdriver());
    let body = json!({ "cmd": command, "params": parameters }).to_string();
    let request = Request::post(uri).header("content-type", "application/json").body(body).unwrap();
    let http: HttpClient<_, String> = HttpClient::builder(TokioExecutor::new()).build(HttpConnector::new());
    assert!(http.request(request).await.unwrap().status().is_success(), "{command} is understood");
}
