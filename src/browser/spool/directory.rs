//! The folder of spools in the origin's private file system, which all tabs share.
//!
//! ```text
//! NAME.lock      open as long as a tab may still read the spool; what is in it: when it was handed over
//! NAME.zip       the spool, which becomes the archive
//! NAME.journal   of a run that can be restored
//! ```
//!
//! Sync access handles are exclusive and end with their worker, so a lock that can be opened belongs to a
//! tab that is gone, or to a worker that broke down (`result_lock.rs` has what a tab still reads). Its spool is
//! worthless without a journal and is removed, unless it was handed over: a page never learns when the browser
//! has finished copying a file.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use js_sys::{AsyncIterator, Date, IteratorNext, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{
    File, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetDirectoryOptions,
    FileSystemGetFileOptions, FileSystemReadWriteOptions, FileSystemSyncAccessHandle,
};

use super::result_lock::LockedSpools;
use crate::browser::web::{Clock, Shared, promise, spawn};
use crate::job::HandOver;
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
/// The browser tells a file's media type by its name.
const SPOOL: &str = ".zip";
const JOURNAL: &str = ".journal";

/// How long an archive that was handed over is kept, in milliseconds.
const KEPT: f64 = 60.0 * 60.0 * 1000.0;

/// How long it is kept where its space is needed, in milliseconds.
const KEPT_IF_FULL: f64 = 5.0 * 60.0 * 1000.0;

/// For how long a lock is asked for again: this or another tab may just be looking at the file.
const LOOKED_AT: Duration = Duration::from_secs(1);

/// The time between two attempts.
const ATTEMPT_EVERY: Duration = Duration::from_millis(40);

/// The folder.
#[derive(Clone, Debug)]
pub struct Directory(FileSystemDirectoryHandle);

/// The files of one spool, which are open.
#[derive(Clone, Debug)]
pub struct SpoolFiles {
    /// The name of all, without the extension.
    pub name: String,
    pub file: FileSystemFileHandle,
    pub access: FileSystemSyncAccessHandle,
    pub lock: FileSystemSyncAccessHandle,
}

/// A spool that a tab has left.
pub struct LeftSpool {
    pub name: String,
    pub journal: Option<Vec<u8>>,
    pub handed_over: Option<HandOver>,
    pub file: Option<File>,
}

/// Spools that are being closed.
#[derive(Debug, Default)]
struct Releases {
    under_way: Cell<usize>,
    all_ended: Shared<()>,
}

impl Releases {
    fn begin(&self) {
        self.under_way.set(self.under_way.get() + 1);
        self.all_ended.clear();
    }

    fn end(&self) {
        self.under_way.set(self.under_way.get() - 1);
        if self.under_way.get() == 0 {
            self.all_ended.set(());
        }
    }
}

thread_local! {
    static RELEASES: Rc<Releases> = Rc::default();
    /// Whether this thread has removed the spools of tabs that are gone.
    static HAS_SWEPT: Cell<bool> = const { Cell::new(false) };
}

impl SpoolFiles {
    /// Records that the browser is given the file to save.
    ///
    /// # Errors
    ///
    /// Fails if the disk is full.
    pub fn record_hand_over(&self, file_name: &str) -> Result<(), JsValue> {
        let record = HandOver { at: Date::now(), file_name: file_name.to_owned() }.to_bytes();
        self.lock.truncate_with_f64(record.len() as f64)?;
        write_at(&self.lock, &FileSystemReadWriteOptions::new(), &record, 0)
    }
}

impl Directory {
    /// Opens the folder, creating it if needed.
    ///
    /// # Errors
    ///
    /// Fails if the browser has no private file system or refuses it, and where there are no sync access
    /// handles: outside dedicated workers.
    pub async fn open() -> Result<Self, JsValue> {
        has_sync_access()?;
        let root: FileSystemDirectoryHandle = promise(private_file_system()?).await?.unchecked_into();
        let options = FileSystemGetDirectoryOptions::new();
        options.set_create(true);
        let folder = promise(root.get_directory_handle_with_options(FOLDER, &options)).await?;
        Ok(Self(folder.unchecked_into()))
    }

