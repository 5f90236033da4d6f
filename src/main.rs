//! The page as Trunk builds it. A program, because cargo optimises a library that is also an
//! `rlib` without looking across crates, and that costs a tenth of the download.
//!
//! There is nothing to do here: `www/boot.js` calls what the library exports.

use fetchzip as _;

fn main() {}
