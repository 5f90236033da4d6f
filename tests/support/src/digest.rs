//! SHA-384, by which the page's files are named and checked.

use sha2::{Digest as _, Sha384};

/// The hash of some bytes.
pub fn sha384(bytes: &[u8]) -> Vec<u8> {
    Sha384::digest(bytes).to_vec()
}
