//! Lists that are not typed: files, folders and zips, which are chosen, dropped anywhere on the page, or opened
//! with it where it is installed; dropped links, and pasted HTML.

use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, ClipboardEvent, DataTransfer, DragEvent, Event, File, HtmlInputElement};

use super::announcer::Announcer;
use super::elements::{by_id, document, on, root};
use super::form::Form;
use super::list_note::ListNote;
use super::list_reader::{open_list, read_list};
use super::update::UpdateSource;
use crate::plan::Choice;
use crate::text::text;
use crate::words::list_box;

#[wasm_bindgen]
extern "C" {
    /// What a drop brings.
    type Drop;
    #[wasm_bindgen(method, getter)]
    fn items(this: &Drop) -> Array;
    type Item;
    /// The file or the folder; `null` for anything else, and for a file that no file system has.
    #[wasm_bindgen(method, js_name = webkitGetAsEntry, catch)]
    fn entry(this: &Item) -> Result<Option<Entry>, JsValue>;
    #[wasm_bindgen(method, js_name = getAsFile)]
    fn file(this: &Item) -> JsValue;
    type Entry;
    #[wasm_bindgen(method, getter, js_name = isDirectory)]
    fn is_directory(this: &Entry) -> bool;
    /// The clipboard, which pages of `http:` on other machines do not have: then it throws, as it does if the user
    /// says no.
    #[wasm_bindgen(js_namespace = ["navigator", "clipboard"], js_name = read, catch)]
    fn read_clipboard() -> Result<Promise, JsValue>;
    type Copied;
    /// Data of a type, as a Blob; it throws if there is none.
    #[wasm_bindgen(method, js_name = getType, catch)]
    fn get(this: &Copied, kind: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = Array, js_name = from)]
    fn array_from(list: &JsValue) -> Array;
}

/// Listens for files, links and HTML. `receive` is given a function for what the page is opened with, which
/// `readFiles` can read.
pub fn bind(
    form: &'static Form,
    note: &'static ListNote,
    announcer: &'static Announcer,
    receive: &Function,
) -> Result<(), JsValue> {
    let fill = move |sources| spawn_local(fill(form, note, announcer, sources));
    let opened = Closure::<dyn FnMut(Array)>::new(fill);
    receive.call1(&JsValue::UNDEFINED, &opened.into_js_value())?;
    for id in ["file", "folder"] {
        let chooser: HtmlInputElement = by_id(id)?;
        on(&chooser.clone(), "change", move |_| {
            fill(array_from(&chooser.files().into()));
            // The same file again is a change, too: it may have other content.
            chooser.set_value("");
        })?;
    }
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
        if has(&transfer, "Files") {
            event.prevent_default();
            fill(dropped(&transfer));
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

/// The files of a drop, and its folders as entries. They can be had only while its event is handled.
fn dropped(transfer: &DataTransfer) -> Array {
    let items = array_from(&transfer.unchecked_ref::<Drop>().items());
    let source = |item: JsValue| {
        let item: Item = item.unchecked_into();
        let folder = item.entry().ok().flatten().filter(Entry::is_directory);
        folder.map_or_else(|| item.file(), JsValue::from)
    };
    // An item that is a text is no file.
    items.iter().map(source).filter(JsValue::is_truthy).collect()
}

/// Appends the addresses of a drop to the list: a dragged image is the image, even if it is in a link.
async fn append_dropped(form: &'static Form, announcer: &'static Announcer, html: String, links: String) {
    let mut added = addresses_of(&html).await;
    if added.is_empty() {
        let links = links.lines().filter(|link| !link.starts_with('#'));
        added = links.map(|link| text![link, "\n"]).collect();
    }
    form.append(&added.concat());
    announcer.say(&list_box::added(added.len()));
}

/// Opens the dialog in which files, or a folder, are chosen.
pub fn choose(chooser: &str) {
    if let Ok(chooser) = by_id::<HtmlInputElement>(chooser) {
        chooser.click();
    }
}

/// Replaces the list with what is in the clipboard, as "Paste" is for.
pub async fn paste_clipboard(form: &'static Form, note: &'static ListNote, announcer: &'static Announcer) {
    let Ok(copied) = settled(read_clipboard()).await else {
        return note.say(announcer, list_box::CLIPBOARD_REFUSED);
    };
    let copied: Copied = array_from(&copied).get(0).unchecked_into();
    let (html, text) = (copied_text(&copied, HTML).await, copied_text(&copied, "text/plain").await);
    let list = better_of(html, text).await;
    if list.trim().is_empty() {
        return note.say(announcer, list_box::NO_TEXT_TO_PASTE);
    }
    note.hide();
    form.replace(&list);
    announcer.say(list_box::FILLED_IN);
}

/// What was copied as a type; empty if it is not there as that.
async fn copied_text(copied: &Copied, kind: &str) -> String {
    // Of an empty clipboard there is no entry at all.
    if copied.is_undefined() {
        return String::new();
    }
    let Ok(blob) = settled(copied.get(kind)).await else { return String::new() };
    let text = settled(Ok(blob.unchecked_into::<Blob>().text())).await;
    text.ok().and_then(|text| text.as_string()).unwrap_or_default()
}

/// The value of a promise. What throws at once, such as a clipboard that is not there, makes none: an `async fn` of
/// wasm-bindgen would go on without it.
async fn settled(promise: Result<Promise, JsValue>) -> Result<JsValue, JsValue> {
    JsFuture::from(promise?).await
}

/// Pastes what a clipboard has at the place of the cursor.
async fn paste(form: &'static Form, html: String, text: String) {
    form.paste(&better_of(html, text).await);
}

/// The HTML of a clipboard if it names more images than its text does, and otherwise the text: a table's text is
/// better than its HTML.
async fn better_of(html: String, text: String) -> String {
    let has_images = html.to_ascii_lowercase().contains("<img");
    match has_images && addresses_of(&html).await.len() > addresses_of(&text).await.len() {
        true => html,
        false => text,
    }
}

/// The addresses of a list, each on a line.
async fn addresses_of(list: &str) -> Vec<String> {
    let reading = read_list(&list.into(), &Choice::default()).await;
    reading.plan.items().iter().map(|item| text![item.display_text(), "\n"]).collect()
}

/// Updates a zip of fetchzip's, or fills the list box with the lists in files and folders, or says why there
/// is none.
async fn fill(form: &'static Form, note: &'static ListNote, announcer: &'static Announcer, sources: Array) {
    if sources.length() == 1
        && let Some(file) = sources.get(0).dyn_ref::<File>()
        && let Some(source) = UpdateSource::read(file).await
    {
        form.set_update(source);
        return announcer.say(&list_box::will_be_updated(&file.name()));
    }
    let opened = open_list("readFiles", sources.into()).await;
    note.fill(form, announcer, &opened);
}
