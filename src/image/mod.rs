//! What the bytes of a body say: which image format they are, or what they are instead, and whether
//! they are all there.
//!
//! The address, the extension and the `Content-Type` are claims; the bytes decide.

mod ending;
mod format;

pub use ending::{EndFinder, Ending};
pub use format::{Format, HEAD_BYTES, NotAnImage, recognise};
