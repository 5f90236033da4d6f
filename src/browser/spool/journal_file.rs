//! The file of a run's journal, beside its spool.

use std::cell::Cell;

use wasm_bindgen::prelude::*;
use web_sys::{FileSystemReadWriteOptions, FileSystemSyncAccessHandle};

use super::directory::{read_all, write_at};

/// The file, which is only ever appended to. It stays, and stays open, when this is dropped.
#[derive(Debug)]
pub struct JournalFile {
    access: FileSystemSyncAccessHandle,
    end: Cell<u64>,
}

impl JournalFile {
    /// A journal in this file; records are appended behind what it holds.
    ///
    /// # Errors
    ///
    /// Fails if the browser can't read the file's size.
    pub fn new(access: FileSystemSyncAccessHandle) -> Result<Self, JsValue> {
        let length = access.get_size()? as u64;
        Ok(Self { access, end: Cell::new(length) })
    }

    /// What the file holds.
    ///
    /// # Errors
    ///
    /// Fails if the browser can't read it.
    pub fn read(&self) -> Result<Vec<u8>, JsValue> {
        read_all(&self.access)
    }

    /// Cuts the file off at `length` bytes.
    ///
    /// # Errors
    ///
    /// Fails if the browser can't truncate the file.
    pub fn truncate(&self, length: u64) -> Result<(), JsValue> {
        self.end.set(length);
        self.access.truncate_with_f64(length as f64)
    }

    /// Appends records. They survive a browser that is killed, since the system has them; flushing them
    /// to the disk itself would cost more than an image that is fetched again.
    ///
    /// # Errors
    ///
    /// Fails if the disk takes only a part of the records, which the next ones then overwrite.
    pub fn append(&self, records: &[u8]) -> Result<(), JsValue> {
        let options = FileSystemReadWriteOptions::new();
        write_at(&self.access, &options, records, self.end.get())?;
        self.end.set(self.end.get() + records.len() as u64);
        Ok(())
    }
}

impl JournalFile {
    /// The open file, which is to be closed.
    pub fn into_access(self) -> FileSystemSyncAccessHandle {
        self.access
    }
}
