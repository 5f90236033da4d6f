//! One run's spool: an OPFS file through its sync access handle.

use std::cell::{Cell, RefCell};

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, File, FileSystemFileHandle, FileSystemReadWriteOptions, FileSystemSyncAccessHandle};

use super::directory::{Directory, NewSpool, OpenFile, check_complete, open_access, read_all, write_at};
use super::journal_file::JournalFile;
use crate::browser::web::{Shared, promise};
use crate::spool::{Allocator, Extent};

/// Small pieces are joined up to this many bytes before they are written: in writes of up to a
/// megabyte, Firefox takes six times as long for the same bytes.
pub const STAGING_BYTES: u32 = 2 << 20;

/// Pieces of large images are joined until one is larger than this. Firefox reads no more at once;
/// larger ones are written faster one by one than copied together.
const SMALL_PIECE: u32 = 64 << 10;

/// The most that is read back in one piece.
const PIECE_BYTES: u64 = 1 << 20;

/// Large images whose pieces are joined at the same time; pieces of others are written as they come.
const MAX_JOINED: usize = 8;

/// The file. It is removed when this is dropped.
#[derive(Debug)]
pub struct SpoolFile {
    directory: Directory,
    name: String,
    file: FileSystemFileHandle,
    access: RefCell<FileSystemSyncAccessHandle>,
    lock: FileSystemSyncAccessHandle,
    options: FileSystemReadWriteOptions,
    /// The journal of a run that can be restored after a crash.
    journal: RefCell<Option<JournalFile>>,
    allocator: RefCell<Allocator>,
    staging: RefCell<Staging>,
    /// Spare buffers to join pieces in; `None` for those that are still to be made.
    joining: RefCell<Vec<Option<Uint8Array>>>,
    has_large_pieces: Cell<bool>,
    /// The file as a Blob, once it is finished.
    finished: Shared<File>,
    is_closed: Cell<bool>,
}

/// Pieces that are still to be written, at a place that is reserved for them.
#[derive(Debug, Default)]
struct Staging {
    bytes: Vec<u8>,
    place: Option<Extent>,
    /// Why the last write failed.
    failure: Option<JsValue>,
}

impl Staging {
    /// Where the staged bytes belong, without the reserved space behind them.
    fn filled(&self) -> Option<Extent> {
        let Extent { offset, .. } = self.place?;
        Some(Extent { offset, length: self.bytes.len() as u64 })
    }
}

thread_local! {
    /// Whether this thread has removed the spools of tabs that are gone.
    static HAS_SWEPT: Cell<bool> = const { Cell::new(false) };
}

impl SpoolFile {
    /// Creates a spool for one run. The first call removes the spools of tabs that are gone.
    ///
    /// # Errors
    ///
    /// Fails if the browser has no sync access handles here, refuses them, or its disk is full.
    pub async fn create() -> Result<Self, JsValue> {
        let directory = Directory::open().await?;
        if !HAS_SWEPT.replace(true) {
            // An orphan that stays does no harm to this run.
            let _ = directory.sweep().await;
        }
        let NewSpool { name, spool, lock } = directory.new_spool().await?;
        Ok(Self::new(directory, name, spool, lock))
    }

    /// Opens the spool of an interrupted run; also returns the bytes of its journal.
    ///
    /// # Errors
    ///
    /// Fails if another tab has it open. If it is gone, an empty one is created, whose journal can't be
    /// read.
    pub async fn restore(name: &str) -> Result<(Self, Vec<u8>), JsValue> {
        let directory = Directory::open().await?;
        let lock = directory.lock(name).await?;
        let (spool, journal) = directory.spool_and_journal(name).await?;
        let bytes = read_all(&journal)?;
        let file = Self::new(directory, name.to_owned(), spool, lock);
        *file.journal.borrow_mut() = Some(JournalFile::new(journal)?);
        Ok((file, bytes))
    }

    fn new(directory: Directory, name: String, spool: OpenFile, lock: FileSystemSyncAccessHandle) -> Self {
        Self {
            directory,
            name,
            file: spool.file,
            access: RefCell::new(spool.access),
            lock,
            options: FileSystemReadWriteOptions::new(),
            journal: RefCell::default(),
            allocator: RefCell::default(),
            staging: RefCell::default(),
            joining: RefCell::new(vec![None; MAX_JOINED]),
            has_large_pieces: Cell::new(false),
            finished: Shared::default(),
            is_closed: Cell::new(false),
        }
    }

