//! The page, as Trunk builds it: a program that only links the library.
//!
//! A program, because cargo builds a `cdylib` that is also an `rlib` without optimising across crates,
//! which makes the download a tenth larger. `main` does nothing; `www/boot.js` calls what the library
//! exports.

use fetchzip as _;

fn main() {}
