//! One run's spool: an OPFS file through its sync access handle, which becomes the archive.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, File, FileSystemReadWriteOptions};

use super::blob_of;
use super::directory::{Directory, SpoolFiles, check_complete, read_all, write_at};
use super::journal_file::JournalFile;
use super::staging::{STAGING_BYTES, Staging};
use crate::browser::web::{ReadBuffers, Shared, StreamReader};
use crate::spool::{Allocator, Extent, HEADER_SPACE, Place};

/// Pieces of large images are joined until one is larger than this. Firefox reads no more at once;
/// larger ones are written faster one by one than copied together.
const SMALL_PIECE: u32 = 64 << 10;

/// The most that is read back in one piece.
const PIECE_BYTES: u64 = 1 << 20;

/// Large images whose pieces are joined at the same time; pieces of others are written as they come.
const MAX_JOINED: usize = 8;

/// The padding of a header at the beginning of a staged block: space before it that is too small to be
/// padded by itself then becomes part of it.
const BLOCK_PADDING: u64 = 16;

/// The file. It is removed when this is dropped, unless it was [handed over](SpoolFile::hand_over).
#[derive(Debug)]
pub struct SpoolFile {
    pub(super) directory: Directory,
    pub(super) files: RefCell<SpoolFiles>,
    pub(super) options: FileSystemReadWriteOptions,
    /// The journal of a run that can be restored after a crash.
    pub(super) journal: RefCell<Option<JournalFile>>,
    pub(super) allocator: RefCell<Allocator>,
    pub(super) staging: RefCell<Staging>,
    /// Spare buffers to join pieces in; `None` for those that are still to be made.
    pub(super) joining: RefCell<Vec<Option<Uint8Array>>>,
    pub(super) has_large_pieces: Cell<bool>,
    pub(super) state: Cell<State>,
    /// The file as a Blob, while it is finished.
    pub(super) finished: Shared<File>,
    /// Whether the browser may be copying the file, so that it must stay as it is.
    pub(super) is_handed_over: Cell<bool>,
    /// Held by this, and by each selection that is read from the file.
    pub(super) hold: FileHold,
    /// The bytes that may still go into Blobs because the disk is full.
    pub(super) overflow_left: Cell<u64>,
    pub(super) has_made_room: Cell<bool>,
}

/// As long as it exists, a finished file stays as it is.
pub type FileHold = Rc<()>;

/// What the file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is being written.
    Open,
    /// It is read as a Blob.
    Finished,
    /// It held nothing and was removed.
    Removed,
}

impl SpoolFile {
    /// Creates a spool for one run. The first call removes the spools of tabs that are gone.
    ///
    /// # Errors
    ///
    /// Fails if the browser has no sync access handles here, refuses them, or its disk is full.
    pub async fn create() -> Result<Self, JsValue> {
        let directory = Directory::open().await?;
        directory.sweep_once().await;
        let files = directory.new_spool().await?;
        Ok(Self::new(directory, files))
    }

    /// Opens the spool of an interrupted run; also returns the bytes of its journal.
    ///
    /// # Errors
    ///
    /// Fails if another tab has it open. If it is gone, an empty one is created, whose journal can't be
    /// read.
    pub async fn restore(name: &str) -> Result<(Self, Vec<u8>), JsValue> {
        let directory = Directory::open().await?;
        let (files, journal) = directory.spool_and_journal(name).await?;
        let bytes = read_all(&journal)?;
        let file = Self::new(directory, files);
        *file.journal.borrow_mut() = Some(JournalFile::new(journal)?);
        Ok((file, bytes))
    }

    pub(super) fn new(directory: Directory, files: SpoolFiles) -> Self {
        Self {
            directory,
            files: RefCell::new(files),
            options: FileSystemReadWriteOptions::new(),
            journal: RefCell::default(),
            allocator: RefCell::default(),
            staging: RefCell::default(),
            joining: RefCell::new(vec![None; MAX_JOINED]),
            has_large_pieces: Cell::new(false),
            state: Cell::new(State::Open),
            finished: Shared::default(),
            is_handed_over: Cell::new(false),
            hold: FileHold::default(),
            overflow_left: Cell::new(u64::MAX),
            has_made_room: Cell::new(false),
        }
    }

