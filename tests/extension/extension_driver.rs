//! What a user does with the extension, in one call each.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::browser::site::Site;
use crate::browser::{Browser, browse, environment};

/// The folder of the fixture pages.
fn pages() -> PathBuf {
    environment::repository().join("tests/extension/pages")
}

/// The fixture pages, in a browser that has the extension.
pub fn fixtures() -> Site {
    Site::beside_extension(&pages())
}

/// Runs a test in a browser that has the extension, and shows no page of it yet.
pub fn with_extension(test: impl AsyncFnOnce(&Browser)) {
    browse(fixtures(), async |browser| {
        test(browser).await;
        browser.check_records().await;
    });
}

/// Runs a test on the extension's page, without a list.
pub fn with_extension_page(test: impl AsyncFnOnce(&Browser)) {
    with_extension(async |browser| {
        browser.open_extension().await;
        test(browser).await;
    });
}

/// A question of the browser that the user declines: a driver can't answer it.
const DECLINE: &str = "(globalThis.browser ?? chrome).permissions.request = async () => false;";

impl Browser {
    /// Nothing went wrong on the page.
    pub async fn check_records(&self) {
        assert_eq!(self.execute("return window.recorded ?? []", vec![]).await, json!([]));
    }

    /// From now on, the user declines what the browser asks.
    pub async fn decline_permissions(&self) {
        self.execute(DECLINE, vec![]).await;
    }

    /// The text of a fixture with the server's addresses filled in.
    fn filled_in(&self, text: &str) -> String {
        let site = self.origin.site.as_deref().unwrap();
        text.replace("{{origin}}", &self.origin.http)
            .replace("{{cross}}", &self.origin.cross)
            .replace("{{site}}", site)
            .replace("{{other site}}", &without_permission(site))
    }

    /// Shows a fixture page in this tab, with the server's addresses filled in.
    pub async fn show_fixture(&self, name: &str) {
        let page = fs::read_to_string(pages().join(name)).unwrap();
        self.show_page(name, &page).await;
    }

    /// Shows a page in this tab, with the server's addresses filled in.
    pub async fn show_page(&self, name: &str, page: &str) {
        self.replace_site_file(name, self.filled_in(page).as_bytes());
        let address = format!("{}/{name}", self.origin.site.as_deref().unwrap());
        self.client.goto(&address).await.unwrap();
    }

    /// The list that must come out of a fixture page: its lines, without comments.
    pub fn expected_list(&self, name: &str) -> Vec<String> {
        let list = self.filled_in(&fs::read_to_string(pages().join(name)).unwrap());
        list.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(str::to_owned).collect()
    }

    /// Waits until the images have been collected, and returns the lines of the list box.
    pub async fn collected(&self) -> Vec<String> {
        self.until("document.getElementById('collected-text').textContent.match(/^[0-9]|found no|^$/)").await;
        self.list_text().await.lines().map(str::to_owned).collect()
    }

    pub async fn list_text(&self) -> String {
        self.the("textbox", "Image URLs").await.prop("value").await.unwrap().unwrap()
    }

    /// Types a list, and waits until it has been read.
    pub async fn type_list(&self, addresses: &[String]) {
        let list = addresses.join("\n");
        let textbox = self.the("textbox", "Image URLs").await;
        let script = "arguments[0].value = arguments[1];
            arguments[0].dispatchEvent(new InputEvent('input', { bubbles: true }));";
        self.execute(script, vec![serde_json::to_value(&textbox).unwrap(), list.into()]).await;
        self.until_list_is_read(addresses.len()).await;
    }

    /// Waits until the page has read a list of this many addresses.
    pub async fn until_list_is_read(&self, addresses: usize) {
        let count = if addresses == 1 { "1 URL".to_owned() } else { format!("{addresses} URLs") };
        self.until(&format!("document.getElementById('plan').textContent.includes({:?})", count)).await;
    }

    pub async fn until_run(&self, state: &str) {
        self.until(&format!("document.documentElement.dataset.run === '{state}'")).await;
    }

    /// Presses "Fetch", and waits for the end of the run.
    pub async fn fetch(&self) {
        self.press("Fetch").await;
        self.until_run("done").await;
    }

    /// Saves the zip as the page does without a permission for downloads, and returns the names and contents of its entries but for the record.
    pub async fn save_entries(&self) -> Vec<(String, Vec<u8>)> {
        self.decline_permissions().await;
        self.click("link", "Save zip").await;
        let zip = fs::read(self.downloaded("images.zip").await).unwrap();
        let mut entries = support::archive::contents::entries(&zip);
        entries.retain(|(name, _)| !matches!(name.as_str(), "manifest.csv" | "manifest.json"));
        entries
    }

    /// The visible text of an element.
    pub async fn text_of(&self, id: &str) -> String {
        let text =
            self.execute("return document.getElementById(arguments[0]).innerText", vec![id.into()]).await;
        text.as_str().unwrap().to_owned()
    }

    /// Opens "More options", if they are closed.
    pub async fn open_more_options(&self) {
        self.execute("document.getElementById('more').open = true", vec![]).await;
    }
}

/// The address of the same server under another host name, for which the extension has no permission.
pub fn without_permission(address: &str) -> String {
    address.replace("127.0.0.1", "localhost")
}

/// A header of a request in the server's log.
pub fn header<'a>(request: &'a Value, name: &str) -> Option<&'a str> {
    request["headers"][name].as_str()
}
