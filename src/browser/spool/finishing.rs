//! What becomes of a spool's file: it is finished, handed over, opened again, or removed; and its journal.

use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, File};

use super::directory::open_access;
use super::file::{FileHold, SpoolFile, State};
use super::journal_file::JournalFile;
use crate::browser::web::{promise, spawn};
use crate::spool::{Allocator, Extent};

impl SpoolFile {
    /// Whether there are bytes on the disk; otherwise all that was appended is staged.
    pub fn is_on_disk(&self) -> bool {
        self.state.get() != State::Open || self.files.borrow().access.get_size().is_ok_and(|size| size > 0.0)
    }

    /// A copy of the file's first `length` bytes, all of which are staged; `None` if they are not.
    pub fn staged(&self, length: u64) -> Option<Uint8Array> {
        let mut staging = self.staging.borrow_mut();
        let staged = staging.at(Extent { offset: 0, length }).map(|bytes| Uint8Array::from(&*bytes));
        staging.bytes.shrink_to_fit();
        staged
    }

    /// Ends the file at `end` and closes it; from now on it is read as a Blob.
    ///
    /// # Errors
    ///
    /// Fails if the file is gone, such as with the site's data. Its bytes can then still be read as
    /// before.
    pub async fn finish(&self, end: u64) -> Result<File, JsValue> {
        self.files.borrow().access.truncate_with_f64(end as f64)?;
        self.finish_as_it_is().await
    }

    /// Closes the file, wherever it ends; from now on it is read as a Blob.
    ///
    /// # Errors
    ///
    /// As [`finish`](Self::finish).
    pub async fn finish_as_it_is(&self) -> Result<File, JsValue> {
        let (handle, size) = {
            let files = self.files.borrow();
            (files.file.clone(), files.access.get_size()?)
        };
        let file: File = promise(handle.get_file()).await?.unchecked_into();
        if file.size() != size {
            return Err("it is another file by now".into());
        }
        self.state.set(State::Finished);
        self.files.borrow().access.close();
        // A result may keep the file for as long as there is the page.
        self.staging.borrow_mut().bytes.shrink_to_fit();
        self.joining.borrow_mut().fill(None);
        self.finished.set(file.clone());
        Ok(file)
    }

    /// Makes the file a copy of a Blob, and closes it; `None` if the disk has no space for it.
    ///
    /// # Errors
    ///
    /// Fails if the Blob can't be read, or if the file is gone.
    pub async fn fill(&self, blob: &Blob) -> Result<Option<Blob>, JsValue> {
        if !self.write_blob(blob, 0).await? {
            return Ok(None);
        }
        let file = self.finish(blob.size() as u64).await?;
        let properties = BlobPropertyBag::new();
        properties.set_type(&blob.type_());
        Blob::new_with_blob_sequence_and_options(&Array::of1(&file), &properties).map(Some)
    }

    /// Opens a finished file for writing again. All space but these extents is free.
    ///
    /// # Errors
    ///
    /// Fails if the browser does not open the file once more.
    pub async fn reopen(&self, mut taken: Vec<Extent>) -> Result<(), JsValue> {
        match self.state.get() {
            State::Open => {}
            State::Finished => {
                let handle = self.files.borrow().file.clone();
                let access = open_access(&handle).await?;
                self.files.borrow_mut().access = access;
                self.finished.clear();
            }
            State::Removed => {
                let files = self.directory.new_spool().await?;
                self.files.replace(files);
            }
        }
        self.state.set(State::Open);
        // Staged bytes have their place already.
        taken.extend(self.staging.borrow().block);
        *self.allocator.borrow_mut() = Allocator::of(taken);
        Ok(())
    }

    /// The file as a Blob; `None` as long as it is being written.
    pub async fn finished(&self) -> Option<File> {
        if self.state.get() == State::Finished { Some(self.finished.get().await) } else { None }
    }

    /// The spool's name, if the file is finished.
    pub fn finished_name(&self) -> Option<String> {
        (self.state.get() == State::Finished).then(|| self.files.borrow().name.clone())
    }

