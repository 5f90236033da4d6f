//! What a person does at the page, in one call each.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::browser::keys::ENTER;
use crate::browser::site::Site;
use crate::browser::{Browser, browse};

/// Runs a test on the page, and sees that nothing went wrong behind it.
pub fn with_page(test: impl AsyncFnOnce(&Browser)) {
    with_page_of(Site::page(), test);
}

/// The same for a site of the test's own.
pub fn with_page_of(site: Site, test: impl AsyncFnOnce(&Browser)) {
    browse(site, async |browser| {
        browser.until_ready().await;
        test(browser).await;
        assert_eq!(browser.execute("return window.recorded ?? []", vec![]).await, json!([]));
    });
}

/// A row of the table of images, as it reads.
#[derive(Debug)]
pub struct Row {
    pub name: String,
    pub status: String,
    pub detail: String,
}

/// The cells of each row by their column's heading.
const ROWS: &str = "
    const table = document.querySelector('[role=table][aria-label=Images]');
    const headings = [...table.querySelectorAll('[role=columnheader]')].map((cell) => cell.innerText.trim());
    return [...table.querySelectorAll('[role=row]')].slice(1).map((row) => {
      const cells = [...row.querySelectorAll('[role=rowheader], [role=cell]')].map((cell) => cell.innerText.trim());
      return Object.fromEntries(cells.map((text, column) => [headings[column], text]));
    });";

impl Browser {
    /// The wasm is running: the page answers.
    pub async fn until_ready(&self) {
        // Its table's words are the first thing that it writes.
        self.until("document.body.innerText.includes('Point at a row') || document.getElementById('figures')?.textContent")
            .await;
    }

    /// Types a list in the place of the one that is there.
    pub async fn fill(&self, list: &str) {
        let textbox = self.the("textbox", "Image URLs").await;
        textbox.clear().await.unwrap();
        // As keys: WebKit's driver drops line feeds.
        textbox.send_keys(&list.replace('\n', &ENTER.to_string())).await.unwrap();
    }

    /// Puts a list into the box that is too long to be typed.
    pub async fn paste(&self, list: &str) {
        let textbox = self.the("textbox", "Image URLs").await;
        let script = "arguments[0].value = arguments[1];
            arguments[0].dispatchEvent(new InputEvent('input', { bubbles: true }));";
        self.execute(script, vec![serde_json::to_value(&textbox).unwrap(), list.into()]).await;
    }

    /// A list of the demo server's paths.
    pub async fn fill_paths(&self, paths: &[impl AsRef<str>]) {
        let lines: Vec<_> = paths.iter().map(|path| self.origin.url(path.as_ref())).collect();
        self.fill(&lines.join("\n")).await;
        // What the page says of the list may take less room than the hint that stood there, and then
        // moves whatever is pressed next.
        self.until("document.getElementById('plan').textContent.includes(' URL')").await;
    }

    /// What the list box holds.
    pub async fn list(&self) -> String {
        self.the("textbox", "Image URLs").await.prop("value").await.unwrap().unwrap()
    }

    pub async fn choose(&self, mode: &str) {
        self.the("radio", mode).await.click().await.unwrap();
    }

    /// Empty is no limit.
    pub async fn at_once(&self, limit: &str) {
        let field = self.the("spinbutton", "At once").await;
        field.clear().await.unwrap();
        if !limit.is_empty() {
            field.send_keys(limit).await.unwrap();
        }
    }

    pub async fn until_run(&self, state: &str) {
        self.until(&format!("document.documentElement.dataset.run === '{state}'")).await;
    }

    /// Fetches, and waits for the end.
    pub async fn fetch(&self) {
        self.press("Fetch").await;
        self.until_run("done").await;
    }

    /// Saves the zip, and gives its path on disk.
    pub async fn save(&self) -> PathBuf {
        self.the("link", "Save zip").await.click().await.unwrap();
        self.downloaded("images.zip").await
    }

    /// Saves the zip, and gives its names and contents.
    pub async fn save_entries(&self) -> Vec<(String, Vec<u8>)> {
        crate::archive::contents::entries(&fs::read(self.save().await).unwrap())
    }

    /// The rows that are in the document.
    pub async fn rows(&self) -> Vec<Row> {
        let Value::Array(rows) = self.execute(ROWS, vec![]).await else { panic!("no rows") };
        let row = |row: Value| {
            let text = |heading: &str| {
                row[heading].as_str().unwrap_or_else(|| panic!("{heading}: {row}")).to_owned()
            };
            Row { name: text("Image"), status: text("Status"), detail: text("Details") }
        };
        rows.into_iter().map(row).collect()
    }

    /// All that can be read on the page.
    pub async fn text(&self) -> String {
        self.execute("return document.body.innerText", vec![]).await.as_str().unwrap().to_owned()
    }

    /// Presses a button of the timings, and reads the file that it saves.
    pub async fn export(&self, button: &str, file: &str) -> String {
        self.press(button).await;
        fs::read_to_string(self.downloaded(file).await).unwrap()
    }

    /// Opens "More options", if they are closed.
    pub async fn open_more_options(&self) {
        let script = "const summary = [...document.querySelectorAll('summary')]
              .find((summary) => summary.textContent === 'More options');
            if (!summary.parentElement.open) summary.click();";
        self.execute(script, vec![]).await;
    }

    /// What the region "Timings" says.
    pub async fn timings(&self) -> String {
        let region = serde_json::to_value(self.the("region", "Timings").await).unwrap();
        self.execute("return arguments[0].innerText", vec![region]).await.as_str().unwrap().to_owned()
    }
}
