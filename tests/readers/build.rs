//! Makes an archive on disk with the crate's own names and framing.

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::PathBuf;

use fetchzip::image::{Format, ImageFacts};
use fetchzip::plan::{EntryNames, NameTemplate, Plan, Request};
use fetchzip::zip::{Entry, Framing, local_header};
use support::archive::contents::File;
use tempfile::TempDir;

use crate::text::CrateText;

/// An image to put into an archive.
#[derive(Clone)]
pub struct Image {
    pub url: String,
    /// The requested name, if it is not the URL's.
    pub name: Option<String>,
    pub format: Format,
    /// Seconds since 1970.
    pub modified: Option<i64>,
    pub content: Content,
}

/// An entry's bytes. Readers don't look at images.
#[derive(Clone)]
pub enum Content {
    Bytes(Vec<u8>),
    /// The first size that needs more than 32 bits, as a hole in the file.
    FourGibOfZeros,
}

impl Image {
    pub fn new(url: &str, bytes: &[u8]) -> Self {
        Self {
            url: url.to_owned(),
            name: None,
            format: Format::Jpeg,
            modified: None,
            content: Content::Bytes(bytes.to_vec()),
        }
    }
}

/// An archive on disk. Dropping it removes the file.
pub struct Archive {
    folder: TempDir,
    /// The files in it.
    pub files: Vec<File>,
}

impl Archive {
    pub fn path(&self) -> PathBuf {
        path_in(&self.folder)
    }

    pub fn names(&self) -> Vec<&str> {
        self.files.iter().map(|file| file.name.as_str()).collect()
    }
}

fn path_in(folder: &TempDir) -> PathBuf {
    folder.path().join("images.zip")
}

pub fn build(images: &[Image]) -> Archive {
    let requests =
        images.iter().map(|image| Request { name: image.name.clone(), ..Request::new(&image.url) });
    let plan = Plan::new(requests, &CrateText);
    let template = NameTemplate::default();
    let mut names = EntryNames::new(&plan, &template, &CrateText);
    let mut framing = Framing::default();
    let folder = TempDir::new().unwrap();
    let mut file = std::io::BufWriter::new(fs::File::create_new(path_in(&folder)).unwrap());
    let (mut files, mut offset) = (Vec::new(), 0);
    for (id, image) in images.iter().enumerate() {
        let name = names.claim(id, &ImageFacts::new(0, 0, image.format));
        let (described, crc32) = image.content.described(name.to_string());
        let size = described.size;
        files.push(described);
        let entry = Entry { name, size, crc32, modified: image.modified };
        // As where an archive was written in place: every other header is padded.
        let header = local_header(&entry, if id % 2 == 0 { 0 } else { 300 });
        file.write_all(&header).unwrap();
        framing.push(id, entry, offset);
        offset += header.len() as u64 + size;
        match &image.content {
            Content::Bytes(bytes) => file.write_all(bytes).unwrap(),
            Content::FourGibOfZeros => drop(file.seek(SeekFrom::Current(size as i64)).unwrap()),
        }
    }
    file.write_all(&framing.finish(offset)).unwrap();
    file.flush().unwrap();
    Archive { folder, files }
}

impl Content {
    /// The file that it makes, and its CRC-32.
    fn described(&self, name: String) -> (File, u32) {
        match self {
            Self::Bytes(bytes) => (File::new(name, bytes), crc32fast::hash(bytes)),
            Self::FourGibOfZeros => {
                const SIZE: u64 = 1 << 32;
                /// `head -c 4294967296 /dev/zero | sha256sum`.
                const SHA256: &str = "8479e43911dc45e89f934fe48d01297e16f51d17aa561d4d1c216b1ae0fcddca";
                (File { name, size: SIZE, sha256: SHA256.to_owned() }, crc_of_zeros(SIZE))
            }
        }
    }
}

/// The CRC-32 of a power of two of zero bytes: that of two halves combined, again and again.
fn crc_of_zeros(size: u64) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(&[0]);
    for _ in 0..size.ilog2() {
        crc.combine(&crc.clone());
    }
    crc.finalize()
}
