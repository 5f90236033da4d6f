//! Why a file can't be read as a journal.

use super::format::VERSION;
use crate::text::{Append, add, display_by_append};

/// Why nothing can be read from a journal. A journal whose last records are torn is no error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JournalError {
    /// The file does not begin as a journal does.
    NotAJournal {
        /// The size of the file, in bytes.
        length: u64,
    },
    /// The journal is in another version of the format.
    Version {
        /// That version.
        found: u32,
    },
    /// The journal ends before its first record does.
    NoHead {
        /// The size of the file, in bytes.
        length: u64,
    },
}

impl Append for JournalError {
    fn append_to(&self, whole: &mut String) {
        match self {
            Self::NotAJournal { length } => {
                add!(whole, "the file of ", length, " bytes saved for this run is not a journal")
            }
            Self::Version { found } => add!(
                whole,
                "this run was saved in version ",
                found,
                " of the journal, but this page reads version ",
                VERSION
            ),
            Self::NoHead { length } => {
                add!(whole, "the journal of this run ends after ", length, " bytes, before it names the list")
            }
        }
        whole.push_str(": fetch the list again");
    }
}

display_by_append!(JournalError);

impl std::error::Error for JournalError {}
