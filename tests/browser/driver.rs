//! The sessions that tests ask for, and Chromium's developer tools.

use std::path::Path;

use fantoccini::Client;
use serde_json::{Value, json};
use support::webdriver::Capabilities;

use super::proxy::Proxy;
use super::{Kind, environment};

/// What sets a session apart from an ordinary one.
#[derive(Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// The proxy that requests go through.
    pub proxy: Option<&'a Proxy>,
    /// The folder of a profile that outlives the browser.
    pub profile: Option<&'a Path>,
    /// Bytes that a site may keep on disk.
    pub disk: Option<u64>,
}

impl Wanted<'_> {
    pub fn is_ordinary(&self) -> bool {
        self.proxy.is_none() && self.profile.is_none() && self.disk.is_none()
    }
}

/// Starts a browser that saves downloads into the driver's folder without asking. WebKit does so by
/// itself: its folder can't be set.
pub async fn connect(kind: Kind, wanted: Wanted<'_>) -> Client {
    let mut capabilities = Capabilities::new(kind, &environment::browser_program())
        .with("timeouts", json!({ "script": 60_000 }));
    capabilities = match kind {
        Kind::Chromium => chromium(capabilities, wanted),
        Kind::Firefox => firefox(capabilities, wanted),
        Kind::WebKit => capabilities,
    };
    if let Some(proxy) = wanted.proxy {
        let proxy = json!({ "proxyType": "manual", "sslProxy": proxy.authority() });
        capabilities = capabilities.with("acceptInsecureCerts", true).with("proxy", proxy);
    }
    let client = capabilities.connect(&environment::webdriver()).await;
    client.unwrap_or_else(|error| panic!("no session of {kind}: {error}"))
}

fn chromium(capabilities: Capabilities, wanted: Wanted<'_>) -> Capabilities {
    let profile = wanted.profile.map(|folder| format!("--user-data-dir={}", folder.display()));
    capabilities
        .with_arguments(profile)
        .with_preference("download.default_directory", downloads())
        .with_preference("download.prompt_for_download", false)
}

fn firefox(mut capabilities: Capabilities, wanted: Wanted<'_>) -> Capabilities {
    if let Some(folder) = wanted.profile {
        capabilities = capabilities.with_arguments(["-profile".to_owned(), folder.display().to_string()]);
    }
    // Of all sites together, in KiB; one site gets a fifth of it, but at least 10 MiB. A profile would keep
    // the limit of the last session.
    let disk = wanted.disk.map_or(json!(-1), |bytes| json!(5 * bytes / 1024));
    capabilities = capabilities.with_preference("dom.quotaManager.temporaryStorage.fixedLimit", disk);
    let types = "application/zip,application/octet-stream,text/csv,application/json";
    capabilities
        .with_preference("browser.download.folderList", 2)
        .with_preference("browser.download.dir", downloads())
        .with_preference("browser.helperApps.neverAsk.saveToDisk", types)
        // After a few kills it would otherwise offer safe mode and wait for an answer.
        .with_preference("toolkit.startup.max_resumed_crashes", -1)
}

fn downloads() -> String {
    environment::downloads().display().to_string()
}

/// Sends a command of the developer tools to a Chromium session; returns what it answers.
pub async fn devtools(client: &Client, command: &str, parameters: Value) -> Value {
    let session = client.session_id().await.unwrap().unwrap();
    let address = format!("{}/session/{session}/goog/cdp/execute", environment::webdriver());
    let command = json!({ "cmd": command, "params": parameters });
    support::post_json(&address, &command)["value"].take()
}
