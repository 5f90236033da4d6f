//! What a user does at the page, in one call each.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::browser::keys::ENTER;
use crate::browser::site::Site;
use crate::browser::{Browser, browse};

/// Runs a test on the page, and checks that the page recorded no error.
pub fn with_page(test: impl AsyncFnOnce(&Browser)) {
    with_page_of(Site::page(), test);
}

/// The same with a site of the test's own.
pub fn with_page_of(site: Site, test: impl AsyncFnOnce(&Browser)) {
    with_new_page_of(site, async |browser| {
        browser.show_timeline().await;
        test(browser).await;
    });
}

/// Runs a test on a page of which nobody has chosen a view yet.
pub fn with_new_page(test: impl AsyncFnOnce(&Browser)) {
    with_new_page_of(Site::page(), test);
}

/// The same with a site of the test's own.
pub fn with_new_page_of(site: Site, test: impl AsyncFnOnce(&Browser)) {
    browse(site, async |browser| {
        browser.until_ready().await;
        test(browser).await;
        assert_eq!(browser.execute("return window.recorded ?? []", vec![]).await, json!([]));
    });
}

/// The text of a row in the table of images.
#[derive(Debug)]
pub struct Row {
    pub name: String,
    pub status: String,
    pub detail: String,
}

/// A picture of the list "Pictures".
#[derive(Debug)]
pub struct Picture {
    pub name: String,
    /// The text below the name.
    pub facts: String,
    pub is_ticked: bool,
}

const PICTURES: &str = "
    const list = document.querySelector('[role=list][aria-label=Pictures]');
    return [...list.querySelectorAll('[role=listitem]')].map((picture) => {
      const { ariaLabel, checked } = picture.querySelector('input[type=checkbox]');
      return [ariaLabel, picture.lastElementChild.textContent, checked];
    });";

/// Chooses the timeline, unless it is chosen; the tab may be hidden, as before the first run.
const SHOW_TIMELINE: &str = "
    const tab = [...document.querySelectorAll('[role=tab]')].find((tab) => tab.textContent === 'Timeline');
    if (tab.ariaSelected === 'true') return;
    tab.click();
    const frame = () => new Promise((next) => { requestAnimationFrame(next); setTimeout(next, 100); });
    for (let frames = 0; frames < 2; frames += 1) await frame();";

/// The cells of each row by their column's heading.
const ROWS: &str = "
    const table = document.querySelector('[role=table][aria-label=Images]');
    const headings = [...table.querySelectorAll('[role=columnheader]')].map((cell) => cell.innerText.trim());
    return [...table.querySelectorAll('[role=row]')].slice(1).map((row) => {
      const cells = [...row.querySelectorAll('[role=rowheader], [role=cell]')].map((cell) => cell.innerText.trim());
      return Object.fromEntries(cells.map((text, column) => [headings[column], text]));
    });";

/// The question that "Stop" asks once something has arrived.
pub const QUESTION: &str = "Stop this run?";

impl Browser {
    /// Waits until the wasm has started.
    pub async fn until_ready(&self) {
        // The number of its version is the first text that it writes.
        self.until("document.getElementById('version')?.textContent").await;
    }

    /// Replaces the list by typing another.
    pub async fn fill(&self, list: &str) {
        // As keys: WebKit's driver drops line feeds.
        self.enter("textbox", "Image URLs", &list.replace('\n', &ENTER.to_string())).await;
    }

    /// Puts a list into the box that is too long for typing.
    pub async fn paste(&self, list: &str) {
        let textbox = self.the("textbox", "Image URLs").await;
        let script = "arguments[0].value = arguments[1];
            arguments[0].dispatchEvent(new InputEvent('input', { bubbles: true }));";
        self.execute(script, vec![serde_json::to_value(&textbox).unwrap(), list.into()]).await;
    }

    /// Types a list of paths on the demo server.
    pub async fn fill_paths(&self, paths: &[impl AsRef<str>]) {
        let lines: Vec<_> = paths.iter().map(|path| self.origin.url(path.as_ref())).collect();
        self.fill(&lines.join("\n")).await;
        // The summary of the list may be shorter than the hint that it replaces, which moves the
        // button that is pressed next.
        self.until("document.getElementById('plan').textContent.includes(' URL')").await;
    }

    /// The text of the list box.
    pub async fn list(&self) -> String {
        self.the("textbox", "Image URLs").await.prop("value").await.unwrap().unwrap()
    }

