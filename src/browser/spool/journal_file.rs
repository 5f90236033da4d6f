//! The file of a run's journal, beside its spool.

use std::cell::Cell;

use wasm_bindgen::prelude::*;
use web_sys::{FileSystemReadWriteOptions, FileSystemSyncAccessHandle};

use super::SpoolFile;
use super::directory::{Directory, whole};
use super::file::write_at;
use crate::spool::{Extent, Allocator};

/// The file, which is only ever appended to. It stays when this is dropped.
#[derive(Debug)]
pub struct JournalFile {
    access: FileSystemSyncAccessHandle,
    end: Cell<u64>,
}

impl JournalFile {
    /// Takes over a journal's file.
    ///
    /// # Errors
    ///
    /// What the browser says.
    pub fn new(access: FileSystemSyncAccessHandle) -> Result<Self, JsValue> {
        let length = access.get_size()? as u64;
        Ok(Self { access, end: Cell::new(length) })
    }

    /// Cuts off what is behind so many bytes.
    ///
    /// # Errors
    ///
    /// What the browser says.
    pub fn cut(&self, length: u64) -> Result<(), JsValue> {
        self.end.set(length);
        self.access.truncate_with_f64(length as f64)
    }

    /// Appends records. What a killed browser had appended is there, for the system has it; that it
    /// is on the disk itself would cost more than an image that is fetched again.
    ///
    /// # Errors
    ///
    /// What the browser says, or that the disk took only a part, which the next ones are written over.
    pub fn append(&self, records: &[u8]) -> Result<(), JsValue> {
        let options = FileSystemReadWriteOptions::new();
        write_at(&self.access, &options, records, self.end.get())?;
        self.end.set(self.end.get() + records.len() as u64);
        Ok(())
    }
}

impl Drop for JournalFile {
    fn drop(&mut self) {
        self.access.close();
    }
}

impl SpoolFile {
    /// Opens the spool of a run that was interrupted; gives what its journal holds.
    ///
    /// # Errors
    ///
    /// Whatever the browser says: another tab has taken it up, or it is gone.
    pub async fn restore(name: &str) -> Result<(Self, Vec<u8>), JsValue> {
        let directory = Directory::open().await?;
        let lock = directory.lock(name).await?;
        let (spool, journal) = directory.spool_and_journal(name).await?;
        let bytes = whole(&journal)?;
        let file = Self::of(directory, name.to_owned(), spool, lock);
        *file.journal.borrow_mut() = Some(JournalFile::new(journal)?);
        Ok((file, bytes))
    }

    /// Begins a journal beside the spool.
    ///
    /// # Errors
    ///
    /// Whatever the browser says.
    pub async fn begin_journal(&self) -> Result<(), JsValue> {
        let journal = JournalFile::new(self.directory.journal(&self.name).await?)?;
        *self.journal.borrow_mut() = Some(journal);
        Ok(())
    }

    /// Says how much of a journal that was taken up is good; all room is free but for these extents.
    ///
    /// # Errors
    ///
    /// Whatever the browser says.
    pub fn believe(&self, journal_bytes: u64, taken: Vec<Extent>) -> Result<(), JsValue> {
        *self.room.borrow_mut() = Allocator::of(taken);
        self.journal.borrow().as_ref().map_or(Ok(()), |journal| journal.cut(journal_bytes))
    }

    /// Appends records to the journal, if there is one.
    ///
    /// # Errors
    ///
    /// Whatever the browser says.
    pub fn append_to_journal(&self, records: &[u8]) -> Result<(), JsValue> {
        self.journal.borrow().as_ref().map_or(Ok(()), |journal| journal.append(records))
    }

    /// The run need not be taken up any more: what is here goes with its page.
    pub async fn end_journal(&self) {
        drop(self.journal.take());
        self.directory.remove_journal(&self.name).await;
    }
}
