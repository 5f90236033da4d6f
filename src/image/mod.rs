//! What the bytes of a body are: which image format, or which other kind of file, and whether they are
//! complete.
//!
//! The address, its extension and `Content-Type` are only claims; the bytes decide.

mod ending;
mod format;
mod markup;
mod recognise;

pub use ending::{EndFinder, Ending};
pub use format::{Format, NotAnImage};
pub use recognise::Recogniser;
