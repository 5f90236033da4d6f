//! One run's spool: an OPFS file through its sync access handle.

use std::cell::{Cell, RefCell};

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{File, FileSystemFileHandle, FileSystemReadWriteOptions, FileSystemSyncAccessHandle};

use super::super::later::Shared;
use super::super::settled::settled;
use super::directory::{Directory, NewSpool, OpenFile, open_access};
use super::payload::slice;
use crate::spool::{Extent, Allocator};

/// Small pieces are joined up to this many bytes before they are written: up to a megabyte at a time,
/// Firefox takes six times as long for the same bytes.
pub(super) const STAGING_BYTES: u32 = 2 << 20;

/// Pieces of a large image are joined for as long as none was larger than this. Firefox reads no more
/// at once; where larger ones come, writing them one by one is faster than copying them.
const SMALL_PIECE: u32 = 64 << 10;

/// How many large images are joined at once; pieces of others meanwhile are written as they come.
const MOST_JOINED: usize = 8;

/// The file. It is removed when this is dropped.
#[derive(Debug)]
pub struct SpoolFile {
    pub(super) directory: Directory,
    pub(super) name: String,
    file: FileSystemFileHandle,
    access: RefCell<FileSystemSyncAccessHandle>,
    lock: FileSystemSyncAccessHandle,
    options: FileSystemReadWriteOptions,
    /// The journal of a run that can be taken up after a crash; the package's can't.
    #[cfg(feature = "page")]
    pub(super) journal: RefCell<Option<super::journal::JournalFile>>,
    pub(super) room: RefCell<Allocator>,
    staging: RefCell<Staging>,
    /// ReadBuffers that nobody joins pieces in; `None` for those that are still to be made.
    joining: RefCell<Vec<Option<Uint8Array>>>,
    has_large_pieces: Cell<bool>,
    /// The file as it is read once nothing more is written.
    finished: Shared<File>,
    is_closed: Cell<bool>,
}

/// Pieces that are still to be written, at a place that is theirs already.
#[derive(Debug, Default)]
struct Staging {
    bytes: Vec<u8>,
    place: Option<Extent>,
    /// Why they could not be written the last time.
    refusal: Option<JsValue>,
}

impl Staging {
    /// The place of the bytes, without what is left of it.
    fn filled(&self) -> Option<Extent> {
        let Extent { offset, .. } = self.place?;
        Some(Extent { offset, length: self.bytes.len() as u64 })
    }
}

thread_local! {
    /// Whether the spools of tabs that are gone were looked for.
    static HAS_SWEPT: Cell<bool> = const { Cell::new(false) };
}

impl SpoolFile {
    /// Makes a spool of its own for one run, after removing those of tabs that are gone.
    ///
    /// # Errors
    ///
    /// Whatever the browser says: it has none of this here, refuses it, or its disk is full.
    pub async fn open() -> Result<Self, JsValue> {
        let directory = Directory::open().await?;
        if !HAS_SWEPT.replace(true) {
            // An orphan that stays does no harm to this run.
            let _ = directory.sweep().await;
        }
        let NewSpool { name, spool, lock } = directory.new_spool().await?;
        Ok(Self::of(directory, name, spool, lock))
    }

    pub(super) fn of(
        directory: Directory,
        name: String,
        spool: OpenFile,
        lock: FileSystemSyncAccessHandle,
    ) -> Self {
        Self {
            directory,
            name,
            file: spool.file,
            access: RefCell::new(spool.access),
            lock,
            options: FileSystemReadWriteOptions::new(),
            #[cfg(feature = "page")]
            journal: RefCell::default(),
            room: RefCell::default(),
            staging: RefCell::default(),
            joining: RefCell::new(vec![None; MOST_JOINED]),
            has_large_pieces: Cell::new(false),
            finished: Shared::default(),
            is_closed: Cell::new(false),
        }
    }

    /// Takes room for so many bytes in one piece.
    pub fn reserve(&self, bytes: u64) -> Extent {
        self.room.borrow_mut().reserve(bytes)
    }

    /// Gives room back.
    pub fn release(&self, extent: Extent) {
        self.room.borrow_mut().release(extent);
    }

    /// Whether a piece of a large image that is so long is better joined with its neighbours.
    pub fn joins(&self, length: u32) -> bool {
        if length > SMALL_PIECE {
            self.has_large_pieces.set(true);
        }
        !self.has_large_pieces.get()
    }

    /// A buffer to join pieces of one image in, which is to be given back; `None` while others have
    /// all of them.
    pub fn joining_buffer(&self) -> Option<Uint8Array> {
        let spare = self.joining.borrow_mut().pop()?;
        Some(spare.unwrap_or_else(|| Uint8Array::new_with_length(STAGING_BYTES)))
    }

    /// Takes such a buffer back.
    pub fn give_back(&self, buffer: Option<Uint8Array>) {
        if buffer.is_some() {
            self.joining.borrow_mut().push(buffer);
        }
    }

    /// Writes at a place that was reserved.
    ///
    /// # Errors
    ///
    /// What the browser says when its disk is full.
    pub fn write(&self, bytes: &Uint8Array, offset: u64) -> Result<(), JsValue> {
        self.options.set_at(offset as f64);
        let written = self.access.borrow().write_with_js_u8_array_and_options(bytes, &self.options)?;
        all_of(u64::from(bytes.length()), written)
    }