    pub async fn choose(&self, mode: &str) {
        self.click("radio", mode).await;
    }

    /// Sets the limit of requests at once; an empty one means none.
    pub async fn at_once(&self, limit: &str) {
        self.enter("spinbutton", "At once", limit).await;
    }

    pub async fn until_run(&self, state: &str) {
        self.until(&format!("document.documentElement.dataset.run === '{state}'")).await;
    }

    /// Presses "Fetch", and waits for the end of the run.
    pub async fn fetch(&self) {
        self.press("Fetch").await;
        self.until_run("done").await;
    }

    /// Presses "Stop" in a run of which images have arrived, and keeps them.
    pub async fn stop_and_keep(&self) {
        self.press("Stop").await;
        self.answer("Keep the ").await;
    }

    /// Presses "Stop" in a run, and throws away what has arrived, if anything has.
    pub async fn stop_and_throw_away(&self) {
        self.press("Stop").await;
        let is_asked = async || !self.all("dialog", QUESTION).await.is_empty();
        let is_over = "return document.documentElement.dataset.run !== 'running'";
        let answers = async || is_asked().await || self.execute(is_over, vec![]).await == true;
        self.until_met("the run is cancelled, or the page asks", answers).await;
        if is_asked().await {
            self.answer("Throw away").await;
        }
    }

    /// Answers the question that "Stop" asks, by the button whose name begins like this.
    pub async fn answer(&self, begin: &str) {
        self.the_coming("dialog", QUESTION).await;
        let script = "const buttons = document.querySelectorAll('dialog[open] button');
            return [...buttons].map((button) => button.textContent).find((name) => name.startsWith(arguments[0]));";
        let name = self.execute(script, vec![begin.into()]).await;
        let name = name.as_str().unwrap_or_else(|| panic!("no answer begins with {begin:?}"));
        // The dialog is the last part of the page that has buttons. The page takes a press for the second half of a
        // double click on Stop if it comes too early.
        let is_clicked = self.click_found(name, async || self.all("button", name).await.pop()).await;
        assert!(is_clicked, "{name:?} is not shown");
    }

    /// Saves the zip, and returns its path on disk.
    pub async fn save(&self) -> PathBuf {
        self.click("link", "Save zip").await;
        self.downloaded("images.zip").await
    }

    /// Saves the zip, and returns the names and contents of its entries.
    pub async fn save_entries(&self) -> Vec<(String, Vec<u8>)> {
        image_entries(&fs::read(self.save().await).unwrap())
    }

    /// Shows the timeline, which has the table of images.
    pub async fn show_timeline(&self) {
        self.execute_async(SHOW_TIMELINE, vec![]).await;
    }

    /// The pictures that are in the document.
    pub async fn pictures(&self) -> Vec<Picture> {
        let Value::Array(pictures) = self.execute(PICTURES, vec![]).await else { panic!("no pictures") };
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let picture = |picture: Value| Picture {
            name: text(&picture[0]),
            facts: text(&picture[1]),
            is_ticked: picture[2] == true,
        };
        pictures.into_iter().map(picture).collect()
    }

    /// The rows that are in the document.
    pub async fn rows(&self) -> Vec<Row> {
        self.show_timeline().await;
        let Value::Array(rows) = self.execute(ROWS, vec![]).await else { panic!("no rows") };
        let row = |row: Value| {
            let text = |heading: &str| {
                row[heading].as_str().unwrap_or_else(|| panic!("{heading}: {row}")).to_owned()
            };
            Row { name: text("Image"), status: text("Status"), detail: text("Details") }
        };
        rows.into_iter().map(row).collect()
    }

    /// The visible text of the page.
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

    /// The text of the region "Timings".
    pub async fn timings(&self) -> String {
        let region = serde_json::to_value(self.the("region", "Timings").await).unwrap();
        self.execute("return arguments[0].innerText", vec![region]).await.as_str().unwrap().to_owned()
    }
}

/// The names and contents of a zip's entries but for the record, which must be there.
pub fn image_entries(zip: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut entries = support::archive::contents::entries(zip);
    let all = entries.len();
    entries.retain(|(name, _)| !matches!(name.as_str(), "manifest.csv" | "manifest.json"));
    assert_eq!(entries.len() + 2, all, "the record has two files");
    entries
}
