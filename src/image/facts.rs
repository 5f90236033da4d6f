//! What is known of an image once it has arrived.

use super::{Dimensions, FileType};
use crate::bytes::{ByteReader, PutBytes};
use crate::text::{Hex, add};

/// What is known of an image once it has arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageFacts {
    /// Its size in bytes.
    pub bytes: u64,
    /// The CRC-32 of its bytes.
    pub crc32: u32,
    /// Its format, as its first bytes say, or what it is instead of an image.
    pub file_type: FileType,
    /// Whether the bytes end before the image does, as far as its format can tell.
    pub is_cut_short: bool,
    /// Its width and height, if its bytes say them.
    pub dimensions: Option<Dimensions>,
    /// The `Last-Modified` header, in seconds since 1970, if the server sent one.
    pub modified: Option<i64>,
    /// The address that it came from, if the request was redirected.
    pub final_url: Option<Box<str>>,
    /// The name of its file, if the server gave one.
    pub file_name: Option<Box<str>>,
    /// The SHA-256 of its bytes, if it was asked for.
    pub sha256: Option<Box<[u8; 32]>>,
}

impl ImageFacts {
    /// An image of which no more is known.
    pub fn new(bytes: u64, crc32: u32, file_type: impl Into<FileType>) -> Self {
        Self {
            bytes,
            crc32,
            file_type: file_type.into(),
            is_cut_short: false,
            dimensions: None,
            modified: None,
            final_url: None,
            file_name: None,
            sha256: None,
        }
    }

    /// The SHA-256 in lower-case hexadecimal digits.
    pub fn sha256_text(&self) -> Option<String> {
        let bytes = self.sha256.as_ref()?;
        let mut digits = String::new();
        bytes.iter().for_each(|byte| add!(&mut digits, Hex((*byte).into(), 2)));
        Some(digits)
    }

    /// Appends them to a message or a journal.
    pub fn put(&self, out: &mut Vec<u8>) {
        let Self {
            bytes,
            crc32,
            file_type,
            is_cut_short,
            dimensions,
            modified,
            final_url,
            file_name,
            sha256,
        } = self;
        out.put_u64(*bytes);
        out.put_u32(*crc32);
        let flags = [*is_cut_short, dimensions.is_some(), modified.is_some(), sha256.is_some()];
        file_type.put(out);
        out.extend(flags.map(u8::from));
        if let Some(Dimensions { width, height }) = dimensions {
            out.put_u32(*width);
            out.put_u32(*height);
        }
        if let Some(modified) = modified {
            out.put_u64(modified.cast_unsigned());
        }
        if let Some(sha256) = sha256 {
            out.extend_from_slice(&**sha256);
        }
        out.put_text(final_url.as_deref());
        out.put_text(file_name.as_deref());
    }

    /// Reads what [`put`](Self::put) has appended.
    pub fn read(reader: &mut ByteReader<'_>) -> Option<Self> {
        let (bytes, crc32) = (reader.u64()?, reader.u32()?);
        let file_type = FileType::read(reader)?;
        let is_cut_short = reader.bool()?;
        let (has_dimensions, has_modified, has_sha256) = (reader.bool()?, reader.bool()?, reader.bool()?);
        Some(Self {
            bytes,
            crc32,
            file_type,
            is_cut_short,
            dimensions: match has_dimensions {
                true => Some(Dimensions { width: reader.u32()?, height: reader.u32()? }),
                false => None,
            },
            modified: if has_modified { Some(reader.u64()?.cast_signed()) } else { None },
            sha256: if has_sha256 { Some(Box::new(reader.array()?)) } else { None },
            final_url: reader.text()?.map(String::into_boxed_str),
            file_name: reader.text()?.map(String::into_boxed_str),
        })
    }
}
