//! The folder of spools in the origin's private file system, which all tabs share.
//!
//! Each spool has a lock beside it: an empty file whose sync access handle stays open as long as the
//! spool may still be read. Handles are exclusive and end with their worker, so a lock that can be
//! opened belongs to a tab that is gone.
//!
//! A run that can be restored has a journal beside them. A spool without one is worthless once its tab
//! is gone, and is removed.

use js_sys::{AsyncIterator, IteratorNext, Promise};
use wasm_bindgen::prelude::*;
use web_sys::{
    FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetDirectoryOptions, FileSystemGetFileOptions,
    FileSystemReadWriteOptions, FileSystemSyncAccessHandle,
};

use crate::browser::web::promise;
use crate::text::text;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["navigator", "storage"], js_name = getDirectory, catch)]
    fn private_file_system() -> Result<Promise, JsValue>;

    /// Methods that some browsers lack: calling one is then an error and not a trap.
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

/// A file that is open for reading and writing, exclusively.
pub struct OpenFile {
    pub file: FileSystemFileHandle,
    pub access: FileSystemSyncAccessHandle,
}

/// A new spool and its lock.
pub struct NewSpool {
    /// The name of both, without the extension.
    pub name: String,
    pub spool: OpenFile,
    pub lock: FileSystemSyncAccessHandle,
}

impl Directory {
    /// Opens the folder, creating it if needed.
    pub async fn open() -> Result<Self, JsValue> {
        let root: FileSystemDirectoryHandle = promise(private_file_system()?).await?.unchecked_into();
        let options = FileSystemGetDirectoryOptions::new();
        options.set_create(true);
        let folder = promise(root.get_directory_handle_with_options(FOLDER, &options)).await?;
        Ok(Self(folder.unchecked_into()))
    }

    /// Creates a spool under a new name.
    pub async fn new_spool(&self) -> Result<NewSpool, JsValue> {
        // Names are random; the further attempts are for the moment in which another tab's sweep opens
        // a lock that this one has created and not opened yet.
        const ATTEMPTS: u32 = 3;
        let mut refusal = JsValue::UNDEFINED;
        for _ in 0..ATTEMPTS {
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

    /// Opens the journal beside a spool, creating an empty one if needed.
    pub async fn journal(&self, name: &str) -> Result<FileSystemSyncAccessHandle, JsValue> {
        Ok(self.open_file(&text![name, JOURNAL]).await?.access)
    }

    /// Opens the lock of a spool whose tab is gone.
    pub async fn lock(&self, name: &str) -> Result<FileSystemSyncAccessHandle, JsValue> {
        Ok(self.open_file(&text![name, LOCK]).await?.access)
    }

    /// Opens a spool and its journal; the caller holds the lock.
    pub async fn spool_and_journal(
        &self,
        name: &str,
    ) -> Result<(OpenFile, FileSystemSyncAccessHandle), JsValue> {
        Ok((self.open_file(&text![name, SPOOL]).await?, self.journal(name).await?))
    }

    /// Removes a journal that is closed.
    pub async fn remove_journal(&self, name: &str) {
        let _ = promise(self.0.remove_entry(&text![name, JOURNAL])).await;
    }

    /// Removes a spool with its journal and, last, its lock, so that no tab restores what is half gone.
    /// They must be closed.
    pub async fn remove(&self, name: &str, lock: FileSystemSyncAccessHandle) {
        // A file that can't be removed now is an orphan, and is swept at the next start.
        for extension in [JOURNAL, SPOOL] {
            let _ = promise(self.0.remove_entry(&text![name, extension])).await;
        }
        lock.close();
        let _ = promise(self.0.remove_entry(&text![name, LOCK])).await;
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

    /// The journals of tabs that are gone, each with the name of its spool.
    pub async fn journals(&self) -> Result<Vec<(String, Vec<u8>)>, JsValue> {
        let mut journals = Vec::new();
        for name in self.names(JOURNAL).await? {
            let Ok(lock) = self.lock(&name).await else { continue };
            let bytes = match self.journal(&name).await {
                Ok(journal) => {
                    let bytes = read_all(&journal);
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

    /// The names of the files with that extension, without it.
    async fn names(&self, extension: &str) -> Result<Vec<String>, JsValue> {
        let files = self.0.unchecked_ref::<MaybeMissing>().keys()?;
        let mut names = Vec::new();
        loop {
            let next: IteratorNext = promise(files.next()?).await?.unchecked_into();
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
        let file = promise(self.0.get_file_handle_with_options(name, &options)).await?;
        let file: FileSystemFileHandle = file.unchecked_into();
        let access = open_access(&file).await?;
        Ok(OpenFile { file, access })
    }
}

/// Reads a whole file.
///
/// # Errors
///
/// Fails if the browser can't read it.
pub fn read_all(file: &FileSystemSyncAccessHandle) -> Result<Vec<u8>, JsValue> {
    let bytes = js_sys::Uint8Array::new_with_length(file.get_size()? as u32);
    file.read_with_js_u8_array(&bytes)?;
    Ok(bytes.to_vec())
}

/// Opens a file for reading and writing, exclusively.
///
/// # Errors
///
/// Fails if the file is open elsewhere, or if this thread has no sync access handles.
pub async fn open_access(file: &FileSystemFileHandle) -> Result<FileSystemSyncAccessHandle, JsValue> {
    let access = file.unchecked_ref::<MaybeMissing>().create_sync_access_handle()?;
    Ok(promise(access).await?.unchecked_into())
}

/// Writes into an open file at `offset`; `options` are reused for it.
///
/// # Errors
///
/// Fails if the disk takes none or only a part of the bytes.
pub fn write_at(
    access: &FileSystemSyncAccessHandle,
    options: &FileSystemReadWriteOptions,
    bytes: &[u8],
    offset: u64,
) -> Result<(), JsValue> {
    options.set_at(offset as f64);
    check_complete(bytes.len() as u64, access.write_with_u8_array_and_options(bytes, options)?)
}

/// Checks that the disk has taken all bytes.
///
/// # Errors
///
/// Fails if it has taken fewer.
pub fn check_complete(bytes: u64, written: f64) -> Result<(), JsValue> {
    if written == bytes as f64 {
        return Ok(());
    }
    Err(js_sys::Error::new("the disk took only a part of it").into())
}
