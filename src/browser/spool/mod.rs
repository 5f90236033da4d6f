//! Where payloads are stored until the archive is complete.
//!
//! ```text
//! chunks ─▶ SpoolWriter ─┬▶ the wasm's memory, as long as the image is small
//!                        ├▶ SpoolFile: an OPFS file through its sync access handle
//!                        └▶ Blobs, if the browser has no such file, or refuses it
//!                   └─▶ Payload ─▶ ImageStore: the images of a run, by item
//!
//! ScratchBuffer: every byte passes through it once, for its CRC-32
//! JournalFile: beside the file, so that a run survives its page
//! ResultLock: so that the file of a result survives the worker
//! ```
//!
//! Whether there can be a file is found out by trying: sync access handles exist in dedicated workers
//! only, and private windows and full disks refuse them.

mod blob_parts;
mod checksum;
mod directory;
mod file;
mod finishing;
mod image_parts;
mod image_store;
mod in_memory;
mod journal_file;
mod payload;
mod result_lock;
mod staging;
mod writer;

use std::rc::Rc;

pub use blob_parts::{BlobParts, blob_of};
pub use checksum::{ScratchBuffer, checksum};
pub use directory::{Directory, LeftSpool};
pub use file::{FileHold, SpoolFile, slice};
pub use image_store::{ImageStore, MAX_PIXELS};
pub use in_memory::{InMemoryBytes, file_with_header_space};
pub use payload::{MEMORY_LIMIT, Payload};
pub use result_lock::ResultLock;
pub use writer::SpoolWriter;

/// Where a run stores its payloads.
#[derive(Clone, Debug)]
pub enum Spool {
    /// In a file of the origin's private file system.
    File(Rc<SpoolFile>),
    /// In Blobs, which the browser keeps in memory or on disk.
    Blobs,
}

impl Spool {
    /// Opens a spool for one run. If the disk is full, at most `max_overflow` bytes go into Blobs.
    pub async fn open(max_overflow: u64) -> Self {
        let Ok(file) = SpoolFile::create().await else { return Self::Blobs };
        file.limit_overflow(max_overflow);
        Self::File(Rc::new(file))
    }

    /// Opens a spool for one run as [`open`](Self::open) does, with a journal if there can be one.
    pub async fn open_with_journal(max_overflow: u64) -> Self {
        let spool = Self::open(max_overflow).await;
        if let Self::File(file) = &spool {
            // Without a journal the run just can't be restored after a crash.
            let _ = file.create_journal().await;
        }
        spool
    }
}
