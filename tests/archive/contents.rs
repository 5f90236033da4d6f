//! The files of an archive.

use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// A file, by what makes it the same file.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct File {
    pub name: String,
    pub size: u64,
    /// In lower-case hex.
    pub sha256: String,
}

impl File {
    pub fn new(name: impl Into<String>, bytes: &[u8]) -> Self {
        Self { name: name.into(), size: bytes.len() as u64, sha256: sha256(bytes) }
    }

    /// From a line of a reader's script: size, SHA-256 and name, with tabs between them.
    pub fn from_line(line: &str) -> Option<Self> {
        let mut fields = line.splitn(3, '\t');
        let size = fields.next()?.parse().ok()?;
        Some(Self { size, sha256: fields.next()?.to_owned(), name: fields.next()?.to_owned() })
    }
}

/// A line a file: a failed comparison is read by people.
impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {} bytes {:.12}…", self.name, self.size, self.sha256)
    }
}

/// Names and contents of an archive's entries, in its own order.
pub fn entries(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    let count = archive.len();
    let read = |index| {
        let mut entry = archive.by_index(index).unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        (entry.name().unwrap().into_owned(), content)
    };
    (0..count).map(read).collect()
}

pub fn sha256(mut bytes: impl Read) -> String {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match bytes.read(&mut buffer).unwrap() {
            0 => break,
            length => hash.update(&buffer[..length]),
        }
    }
    hash.finalize().iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// The files of a folder, with their paths in it as names.
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
                let size = content.metadata().unwrap().len();
                files.push(File { name: name.to_str().unwrap().into(), size, sha256: sha256(content) });
            }
        }
    }
    files
}
