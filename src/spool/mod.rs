//! The spool's bookkeeping: where the payloads of a run lie in its one file, and the journal that lets
//! the run be resumed.
//!
//! ```text
//! an image's chunks ─▶ Allocator::reserve ─▶ Extent ─┐
//! a failed attempt  ─▶ Allocator::release ─▶ a hole ─┘ which the next image fills
//!
//! all images are there ─▶ arrange ─▶ Arrangement: the file becomes the archive
//! ```
//!
//! A run that is to survive its page keeps a [`Journal`] beside its spool. Nothing here does I/O:
//! `browser::spool` reads and writes.

mod allocator;
mod arrangement;
mod journal;

pub use allocator::{Allocator, Extent, HEADER_SPACE, Place, join};
pub use arrangement::{Arrangement, HeaderPlace, Move, Unarranged, arrange};
pub use journal::{Journal, JournalError, JournalHead, JournalWriter, KeptImage, fingerprint};
