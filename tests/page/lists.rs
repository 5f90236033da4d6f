//! Lists in every form: which addresses the server is asked for, and what the page says.

#[path = "../lists/examples.rs"]
mod examples;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::long_lists::LONG;
use super::page_driver::{with_page, with_page_of};
use crate::browser::Browser;
use crate::browser::capability::{Capability, requires};
use crate::browser::site::Site;
use examples::{Example, decoded, examples};
use fetchzip::plan::Choice;

#[test]
fn every_example_asks_for_the_addresses_that_the_file_beside_it_names() {
    every_example_asks_for_its_addresses(async |browser, example| {
        let name = example.file.file_name().unwrap().to_str().unwrap();
        browser.choose_files(&[(name, &example.bytes)]).await;
    });
}

/// With many blanks, each is long enough. As many blank lines would take the browser long to lay out.
#[test]
fn every_example_asks_for_the_same_addresses_if_a_thread_of_its_own_reads_it() {
    every_example_asks_for_its_addresses(async |browser, example| {
        browser.count_threads().await;
        let before = browser.threads().await.len();
        let hint = "document.getElementById('plan').textContent = 'Any list';";
        browser.execute(hint, vec![]).await;
        browser.paste(&(decoded(&example.bytes) + "\n" + &" ".repeat(LONG))).await;
        browser.until(&format!("window.threads.length > {before}")).await;
    });
}

