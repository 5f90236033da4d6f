//! Why there is no archive although images arrived.

use crate::text::{Append, add, display_by_append};

/// Why an archive could not be made, with the reason in the browser's words or ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveError {
    /// The step that failed.
    pub kind: ArchiveErrorKind,
    /// The reason, in the browser's words or fetchzip's.
    pub reason: String,
}

/// What failed while an archive was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArchiveErrorKind {
    /// The browser can't read back what it has stored.
    Unreadable,
    /// The caller's sink failed.
    Sink,
    /// The browser can't store the archive.
    Storage,
    /// An interrupted run can't be restored.
    NotRestorable,
    /// The worker that fetched is gone.
    Worker,
    /// There is no archive whose entries could be selected.
    NothingKept,
}

impl ArchiveErrorKind {
    /// Every kind, in the order of their declaration.
    pub const ALL: [Self; 6] =
        [Self::Unreadable, Self::Sink, Self::Storage, Self::NotRestorable, Self::Worker, Self::NothingKept];

    /// An error of this kind.
    pub fn because(self, reason: impl Into<String>) -> ArchiveError {
        ArchiveError { kind: self, reason: reason.into() }
    }
}

impl Append for ArchiveError {
    fn append_to(&self, out: &mut String) {
        let (what, cure) = match self.kind {
            ArchiveErrorKind::Unreadable => (
                "the browser can't read the archive back",
                "free some space, or fetch fewer images at a time",
            ),
            ArchiveErrorKind::Sink => ("the archive could not be written to its sink", "try another place"),
            ArchiveErrorKind::Storage => {
                ("the browser could not store the archive", "free some space, or fetch fewer images")
            }
            ArchiveErrorKind::NotRestorable => ("the run can't be resumed", "fetch its list again"),
            ArchiveErrorKind::Worker => {
                ("the worker that fetched broke down", "try again, or with fewer at once")
            }
            ArchiveErrorKind::NothingKept => ("there is no archive to select from", "fetch the images again"),
        };
        add!(out, what, " (", self.reason, "): ", cure);
    }
}

display_by_append!(ArchiveError);

impl std::error::Error for ArchiveError {}
