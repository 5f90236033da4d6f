//! Compares every entry of an archive with the bytes that the server has, and lets other programs read
//! the archive.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use anyhow::{Context as _, Error, Result, bail, ensure};
use support::archive::contents;
use support::archive::programs::UNPACKING;

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

/// Reads the whole archive.
pub fn verify(path: &Path, expected: &Expected) -> Result<()> {
    let files = contents::files(BufReader::new(File::open(path).context("the archive can't be read")?))
        .context("the archive is not a valid zip")?;
    let (is, count) = (files.len(), expected.count());
    ensure!(is == count, "the archive has {is} entries instead of {count}");
    let wrong_bytes = |name| format!("the bytes of {name:?} are not those that the server sent");
    let unexpected = |name| format!("the archive's entry {name:?} was not requested, or is there twice");
    let mut seen = HashSet::new();
    for contents::File { name, sha256, .. } in files {
        let identity = match expected {
            Expected::Named(entries) => match entries.get(&name) {
                Some(right) if *right == sha256 => name.clone(),
                Some(_) => bail!(wrong_bytes(name)),
                None => bail!(unexpected(name)),
            },
            Expected::AnyOf { known, .. } if !known.contains(&sha256) => bail!(wrong_bytes(name)),
            Expected::AnyOf { .. } => sha256,
        };
        ensure!(seen.insert(identity), unexpected(name));
    }
    Ok(())
}

/// Lets other programs test the archive.
pub fn verify_with_programs(path: &Path) -> Result<()> {
    let mut programs = UNPACKING.iter().filter(|program| PROGRAMS.contains(&program.name));
    programs.try_for_each(|program| program.check(path)).map_err(Error::msg)
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
        for (second, complaint) in
            [(&b"lake"[..], "is there twice"), (b"cat", "not those that the server sent")]
        {
            let error = verdict(&[("1.jpg", b"lake"), ("2.jpg", second)]).unwrap_err().to_string();
            assert!(error.contains(complaint), "{error}");
        }
    }
}