fn every_example_asks_for_its_addresses(give: impl AsyncFn(&Browser, &Example)) {
    if !requires(Capability::Proxy) {
        return;
    }
    with_page_of(Site::page().with_all_hosts_mapped(), async |browser| {
        let mut wrong = Vec::new();
        for example in examples().into_iter().filter(|example| example.choice == Choice::default()) {
            browser.origin.get("/control/reset");
            give(browser, &example).await;
            browser.until("!document.getElementById('plan').textContent.includes('Any list')").await;
            let mut expected: Vec<String> = example
                .addresses()
                .filter_map(|address| Some(address.split('#').next()?.split_once(".example")?.1.to_owned()))
                .collect();
            browser.press("Fetch").await;
            // A list without addresses starts nothing.
            let ended = "['idle', 'done'].includes(document.documentElement.dataset.run)
                && !document.getElementById('fetch').hidden";
            browser.until(ended).await;
            let log = browser.origin.whole_log();
            let mut asked: Vec<_> =
                log.iter().filter_map(|request| request["path"].as_str()).map(str::to_owned).collect();
            asked.retain(|path| !path.starts_with("/control/"));
            asked.sort();
            expected.sort();
            if asked != expected {
                wrong.push(format!("{}: asked for {asked:?} instead of {expected:?}", example.name));
            }
        }
        // Chromium's own document about XML that is not well-formed has styles, which the policy forbids.
        let others =
            "window.recorded = (window.recorded ?? []).filter((own) => !own.includes('style-src-attr'))";
        browser.execute(others, vec![]).await;
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn the_page_says_what_it_understood_and_reads_other_columns_if_asked() {
    with_page(async |browser| {
        let url = |path: &str| browser.origin.url(path);
        let (front, back) = (url("/image/1/64x48.jpg"), url("/image/2/64x48.jpg"));
        let list = format!("Name,Front,Back\n\"a, b\",{front},{back}\nc,,\n");
        browser.choose_files(&[("shop.csv", list.as_bytes())]).await;
        browser
            .until_plan("CSV, 3 columns, addresses in “Front” · 1 URL from 1 origin · 1 line can’t be read")
            .await;
        let rejected = "document.getElementById('rejected-lines').textContent";
        browser.until(&format!("{rejected} === 'line 3: no address in “Front”'")).await;
        browser.click("checkbox", "Back").await;
        browser
            .until_plan("CSV, 3 columns, addresses in “Front”, “Back” · 2 URLs from 1 origin · 1 line")
            .await;
        browser.the("combobox", "Read as").await.select_by_label("Text").await.unwrap();
        browser.until_plan("2 URLs from 1 origin · 2 lines can’t be read").await;
        // What was chosen survives a reload, and belongs to this list.
        browser.client.refresh().await.unwrap();
        browser.until_ready().await;
        browser.until_plan("2 URLs from 1 origin · 2 lines can’t be read").await;
        browser.press("10 from picsum").await;
        browser.until_plan("10 URLs from 1 origin").await;
        let form = browser.the("combobox", "Read as").await.prop("value").await.unwrap();
        assert_eq!(form.as_deref(), Some(""));
    });
}

#[test]
fn relative_addresses_are_resolved_against_the_page_that_the_user_names() {
    with_page(async |browser| {
        browser.paste("<html><body><img src=\"1/64x48.jpg\"></body></html>").await;
        browser.until_plan("HTML · 1 line can’t be read").await;
        let base = format!("{}\n", browser.origin.url("/image/"));
        browser.enter("textbox", "Address of the page", &base).await;
        browser.click("textbox", "Image URLs").await;
        browser.until_plan("HTML · 1 URL from 1 origin").await;
        browser.fetch().await;
        assert_eq!(browser.save_entries().await[0].0, "64x48.jpg");
    });
}

#[test]
fn ranges_can_be_left_as_they_are() {
    with_page(async |browser| {
        browser.fill(&browser.origin.url("/image/{1,2}/64x48.jpg")).await;
        browser.until_plan("2 URLs from 1 origin").await;
        browser.click("checkbox", "Leave [1-10] and {a,b} as they are").await;
        browser.until_plan("1 URL from 1 origin").await;
    });
}

#[test]
fn with_no_address_nothing_is_started_and_the_reason_is_said() {
    with_page(async |browser| {
        browser.fill("cat.jpg\ndog.jpg").await;
        browser.press("Fetch").await;
        browser
            .until_plan("the list names no address. 2 lines can’t be read. The first is line 1: not a URL")
            .await;
        browser.until_run("idle").await;
        assert!(browser.all("table", "Images").await.is_empty());
    });
}

#[test]
fn a_spreadsheet_is_refused_with_advice_and_the_list_stays() {
    with_page(async |browser| {
        browser.fill("https://a.example/1.jpg").await;
        browser.choose_files(&[("prices.xlsx", b"PK\x03\x04\x14\0\x06\0[Content_Types].xml")]).await;
        browser.until_note("prices.xlsx is a spreadsheet; export it as CSV, and choose that file.").await;
        assert_eq!(browser.list().await, "https://a.example/1.jpg");
    });
}

#[test]
fn several_files_of_different_forms_make_one_list() {
    with_page(async |browser| {
        let files: [(&str, &[u8]); 3] = [
            ("a.txt", b"https://a.example/1.jpg\n"),
            ("b.csv", b"id,url\n1,https://a.example/2.jpg\n2,\n"),
            ("c.html", b"<html><body><img src='https://a.example/3.jpg'></body></html>"),
        ];
        browser.choose_files(&files).await;
        browser.until_plan("3 URLs from 1 origin").await;
        assert_eq!(
            browser.list().await,
            "# a.txt\nhttps://a.example/1.jpg\n# b.csv: 1 line can’t be read\nhttps://a.example/2.jpg\n\
             # c.html\nhttps://a.example/3.jpg"
        );
    });
}

#[test]
fn pasted_html_is_read_if_it_has_more_images_than_its_text() {
    with_page(async |browser| {
        let page = json!({ "text/html": "<p>A <img src='https://a.example/1.jpg'></p>", "text/plain": "A" });
        assert!(browser.transfer("paste", "#list", page).await, "the page takes it");
        browser.until_plan("1 URL from 1 origin").await;
        assert!(browser.list().await.contains("<img"));
        let table = json!({ "text/html": "<table><td>https://a.example/1.jpg</td></table>",
            "text/plain": "https://a.example/1.jpg" });
        assert!(!browser.transfer("paste", "#list", table).await, "the browser pastes the text");
    });
}

/// A clipboard with this data by type; `null` is one that the page may not read.
const CLIPBOARD: &str = "
    const [data] = arguments;
    const getType = async (type) => {
      if (!(type in data)) throw new DOMException('', 'NotFoundError');
      return new Blob([data[type]], { type });
    };
    const read = async () => {
      if (!data) throw new DOMException('', 'NotAllowedError');
      return Object.keys(data).length ? [{ types: Object.keys(data), getType }] : [];
    };
    Object.defineProperty(navigator, 'clipboard', { value: { read }, configurable: true });";

#[test]
fn paste_replaces_the_list_with_the_clipboard_or_says_why_not() {
    with_page(async |browser| {
        browser.execute(CLIPBOARD, vec![json!({ "text/plain": "https://a.example/1.jpg" })]).await;
        browser.press("Paste").await;
        browser.until_plan("1 URL from 1 origin").await;
        let page = "<img src='https://a.example/2.jpg'><img src='https://a.example/3.jpg'>";
        browser.execute(CLIPBOARD, vec![json!({ "text/html": page, "text/plain": "two" })]).await;
        browser.press("Paste").await;
        browser.until_plan("2 URLs from 1 origin").await;
        browser.press("Undo").await;
        browser.until_plan("1 URL from 1 origin").await;
        for nothing in [json!({}), json!({ "image/png": "" }), json!({ "text/plain": " " })] {
            browser.execute(CLIPBOARD, vec![nothing]).await;
            browser.press("Paste").await;
            browser.until_note("There is no text in the clipboard, so the list was not changed.").await;
        }
        browser.execute(CLIPBOARD, vec![Value::Null]).await;
        browser.press("Paste").await;
        browser.until_note("This browser did not let the page read the clipboard").await;
        // Where a page is not secure there is none at all.
        browser.execute("Object.defineProperty(navigator, 'clipboard', { value: undefined })", vec![]).await;
        browser.press("Paste").await;
        browser.until_note("This browser did not let the page read the clipboard").await;
        assert_eq!(browser.list().await, "https://a.example/1.jpg");
    });
}

#[test]
fn files_and_folders_are_chosen_by_buttons() {
    with_page(async |browser| {
        let record = "window.opened = [];
            document.addEventListener('click', (event) => {
              if (event.target.type !== 'file') return;
              event.preventDefault();
              opened.push(event.target.webkitdirectory ? 'folder' : 'files');
            });";
        browser.execute(record, vec![]).await;
        browser.press("Choose files").await;
        browser.press("Choose a folder").await;
        assert_eq!(browser.execute("return opened", vec![]).await, json!(["files", "folder"]));
    });
}

#[test]
fn dropped_links_and_images_are_added_wherever_they_are_dropped() {
    with_page(async |browser| {
        browser.fill("https://a.example/1.jpg").await;
        let links = json!({ "text/uri-list": "# two\r\nhttps://a.example/2.jpg\r\nhttps://a.example/3" });
        assert!(browser.transfer("drop", "h1", links).await);
        let image = json!({ "text/uri-list": "https://a.example/page",
            "text/html": "<a href='https://a.example/page'><img src='https://a.example/4.jpg'></a>" });
        assert!(browser.transfer("drop", "#list", image).await);
        browser.until_plan("4 URLs from 1 origin").await;
        assert_eq!(
            browser.list().await,
            "https://a.example/1.jpg\nhttps://a.example/2.jpg\nhttps://a.example/3\nhttps://a.example/4.jpg\n"
        );
    });
}

impl Browser {
    /// Chooses files, given by their names and contents.
    pub async fn choose_files(&self, files: &[(&str, &[u8])]) {
        let files: Vec<Value> =
            files.iter().map(|(name, bytes)| json!([name, BASE64_STANDARD.encode(bytes)])).collect();
        let script = "const transfer = new DataTransfer();
            for (const [name, content] of arguments[0]) {
              transfer.items.add(new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], name));
            }
            const chooser = document.getElementById('file');
            document.getElementById('plan').textContent = 'Any list';
            chooser.files = transfer.files;
            chooser.dispatchEvent(new Event('change', { bubbles: true }));";
        self.execute(script, vec![files.into()]).await;
    }

    /// Pastes or drops data, by type, on an element; returns whether the page took it.
    async fn transfer(&self, event: &str, on: &str, data: Value) -> bool {
        let script = "const [name, on, data] = arguments;
            const transfer = new DataTransfer();
            for (const [type, value] of Object.entries(data)) transfer.setData(type, value);
            const init = { bubbles: true, cancelable: true, clipboardData: transfer, dataTransfer: transfer };
            const event = name === 'paste' ? new ClipboardEvent(name, init) : new DragEvent(name, init);
            // Firefox makes the event with an empty clipboard.
            if (name === 'paste') Object.defineProperty(event, 'clipboardData', { value: transfer });
            return !document.querySelector(on).dispatchEvent(event);";
        self.execute(script, vec![event.into(), on.into(), data]).await == true
    }

    /// Waits until the line below the list contains a text.
    pub async fn until_plan(&self, text: &str) {
        let text = serde_json::to_string(text).unwrap();
        self.until(&format!("document.getElementById('plan').textContent.includes({text})")).await;
    }
}
