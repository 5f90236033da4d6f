//! The extension's folder, and the buttons of the browser's own that start it.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use fantoccini::actions::{InputSource, MOUSE_BUTTON_RIGHT, MouseActions, PointerAction};
use fantoccini::wd::WindowHandle;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::keys::{ALT, SHIFT};
use super::{Browser, Kind, driver, environment, site};

/// What the addresses of its pages begin with in Firefox, which otherwise draws it.
const FIREFOX_UUID: &str = "5f3b0e2c-5a0e-4f0d-9a53-6b1c7a2d9e41";

/// A public key, made for these tests, and the id that Chromium derives from it.
const CHROMIUM_KEY: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCUPgks+apwvlBmKdy45vSmNvPlLkNknKe/t+VTmy6a\
    6TjDmxRWES7QpKZ1ADK8qEtqJ6UvbDiVwpEjwDcfvA6HX/7Po4dt7PtjSyAWDA9mHl4G7YH5yrFjOXEX\
    8/uK+9GFPSEApquQDeDK3OV3S44PPQYRJ7+zMbttD7UkVzeLTQIDAQAB";
const CHROMIUM_ID: &str = "afefgfcpicgmfmamhpkobdajengnnakl";

/// A copy of the built extension, which has the permission for 127.0.0.1 from the start: the question for it can't be
/// answered by a driver. `localhost` is the same server without a permission.
pub struct Extension {
    folder: TempDir,
    kind: Kind,
    /// The id in the manifest for Firefox.
    firefox_id: String,
}

impl Extension {
    pub fn new(kind: Kind) -> Self {
        let folder = TempDir::new().unwrap();
        site::copy(&environment::extension().join(kind.id()), folder.path());
        let manifest = folder.path().join("manifest.json");
        let mut keys: Value = serde_json::from_slice(&fs::read(&manifest).unwrap()).unwrap();
        let firefox_id =
            keys["browser_specific_settings"]["gecko"]["id"].as_str().unwrap_or_default().to_owned();
        keys["host_permissions"] = json!(["http://127.0.0.1/*"]);
        if kind == Kind::Chromium {
            keys["key"] = CHROMIUM_KEY.into();
        }
        fs::write(&manifest, keys.to_string()).unwrap();
        let index = folder.path().join("index.html");
        let page = fs::read_to_string(&index).unwrap();
        fs::write(&index, page.replacen("<head>", "<head><script src=\"record.js\"></script>", 1)).unwrap();
        fs::write(folder.path().join("record.js"), include_str!("record.js")).unwrap();
        fs::write(folder.path().join(BLANK), "<!doctype html>").unwrap();
        Self { folder, kind, firefox_id }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The addresses of extensions that Firefox is to use, by their ids.
    pub fn firefox_uuids(&self) -> String {
        json!({ &self.firefox_id: FIREFOX_UUID }).to_string()
    }

    /// The address of its page.
    fn page(&self) -> String {
        self.address("index.html")
    }

    /// The address of a page of it without anything.
    pub fn blank(&self) -> String {
        self.address(BLANK)
    }

    fn address(&self, file: &str) -> String {
        match self.kind {
            Kind::Firefox => format!("moz-extension://{FIREFOX_UUID}/{file}"),
            _ => format!("chrome-extension://{CHROMIUM_ID}/{file}"),
        }
    }
}

const BLANK: &str = "blank.html";

/// Takes from the extension what a test may have left in it but for the storage of its pages: rules, its own storage,
/// and permissions that it did not have at the start. Returns the reason if that fails.
pub const RESET: &str = "
    const done = arguments[0];
    const api = globalThis.browser ?? chrome;
    const reset = async () => {
      const rules = api.declarativeNetRequest;
      await rules.updateSessionRules({ removeRuleIds: (await rules.getSessionRules()).map(({ id }) => id) });
      await api.storage.local.clear();
      const { permissions, origins } = await api.permissions.getAll();
      const first = api.runtime.getManifest();
      await api.downloads?.erase({});
      await api.permissions.remove({
        permissions: permissions.filter((name) => first.optional_permissions.includes(name)),
        origins: origins.filter((pattern) => !first.host_permissions.includes(pattern)),
      });
    };
    reset().then(() => done(null), (error) => done(String(error)));";

/// Presses the toolbar button of the extension with this id, for the selected tab. In Firefox's own window.
const PRESS: &str = "
    const { ExtensionParent } = ChromeUtils.importESModule('resource://gre/modules/ExtensionParent.sys.mjs');
    const { extension } = WebExtensionPolicy.getByID(arguments[0]);
    const window = Services.wm.getMostRecentWindow('navigator:browser');
    ExtensionParent.apiManager.global.browserActionFor(extension).triggerAction(window);
    arguments[1]();";

/// Chooses the extension's entry once the context menu is open. In Firefox's own window.
const CHOOSE_IN_MENU: &str = "
    const [done] = arguments;
    const menu = Services.wm.getMostRecentWindow('navigator:browser').document.getElementById('contentAreaContextMenu');
    const choose = () => {
        menu.addEventListener('popuphidden', () => done(), { once: true });
        menu.activateItem([...menu.children].find(({ label }) => label === 'Zip the images of this page'));
    };
    if (menu.state === 'open') choose();
    else menu.addEventListener('popupshown', choose, { once: true });";

/// Opens a private window, which Firefox shows in front of the others.
const OPEN_PRIVATE_WINDOW: &str = "
    const [done] = arguments;
    const opened = Services.wm.getMostRecentWindow('navigator:browser').OpenBrowserWindow({ private: true });
    opened.addEventListener('load', () => opened.delayedStartupPromise.then(() => done()), { once: true });";

impl Browser {
    fn extension(&self) -> &Extension {
        self.session.extension.as_ref().expect("the site is beside the extension")
    }

