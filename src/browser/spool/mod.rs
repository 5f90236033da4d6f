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
//! ```
//!
//! Whether there can be a file is found out by trying: sync access handles exist in dedicated workers
//! only, and private windows and full disks refuse them.

mod blob_parts;
mod checksum;
mod directory;
mod file;
mod image_store;
mod in_memory;
mod journal_file;
mod payload;
mod writer;

use std::rc::Rc;

pub use blob_parts::{BlobParts, blob_of};
pub use checksum::{ScratchBuffer, checksum};
pub use directory::Directory;
pub use file::SpoolFile;
pub use image_store::{ImageStore, PREVIEW_WIDTH};
pub use in_memory::InMemoryBytes;
pub use payload::{MEMORY_LIMIT, Payload};
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
    /// Opens a spool for one run.
    pub async fn open() -> Self {
        SpoolFile::create().await.map_or(Self::Blobs, |file| Self::File(Rc::new(file)))
    }

    /// Opens a spool for one run, with a journal if there can be one.
    pub async fn open_with_journal() -> Self {
        let spool = Self::open().await;
        if let Self::File(file) = &spool {
            // Without a journal the run just can't be restored after a crash.
            let _ = file.create_journal().await;
        }
        spool
    }
}
