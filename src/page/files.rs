//! Lists out of files: chosen, or dropped anywhere on the page.

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DragEvent, Event, FileList, HtmlElement, HtmlInputElement};

use super::Page;
use super::elements::{by_id, document, on};
use crate::browser::settled;
use crate::report::formatting::{count, size};
use crate::text::text;

/// A list of a hundred thousand long addresses has about 20 MB; what is larger is no list.
const LARGEST: f64 = 64e6;

/// Listens for files.
pub fn bind(page: &'static Page) -> Result<(), JsValue> {
    let chooser: HtmlInputElement = by_id("file")?;
    on(&chooser.clone(), "change", move |_| {
        if let Some(files) = chooser.files() {
            spawn_local(read(page, files));
        }
    })?;
    let document = document()?;
    let root: HtmlElement = document.document_element().ok_or("no root element")?.unchecked_into();
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
            spawn_local(read(page, files));
        }
    })
}

/// The files of a drag; `None` where something else is dragged. While a drag is under way its
/// files are there by number only.
fn files_of(event: &Event) -> Option<FileList> {
    let transfer = event.dyn_ref::<DragEvent>()?.data_transfer()?;
    let has_files = transfer.types().iter().any(|kind| kind == "Files");
    has_files.then(|| transfer.files()).flatten()
}

async fn read(page: &'static Page, files: FileList) {
    let mut list = String::new();
    for file in (0..files.length()).filter_map(|index| files.item(index)) {
        let refused = if file.type_().starts_with("image/") {
            Some("is an image; a list of addresses is wanted, as text".to_owned())
        } else if file.size() > LARGEST {
            Some(text!["has ", size(file.size() as u64), ", which is too large for a list"])
        } else {
            match settled(file.text()).await.ok().and_then(|text| text.as_string()) {
                Some(text) => {
                    list += text.trim_end();
                    list.push('\n');
                    None
                }
                None => Some("can't be read; choose it again".to_owned()),
            }
        };
        if let Some(reason) = refused {
            let text = text![file.name(), " ", reason, "."];
            page.form.say(&text);
            page.announcer.say(&text);
            return;
        }
    }
    page.form.replace(&list);
    page.announcer.say(&text![count(files.length() as usize, "file"), " read."]);
}
