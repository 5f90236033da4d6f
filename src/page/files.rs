//! Lists from files, which are chosen or dropped anywhere on the page.

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DragEvent, Event, File, FileList, HtmlInputElement};

use super::announcer::Announcer;
use super::elements::{by_id, document, on, root};
use super::form::Form;
use crate::browser::promise;
use crate::report::formatting::{count, size};
use crate::text::text;

/// The largest file that is read as a list, in bytes. A hundred thousand long URLs take about 20 MB.
const MAX_BYTES: f64 = 64e6;

/// Listens for files.
pub fn bind(form: &'static Form, announcer: &'static Announcer) -> Result<(), JsValue> {
    let fill = move |files| spawn_local(fill(form, announcer, files));
    let chooser: HtmlInputElement = by_id("file")?;
    on(&chooser.clone(), "change", move |_| {
        if let Some(files) = chooser.files() {
            fill(files);
        }
    })?;
    let (document, root) = (document()?, root()?);
    on(&document, "dragover", {
        let root = root.clone();
        move |event| {
            if files_of(&event).is_some() {
                event.prevent_default();
                let _ = root.dataset().set("drop", "");
            }
        }
    })?;
    on(&document, "dragleave", {
        let root = root.clone();
        move |_| root.dataset().delete("drop")
    })?;
    on(&document, "drop", move |event| {
        root.dataset().delete("drop");
        if let Some(files) = files_of(&event) {
            // The browser would leave the page and open the file.
            event.prevent_default();
            fill(files);
        }
    })
}

/// The files of a drag; `None` if something else is dragged. Until the drop the list is empty, and only
/// its presence tells that files are dragged.
fn files_of(event: &Event) -> Option<FileList> {
    let transfer = event.dyn_ref::<DragEvent>()?.data_transfer()?;
    let has_files = transfer.types().iter().any(|kind| kind == "Files");
    has_files.then(|| transfer.files()).flatten()
}

/// Fills the list box with the contents of files, or reports the first that is not a list.
async fn fill(form: &'static Form, announcer: &'static Announcer, files: FileList) {
    let mut list = String::new();
    for file in (0..files.length()).filter_map(|index| files.item(index)) {
        match read(&file).await {
            Ok(text) => {
                list += text.trim_end();
                list.push('\n');
            }
            Err(reason) => {
                let text = text![file.name(), " ", reason, "."];
                form.say(&text);
                return announcer.say(&text);
            }
        }
    }
    form.replace(&list);
    announcer.say(&text![count(files.length() as usize, "file"), " read."]);
}

/// The text of a file, or why it can't be a list.
async fn read(file: &File) -> Result<String, String> {
    if file.type_().starts_with("image/") {
        return Err("is an image; choose a text file with image URLs".into());
    }
    if file.size() > MAX_BYTES {
        return Err(text!["is too large for a list (", size(file.size() as u64), ")"]);
    }
    let text = promise(file.text()).await.ok().and_then(|text| text.as_string());
    text.ok_or_else(|| "can’t be read; choose it again".into())
}
