//! Reads an archive with a library that is not ours, and compares every entry's bytes with what the
//! server had.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};

use sha2::{Digest, Sha256};
use zip::ZipArchive;
use zip::result::ZipError;

/// A SHA-256.
pub type Sha = [u8; 32];

/// Bytes of an entry in one read.
const READ: usize = 256 * 1024;

/// What has to be in an archive.
#[derive(Clone, Debug)]
pub enum Expected {
    /// Exactly these entries.
    Named(HashMap<String, Sha>),
    /// So many, each another one of these.
    AnyOf {
        /// The pictures that the server has.
        known: HashSet<Sha>,
        /// How many.
        count: usize,
    },
}

impl Expected {
    /// How many entries.
    pub fn count(&self) -> usize {
        match self {
            Self::Named(entries) => entries.len(),
            Self::AnyOf { count, .. } => *count,
        }
    }
}

/// What is wrong with an archive.
#[derive(Debug)]
pub enum Flaw {
    /// It can't be read.
    Io(io::Error),
    /// It is no zip.
    Zip(ZipError),
    /// It has more entries or fewer.
    Count {
        /// What it has.
        is: usize,
        /// What it should have.
        should: usize,
    },
    /// An entry that nobody asked for, or that is there twice.
    Stranger(String),
    /// An entry's bytes are not those of the server.
    Bytes(String),
    /// A program refused it.
    Refused {
        /// The program.
        program: &'static str,
        /// The end of what it said.
        said: String,
    },
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "the archive can't be read: {error}"),
            Self::Zip(error) => write!(f, "the archive is no good zip: {error}"),
            Self::Count { is, should } => write!(f, "the archive has {is} entries instead of {should}"),
            Self::Stranger(name) => {
                write!(f, "the archive's entry {name:?} was not asked for, or is a second")
            }
            Self::Bytes(name) => write!(f, "the bytes of {name:?} are not what the server sent"),
            Self::Refused { program, said } => write!(f, "{program} refuses the archive: {said}"),
        }
    }
}

impl From<io::Error> for Flaw {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<ZipError> for Flaw {
    fn from(error: ZipError) -> Self {
        Self::Zip(error)
    }
}

/// Reads the whole archive.
pub fn verify(path: &Path, expected: &Expected) -> Result<(), Flaw> {
    let mut archive = ZipArchive::new(BufReader::new(File::open(path)?))?;
    if archive.len() != expected.count() {
        return Err(Flaw::Count { is: archive.len(), should: expected.count() });
    }
    let mut buffer = vec![0; READ];
    let mut seen = HashSet::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        let name = entry.name()?.into_owned();
        let mut digest = Sha256::new();
        loop {
            match entry.read(&mut buffer)? {
                0 => break,
                read => digest.update(&buffer[..read]),
            }
        }
        let sha: Sha = digest.finalize().into();
        match expected {
            Expected::Named(entries) => match entries.get(&name) {
                Some(right) if *right == sha => {}
                Some(_) => return Err(Flaw::Bytes(name)),
                None => return Err(Flaw::Stranger(name)),
            },
            Expected::AnyOf { known, .. } if !known.contains(&sha) => return Err(Flaw::Bytes(name)),
            Expected::AnyOf { .. } => {}
        }
        let identity = match expected {
            Expected::Named(_) => name.clone().into_bytes(),
            Expected::AnyOf { .. } => sha.to_vec(),
        };
        if !seen.insert(identity) {
            return Err(Flaw::Stranger(name));
        }
    }
    Ok(())
}

/// Has other people's programs test an archive that lies in a file.
pub fn verify_with_programs(path: &Path) -> Result<(), Flaw> {
    for (program, arguments) in [("unzip", ["-tq"]), ("7z", ["t"])] {
        let output = Command::new(program)
            .args(arguments)
            .arg(path)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| io::Error::new(error.kind(), format!("{program}: {error}")))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            let said = said.lines().rev().take(3).collect::<Vec<_>>().join(" / ");
            return Err(Flaw::Refused { program, said });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::write::SimpleFileOptions;

    struct Archive(std::path::PathBuf);

    impl Archive {
        fn of(test: &str, entries: &[(&str, &[u8])]) -> Self {
            let path = std::env::temp_dir().join(format!("bench-{test}-{}.zip", std::process::id()));
            let mut writer = zip::ZipWriter::new(File::create(&path).unwrap());
            for (name, bytes) in entries {
                let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
                writer.start_file(*name, stored).unwrap();
                writer.write_all(bytes).unwrap();
            }
            writer.finish().unwrap();
            Self(path)
        }
    }

    impl Drop for Archive {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    fn sha(bytes: &[u8]) -> Sha {
        Sha256::digest(bytes).into()
    }

    fn named(entries: &[(&str, &[u8])]) -> Expected {
        Expected::Named(entries.iter().map(|(name, bytes)| ((*name).to_owned(), sha(bytes))).collect())
    }

    #[test]
    fn an_archive_is_good_with_the_right_bytes_only() {
        let entries: &[(&str, &[u8])] = &[("a.jpg", b"lake"), ("b.jpg", b"hill")];
        let archive = Archive::of("named", entries);
        verify(&archive.0, &named(entries)).unwrap();
        for (expected, flaw) in [
            (named(&entries[..1]), "the archive has 2 entries instead of 1"),
            (
                named(&[("a.jpg", b"lake"), ("c.jpg", b"hill")]),
                "the archive's entry \"b.jpg\" was not asked for, or is a second",
            ),
            (
                named(&[("a.jpg", b"sea"), ("b.jpg", b"hill")]),
                "the bytes of \"a.jpg\" are not what the server sent",
            ),
        ] {
            assert_eq!(verify(&archive.0, &expected).unwrap_err().to_string(), flaw);
        }
    }

    #[test]
    fn of_random_pictures_each_must_be_known_and_another() {
        let known = || HashSet::from([sha(b"lake"), sha(b"hill"), sha(b"sea")]);
        let any = || Expected::AnyOf { known: known(), count: 2 };
        let verdict = |test, entries: &[(&str, &[u8])]| verify(&Archive::of(test, entries).0, &any());
        verdict("two", &[("1.jpg", b"lake"), ("2.jpg", b"sea")]).unwrap();
        assert!(matches!(verdict("same", &[("1.jpg", b"sea"), ("2.jpg", b"sea")]), Err(Flaw::Stranger(_))));
        assert!(matches!(verdict("else", &[("1.jpg", b"sea"), ("2.jpg", b"cat")]), Err(Flaw::Bytes(_))));
    }
}