    /// Reserves `bytes` in one piece.
    pub fn reserve(&self, bytes: u64) -> Extent {
        self.allocator.borrow_mut().reserve(bytes)
    }

    /// Releases reserved space.
    pub fn release(&self, extent: Extent) {
        self.allocator.borrow_mut().release(extent);
    }

    /// Whether a piece of a large image is better joined with its neighbours; `length` in bytes.
    pub fn joins(&self, length: u32) -> bool {
        if length > SMALL_PIECE {
            self.has_large_pieces.set(true);
        }
        !self.has_large_pieces.get()
    }

    /// A buffer to join pieces of one image in, to be [released](Self::release_buffer); `None` while all
    /// are in use.
    pub fn joining_buffer(&self) -> Option<Uint8Array> {
        let spare = self.joining.borrow_mut().pop()?;
        Some(spare.unwrap_or_else(|| Uint8Array::new_with_length(STAGING_BYTES)))
    }

    /// Releases a buffer of [`joining_buffer`](Self::joining_buffer).
    pub fn release_buffer(&self, buffer: Option<Uint8Array>) {
        if buffer.is_some() {
            self.joining.borrow_mut().push(buffer);
        }
    }

    /// Writes at a place that is reserved.
    ///
    /// # Errors
    ///
    /// Fails if the disk is full.
    pub fn write(&self, bytes: &Uint8Array, offset: u64) -> Result<(), JsValue> {
        self.options.set_at(offset as f64);
        let written = self.access.borrow().write_with_js_u8_array_and_options(bytes, &self.options)?;
        check_complete(u64::from(bytes.length()), written)
    }

    /// Appends a small piece, of at most [`STAGING_BYTES`]; returns where.
    ///
    /// Consecutive pieces are contiguous until the staging buffer is full. A failed write loses nothing:
    /// staged bytes stay in memory and are written again.
    ///
    /// # Errors
    ///
    /// Fails if the buffer is full and the disk does not take its bytes.
    pub fn append(&self, piece: &[u8]) -> Result<Extent, JsValue> {
        let mut staging = self.staging.borrow_mut();
        let length = piece.len() as u64;
        if staging.place.is_some_and(|place| staging.bytes.len() as u64 + length > place.length) {
            self.write_staged(&mut staging)?;
        }
        let place = *staging.place.get_or_insert_with(|| self.reserve(u64::from(STAGING_BYTES)));
        let at = staging.bytes.len();
        staging.bytes.reserve_exact(STAGING_BYTES as usize - at);
        staging.bytes.extend_from_slice(piece);
        Ok(Extent { offset: place.offset + at as u64, length })
    }

    /// Writes the staged bytes.
    ///
    /// # Errors
    ///
    /// Fails if the disk is full.
    pub fn flush(&self) -> Result<(), JsValue> {
        self.write_staged(&mut self.staging.borrow_mut())
    }

    fn write_staged(&self, staging: &mut Staging) -> Result<(), JsValue> {
        let (Some(filled), Some(place)) = (staging.filled(), staging.place) else { return Ok(()) };
        let written = write_at(&self.access.borrow(), &self.options, &staging.bytes, filled.offset);
        staging.failure = written.as_ref().err().cloned();
        written?;
        self.release(Extent { offset: filled.end(), length: place.end() - filled.end() });
        staging.place = None;
        staging.bytes.clear();
        Ok(())
    }

    /// Writes the staged bytes if the last write has failed, so that a full disk is noticed by the next
    /// image.
    ///
    /// # Errors
    ///
    /// Fails if the disk is still full.
    pub fn retry_failed_write(&self) -> Result<(), JsValue> {
        if self.staging.borrow().failure.is_some() { self.flush() } else { Ok(()) }
    }

    /// Reads bytes back while the file is still being written.
    ///
    /// # Errors
    ///
    /// Fails if the browser can't read all of them.
    pub fn read(&self, extent: Extent) -> Result<Uint8Array, JsValue> {
        self.flush()?;
        let bytes = Uint8Array::new_with_length(extent.length as u32);
        self.options.set_at(extent.offset as f64);
        let read = self.access.borrow().read_with_js_u8_array_and_options(&bytes, &self.options)?;
        if read == extent.length as f64 { Ok(bytes) } else { Err("bytes are missing".into()) }
    }

