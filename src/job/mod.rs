//! What a caller asks of the engine, what it gets, and how both travel between two threads.
//!
//! ```text
//! Job ─▶ ToWorker ─ bytes ─▶ the worker ─ bytes ─▶ FromWorker ─▶ events, ArchiveSummary or ArchiveError
//! ```
//!
//! Everything here is pure: the JavaScript objects that belong to a message (ports, Blobs, chunks)
//! travel beside its bytes.

mod archive_error;
mod archive_options;
mod job_codec;
mod protocol;
mod stored_run;
mod stored_run_codec;

use std::rc::Rc;

pub use archive_error::{ArchiveError, ArchiveErrorKind};
pub use archive_options::ArchiveOptions;
pub use job_codec::{put_plan_items, read_plan_items};
pub use protocol::{FromWorker, Interaction, ToWorker};
pub use stored_run::{FileOfOtherVersion, HandOver, InterruptedRun, StoredRun};

use crate::plan::{EntryName, ItemId, NameTemplate, Plan, Relay, SignIn};
use crate::run::Settings;

/// Whether a user can act on what runs leave behind: journals, retries into the same archive and verification
/// by the engine. The page's can. Code behind this constant is not in the package's wasm: the one place where
/// that is decided.
pub const IS_INTERACTIVE: bool = cfg!(feature = "page");

/// What to fetch, and how.
#[derive(Clone, Debug)]
pub struct Job {
    /// The images.
    pub plan: Rc<Plan>,
    /// How entries are named.
    pub template: NameTemplate,
    /// How images are fetched.
    pub settings: Settings,
    /// What goes into the archive.
    pub archive: ArchiveOptions,
    /// When the run began, in milliseconds since 1970: its events' times count from then.
    pub started: f64,
    /// The order of a sink's entries. A Blob's are always in [`Order::Input`].
    pub order: Order,
    /// Images that an archive of the caller's has, by their items. It is [provided](ToWorker::ReusedArchive)
    /// when the run has started.
    pub reused: Vec<Reused>,
    /// What the run's journal begins with, if it is to be restorable after a crash. A run that goes
    /// into a sink, or that has no file for its images, has no journal.
    pub journal: Option<JournalNotes>,
    /// The [name](StoredRun::name) of an interrupted run of the same plan that this one
    /// continues. The events of the images that it had come first, with the times that they had.
    pub resumes: Option<String>,
}

impl Job {
    /// Whether the SHA-256 of each image is needed.
    pub fn needs_sha256(&self) -> bool {
        self.archive.needs_sha256() || self.template.uses_sha256()
    }
}

/// The order of an archive's entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The plan's: the same images give the same archive.
    #[default]
    Input,
    /// The order in which images are complete: none waits for one before it.
    Completion,
}

/// An image that is taken over from an archive, if its bytes are those that its directory says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reused {
    /// The item that asks for it.
    pub item: ItemId,
    /// Where its bytes begin, from the archive's start.
    pub offset: u64,
    /// Its size in bytes.
    pub size: u64,
    /// The CRC-32 that its bytes must have.
    pub crc32: u32,
    /// When it was last modified, in seconds since 1970.
    pub modified: Option<i64>,
    /// The address that it came from, if its request was redirected.
    pub final_url: Option<String>,
    /// Its media type, as the archive's record says.
    pub media_type: Option<String>,
}

/// What a journal says of a run, for the page that restores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalNotes {
    /// The text of the list.
    pub source: String,
    /// The options, in the page's own notation.
    pub options: String,
}

/// Items to be fetched once more, into the same archive.
#[derive(Clone, Debug, PartialEq)]
pub struct Retry {
    /// The items, in input order.
    pub items: Vec<ItemId>,
    /// How they are fetched now.
    pub settings: Settings,
    /// The relay that they are asked of now.
    pub relay: Option<Relay>,
    /// The hosts that are asked in the user's name now.
    pub sign_in: SignIn,
    /// When the retry's clock began, in milliseconds since 1970.
    pub started: f64,
}

/// Where an archive is, or for one that went to a sink where its images were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ArchivePlace {
    /// One file of the origin's private file system.
    #[default]
    OneFile,
    /// So small that it is in memory alone, although there can be a file.
    Memory,
    /// Several Blobs of the browser's, or a file and Blobs: there is no file, or its disk is full.
    Blobs,
    /// Parts of such a file, and a directory in memory: a selection of the entries of the archive in it.
    Parts,
}

impl ArchivePlace {
    /// All of them, by their numbers.
    pub const ALL: [Self; 4] = [Self::OneFile, Self::Memory, Self::Blobs, Self::Parts];
}

/// A complete archive, apart from its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArchiveSummary {
    /// The entry name of each item that is in the archive, in input order.
    pub names: Vec<Option<EntryName>>,
    /// The archive's size in bytes; 0 if nothing was stored.
    pub size: u64,
    /// Where it is.
    pub place: ArchivePlace,
    /// The protocols over which its images came, by their ALPN names, as far as hosts disclose them. A
    /// selection has none: its run has them.
    pub protocols: Vec<String>,
    /// The name of the spool whose file it is read from, if there is one.
    pub spool: Option<String>,
}
