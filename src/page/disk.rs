//! "Save straight to disk": the archive is written into a file that the user chooses, as it grows.

use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, HtmlInputElement, WritableStream};

use super::elements::{by_id, set_shown};
use super::finished_run::FILE_NAME;
use crate::browser::{js_message, promise};
use crate::text::text;

#[wasm_bindgen]
extern "C" {
    /// Only Chromium has it.
    #[wasm_bindgen(js_name = showSaveFilePicker, catch)]
    fn show_save_file_picker(options: &Object) -> Result<Promise, JsValue>;
    type FileHandle;
    #[wasm_bindgen(method, getter)]
    fn name(this: &FileHandle) -> String;
    #[wasm_bindgen(method, js_name = createWritable, catch)]
    fn create_writable(this: &FileHandle) -> Result<Promise, JsValue>;
}

/// The check box.
pub struct Disk {
    wanted: HtmlInputElement,
}

/// The dialog in which the user chooses a file.
pub struct FileDialog(Result<Promise, JsValue>);

/// A file that the user chose.
pub struct ChosenFile {
    pub name: String,
    pub stream: WritableStream,
}

impl Disk {
    /// Shows the check box if the browser can write to files.
    pub fn find() -> Result<Self, JsValue> {
        let offer: HtmlElement = by_id("to-disk-box")?;
        set_shown(&offer, Reflect::has(&js_sys::global(), &"showSaveFilePicker".into())?);
        Ok(Self { wanted: by_id("to-disk")? })
    }

    /// Opens the dialog, if the box is checked. Browsers allow that only while they handle a click or a
    /// key press.
    pub fn open_dialog(&self) -> Option<FileDialog> {
        self.wanted.checked().then(|| FileDialog(show_dialog()))
    }
}

fn show_dialog() -> Result<Promise, JsValue> {
    let options = Object::new();
    Reflect::set(&options, &"suggestedName".into(), &FILE_NAME.into())?;
    show_save_file_picker(&options)
}

impl FileDialog {
    /// The file that the user chooses.
    ///
    /// # Errors
    ///
    /// The user closes the dialog, or the file can't be opened; in words for the user.
    pub async fn file(self) -> Result<ChosenFile, String> {
        self.open().await.map_err(|error| match error.dyn_ref::<web_sys::DomException>() {
            Some(exception) if exception.name() == "AbortError" => {
                "No file was chosen, so nothing was fetched.".into()
            }
            _ => text!["The file could not be opened (", js_message(&error), "). Choose another place."],
        })
    }

    async fn open(self) -> Result<ChosenFile, JsValue> {
        let handle: FileHandle = promise(self.0?).await?.unchecked_into();
        let stream = promise(handle.create_writable()?).await?.unchecked_into();
        Ok(ChosenFile { name: handle.name(), stream })
    }
}