    /// Reads extents back in pieces of at most a mebibyte, while the file is still being written.
    pub fn read_pieces(&self, extents: &[Extent]) -> impl Iterator<Item = Result<Uint8Array, JsValue>> {
        let pieces = extents.iter().flat_map(|extent| {
            let (start, end) = (extent.offset, extent.end());
            let offsets = (start..end).step_by(PIECE_BYTES as usize);
            offsets.map(move |offset| Extent { offset, length: PIECE_BYTES.min(end - offset) })
        });
        pieces.map(|piece| self.read(piece))
    }

    /// Ends the writing; from now on the file is read as a Blob. `None` if so little was appended that all
    /// of it is staged, and stays there.
    ///
    /// # Errors
    ///
    /// Fails if the file is gone, such as with the site's data. Its bytes can then still be read as
    /// before.
    pub async fn finish(&self) -> Result<Option<File>, JsValue> {
        if self.access.borrow().get_size()? == 0.0 {
            self.staging.borrow_mut().bytes.shrink_to_fit();
            return Ok(None);
        }
        // Bytes that can't be written stay in memory, and are parts of the Blob from there.
        if self.flush().is_ok() {
            self.staging.take();
        }
        let file: File = promise(self.file.get_file()).await?.unchecked_into();
        if file.size() != self.access.borrow().get_size()? {
            return Err("it is another file by now".into());
        }
        self.is_closed.set(true);
        self.access.borrow().close();
        self.finished.set(file.clone());
        Ok(Some(file))
    }

    /// Adds an extent to the parts of a Blob; `file` is the result of [`SpoolFile::finish`].
    ///
    /// # Errors
    ///
    /// Fails if the browser can't slice the file.
    pub fn parts_of(&self, file: Option<&File>, extent: Extent, parts: &Array) -> Result<(), JsValue> {
        let staging = self.staging.borrow();
        let place = staging.filled().unwrap_or_default();
        let [before, staged, behind] = extent.split_by(place);
        for part in [before, staged, behind].into_iter().filter(|part| part.length > 0) {
            let part: JsValue = match file {
                Some(file) if part != staged => slice(file, part)?.into(),
                // Without a file everything is staged.
                _ => {
                    let start = (part.offset - place.offset) as usize;
                    Uint8Array::from(&staging.bytes[start..start + part.length as usize]).into()
                }
            };
            parts.push(&part);
        }
        Ok(())
    }

    /// Opens a finished file for writing again. All space but these extents is free.
    ///
    /// # Errors
    ///
    /// Fails if the browser does not open the file once more.
    pub async fn reopen(&self, mut taken: Vec<Extent>) -> Result<(), JsValue> {
        if self.is_closed.get() {
            *self.access.borrow_mut() = open_access(&self.file).await?;
            self.finished.clear();
            self.is_closed.set(false);
        }
        // Staged bytes have their place already.
        taken.extend(self.staging.borrow().place);
        *self.allocator.borrow_mut() = Allocator::of(taken);
        Ok(())
    }

    /// The file as a Blob; `None` as long as it is being written.
    pub async fn finished(&self) -> Option<File> {
        if self.is_closed.get() { Some(self.finished.get().await) } else { None }
    }
}

impl SpoolFile {
    /// Creates a journal beside the spool.
    ///
    /// # Errors
    ///
    /// Fails if the browser can't create the file.
    pub async fn create_journal(&self) -> Result<(), JsValue> {
        let journal = JournalFile::new(self.directory.journal(&self.name).await?)?;
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

    /// Removes the journal: the run can't be restored any more, and its file goes with its page.
    pub async fn remove_journal(&self) {
        drop(self.journal.take());
        self.directory.remove_journal(&self.name).await;
    }
}

/// A part of a finished file.
///
/// # Errors
///
/// Fails if the browser can't slice the file.
pub fn slice(file: &Blob, extent: Extent) -> Result<Blob, JsValue> {
    file.slice_with_f64_and_f64(extent.offset as f64, extent.end() as f64)
}

impl Drop for SpoolFile {
    fn drop(&mut self) {
        // Closing a handle twice does nothing.
        self.access.borrow().close();
        drop(self.journal.take());
        let (directory, lock) = (self.directory.clone(), self.lock.clone());
        let name = std::mem::take(&mut self.name);
        spawn_local(async move { directory.remove(&name, lock).await });
    }
}
