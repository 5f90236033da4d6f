//! Where payloads are kept until the archive is made.
//!
//! ```text
//! chunks ─▶ SpoolWriter ─┬▶ held in the wasm's memory, as long as the image is small
//!                        ├▶ SpoolFile: an OPFS file through its sync access handle
//!                        └▶ Blobs, where the browser has no such file, or refuses it
//!                   └─▶ Payload
//! ```
//!
//! Which of the two it is is found out by trying: sync access handles exist in dedicated workers
//! only, and private windows and full disks refuse them.

mod blob_parts;
pub mod directory;
mod file;
mod held;
#[cfg(feature = "page")]
mod journal;
mod payload;
mod writer;

use std::rc::Rc;

pub use blob_parts::{BlobParts, blob_of};
pub use file::SpoolFile;
pub use held::InMemoryBytes;
pub use payload::{MEMORY_LIMIT, Payload, read_pieces};
pub use writer::SpoolWriter;

/// Where a run keeps its payloads.
#[derive(Clone, Debug)]
pub enum Spool {
    /// In a file of the origin's private file system.
    File(Rc<SpoolFile>),
    /// In Blobs, which the browser keeps in memory or on disk as it sees fit.
    Blobs,
}

impl Spool {
    /// A spool of its own for one run, with a journal if that is wanted and can be had.
    pub async fn open(with_journal: bool) -> Self {
        let Ok(file) = SpoolFile::open().await else { return Self::Blobs };
        #[cfg(not(feature = "page"))]
        let _ = with_journal;
        #[cfg(feature = "page")]
        if with_journal {
            // Without one the run just can't be taken up again.
            let _ = file.begin_journal().await;
        }
        Self::File(Rc::new(file))
    }
}
