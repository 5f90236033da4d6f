//! What a stored file is, and what is stored.

use super::{Format, NotAnImage};
use crate::bytes::{ByteReader, PutBytes};

/// The number that is written instead of a format's for a file that is no image.
const NO_FORMAT: u8 = u8::MAX;

/// What a stored file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileType {
    /// An image.
    Image(Format),
    /// Another file, of this media type.
    Other(Box<str>),
}

/// Which bodies are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Accepted {
    /// Images.
    #[default]
    Images,
    /// Everything but HTML pages, which are most often error pages, and empty bodies.
    Files,
    /// Everything that answers with a status of success, an empty body too.
    Anything,
}

impl From<Format> for FileType {
    fn from(format: Format) -> Self {
        Self::Image(format)
    }
}

impl FileType {
    /// Its media type.
    pub fn media_type(&self) -> &str {
        match self {
            Self::Image(format) => format.media_type(),
            Self::Other(media_type) => media_type,
        }
    }

    /// Whether it is an image that some browser shows.
    pub fn is_shown_by_browsers(&self) -> bool {
        matches!(self, Self::Image(format) if format.is_shown_by_browsers())
    }

    /// Appends it to a message or a journal.
    pub fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Image(format) => out.put_u8(*format as u8),
            Self::Other(media_type) => {
                out.put_u8(NO_FORMAT);
                out.put_text(Some(media_type));
            }
        }
    }

    /// Reads what [`put`](Self::put) has appended.
    pub fn read(reader: &mut ByteReader<'_>) -> Option<Self> {
        match reader.u8()? {
            NO_FORMAT => Some(Self::Other(reader.text()??.into_boxed_str())),
            number => Format::ALL.get(usize::from(number)).copied().map(Self::Image),
        }
    }
}

impl Accepted {
    /// All of them, by their numbers.
    pub const ALL: [Self; 3] = [Self::Images, Self::Files, Self::Anything];

    /// The type of a body that was recognised as this, and as which the server sent the media type
    /// `claimed`, or `""`.
    ///
    /// # Errors
    ///
    /// If it is not stored; the error is the kind of file that it is.
    pub fn file_type(
        self,
        recognised: Result<Format, NotAnImage>,
        claimed: &str,
    ) -> Result<FileType, NotAnImage> {
        let kind = match recognised {
            Ok(format) => return Ok(FileType::Image(format)),
            Err(kind) if self == Self::Images => return Err(kind),
            Err(kind) => kind,
        };
        let media_type = kind.media_type(claimed);
        if self == Self::Files && matches!(media_type, "text/html" | "application/xhtml+xml") {
            return Err(NotAnImage::Html);
        }
        Ok(FileType::Other(media_type.into()))
    }
}

/// The media type in a `Content-Type` header, without its parameters and in lower case (RFC 9110, section
/// 8.3.1); `None` if it is not one.
pub fn essence(header: &str) -> Option<String> {
    let essence = header.split_once(';').map_or(header, |(essence, _)| essence);
    let essence = essence.trim_ascii().to_ascii_lowercase();
    let (type_, subtype) = essence.split_once('/')?;
    let is_name = |name: &str| {
        // RFC 6838, section 4.2.
        (1..128).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    (is_name(type_) && is_name(subtype)).then_some(essence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_counts_unless_the_bytes_contradict_it() {
        use NotAnImage::{Html, Json, Mp4, Pdf, Text, Unknown, Xml, Zip};
        let cases = [
            (Pdf, "", "application/pdf"),
            (Pdf, "text/html", "application/pdf"),
            (Zip, "application/octet-stream", "application/zip"),
            (Zip, "text/plain", "application/zip"),
            (Zip, "application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"),
            (Mp4, "audio/mp4", "audio/mp4"),
            (Mp4, "image/jpeg", "video/mp4"),
            (Unknown, "", "application/octet-stream"),
            (Unknown, "image/x-sigma-x3f", "image/x-sigma-x3f"),
            (Unknown, "image/jpeg", "application/octet-stream"),
            (Unknown, "text/html", "application/octet-stream"),
            (Text, "", "text/plain"),
            (Text, "text/csv", "text/csv"),
            (Text, "application/octet-stream", "application/octet-stream"),
            (Json, "text/html", "application/json"),
            (Json, "application/geo+json", "application/geo+json"),
            (Xml, "binary/octet-stream", "application/xml"),
            (Xml, "application/rss+xml", "application/rss+xml"),
            (Html, "application/rss+xml", "application/rss+xml"),
            (Html, "text/plain", "text/plain"),
            (Html, "image/svg+xml", "text/html"),
        ];
        for (kind, claimed, media_type) in cases {
            let file = FileType::Other(media_type.into());
            assert_eq!(Accepted::Files.file_type(Err(kind), claimed).ok(), file_if_kept(&file), "{claimed}");
            assert_eq!(Accepted::Anything.file_type(Err(kind), claimed), Ok(file), "{claimed}");
            assert_eq!(Accepted::Images.file_type(Err(kind), claimed), Err(kind));
        }
        for accepted in Accepted::ALL {
            assert_eq!(accepted.file_type(Ok(Format::Gif), "text/html"), Ok(FileType::Image(Format::Gif)));
        }
    }

    fn file_if_kept(file: &FileType) -> Option<FileType> {
        Some(file.clone()).filter(|file| file.media_type() != "text/html")
    }

    #[test]
    fn a_page_is_no_file_whatever_the_server_calls_it() {
        use NotAnImage::{Html, Text, Xml};
        let pages = [
            (Html, ""),
            (Html, "text/html"),
            (Html, "image/jpg"),
            (Html, "video/mp4"),
            (Html, "application/pdf"),
            (Html, "application/octet-stream"),
            (Html, "application/xhtml+xml"),
            (Xml, "application/xhtml+xml"),
            (Text, "text/html"),
        ];
        for (kind, claimed) in pages {
            assert_eq!(Accepted::Files.file_type(Err(kind), claimed), Err(Html), "{kind:?} {claimed}");
            assert!(Accepted::Anything.file_type(Err(kind), claimed).is_ok());
        }
    }

    #[test]
    fn the_essence_of_a_media_type_has_no_parameters() {
        let cases = [
            ("text/html", Some("text/html")),
            (" Application/PDF ; charset=binary", Some("application/pdf")),
            ("application/vnd.ms-excel;", Some("application/vnd.ms-excel")),
            ("image/svg+xml", Some("image/svg+xml")),
            ("", None),
            ("pdf", None),
            ("/pdf", None),
            ("application/", None),
            ("a/b/c", None),
            ("text/html, image/png", None),
            ("text/ü", None),
        ];
        for (header, expected) in cases {
            assert_eq!(essence(header).as_deref(), expected, "{header}");
        }
        assert_eq!(essence(&format!("text/{}", "x".repeat(128))), None);
    }
}
