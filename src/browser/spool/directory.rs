//! The folder of spools in the origin's private file system, which all tabs share.
//!
//! Each spool has a lock beside it: an empty file, whose sync access handle is open for as long as
//! anybody may still read the spool. Handles are exclusive and end with their worker, so a lock
//! that can be opened belongs to a tab that is gone.

use js_sys::{AsyncIterator, IteratorNext, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetDirectoryOptions, FileSystemGetFileOptions,
    FileSystemSyncAccessHandle,
};

use crate::text::text;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["navigator", "storage"], js_name = getDirectory, catch)]
    fn private_file_system() -> Result<Promise, JsValue>;

    /// What some browsers have not, or not here: calling it is then an error and not the end.
    type MaybeMissing;
    #[wasm_bindgen(method, js_name = createSyncAccessHandle, catch)]
    fn create_sync_access_handle(this: &MaybeMissing) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn keys(this: &MaybeMissing) -> Result<AsyncIterator, JsValue>;
}

const FOLDER: &str = "fetchzip";
const LOCK: &str = ".lock";
const SPOOL: &str = ".spool";

/// The folder.
#[derive(Clone, Debug)]
pub struct Directory(FileSystemDirectoryHandle);

/// A file that is open for reading and writing, by nobody else.
pub struct OpenFile {
    pub file: FileSystemFileHandle,
    pub access: FileSystemSyncAccessHandle,
}

/// A new spool and its lock.
pub struct NewSpool {
    /// What both are called, but for the extension.
    pub name: String,
    pub spool: OpenFile,
    pub lock: FileSystemSyncAccessHandle,
}

impl Directory {
    /// Finds the folder, or makes it.
    pub async fn open() -> Result<Self, JsValue> {
        let root: FileSystemDirectoryHandle = JsFuture::from(private_file_system()?).await?.unchecked_into();
        let options = FileSystemGetDirectoryOptions::new();
        options.set_create(true);
        let folder = JsFuture::from(root.get_directory_handle_with_options(FOLDER, &options)).await?;
        Ok(Self(folder.unchecked_into()))
    }

    /// Makes a spool under a name that nobody has.
    pub async fn new_spool(&self) -> Result<NewSpool, JsValue> {
        // Random, so a second is enough of a reserve for the moment in which another tab's sweep
        // may take a lock that is not open yet.
        const NAMES: u32 = 3;
        let mut refusal = JsValue::UNDEFINED;
        for _ in 0..NAMES {
            let name = text![(js_sys::Math::random() * 1e15) as u64];
            match self.open_file(&text![name, LOCK]).await {
                Ok(lock) => match self.open_file(&text![name, SPOOL]).await {
                    Ok(spool) => return Ok(NewSpool { name, spool, lock: lock.access }),
                    Err(error) => {
                        lock.access.close();
                        self.remove(&name).await;
                        return Err(error);
                    }
                },
                Err(error) => refusal = error,
            }
        }
        Err(refusal)
    }

    /// Removes a spool and its lock, as far as they are there and closed.
    pub async fn remove(&self, name: &str) {
        for extension in [SPOOL, LOCK] {
            // What can't be removed now is an orphan, and goes at the next start.
            let _ = JsFuture::from(self.0.remove_entry(&text![name, extension])).await;
        }
    }

    /// Removes the spools of tabs that are gone.
    pub async fn sweep(&self) -> Result<(), JsValue> {
        let files = self.0.unchecked_ref::<MaybeMissing>().keys()?;
        let mut orphans = Vec::new();
        loop {
            let next: IteratorNext = JsFuture::from(files.next()?).await?.unchecked_into();
            if next.done() {
                break;
            }
            orphans
                .extend(next.value().as_string().and_then(|name| Some(name.strip_suffix(LOCK)?.to_owned())));
        }
        for name in orphans {
            if let Ok(lock) = self.open_file(&text![name, LOCK]).await {
                lock.access.close();
                self.remove(&name).await;
            }
        }
        Ok(())
    }

    async fn open_file(&self, name: &str) -> Result<OpenFile, JsValue> {
        let options = FileSystemGetFileOptions::new();
        options.set_create(true);
        let file = JsFuture::from(self.0.get_file_handle_with_options(name, &options)).await?;
        let file: FileSystemFileHandle = file.unchecked_into();
        let access = open_access(&file).await?;
        Ok(OpenFile { file, access })
    }
}

/// Opens a file for reading and writing, by nobody else.
///
/// # Errors
///
/// What the browser says: somebody else has it open, or there is no such access here.
pub async fn open_access(file: &FileSystemFileHandle) -> Result<FileSystemSyncAccessHandle, JsValue> {
    let access = file.unchecked_ref::<MaybeMissing>().create_sync_access_handle()?;
    Ok(JsFuture::from(access).await?.unchecked_into())
}
