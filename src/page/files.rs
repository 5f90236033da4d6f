//! Lists that are not typed: files, which are chosen or dropped anywhere on the page, dropped links, and
//! pasted HTML.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{
    ClipboardEvent, DataTransfer, DragEvent, Event, File, FileList, HtmlInputElement, TextDecoder,
};

use super::announcer::Announcer;
use super::elements::{by_id, document, on, root};
use super::form::Form;
use super::list_reader::{Reading, read_list};
use super::update::UpdateSource;
use crate::browser::promise;
use crate::plan::{self, Choice, FileKind};
use crate::report::formatting::{count, size};
use crate::text::{add, text};

/// The largest file that is read as a list, in bytes. A hundred thousand long URLs take about 20 MB.
const MAX_BYTES: f64 = 64e6;

/// Listens for files, links and HTML.
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
            if transfer_of(&event).is_some_and(|transfer| has(&transfer, "Files") || has(&transfer, LINKS)) {
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
        let Some(transfer) = transfer_of(&event) else { return };
        // The browser would leave the page and open the file or the link.
        if let Some(files) = transfer.files().filter(|_| has(&transfer, "Files")) {
            event.prevent_default();
            fill(files);
        } else if has(&transfer, LINKS) {
            event.prevent_default();
            spawn_local(append_dropped(form, announcer, data(&transfer, HTML), data(&transfer, LINKS)));
        }
    })?;
    on(form.list_box(), "paste", move |event| {
        let transfer = event.dyn_ref::<ClipboardEvent>().and_then(ClipboardEvent::clipboard_data);
        let Some(transfer) = transfer else { return };
        let html = data(&transfer, HTML);
        if html.to_ascii_lowercase().contains("<img") {
            // Whether it is better than the text is known only when both have been read.
            event.prevent_default();
            spawn_local(paste(form, html, data(&transfer, "text/plain")));
        }
    })
}

/// The type of dragged links.
const LINKS: &str = "text/uri-list";

const HTML: &str = "text/html";

fn transfer_of(event: &Event) -> Option<DataTransfer> {
    event.dyn_ref::<DragEvent>()?.data_transfer()
}

/// Whether a transfer has data of a type. Until the drop, the data itself can't be read.
fn has(transfer: &DataTransfer, kind: &str) -> bool {
    transfer.types().iter().any(|own| own == kind)
}

/// The data of a transfer of a type; empty if it has none. It can be read only while its event is handled.
fn data(transfer: &DataTransfer, kind: &str) -> String {
    transfer.get_data(kind).unwrap_or_default()
}

/// Appends the addresses of a drop to the list: a dragged image is the image, even if it is in a link.
async fn append_dropped(form: &'static Form, announcer: &'static Announcer, html: String, links: String) {
    let mut added = addresses_of(&html).await;
    if added.is_empty() {
        let links = links.lines().filter(|link| !link.starts_with('#'));
        added = links.map(|link| text![link, "\n"]).collect();
    }
    form.append(&added.concat());
    announcer.say(&text![count(added.len(), "address"), " added."]);
}

/// Pastes the HTML of a clipboard if it names more images than its text does, and otherwise the text: a
/// table's text is better than its HTML.
async fn paste(form: &'static Form, html: String, text: String) {
    let has_more = addresses_of(&html).await.len() > addresses_of(&text).await.len();
    form.paste(if has_more { &html } else { &text });
}

/// The addresses of a list, each on a line.
async fn addresses_of(list: &str) -> Vec<String> {
    let reading = read_list(list, &Choice::default(), || true).await.unwrap_or_default();
    reading.plan.items().iter().map(|item| text![item.display_text(), "\n"]).collect()
}

/// Fills the list box with the contents of files, or reports the first that is not a list.
async fn fill(form: &'static Form, announcer: &'static Announcer, files: FileList) {
    let mut list = String::new();
    if let Some(file) = files.item(0).filter(|_| files.length() == 1)
        && let Some(source) = UpdateSource::read(&file).await
    {
        form.set_update(source);
        return announcer.say(&text![file.name(), " will be updated."]);
    }
    for file in (0..files.length()).filter_map(|index| files.item(index)) {
        match read(&file).await {
            Ok(text) if files.length() > 1 => append_file(&mut list, &file.name(), &text).await,
            Ok(text) => list = text,
            Err(reason) => {
                let text = text![file.name(), " ", reason, "."];
                form.say(&text);
                return announcer.say(&text);
            }
        }
    }
    form.replace(list.trim_end());
    announcer.say(&text![count(files.length() as usize, "file"), " read."]);
}

/// Appends one of several files to a list: a text as it is, of any other form the addresses.
async fn append_file(list: &mut String, name: &str, text: &str) {
    let reading = read_list(text, &Choice::default(), || true).await.unwrap_or_default();
    let Reading { plan, understood, rejections, .. } = reading;
    add!(list, "# ", name);
    if understood.form == plan::Form::Text {
        add!(list, '\n', text.trim_end(), '\n');
        return;
    }
    if rejections > 0 {
        add!(list, ": ", count(rejections, "line"), " can’t be read");
    }
    list.push('\n');
    for item in plan.items() {
        add!(list, item.display_text(), '\n');
    }
}

/// The text of a file, or why it can't be a list.
async fn read(file: &File) -> Result<String, String> {
    if file.type_().starts_with("image/") {
        return Err("is an image; choose a text file with image URLs".into());
    }
    if file.size() > MAX_BYTES {
        return Err(text!["is too large for a list (", size(file.size() as u64), ")"]);
    }
    let unreadable = || String::from("can’t be read; choose it again");
    let buffer = promise(file.array_buffer()).await.map_err(|_| unreadable())?;
    let bytes = Uint8Array::new(&buffer);
    match FileKind::of(&bytes.to_vec()) {
        FileKind::Text(label) => {
            let decoder = TextDecoder::new_with_label(label).map_err(|_| unreadable())?;
            decoder.decode_with_buffer_source(&bytes).map_err(|_| unreadable())
        }
        FileKind::Workbook => Err("is a spreadsheet; export it as CSV, and choose that file".into()),
        FileKind::Binary => Err("is not a text; choose a list of image URLs".into()),
    }
}
