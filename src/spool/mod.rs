//! Where payloads lie in the spool, the one file that a run keeps its images in.
//!
//! ```text
//! an image's chunks ─▶ Allocator::reserve ─▶ Extent ─┐
//! a failed attempt  ─▶ Allocator::release ─▶ a hole ─┘ refilled by the next image
//! ```
//!
//! A run that is to survive its page keeps a journal beside it: [`Journal`].
//!
//! Nothing here reads or writes: `browser::spool` does.

mod allocator;
mod journal;

pub use journal::{Journal, JournalError, JournalHead, JournalWriter, KeptImage, Replay, fingerprint};
pub use allocator::{Extent, Allocator, join};
