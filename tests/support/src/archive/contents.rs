//! The files of an archive.

use std::fmt;
use std::fs;
use std::io::{self, Cursor, Read, Seek};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use zip::ZipArchive;
use zip::result::ZipError;

/// Bytes of a file in one read.
const READ: usize = 1 << 20;

/// A file, as far as two files can differ.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct File {
    /// Its entry's name, or its path in a folder.
    pub name: String,
    /// Its length in bytes.
    pub size: u64,
    /// Its SHA-256 in lower-case hexadecimal.
    pub sha256: String,
}

impl File {
    /// A file with this content.
    pub fn new(name: impl Into<String>, bytes: &[u8]) -> Self {
        Self { name: name.into(), size: bytes.len() as u64, sha256: hex(Sha256::digest(bytes)) }
    }

    /// A file whose content is read to its end.
    ///
    /// # Errors
    ///
    /// The content can't be read.
    pub fn read(name: impl Into<String>, mut content: impl Read) -> io::Result<Self> {
        let (mut size, mut digest) = (0, Sha256::new());
        let mut buffer = vec![0; READ];
        loop {
            match content.read(&mut buffer)? {
                0 => return Ok(Self { name: name.into(), size, sha256: hex(digest.finalize()) }),
                length => {
                    digest.update(&buffer[..length]);
                    size += length as u64;
                }
            }
        }
    }

    /// Parses a line of a reader's script: size, SHA-256 and name, separated by tabs.
    pub fn from_line(line: &str) -> Option<Self> {
        let mut fields = line.splitn(3, '\t');
        let size = fields.next()?.parse().ok()?;
        Some(Self { size, sha256: fields.next()?.to_owned(), name: fields.next()?.to_owned() })
    }
}

/// One line per file: people read failed comparisons.
impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {} bytes {:.12}…", self.name, self.size, self.sha256)
    }
}

fn hex(digest: impl AsRef<[u8]>) -> String {
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Names and contents of an archive's entries, in the archive's order.
pub fn entries(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(archive)).unwrap();
    let count = archive.len();
    let read = |index| {
        let mut entry = archive.by_index(index).unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        (entry.name().unwrap().into_owned(), content)
    };
    (0..count).map(read).collect()
}

/// The files of an archive that the crate `zip` reads, in the archive's order.
///
/// # Errors
///
/// It is not a zip archive, it can't be read, or an entry's CRC-32 is wrong.
pub fn files(archive: impl Read + Seek) -> Result<Vec<File>, ZipError> {
    let mut archive = ZipArchive::new(archive)?;
    let count = archive.len();
    let read = |index| {
        let entry = archive.by_index(index)?;
        Ok(File::read(entry.name()?.into_owned(), entry)?)
    };
    (0..count).map(read).collect()
}

/// The files of a folder and of its subfolders.
pub fn files_below(folder: &Path) -> Vec<File> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        for entry in fs::read_dir(folder.join(&below)).unwrap() {
            let entry = entry.unwrap();
            let name = below.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                folders.push(name);
            } else {
                let content = fs::File::open(entry.path()).unwrap();
                files.push(File::read(name.to_str().unwrap(), content).unwrap());
            }
        }
    }
    files
}
