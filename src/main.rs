//! The page, as Trunk builds it: a program that only links the library.
//!
//! A program, because Trunk makes a page of a program or of a `cdylib`, and cargo does not optimise across crates
//! what is a `cdylib` and an `rlib` at once: the download was a tenth larger. `main` does nothing; `www/boot.js`
//! calls what the library exports.

use fetchzip as _;

fn main() {}
