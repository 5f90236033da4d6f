//! Compares every entry of an archive with the bytes that the server has, and lets other programs read
//! the archive.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use support::archive::contents;
use support::archive::programs::UNPACKING;
use thiserror::Error;

/// The programs that test an archive which was written to a file.
const PROGRAMS: [&str; 2] = ["unzip", "7z"];

/// The entries that an archive must have. A SHA-256 is lower-case hexadecimal.
#[derive(Clone, Debug)]
pub enum Expected {
    /// Exactly these names, each with its SHA-256.
    Named(HashMap<String, String>),
    /// This many, each with another SHA-256 of these.
    AnyOf {
        /// The SHA-256 of every picture that the server has.
        known: HashSet<String>,
        /// The number of entries.
        count: usize,
    },
}

impl Expected {
    /// The number of entries.
    pub fn count(&self) -> usize {
        match self {
            Self::Named(entries) => entries.len(),
            Self::AnyOf { count, .. } => *count,
        }
    }
}

/// What is wrong with an archive.
#[derive(Debug, Error)]
pub enum ArchiveError {
    /// The file can't be read.
    #[error("the archive can't be read: {0}")]
    Io(#[from] io::Error),
    /// The file is not a zip archive, or an entry's CRC-32 is wrong.
    #[error("the archive is not a valid zip: {0}")]
    Zip(String),
    /// A program refused the archive.
    #[error("{0}")]
    Refused(String),
    /// The number of entries is not the expected one.
    #[error("the archive has {is} entries instead of {expected}")]
    Count {
        /// The number of entries.
        is: usize,
        /// The expected number.
        expected: usize,
    },
    /// This entry was not requested, or is in the archive twice.
    #[error("the archive's entry {0:?} was not requested, or is there twice")]
    Unexpected(String),
    /// The bytes of this entry differ from the server's.
    #[error("the bytes of {0:?} are not those that the server sent")]
    Bytes(String),
}

/// Reads the whole archive.
pub fn verify(path: &Path, expected: &Expected) -> Result<(), ArchiveError> {
    let files = contents::files(BufReader::new(File::open(path)?))
        .map_err(|error| ArchiveError::Zip(error.to_string()))?;
    if files.len() != expected.count() {
        return Err(ArchiveError::Count { is: files.len(), expected: expected.count() });
    }
    let mut seen = HashSet::new();
    for contents::File { name, sha256, .. } in files {
        let identity = match expected {
            Expected::Named(entries) => match entries.get(&name) {
                Some(right) if *right == sha256 => name.clone(),
                Some(_) => return Err(ArchiveError::Bytes(name)),
                None => return Err(ArchiveError::Unexpected(name)),
            },
            Expected::AnyOf { known, .. } if !known.contains(&sha256) => {
                return Err(ArchiveError::Bytes(name));
            }
            Expected::AnyOf { .. } => sha256,
        };
        if !seen.insert(identity) {
            return Err(ArchiveError::Unexpected(name));
        }
    }
    Ok(())
}

/// Lets other programs test the archive.
pub fn verify_with_programs(path: &Path) -> Result<(), ArchiveError> {
    let mut programs = UNPACKING.iter().filter(|program| PROGRAMS.contains(&program.name));
    programs.try_for_each(|program| program.check(path)).map_err(ArchiveError::Refused)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use tempfile::NamedTempFile;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn archive(entries: &[(&str, &[u8])]) -> NamedTempFile {
        let file = NamedTempFile::new().unwrap();
        let mut writer = zip::ZipWriter::new(file.reopen().unwrap());
        for (name, bytes) in entries {
            let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
            writer.start_file(*name, stored).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap();
        file
    }

    fn sha(bytes: &[u8]) -> String {
        contents::File::new("", bytes).sha256
    }

    fn named(entries: &[(&str, &[u8])]) -> Expected {
        Expected::Named(entries.iter().map(|(name, bytes)| ((*name).to_owned(), sha(bytes))).collect())
    }

    #[test]
    fn an_archive_is_good_with_the_right_bytes_only() {
        let entries: &[(&str, &[u8])] = &[("a.jpg", b"lake"), ("b.jpg", b"hill")];
        let archive = archive(entries);
        verify(archive.path(), &named(entries)).unwrap();
        for (expected, error) in [
            (named(&entries[..1]), "the archive has 2 entries instead of 1"),
            (
                named(&[("a.jpg", b"lake"), ("c.jpg", b"hill")]),
                "the archive's entry \"b.jpg\" was not requested, or is there twice",
            ),
            (
                named(&[("a.jpg", b"sea"), ("b.jpg", b"hill")]),
                "the bytes of \"a.jpg\" are not those that the server sent",
            ),
        ] {
            assert_eq!(verify(archive.path(), &expected).unwrap_err().to_string(), error);
        }
    }

    #[test]
    fn random_pictures_must_be_known_and_differ() {
        let expected = Expected::AnyOf { known: [b"lake", b"hill"].map(|bytes| sha(bytes)).into(), count: 2 };
        let verdict = |entries: &[(&str, &[u8])]| verify(archive(entries).path(), &expected);
        verdict(&[("1.jpg", b"lake"), ("2.jpg", b"hill")]).unwrap();
        assert!(matches!(
            verdict(&[("1.jpg", b"lake"), ("2.jpg", b"lake")]),
            Err(ArchiveError::Unexpected(_))
        ));
        assert!(matches!(verdict(&[("1.jpg", b"lake"), ("2.jpg", b"cat")]), Err(ArchiveError::Bytes(_))));
    }
}