    /// Reserves `bytes` in one piece.
    pub fn reserve(&self, bytes: u64) -> Extent {
        self.allocator.borrow_mut().reserve(bytes)
    }

    /// Reserves the extent if all of it is free; returns whether it was.
    pub fn reserve_at(&self, extent: Extent) -> bool {
        self.allocator.borrow_mut().reserve_at(extent)
    }

    /// Releases reserved space.
    pub fn release(&self, extent: Extent) {
        self.allocator.borrow_mut().release(extent);
    }

    /// Bounds the bytes that may go into Blobs if the disk is full.
    pub fn limit_overflow(&self, bytes: u64) {
        self.overflow_left.set(bytes);
    }

    /// Counts bytes that go into a Blob because the disk is full; false if there may be no more.
    pub fn take_overflow(&self, bytes: u64) -> bool {
        let left = self.overflow_left.get().checked_sub(bytes);
        left.inspect(|left| self.overflow_left.set(*left)).is_some()
    }

    /// A Blob of a small image that the disk has no space for. It is complete, so it is kept whether or not
    /// there may be more of them; those that arrive later are refused.
    ///
    /// # Errors
    ///
    /// Fails if the browser can't make one.
    pub fn overflow(&self, bytes: &[u8]) -> Result<Blob, JsValue> {
        self.make_room();
        self.overflow_left.set(self.overflow_left.get().saturating_sub(bytes.len() as u64));
        blob_of(&Uint8Array::from(bytes))
    }

    /// Counts bytes that are not in a Blob any more.
    pub fn return_overflow(&self, bytes: u64) {
        self.overflow_left.set(self.overflow_left.get().saturating_add(bytes));
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
        let access = &self.files.borrow().access;
        let written = access.write_with_js_u8_array_and_options(bytes, &self.options)?;
        check_complete(u64::from(bytes.length()), written)
    }

    /// Writes bytes of the wasm's, to the disk or into what is staged.
    ///
    /// # Errors
    ///
    /// Fails if the disk is full.
    pub fn write_bytes(&self, bytes: &[u8], offset: u64) -> Result<(), JsValue> {
        if let Some(staged) = self.staging.borrow_mut().at(Extent { offset, length: bytes.len() as u64 }) {
            staged.copy_from_slice(bytes);
            return Ok(());
        }
        write_at(&self.files.borrow().access, &self.options, bytes, offset)
    }

    /// Appends an entry, of at most [`STAGING_BYTES`] in all; returns where. `header` returns its header
    /// with the padding that it is given, in bytes.
    ///
    /// Consecutive entries are contiguous until the staging buffer is full. A failed write loses nothing:
    /// staged bytes stay in memory and are written again.
    ///
    /// # Errors
    ///
    /// Fails if the buffer is full and the disk does not take its bytes.
    pub fn append(&self, header: &dyn Fn(u64) -> Vec<u8>, payload: &[u8]) -> Result<Place, JsValue> {
        let unpadded = header(0);
        let needed = unpadded.len() as u64 + BLOCK_PADDING + payload.len() as u64;
        if self.staging.borrow().is_too_full_for(needed) {
            self.flush()?;
        }
        let mut staging = self.staging.borrow_mut();
        let begins_block = staging.block.is_none();
        let block = *staging.block.get_or_insert_with(|| self.reserve(needed.max(STAGING_BYTES.into())));
        let begins_file = block.offset == 0;
        let header = if begins_block && !begins_file { header(BLOCK_PADDING) } else { unpadded };
        let offset = block.offset + staging.append(&header) as u64;
        staging.append(payload);
        let header_space = header.len() as u64;
        let payload = Extent { offset: offset + header_space, length: payload.len() as u64 };
        Ok(Place { header_space, payload })
    }

