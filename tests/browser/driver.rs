//! The sessions that tests ask for, and Chromium's developer tools.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use fantoccini::Client;
use serde_json::{Value, json};
use support::webdriver::Capabilities;
use tempfile::TempDir;

use super::extension::Extension;
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
    /// The time zone that the browser is in.
    pub zone: Option<&'static str>,
}

impl Wanted<'_> {
    pub fn is_ordinary(&self) -> bool {
        self.proxy.is_none() && self.profile.is_none() && self.disk.is_none() && self.zone.is_none()
    }
}

/// Starts a browser that saves downloads into the driver's folder without asking. WebKit does so by
/// itself: its folder can't be set.
pub async fn connect(kind: Kind, wanted: Wanted<'_>, extension: Option<&Extension>) -> Client {
    // Until the browser has started.
    let folder = TempDir::new().unwrap();
    let program = match wanted.zone.filter(|_| kind == Kind::Firefox) {
        Some(zone) => program_in(zone, folder.path()),
        None => environment::browser_program(),
    };
    let mut capabilities = Capabilities::new(kind, &program).with("timeouts", json!({ "script": 60_000 }));
    capabilities = match kind {
        Kind::Chromium => chromium(capabilities, wanted, extension),
        Kind::Firefox => firefox(capabilities, wanted, extension),
        Kind::WebKit => capabilities,
    };
    if let Some(proxy) = wanted.proxy {
        let proxy = json!({ "proxyType": "manual", "sslProxy": proxy.authority() });
        capabilities = capabilities.with("acceptInsecureCerts", true).with("proxy", proxy);
    }
    let client = capabilities.connect(&environment::webdriver()).await;
    let client = client.unwrap_or_else(|error| panic!("no session of {kind}: {error}"));
    if let (Kind::Firefox, Some(extension)) = (kind, extension) {
        let command = json!({ "path": extension.folder(), "temporary": true, "allowPrivateBrowsing": true });
        send(&client, "moz/addon/install", &command).await;
    }
    client
}

/// A program in this folder that starts the browser in a time zone.
fn program_in(zone: &str, folder: &Path) -> String {
    let program = folder.join("browser");
    let script = format!("#!/bin/sh\nTZ={zone} exec '{}' \"$@\"\n", environment::browser_program());
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
    program.display().to_string()
}

/// Sends a driver's own command; returns what it answers.
pub async fn send(client: &Client, command: &str, parameters: &Value) -> Value {
    let session = client.session_id().await.unwrap().unwrap();
    let address = format!("{}/session/{session}/{command}", environment::webdriver());
    support::post_json(&address, parameters)["value"].take()
}

fn chromium(
    mut capabilities: Capabilities,
    wanted: Wanted<'_>,
    extension: Option<&Extension>,
) -> Capabilities {
    let profile = wanted.profile.map(|folder| format!("--user-data-dir={}", folder.display()));
    if let Some(extension) = extension {
        let folder = extension.folder().display();
        let load = [format!("--disable-extensions-except={folder}"), format!("--load-extension={folder}")];
        // Without the option, the driver does not see tabs that an extension opens.
        capabilities = capabilities.with_arguments(load).with_option("enableExtensionTargets", true);
    }
    capabilities
        .with_arguments(profile)
        // Without a graphics card its part is done by the processor, and costs a tenth of all tests' time.
        .with_arguments(["--disable-gpu".to_owned(), "--disable-gpu-rasterization".to_owned()])
        .with_preference("download.default_directory", downloads())
        .with_preference("download.prompt_for_download", false)
}

fn firefox(
    mut capabilities: Capabilities,
    wanted: Wanted<'_>,
    extension: Option<&Extension>,
) -> Capabilities {
    if let Some(folder) = wanted.profile {
        capabilities = capabilities.with_arguments(["-profile".to_owned(), folder.display().to_string()]);
    }
    if let Some(extension) = extension {
        capabilities = capabilities
            .with_preference("extensions.webextensions.uuids", extension.firefox_uuids())
            .with_preference("extensions.originControls.grantByDefault", true)
            .with_preference("extensions.webextOptionalPermissionPrompts", false)
            .with_preference("network.lna.blocking", false);
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
    send(client, "goog/cdp/execute", &json!({ "cmd": command, "params": parameters })).await
}
