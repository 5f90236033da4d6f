//! What an archive should hold, and other people's readers to ask whether it does.
//!
//! - `contents`: the files of an archive
//! - `hostile`: names and lines that must not lead a reader astray
//! - `programs`: programs that unpack archives: unzip, 7z, bsdtar, zip
//! - `libraries`: libraries of Python, Java, JavaScript and Rust, each behind a short script in
//!   `readers/` that prints what it read

#![allow(clippy::unwrap_used, reason = "a check that can't continue has failed")]

pub mod contents;
pub mod hostile;
pub mod libraries;
pub mod programs;

use std::path::Path;

use contents::File;

/// Opens an archive in every reader, and compares names, bytes and the directory's order.
///
/// Programs unpack into an empty folder, and must not write outside it.
pub fn check_in_every_reader(archive: &Path, expected: &[File]) {
    programs::test_in_all(archive);
    let mut sorted = expected.to_vec();
    sorted.sort();
    for reader in libraries::ALL {
        let mut found = reader.read(archive);
        if reader.is_stream {
            found.sort();
            assert_eq!(found, sorted, "{} read something else", reader.name);
        } else {
            assert_eq!(found, expected, "{} read something else", reader.name);
        }
    }
    for program in programs::UNPACKING {
        let unpacked = program.unpack(archive);
        let mut found = contents::files_below(&unpacked.folder());
        found.sort();
        assert_eq!(found, sorted, "{} unpacked something else", program.name);
    }
}
