//! "Save straight to disk": the archive goes into a file of the user's as it grows.

use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, HtmlInputElement, WritableStream};

use super::elements::{by_id, set_shown};
use super::outcome::FILE_NAME;
use crate::browser::message_of;
use crate::browser::settled;
use crate::text::text;

#[wasm_bindgen]
extern "C" {
    /// Chromium's; the others have none.
    #[wasm_bindgen(js_name = showSaveFilePicker, catch)]
    fn show_save_file_picker(options: &Object) -> Result<Promise, JsValue>;
    type FileHandle;
    #[wasm_bindgen(method, getter)]
    fn name(this: &FileHandle) -> String;
    #[wasm_bindgen(method, js_name = createWritable, catch)]
    fn create_writable(this: &FileHandle) -> Result<Promise, JsValue>;
}

/// The box to tick.
pub struct Disk {
    wanted: HtmlInputElement,
}

/// A file that the user chose.
pub struct ChosenFile {
    pub name: String,
    pub stream: WritableStream,
}

impl Disk {
    /// Offers it where the browser can.
    pub fn find() -> Result<Self, JsValue> {
        let offer: HtmlElement = by_id("to-disk-box")?;
        set_shown(&offer, Reflect::has(&js_sys::global(), &"showSaveFilePicker".into())?);
        Ok(Self { wanted: by_id("to-disk")? })
    }

    /// Asks for a file, where that is wanted. Browsers allow it only in answer to a click or a key.
    pub fn ask(&self) -> Option<Result<Promise, JsValue>> {
        self.wanted.checked().then(|| {
            let options = Object::new();
            Reflect::set(&options, &"suggestedName".into(), &FILE_NAME.into())?;
            show_save_file_picker(&options)
        })
    }
}

/// The file that the user chose; in words why there is none.
pub async fn chosen(asked: Result<Promise, JsValue>) -> Result<ChosenFile, String> {
    let open = async {
        let handle: FileHandle = settled(asked?).await?.unchecked_into();
        let stream = settled(handle.create_writable()?).await?.unchecked_into();
        Ok(ChosenFile { name: handle.name(), stream })
    };
    open.await.map_err(|error: JsValue| {
        // Who closes the dialogue knows that they did.
        match error.dyn_ref::<web_sys::DomException>() {
            Some(exception) if exception.name() == "AbortError" => {
                "No file was chosen, so nothing was fetched.".into()
            }
            _ => text!["The file could not be opened (", message_of(&error), "): choose another place."],
        }
    })
}
