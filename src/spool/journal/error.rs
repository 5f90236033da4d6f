//! Why a file is no journal to go on from.

use super::VERSION;
use crate::text::{Append, add, display_by_append};

/// Why nothing can be read from a journal. A journal that is only torn is no error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JournalError {
    /// It is something else, or less than the beginning of one.
    NotAJournal {
        /// How long it is, in bytes.
        length: u64,
    },
    /// Another version of this program wrote it.
    Version {
        /// The version of its format.
        found: u32,
    },
    /// It was torn before it said what the run was asked for.
    NoHead {
        /// How long it is, in bytes.
        length: u64,
    },
}

impl Append for JournalError {
    fn append_to(&self, whole: &mut String) {
        match self {
            Self::NotAJournal { length } => {
                add!(whole, "the ", length, " bytes kept of a run are no journal of it: fetch the list again")
            }
            Self::Version { found } => add!(
                whole,
                "a run was kept in version ",
                found,
                " of the journal, and this page reads version ",
                VERSION,
                ": fetch the list again"
            ),
            Self::NoHead { length } => add!(
                whole,
                "the journal of a run breaks off after ",
                length,
                " bytes, before it names the list: fetch the list again"
            ),
        }
    }
}

display_by_append!(JournalError);

impl std::error::Error for JournalError {}
