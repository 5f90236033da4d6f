//! What the bytes of a body say: which image format they are, or what they are instead.
//!
//! The address, the extension and the `Content-Type` are claims; the first bytes decide.

mod format;

pub use format::{Format, HEAD_BYTES, NotAnImage, recognise};