    /// Appends a small piece, of at most [`STAGING_BYTES`], and says where. Pieces that follow each
    /// other lie behind each other as far as there is room. What was appended before stays there
    /// in any case: while it can't be written, it is held in memory.
    ///
    /// # Errors
    ///
    /// As [`SpoolFile::write`].
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

    /// Writes what is staged.
    ///
    /// # Errors
    ///
    /// As [`SpoolFile::write`].
    pub fn settle(&self) -> Result<(), JsValue> {
        self.write_staged(&mut self.staging.borrow_mut())
    }

    fn write_staged(&self, staging: &mut Staging) -> Result<(), JsValue> {
        let (Some(filled), Some(place)) = (staging.filled(), staging.place) else { return Ok(()) };
        let written = write_at(&self.access.borrow(), &self.options, &staging.bytes, filled.offset);
        staging.refusal = written.as_ref().err().cloned();
        written?;
        self.release(Extent { offset: filled.end(), length: place.end() - filled.end() });
        staging.place = None;
        staging.bytes.clear();
        Ok(())
    }

    /// Whether it takes more.
    ///
    /// # Errors
    ///
    /// What the browser said when it did not, and says again.
    pub fn takes_more(&self) -> Result<(), JsValue> {
        if self.staging.borrow().refusal.is_some() { self.settle() } else { Ok(()) }
    }

    /// Reads bytes back, while the file is still being written.
    ///
    /// # Errors
    ///
    /// What the browser says, or that bytes are missing.
    pub fn read(&self, extent: Extent) -> Result<Uint8Array, JsValue> {
        self.settle()?;
        let bytes = Uint8Array::new_with_length(extent.length as u32);
        self.options.set_at(extent.offset as f64);
        let read = self.access.borrow().read_with_js_u8_array_and_options(&bytes, &self.options)?;
        if read == extent.length as f64 { Ok(bytes) } else { Err("bytes are missing".into()) }
    }

    /// Ends the writing; from now on the file is read as a Blob. `None` where nothing was written: so
    /// little was appended that it is all staged, and stays there.
    ///
    /// # Errors
    ///
    /// What the browser says when the file is gone. Its bytes can then still be read as before.
    pub async fn finish(&self) -> Result<Option<File>, JsValue> {
        if self.access.borrow().get_size()? == 0.0 {
            self.staging.borrow_mut().bytes.shrink_to_fit();
            return Ok(None);
        }
        // What can't be written stays in memory, and is a part from there.
        if self.settle().is_ok() {
            self.staging.take();
        }
        let file: File = settled(self.file.get_file()).await?.unchecked_into();
        if file.size() != self.access.borrow().get_size()? {
            return Err("it is another file by now".into());
        }
        self.is_closed.set(true);
        self.access.borrow().close();
        self.finished.set(file.clone());
        Ok(Some(file))
    }

    /// An extent as parts of a Blob, of what [`SpoolFile::finish`] gave.
    ///
    /// # Errors
    ///
    /// What the browser says.
    pub fn parts_of(&self, file: Option<&File>, extent: Extent, parts: &Array) -> Result<(), JsValue> {
        let staging = self.staging.borrow();
        let place = staging.filled().unwrap_or_default();
        let [before, staged, behind] = extent.split_by(place);
        for part in [before, staged, behind].into_iter().filter(|part| part.length > 0) {
            let part: JsValue = match file {
                Some(file) if part != staged => slice(file, part)?.into(),
                // Without a file all of it is staged.
                _ => {
                    let start = (part.offset - place.offset) as usize;
                    Uint8Array::from(&staging.bytes[start..start + part.length as usize]).into()
                }
            };
            parts.push(&part);
        }
        Ok(())
    }

    /// Takes up writing again. All room is free but for these extents.
    ///
    /// # Errors
    ///
    /// What the browser says when it does not open the file once more.
    pub async fn reopen(&self, mut taken: Vec<Extent>) -> Result<(), JsValue> {
        if self.is_closed.get() {
            *self.access.borrow_mut() = open_access(&self.file).await?;
            self.finished.clear();
            self.is_closed.set(false);
        }
        // What is still staged has its place already.
        taken.extend(self.staging.borrow().place);
        *self.room.borrow_mut() = Allocator::of(taken);
        Ok(())
    }

    /// The file as a Blob, once it is finished; `None` as long as it is being written.
    pub async fn finished(&self) -> Option<File> {
        if self.is_closed.get() { Some(self.finished.get().await) } else { None }
    }
}

/// Writes into an open file; `options` are for the place alone.
///
/// # Errors
///
/// What the browser says, or that the disk took only a part.
pub(super) fn write_at(
    access: &FileSystemSyncAccessHandle,
    options: &FileSystemReadWriteOptions,
    bytes: &[u8],
    offset: u64,
) -> Result<(), JsValue> {
    options.set_at(offset as f64);
    all_of(bytes.len() as u64, access.write_with_u8_array_and_options(bytes, options)?)
}

fn all_of(bytes: u64, written: f64) -> Result<(), JsValue> {
    if written == bytes as f64 {
        return Ok(());
    }
    Err(js_sys::Error::new("the disk took only a part of it").into())
}

impl Drop for SpoolFile {
    fn drop(&mut self) {
        // Closing a handle once more does nothing.
        self.access.borrow().close();
        #[cfg(feature = "page")]
        drop(self.journal.take());
        let (directory, lock) = (self.directory.clone(), self.lock.clone());
        let name = std::mem::take(&mut self.name);
        spawn_local(async move { directory.remove(&name, lock).await });
    }
}