    /// Whether the finished file is still in the folder, and was not removed with the site's data.
    pub async fn is_there(&self) -> bool {
        let name = self.files.borrow().name.clone();
        let finished = self.finished().await;
        let there = self.directory.file(&name).await;
        finished.is_some_and(|finished| there.is_ok_and(|there| there.size() == finished.size()))
    }

    /// From now on the finished file is never written to, and stays for a while when this is dropped.
    pub fn keep_as_it_is(&self) {
        self.is_handed_over.set(true);
    }

    /// Records that the browser is given the finished file to save, which is kept as it is.
    ///
    /// # Errors
    ///
    /// Fails if this can't be recorded, so that the file goes with its tab.
    pub fn hand_over(&self, file_name: &str) -> Result<(), JsValue> {
        self.keep_as_it_is();
        self.files.borrow().record_hand_over(file_name)
    }

    /// Whether the browser may be copying the file.
    pub fn is_handed_over(&self) -> bool {
        self.is_handed_over.get()
    }

    /// Has the finished file stay as it is while what is returned exists; `None` for a file that is not finished.
    pub fn hold(&self) -> Option<FileHold> {
        (self.state.get() == State::Finished).then(|| Rc::clone(&self.hold))
    }

    /// Whether a selection holds the file.
    pub fn is_held(&self) -> bool {
        Rc::strong_count(&self.hold) > 1
    }

    /// Whether there is a journal, for which all images must be on the disk.
    pub fn has_journal(&self) -> bool {
        self.journal.borrow().is_some()
    }

    /// Removes a file that holds nothing. If it is needed later, [`SpoolFile::reopen`] creates another.
    pub async fn remove_unused(&self) {
        if self.state.get() != State::Open || self.is_on_disk() || self.has_journal() {
            return;
        }
        self.state.set(State::Removed);
        let files = self.files.borrow().clone();
        self.directory.remove(files).await;
    }

    /// Makes room on a full disk, for later images, by removing archives that were handed over a while ago.
    pub fn make_room(&self) {
        if !self.has_made_room.replace(true) {
            let directory = self.directory.clone();
            spawn(async move { drop(directory.make_room().await) });
        }
    }

    /// A new spool, whose journal begins as this one's.
    ///
    /// # Errors
    ///
    /// As [`SpoolFile::create`].
    pub async fn successor(&self) -> Result<Self, JsValue> {
        let next = Self::new(self.directory.clone(), self.directory.new_spool().await?);
        let records = self.journal.borrow().as_ref().map(JournalFile::read).transpose()?;
        if let Some(records) = records {
            next.create_journal().await?;
            next.append_to_journal(&records)?;
        }
        Ok(next)
    }

    /// Creates a journal beside the spool.
    ///
    /// # Errors
    ///
    /// Fails if the browser can't create the file.
    pub async fn create_journal(&self) -> Result<(), JsValue> {
        let name = self.files.borrow().name.clone();
        let journal = JournalFile::new(self.directory.journal(&name).await?)?;
        *self.journal.borrow_mut() = Some(journal);
        Ok(())
    }

    /// Cuts the journal of a restored run to the bytes that make sense. All space but these extents is
    /// free.
    ///
    /// # Errors
    ///
    /// Fails if the browser can't truncate the journal.
    pub fn restore_state(&self, journal_bytes: u64, taken: Vec<Extent>) -> Result<(), JsValue> {
        *self.allocator.borrow_mut() = Allocator::of(taken);
        self.journal.borrow().as_ref().map_or(Ok(()), |journal| journal.truncate(journal_bytes))
    }

    /// Appends records to the journal, if there is one.
    ///
    /// # Errors
    ///
    /// Fails if the disk takes only a part of them.
    pub fn append_to_journal(&self, records: &[u8]) -> Result<(), JsValue> {
        self.journal.borrow().as_ref().map_or(Ok(()), |journal| journal.append(records))
    }
}
