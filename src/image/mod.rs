//! What the bytes of a body are: which image format, or which other kind of file, whether they are
//! complete, and the size of the image in pixels.
//!
//! The address, its extension and `Content-Type` are only claims; the bytes decide. Of a file that is no
//! image they often say too little; there a claim counts that they do not contradict.

mod characters;
mod dimensions;
mod drawing;
mod ending;
mod facts;
mod field;
mod file_type;
mod filter;
mod format;
mod header;
mod inflate;
mod markup;
mod netpbm;
mod recognise;
mod signature;

pub use dimensions::{Dimensions, DimensionsFinder};
pub use drawing::pixels_inside;
pub use ending::{EndFinder, Ending};
pub use facts::ImageFacts;
pub use file_type::{Accepted, FileType, essence};
pub use filter::{ImageFilter, Range};
pub use format::{Format, NotAnImage};
pub use recognise::{Recogniser, Recognition};

#[cfg(test)]
mod tests;