    /// Opens the extension's page in this tab, as it is without a list.
    pub async fn open_extension(&self) {
        self.client.goto(&self.extension().page()).await.unwrap();
        self.until_started().await;
    }

    /// Opens the extension's page in this tab, as the toolbar button does for tabs that are selected together.
    pub async fn open_extension_for(&self, tabs: &[Value]) {
        let tabs: Vec<_> = tabs.iter().map(Value::to_string).collect();
        self.client.goto(&self.address).await.unwrap();
        self.client.goto(&format!("{}#tabs={}", self.extension().page(), tabs.join(","))).await.unwrap();
        self.until_started().await;
    }

    /// Waits until the page's wasm has started.
    pub async fn until_started(&self) {
        self.until("document.getElementById('version')?.textContent").await;
    }

    /// Presses the toolbar button while this tab is shown, and goes to the page that it opens.
    pub async fn press_toolbar_button(&self) {
        let before = self.client.windows().await.unwrap();
        match self.kind {
            Kind::Firefox => {
                self.execute_in_firefox(PRESS, vec![self.extension().firefox_id.as_str().into()]).await;
            }
            _ => self.press_in_chromium(),
        }
        self.go_to_opened(&before).await;
        self.until_started().await;
    }

    /// Chooses the extension's entry in the context menu of the only element with a selector, and goes to the page
    /// that it opens. In Firefox only.
    pub async fn choose_in_context_menu(&self, selector: &str) {
        let before = self.client.windows().await.unwrap();
        let element = self.until_found(selector).await;
        let to_element = PointerAction::MoveToElement { element, duration: None, x: 0.0, y: 0.0 };
        let press = PointerAction::Down { button: MOUSE_BUTTON_RIGHT };
        let release = PointerAction::Up { button: MOUSE_BUTTON_RIGHT };
        let mouse = MouseActions::new("mouse".to_owned()).then(to_element).then(press).then(release);
        self.client.perform_actions(mouse).await.unwrap();
        self.execute_in_firefox(CHOOSE_IN_MENU, vec![]).await;
        self.go_to_opened(&before).await;
        self.until_started().await;
    }

    /// Presses the extension's keys in the browser's own window, and goes to the page that they open. In Firefox only.
    pub async fn press_shortcut(&self) {
        let before = self.client.windows().await.unwrap();
        driver::send(&self.client, "moz/context", &json!({ "context": "chrome" })).await;
        self.press_keys(&[ALT, SHIFT, 'Z']).await;
        driver::send(&self.client, "moz/context", &json!({ "context": "content" })).await;
        self.go_to_opened(&before).await;
        self.until_started().await;
    }

