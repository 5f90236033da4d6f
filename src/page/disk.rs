//! "Save straight to disk": the archive is written while the images arrive, into a file that the user
//! chooses or, in a browser without a file picker, into a download through the service worker.

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, HtmlInputElement, WritableStream};

use super::elements::{by_id, on, set_shown, window};
use super::extension;
use super::saving::FILE_NAME;
use crate::browser::{js_message, promise};
use crate::words::saving as words;

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

/// The check box, and its note.
pub struct Disk {
    wanted: HtmlInputElement,
    note: HtmlElement,
    way: Way,
    begin_download: Function,
}

/// How a page can write to the disk while it fetches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Picker,
    Download,
}

/// A file that the user is choosing, or a download that is being prepared.
pub struct OpeningFile {
    way: Way,
    promise: Result<Promise, JsValue>,
}

/// A file on the disk that takes the archive.
pub struct DiskFile {
    pub saved: SavedAs,
    pub stream: WritableStream,
}

/// What became of an archive that went straight to disk.
pub enum SavedAs {
    /// It is in the chosen file of this name.
    File(String),
    /// It was handed to the browser, which tells no page when a download ends.
    Download,
}

impl Disk {
    /// Shows the check box if the browser can write to files. `begin_download` takes a file's name, and
    /// promises a stream whose bytes the browser saves under it.
    pub fn find(begin_download: Function) -> Result<Self, JsValue> {
        let has_picker = Reflect::has(&js_sys::global(), &"showSaveFilePicker".into())?;
        // Browsers have it in secure contexts only.
        let has_workers = Reflect::has(&window()?.navigator(), &"serviceWorker".into())?;
        // No request of an extension's own page reaches a service worker of it.
        let has_workers = has_workers && !extension::is_here();
        let offer: HtmlElement = by_id("to-disk-box")?;
        set_shown(&offer, has_picker || has_workers);
        let way = if has_picker { Way::Picker } else { Way::Download };
        Ok(Self { wanted: by_id("to-disk")?, note: by_id("to-disk-note")?, way, begin_download })
    }

    /// Shows the note while the box is checked.
    pub fn bind(&'static self) -> Result<(), JsValue> {
        let show_note = || set_shown(&self.note, self.wanted.checked());
        // Firefox keeps the box checked over a reload.
        show_note();
        on(&self.wanted, "change", move |_| show_note())
    }

    /// Unchecks the box.
    pub fn uncheck(&self) {
        self.wanted.set_checked(false);
        set_shown(&self.note, false);
    }

    /// Opens a file, if the box is checked. Browsers allow that only while they handle a click or a key
    /// press.
    pub fn open(&self) -> Option<OpeningFile> {
        let open = || {
            let promise = match self.way {
                Way::Picker => show_picker(),
                Way::Download => self
                    .begin_download
                    .call1(&JsValue::UNDEFINED, &FILE_NAME.into())
                    .map(JsCast::unchecked_into),
            };
            OpeningFile { way: self.way, promise }
        };
        self.wanted.checked().then(open)
    }
}

fn show_picker() -> Result<Promise, JsValue> {
    let options = Object::new();
    Reflect::set(&options, &"suggestedName".into(), &FILE_NAME.into())?;
    show_save_file_picker(&options)
}

impl OpeningFile {
    /// The file, once it can be written to.
    ///
    /// # Errors
    ///
    /// The user closes the dialog, the file can't be opened, or the service worker can't be had; in words
    /// for the user.
    pub async fn opened(self) -> Result<DiskFile, String> {
        let way = self.way;
        self.open().await.map_err(|error| match error.dyn_ref::<web_sys::DomException>() {
            Some(exception) if exception.name() == "AbortError" => words::NO_FILE_CHOSEN.into(),
            _ if way == Way::Download => words::no_download_to_disk(&js_message(&error)),
            _ => words::file_not_opened(&js_message(&error)),
        })
    }

    async fn open(self) -> Result<DiskFile, JsValue> {
        let opened = promise(self.promise?).await?;
        if self.way == Way::Download {
            return Ok(DiskFile { saved: SavedAs::Download, stream: opened.unchecked_into() });
        }
        let handle: FileHandle = opened.unchecked_into();
        let stream = promise(handle.create_writable()?).await?.unchecked_into();
        Ok(DiskFile { saved: SavedAs::File(handle.name()), stream })
    }
}

impl SavedAs {
    /// Where the images are now, for the user.
    pub fn place(&self) -> &'static str {
        match self {
            Self::File(_) => words::IN_CHOSEN_FILE,
            Self::Download => words::IN_DOWNLOADS,
        }
    }
}