    /// Writes the staged bytes.
    ///
    /// # Errors
    ///
    /// Fails if the disk is full.
    pub fn flush(&self) -> Result<(), JsValue> {
        let mut staging = self.staging.borrow_mut();
        let (Some(filled), Some(block)) = (staging.filled(), staging.block) else { return Ok(()) };
        let written = write_at(&self.files.borrow().access, &self.options, &staging.bytes, filled.offset);
        staging.has_failed = written.is_err();
        written?;
        self.release(Extent { offset: filled.end(), length: block.end() - filled.end() });
        staging.clear();
        Ok(())
    }

    /// Whether an extent is staged, and not on the disk.
    pub fn is_staged(&self, extent: Extent) -> bool {
        self.staging.borrow_mut().at(extent).is_some()
    }

    /// Forgets the staged bytes, which are elsewhere by now.
    pub fn discard_staged(&self) {
        let mut staging = self.staging.borrow_mut();
        staging.block.into_iter().for_each(|block| self.release(block));
        staging.clear();
    }

    /// Writes the staged bytes if the last write has failed, so that a full disk is noticed by the next
    /// image.
    ///
    /// # Errors
    ///
    /// Fails if the disk is still full.
    pub fn retry_failed_write(&self) -> Result<(), JsValue> {
        if self.staging.borrow().has_failed { self.flush() } else { Ok(()) }
    }

    /// Reads bytes back while the file is still being written.
    ///
    /// # Errors
    ///
    /// Fails if the browser can't read all of them.
    pub fn read(&self, extent: Extent) -> Result<Uint8Array, JsValue> {
        if let Some(staged) = self.staging.borrow_mut().at(extent) {
            return Ok(Uint8Array::from(&*staged));
        }
        let bytes = Uint8Array::new_with_length(extent.length as u32);
        self.options.set_at(extent.offset as f64);
        let read = self.files.borrow().access.read_with_js_u8_array_and_options(&bytes, &self.options)?;
        if read == extent.length as f64 { Ok(bytes) } else { Err("bytes are missing".into()) }
    }

    /// Reads an extent back in pieces of at most a mebibyte, while the file is still being written.
    pub fn read_pieces(&self, extent: Extent) -> impl Iterator<Item = Result<Uint8Array, JsValue>> {
        let (start, end) = (extent.offset, extent.end());
        let offsets = (start..end).step_by(PIECE_BYTES as usize);
        let pieces = offsets.map(move |offset| Extent { offset, length: PIECE_BYTES.min(end - offset) });
        pieces.map(|piece| self.read(piece))
    }

    /// Copies bytes to another place, which may overlap if it is before theirs.
    ///
    /// # Errors
    ///
    /// Fails if the disk is full, or if the bytes can't be read.
    pub fn copy(&self, from: Extent, to: u64) -> Result<(), JsValue> {
        let mut offset = to;
        for piece in self.read_pieces(from) {
            let piece = piece?;
            self.write(&piece, offset)?;
            offset += u64::from(piece.length());
        }
        Ok(())
    }

    /// Copies a Blob into the file, behind space for its header; returns where, or `None` if the disk has no
    /// space for it.
    ///
    /// # Errors
    ///
    /// Fails if the Blob can't be read.
    pub async fn copy_from(&self, blob: &Blob) -> Result<Option<Place>, JsValue> {
        let whole = self.reserve(HEADER_SPACE + blob.size() as u64);
        let payload = Extent { offset: whole.offset + HEADER_SPACE, length: blob.size() as u64 };
        if self.write_blob(blob, payload.offset).await? {
            return Ok(Some(Place { header_space: HEADER_SPACE, payload }));
        }
        self.release(whole);
        Ok(None)
    }

    /// Writes a Blob at `offset`; returns whether the disk has space for it.
    pub(super) async fn write_blob(&self, blob: &Blob, mut offset: u64) -> Result<bool, JsValue> {
        let mut reader = StreamReader::new(&blob.stream(), &ReadBuffers::default())?;
        while let Some(chunk) = reader.next().await? {
            if self.write(&chunk, offset).is_err() {
                return Ok(false);
            }
            offset += u64::from(chunk.length());
        }
        Ok(true)
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
        if self.state.get() != State::Removed {
            let journal = self.journal.take().map(JournalFile::into_access);
            self.directory.release(self.files.borrow().clone(), journal, self.is_handed_over.get());
        }
    }
}