    /// Opens a private window, and goes to its tab. In Firefox only.
    pub async fn open_private_window(&self) {
        let before = self.client.windows().await.unwrap();
        self.execute_in_firefox(OPEN_PRIVATE_WINDOW, vec![]).await;
        self.go_to_opened(&before).await;
    }

    /// Closes all tabs but these, and goes to the first of them.
    pub async fn close_tabs_but(&self, kept: &[WindowHandle]) {
        for tab in self.client.windows().await.unwrap().into_iter().filter(|tab| !kept.contains(tab)) {
            self.client.switch_to_window(tab).await.unwrap();
            self.client.close_window().await.unwrap();
        }
        self.client.switch_to_window(kept[0].clone()).await.unwrap();
    }

    /// Runs a script in Firefox's own window. It ends with the call of its last argument.
    async fn execute_in_firefox(&self, script: &str, arguments: Vec<Value>) -> Value {
        driver::send(&self.client, "moz/context", &json!({ "context": "chrome" })).await;
        let value = self.client.execute_async(script, arguments).await;
        driver::send(&self.client, "moz/context", &json!({ "context": "content" })).await;
        value.unwrap()
    }

    /// Waits for a tab that was not there before, and goes to it.
    async fn go_to_opened(&self, before: &[WindowHandle]) {
        let opened = async || {
            let windows = self.client.windows().await.unwrap();
            windows.into_iter().find(|window| !before.contains(window))
        };
        self.until_met("a tab is opened", async || opened().await.is_some()).await;
        self.client.switch_to_window(opened().await.unwrap()).await.unwrap();
    }

    fn press_in_chromium(&self) {
        let capabilities = self.client.capabilities().unwrap();
        let address = capabilities["goog:chromeOptions"]["debuggerAddress"].as_str().unwrap().to_owned();
        let mut tools = DeveloperTools::connect(&address);
        let tabs = tools.call("Target.getTargets", json!({ "filter": [{ "type": "tab" }] }));
        let tabs = tabs["targetInfos"].as_array().unwrap();
        let tab = tabs.iter().find(|tab| tab["url"].as_str().unwrap().starts_with("http"));
        let target = &tab.expect("a page of the web is open")["targetId"];
        tools.call("Extensions.triggerAction", json!({ "id": CHROMIUM_ID, "targetId": target }));
    }
}

/// The browser's own end of Chromium's developer tools, which sessions of a driver don't reach: a WebSocket.
struct DeveloperTools(TcpStream);

impl DeveloperTools {
    fn connect(address: &str) -> Self {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET /json/version HTTP/1.1\r\nHost: {address}\r\n\r\n").unwrap();
        let mut answer = String::new();
        while !answer.contains('}') {
            answer.push(byte(&mut stream).into());
        }
        let version: Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
        let socket = version["webSocketDebuggerUrl"].as_str().unwrap();
        let path = socket.splitn(4, '/').nth(3).unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "GET /{path} HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        .unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(byte(&mut stream));
        }
        assert!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
        Self(stream)
    }

    /// Sends a command, and waits for what it answers.
    fn call(&mut self, method: &str, params: Value) -> Value {
        let text = json!({ "id": 1, "method": method, "params": params }).to_string();
        let length = u16::try_from(text.len()).unwrap().to_be_bytes();
        // One masked frame of text, whose mask is zero.
        let head = [0x81, 0x80 | 126, length[0], length[1], 0, 0, 0, 0];
        self.0.write_all(&[&head, text.as_bytes()].concat()).unwrap();
        loop {
            let answer: Value = serde_json::from_slice(&self.frame()).unwrap();
            if answer["id"] == 1 {
                assert_eq!(answer["error"], Value::Null, "{method}");
                return answer["result"].clone();
            }
        }
    }

    fn frame(&mut self) -> Vec<u8> {
        let _kind = byte(&mut self.0);
        let bytes = match byte(&mut self.0) & 0x7F {
            126 => 2,
            127 => 8,
            length => return self.read(usize::from(length)),
        };
        let length = self.read(bytes).iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
        self.read(length)
    }

    fn read(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes).unwrap();
        bytes
    }
}

fn byte(stream: &mut TcpStream) -> u8 {
    let mut byte = [0];
    stream.read_exact(&mut byte).unwrap();
    byte[0]
}
