//! Where payloads lie in the spool, the one file that a run keeps its images in.
//!
//! ```text
//! an image's chunks ─▶ Room::reserve ─▶ Extent ─┐
//! a failed attempt  ─▶ Room::release ─▶ a hole ─┘ refilled by the next image
//! ```
//!
//! Nothing here reads or writes: `browser::spool` does.

mod room;

pub use room::{Extent, Room, join};
