//! The folder of spools in the origin's private file system, which all tabs share.
//!
//! Each spool has a lock beside it: an empty file, whose sync access handle is open for as long as
//! anybody may still read the spool. Handles are exclusive and end with their worker, so a lock
//! that can be opened belongs to a tab that is gone.
//!
//! A run that can be taken up again has a journal beside them, without which a spool whose tab is
//! gone is worth nothing and is removed.

use js_sys::{AsyncIterator, IteratorNext, Promise};
use wasm_bindgen::prelude::*;
use web_sys::{
    FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetDirectoryOptions, FileSystemGetFileOptions,
    FileSystemSyncAccessHandle,
};

use super::super::settled::settled;
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
const JOURNAL: &str = ".journal";

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
        let root: FileSystemDirectoryHandle = settled(private_file_system()?).await?.unchecked_into();
        let options = FileSystemGetDirectoryOptions::new();
        options.set_create(true);
        let folder = settled(root.get_directory_handle_with_options(FOLDER, &options)).await?;
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
                        self.remove(&name, lock.access).await;
                        return Err(error);
                    }
                },
                Err(error) => refusal = error,
            }
        }
        Err(refusal)
    }

    /// The journal beside a spool, which is empty where there was none.
    #[cfg(feature = "page")]
    pub async fn journal(&self, name: &str) -> Result<FileSystemSyncAccessHandle, JsValue> {
        Ok(self.open_file(&text![name, JOURNAL]).await?.access)
    }

    /// The lock of a spool whose tab is gone.
    pub async fn lock(&self, name: &str) -> Result<FileSystemSyncAccessHandle, JsValue> {
        Ok(self.open_file(&text![name, LOCK]).await?.access)
    }

    /// Opens a spool and its journal, of which the lock is open.
    #[cfg(feature = "page")]
    pub async fn spool_and_journal(
        &self,
        name: &str,
    ) -> Result<(OpenFile, FileSystemSyncAccessHandle), JsValue> {
        Ok((self.open_file(&text![name, SPOOL]).await?, self.journal(name).await?))
    }

    /// Removes a journal that is closed.
    #[cfg(feature = "page")]
    pub async fn remove_journal(&self, name: &str) {
        let _ = settled(self.0.remove_entry(&text![name, JOURNAL])).await;
    }

    /// Removes a spool and what is beside it, as far as that is there and closed; the lock last, so
    /// that nobody takes up what is half gone.
    pub async fn remove(&self, name: &str, lock: FileSystemSyncAccessHandle) {
        // What can't be removed now is an orphan, and goes at the next start.
        for extension in [JOURNAL, SPOOL] {
            let _ = settled(self.0.remove_entry(&text![name, extension])).await;
        }
        lock.close();
        let _ = settled(self.0.remove_entry(&text![name, LOCK])).await;
    }

    /// Removes the spools of tabs that are gone, unless they have a journal.
    pub async fn sweep(&self) -> Result<(), JsValue> {
        let journals = self.names(JOURNAL).await?;
        for name in self.names(LOCK).await? {
            if !journals.contains(&name)
                && let Ok(lock) = self.lock(&name).await
            {
                self.remove(&name, lock).await;
            }
        }
        Ok(())
    }

    /// The journals of tabs that are gone, and what their spools are called.
    #[cfg(feature = "page")]
    pub async fn journals(&self) -> Result<Vec<(String, Vec<u8>)>, JsValue> {
        let mut journals = Vec::new();
        for name in self.names(JOURNAL).await? {
            let Ok(lock) = self.lock(&name).await else { continue };
            let bytes = match self.journal(&name).await {
                Ok(journal) => {
                    let bytes = whole(&journal);
                    journal.close();
                    bytes
                }
                Err(error) => Err(error),
            };
            lock.close();
            journals.extend(bytes.ok().map(|bytes| (name, bytes)));
        }
        Ok(journals)
    }

    /// What the files with that extension are called, without it.
    async fn names(&self, extension: &str) -> Result<Vec<String>, JsValue> {
        let files = self.0.unchecked_ref::<MaybeMissing>().keys()?;
        let mut names = Vec::new();
        loop {
            let next: IteratorNext = settled(files.next()?).await?.unchecked_into();
            if next.done() {
                return Ok(names);
            }
            let name = next.value().as_string();
            names.extend(name.and_then(|name| Some(name.strip_suffix(extension)?.to_owned())));
        }
    }

    async fn open_file(&self, name: &str) -> Result<OpenFile, JsValue> {
        let options = FileSystemGetFileOptions::new();
        options.set_create(true);
        let file = settled(self.0.get_file_handle_with_options(name, &options)).await?;
        let file: FileSystemFileHandle = file.unchecked_into();
        let access = open_access(&file).await?;
        Ok(OpenFile { file, access })
    }
}

/// The bytes of a file.
#[cfg(feature = "page")]
pub fn whole(file: &FileSystemSyncAccessHandle) -> Result<Vec<u8>, JsValue> {
    let bytes = js_sys::Uint8Array::new_with_length(file.get_size()? as u32);
    file.read_with_js_u8_array(&bytes)?;
    Ok(bytes.to_vec())
}

/// Opens a file for reading and writing, by nobody else.
///
/// # Errors
///
/// What the browser says: somebody else has it open, or there is no such access here.
pub async fn open_access(file: &FileSystemFileHandle) -> Result<FileSystemSyncAccessHandle, JsValue> {
    let access = file.unchecked_ref::<MaybeMissing>().create_sync_access_handle()?;
    Ok(settled(access).await?.unchecked_into())
}
