//! What an archive should hold, and other people's readers to ask whether it does.
//!
//! - `contents`: the files of an archive, as told and as found
//! - `hostile`: names that no reader should be led astray by
//! - `programs`: programs that unpack archives: unzip, 7z, bsdtar, zip
//! - `libraries`: libraries of Python, Java, JavaScript and Rust, each behind a short script in
//!   `readers/` that prints what it read
//! - `text`: what the browser does with URLs and Unicode, done by crates

#![allow(dead_code, reason = "each test target takes what it needs")]

pub mod contents;
pub mod hostile;
pub mod libraries;
pub mod programs;
pub mod text;

use std::path::Path;

use contents::File;

/// Opens an archive in every reader there is, and compares names, order and bytes.
///
/// Programs unpack into a folder of their own, and nothing may land beside it.
pub fn check_in_every_reader(archive: &Path, expected: &[File]) {
    programs::test_in_all(archive);
    for reader in libraries::ALL {
        let found = reader.read(archive);
        assert_eq!(found, expected, "{} read something else", reader.name);
    }
    let mut sorted = expected.to_vec();
    sorted.sort();
    for program in programs::UNPACKING {
        let unpacked = program.unpack(archive);
        let mut found = contents::files_below(&unpacked.folder());
        found.sort();
        assert_eq!(found, sorted, "{} unpacked something else", program.name);
    }
}
