//! Making an archive of the images that arrive.
//!
//! ```text
//! FinishedItem ─▶ Layout: the entry's name, and what its headers say
//!      ├▶ BlobArchive ─▶ SpooledEntries: the spool's file becomes the archive
//!      │              └▶ without a file, one Blob of many
//!      └▶ Backlog ─▶ StreamedArchive: headers and payloads one after the other ─▶ Sink
//!
//! select_entries: another archive of some entries, which is slices of the Blob
//!
//! read_back: the Blob through zip::Proof, from its first byte to its last
//! ```

mod backlog;
mod blob;
mod layout;
mod read_back;
mod selection;
mod sink;
mod spooled;
mod stream;
mod verdicts;

use web_sys::Blob;

pub use backlog::Backlog;
pub use blob::BlobArchive;
pub use layout::Layout;
pub use read_back::{ReadBackError, read_back};
pub use selection::select_entries;
pub use sink::{Sink, StreamSink};
pub use stream::StreamedArchive;
pub use verdicts::Verdicts;

use crate::job::ArchiveSummary;
use crate::plan::LeftOut;

/// Why an image that had arrived is no entry.
#[derive(Debug)]
pub enum Removal {
    /// The browser can't store it, or read it back.
    Lost(String),
    /// The job's options leave it out.
    LeftOut(LeftOut),
}

impl From<String> for Removal {
    fn from(reason: String) -> Self {
        Self::Lost(reason)
    }
}

/// A complete archive.
#[derive(Clone, Debug)]
pub struct Archive {
    /// The zip; `None` if no image was stored, or if it went to a sink. It can be read as long as the
    /// run's images are not released.
    pub blob: Option<Blob>,
    /// What is in it.
    pub summary: ArchiveSummary,
}
