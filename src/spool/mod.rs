//! Where payloads lie in the spool, the one file that a run keeps its images in.
//!
//! ```text
//! an image's chunks ─▶ Room::reserve ─▶ Extent ─┐
//! a failed attempt  ─▶ Room::release ─▶ a hole ─┘ refilled by the next image
//! ```
//!
//! A run that is to survive its page keeps a journal beside it: [`Journal`].
//!
//! Nothing here reads or writes: `browser::spool` does.

mod journal;
mod room;

pub use journal::{Journal, JournalError, JournalHead, JournalWriter, KeptImage, Replay, fingerprint};
pub use room::{Extent, Room, join};