    /// Creates a spool under a new name.
    pub async fn new_spool(&self) -> Result<SpoolFiles, JsValue> {
        // Names are random; the further attempts are for the moment in which another tab's sweep opens
        // a lock that this one has created and not opened yet.
        const ATTEMPTS: u32 = 3;
        let mut refusal = JsValue::UNDEFINED;
        for _ in 0..ATTEMPTS {
            let name = text![(js_sys::Math::random() * 1e15) as u64];
            match self.create(&text![name, LOCK]).await {
                Ok((_, lock)) => match self.create(&text![name, SPOOL]).await {
                    Ok((file, access)) => return Ok(SpoolFiles { name, file, access, lock }),
                    Err(error) => {
                        self.remove_files(&name, lock).await;
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
        Ok(self.create(&text![name, JOURNAL]).await?.1)
    }

    /// Opens a spool whose tab is gone, and its journal.
    pub async fn spool_and_journal(
        &self,
        name: &str,
    ) -> Result<(SpoolFiles, FileSystemSyncAccessHandle), JsValue> {
        let lock = self.lock_soon(name).await?;
        let (file, access) = self.create(&text![name, SPOOL]).await?;
        Ok((SpoolFiles { name: name.to_owned(), file, access, lock }, self.journal(name).await?))
    }

    /// Removes the files of a spool that has no journal.
    pub async fn remove(&self, files: SpoolFiles) {
        files.access.close();
        self.remove_files(&files.name, files.lock).await;
    }

    /// Closes the files of a spool, in a task, and removes them unless they are to stay.
    pub fn release(&self, files: SpoolFiles, journal: Option<FileSystemSyncAccessHandle>, stay: bool) {
        let directory = self.clone();
        RELEASES.with(|releases| releases.begin());
        spawn(async move {
            if directory.has(&files.name, LOCK).await {
                journal.iter().for_each(FileSystemSyncAccessHandle::close);
                // Closing a file twice does nothing.
                files.access.close();
                if stay {
                    files.lock.close();
                } else {
                    directory.remove_files(&files.name, files.lock).await;
                }
            }
            RELEASES.with(|releases| releases.end());
        });
    }

    /// Waits until this thread holds no spool that it is about to close.
    pub async fn all_released() {
        let releases = RELEASES.with(Rc::clone);
        if releases.under_way.get() > 0 {
            releases.all_ended.get().await;
        }
    }

    /// Removes the files of a spool whose tab is gone.
    ///
    /// # Errors
    ///
    /// Fails if another tab has it open by now.
    pub async fn discard(&self, name: &str) -> Result<(), JsValue> {
        let lock = self.lock_soon(name).await?;
        self.remove_files(name, lock).await;
        Ok(())
    }

    /// Removes the spools of tabs that are gone, unless they have a journal or were handed over within the
    /// last hour. Only a thread's first call does, since who comes back finds what he has left.
    pub async fn sweep_once(&self) {
        if !HAS_SWEPT.replace(true) {
            // An orphan that stays does no harm.
            let _ = self.sweep().await;
        }
    }

    async fn sweep(&self) -> Result<(), JsValue> {
        let journals = self.names(JOURNAL).await?;
        let results = LockedSpools::find().await;
        self.remove_left(|name, handed_over| match handed_over {
            _ if results.contains(name) => false,
            Some(hand_over) => hand_over.age(Date::now()) > KEPT,
            None => !journals.iter().any(|journal| journal == name),
        })
        .await
    }

    /// Removes archives that were handed over more than five minutes ago.
    pub async fn make_room(&self) -> Result<(), JsValue> {
        let is_old = |hand_over: &HandOver| hand_over.age(Date::now()) > KEPT_IF_FULL;
        self.remove_left(|_, handed_over| handed_over.is_some_and(is_old)).await
    }

    /// Removes spools of tabs that are gone.
    async fn remove_left(&self, is_removed: impl Fn(&str, Option<&HandOver>) -> bool) -> Result<(), JsValue> {
        for name in self.names(LOCK).await? {
            let Ok(lock) = self.lock(&name).await else { continue };
            let handed_over = read_all(&lock).ok().and_then(|bytes| HandOver::read(&bytes));
            if is_removed(&name, handed_over.as_ref()) {
                self.remove_files(&name, lock).await;
            } else {
                lock.close();
            }
        }
        Ok(())
    }

    /// The spools of tabs that are gone.
    pub async fn left_spools(&self) -> Result<Vec<LeftSpool>, JsValue> {
        let mut left = Vec::new();
        for name in self.names(LOCK).await? {
            // Closed before anything is awaited: if the site's data is cleared while it is open, closing it
            // never returns in Chromium.
            let Ok(lock) = self.lock(&name).await else { continue };
            let handed_over = read_all(&lock).ok().and_then(|bytes| HandOver::read(&bytes));
            lock.close();
            let journal = self.read_journal(&name).await.ok();
            let file = self.file(&name).await.ok();
            left.push(LeftSpool { name, journal, handed_over, file });
        }
        Ok(left)
    }

    /// The file of a spool whose tab is gone, which is recorded as handed over.
    ///
    /// # Errors
    ///
    /// Fails if it is gone, if another tab has it open by now, or if the storage has no room for the record.
    pub async fn hand_over(&self, name: &str, file_name: &str) -> Result<File, JsValue> {
        let lock = self.lock_soon(name).await?;
        let recorded = self.file(name).await.and_then(|file| {
            let record = HandOver { at: Date::now(), file_name: file_name.to_owned() }.to_bytes();
            lock.truncate_with_f64(record.len() as f64)?;
            write_at(&lock, &FileSystemReadWriteOptions::new(), &record, 0)?;
            Ok(file)
        });
        self.close(name, LOCK, &lock).await;
        recorded
    }

    async fn read_journal(&self, name: &str) -> Result<Vec<u8>, JsValue> {
        let journal = self.file_of(name, JOURNAL).await?;
        Ok(Uint8Array::new(&promise(journal.array_buffer()).await?).to_vec())
    }

    /// A spool as a Blob.
    ///
    /// # Errors
    ///
    /// Fails if it is gone.
    pub async fn file(&self, name: &str) -> Result<File, JsValue> {
        self.file_of(name, SPOOL).await
    }

    async fn file_of(&self, name: &str, extension: &str) -> Result<File, JsValue> {
        let handle = promise(self.0.get_file_handle(&text![name, extension])).await?;
        let handle: FileSystemFileHandle = handle.unchecked_into();
        Ok(promise(handle.get_file()).await?.unchecked_into())
    }

    /// Opens the lock of a spool whose tab is gone.
    async fn lock(&self, name: &str) -> Result<FileSystemSyncAccessHandle, JsValue> {
        let file = promise(self.0.get_file_handle(&text![name, LOCK])).await?;
        open_access(file.unchecked_ref()).await
    }

    /// The same, and waits for those who only look at it.
    async fn lock_soon(&self, name: &str) -> Result<FileSystemSyncAccessHandle, JsValue> {
        let clock = Clock::start();
        loop {
            match self.lock(name).await {
                Err(_) if clock.now() < LOOKED_AT && self.file(name).await.is_ok() => {
                    clock.sleep_until(clock.now() + ATTEMPT_EVERY).await;
                }
                done => return done,
            }
        }
    }

    /// Removes the journal, the spool and, last, the lock, so that no tab restores what is half gone.
    async fn remove_files(&self, name: &str, lock: FileSystemSyncAccessHandle) {
        // A file that can't be removed now is an orphan, and is swept at the next start.
        for extension in [JOURNAL, SPOOL] {
            let _ = promise(self.0.remove_entry(&text![name, extension])).await;
        }
        self.close(name, LOCK, &lock).await;
        let _ = promise(self.0.remove_entry(&text![name, LOCK])).await;
    }

    /// Closes a file, if it is still there.
    async fn close(&self, name: &str, extension: &str, access: &FileSystemSyncAccessHandle) {
        if self.has(name, extension).await {
            access.close();
        }
    }

    /// Whether a file is still there. Where the site's data was cleared, closing one that is gone never
    /// returns in Chromium.
    async fn has(&self, name: &str, extension: &str) -> bool {
        promise(self.0.get_file_handle(&text![name, extension])).await.is_ok()
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

    /// Opens a file, creating it if needed. One that was created and can't be opened is removed.
    async fn create(
        &self,
        name: &str,
    ) -> Result<(FileSystemFileHandle, FileSystemSyncAccessHandle), JsValue> {
        let options = FileSystemGetFileOptions::new();
        options.set_create(true);
        let file = promise(self.0.get_file_handle_with_options(name, &options)).await?;
        let file: FileSystemFileHandle = file.unchecked_into();
        match open_access(&file).await {
            Ok(access) => Ok((file, access)),
            Err(error) => {
                let size = promise(file.get_file()).await.map(|file| file.unchecked_into::<File>().size());
                if size.is_ok_and(|size| size == 0.0) {
                    let _ = promise(self.0.remove_entry(name)).await;
                }
                Err(error)
            }
        }
    }
}

/// Fails on a thread that has no sync access handles, before it leaves files that it can't open.
fn has_sync_access() -> Result<(), JsValue> {
    let handles = Reflect::get(&js_sys::global(), &"FileSystemFileHandle".into())?;
    let prototype = Reflect::get(&handles, &"prototype".into())?;
    match Reflect::has(&prototype, &"createSyncAccessHandle".into())? {
        true => Ok(()),
        false => Err("this thread can't open files".into()),
    }
}

/// Reads a whole file.
///
/// # Errors
///
/// Fails if the browser can't read it.
pub fn read_all(file: &FileSystemSyncAccessHandle) -> Result<Vec<u8>, JsValue> {
    let bytes = Uint8Array::new_with_length(file.get_size()? as u32);
    let options = FileSystemReadWriteOptions::new();
    options.set_at(0.0);
    file.read_with_js_u8_array_and_options(&bytes, &options)?;
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
