//! What a run's images became, and where each has its place in it.

use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::Blob;

use super::images::ImageStore;
use super::spool::{Payload, Spool};
use super::worker::Connection;
use crate::plan::{EntryName, EntryNames, ItemId, NameTemplate, Plan, WebText};
use crate::run::StoredImage;
use crate::text::{Append, add, display_by_append};
use crate::zip::{Entry, Framing};

/// What a run's images became.
#[derive(Debug)]
pub struct Archive {
    /// The zip; `None` where no image was stored, or where it went to a sink.
    pub blob: Option<Blob>,
    /// The entry name of each item that is in it, in input order.
    pub names: Vec<Option<EntryName>>,
    /// How long it is, in bytes; 0 where nothing was stored.
    pub size: u64,
    /// Over which protocols its images came, by their ALPN names, as far as their hosts disclose it.
    pub protocols: Vec<String>,
    /// What keeps the Blob readable.
    pub storage: Storage,
}

/// Where an archive's payloads lie. A file of them is removed when this is dropped, and then the
/// archive's Blob can't be read any more.
#[derive(Clone, Debug)]
pub enum Storage {
    /// Here.
    Here(ImageStore),
    /// With the worker that fetched them.
    Worker {
        /// The run there.
        run: Rc<Connection>,
        /// Whether they are in a file.
        is_file: bool,
    },
}

impl Archive {
    /// Its user has it, or does not want it: after a crash it need not be there any more.
    #[cfg(feature = "page")]
    pub fn saved(&self) {
        // Only the worker takes notes.
        if let Storage::Worker { run, .. } = &self.storage {
            run.saved();
        }
    }
}

impl Storage {
    /// Whether the payloads are in a file of the origin's private file system, and not in Blobs.
    pub fn is_file(&self) -> bool {
        match self {
            Self::Here(images) => matches!(images.spool().now(), Some(Spool::File(_))),
            Self::Worker { is_file, .. } => *is_file,
        }
    }
}

/// Why there is no archive although images arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArchiveError {
    /// The browser can't read back what it said it had kept.
    Unreadable {
        /// The browser's own words.
        reason: String,
    },
    /// The sink that the caller gave failed.
    Sink {
        /// The sink's own words.
        reason: String,
    },
    /// The browser can't keep the archive.
    Storage {
        /// The browser's own words.
        reason: String,
    },
    /// A run that was interrupted can't be taken up again.
    Lost {
        /// Why, in our words or the browser's.
        reason: String,
    },
    /// The worker that fetched is gone.
    Worker {
        /// The browser's own words.
        reason: String,
    },
}

impl ArchiveError {
    /// A word for the kind of it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "unreadable",
            Self::Sink { .. } => "sink",
            Self::Storage { .. } => "storage",
            Self::Lost { .. } => "lost",
            Self::Worker { .. } => "worker",
        }
    }

    /// Somebody else's words for it.
    pub fn reason(&self) -> &str {
        match self {
            Self::Unreadable { reason }
            | Self::Sink { reason }
            | Self::Storage { reason }
            | Self::Lost { reason }
            | Self::Worker { reason } => reason,
        }
    }

    /// The error of that kind, as another thread told it.
    pub fn of_kind(kind: &str, reason: String) -> Self {
        match kind {
            "unreadable" => Self::Unreadable { reason },
            "sink" => Self::Sink { reason },
            "storage" => Self::Storage { reason },
            "lost" => Self::Lost { reason },
            _ => Self::Worker { reason },
        }
    }
}

impl Append for ArchiveError {
    fn append_to(&self, whole: &mut String) {
        match self {
            Self::Unreadable { reason } => add!(
                whole,
                "the browser can't read the archive back (",
                reason,
                "): free some space, or fetch fewer images at a time"
            ),
            Self::Sink { reason } => {
                add!(whole, "the archive could not be written to its sink (", reason, "): try another place")
            }
            Self::Storage { reason } => {
                add!(
                    whole,
                    "the browser could not keep the archive (",
                    reason,
                    "): free some space, or fetch fewer"
                )
            }
            Self::Lost { reason } => {
                add!(whole, "the run can't be taken up again (", reason, "): fetch its list once more")
            }
            Self::Worker { reason } => {
                add!(
                    whole,
                    "the worker that fetched broke down (",
                    reason,
                    "): try again, or with fewer at once"
                )
            }
        }
    }
}

display_by_append!(ArchiveError);

impl std::error::Error for ArchiveError {}

/// Gives images their places in the archive, in the order in which they are put in.
pub struct Layout<'a, W> {
    names: EntryNames<'a, W>,
    framing: Framing,
    placed: Vec<Option<EntryName>>,
}

impl<'a, W: WebText> Layout<'a, W> {
    /// An archive that has nothing yet.
    pub fn new(plan: &'a Plan, template: &'a NameTemplate, web: &'a W) -> Self {
        let placed = vec![None; plan.len()];
        Self { names: EntryNames::new(plan, template, web), framing: Framing::default(), placed }
    }

    /// Puts an image in; gives the local header that stands before its payload.
    pub fn place(&mut self, item: ItemId, image: &StoredImage<Payload>) -> Vec<u8> {
        let name = self.names.claim(item, image.format);
        self.placed[item] = Some(name.clone());
        let StoredImage { bytes, crc32, modified, .. } = *image;
        self.framing.entry(&Entry { name, size: bytes, crc32, modified })
    }

    /// What ends the archive (nothing for one without entries), the names, and its whole length.
    pub fn finish(self) -> (Option<Vec<u8>>, Vec<Option<EntryName>>, u64) {
        let before_tail = self.framing.size();
        let tail = (self.framing.entries() > 0).then(|| self.framing.finish());
        let size = before_tail + tail.as_ref().map_or(0, |tail| tail.len() as u64);
        (tail, self.placed, size)
    }
}

/// The browser can't read something back, in its own words.
#[allow(clippy::needless_pass_by_value, reason = "it is given to map_err")]
pub fn unreadable(error: JsValue) -> ArchiveError {
    ArchiveError::Unreadable { reason: message_of(&error) }
}

/// The browser can't keep something, in its own words.
#[allow(clippy::needless_pass_by_value, reason = "it is given to map_err")]
pub fn not_kept(error: JsValue) -> ArchiveError {
    ArchiveError::Storage { reason: message_of(&error) }
}

/// The message of whatever was thrown.
pub fn message_of(error: &JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => error.message().into(),
        None => error.as_string().unwrap_or_else(|| "no reason was given".into()),
    }
}
