//! Image formats with their extensions and media types, and what else a body may be.

use crate::text::{Append, display_by_append};

/// An image format that is recognised by its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JPEG (ISO/IEC 10918-1).
    Jpeg,
    /// PNG, animated or not.
    Png,
    /// GIF87a and GIF89a.
    Gif,
    /// WebP in its RIFF container.
    WebP,
    /// AV1 in an ISO base media file.
    Avif,
    /// HEVC in an ISO base media file.
    Heic,
    /// JPEG XL, as a bare code stream or in its container.
    Jxl,
    /// Windows bitmap.
    Bmp,
    /// TIFF and BigTIFF, in either byte order.
    Tiff,
    /// Windows icon.
    Ico,
    /// Scalable Vector Graphics, as plain XML.
    Svg,
}

impl Format {
    /// All formats, in the order of their definition.
    pub const ALL: [Self; 11] = [
        Self::Jpeg,
        Self::Png,
        Self::Gif,
        Self::WebP,
        Self::Avif,
        Self::Heic,
        Self::Jxl,
        Self::Bmp,
        Self::Tiff,
        Self::Ico,
        Self::Svg,
    ];

    /// The extension, without the dot, of an entry whose own is missing or wrong.
    pub fn extension(self) -> &'static str {
        self.extensions().split(' ').next().unwrap_or_default()
    }

    /// The media type registered with IANA or, for ICO, the one that browsers use.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
            Self::Avif => "image/avif",
            Self::Heic => "image/heic",
            Self::Jxl => "image/jxl",
            Self::Bmp => "image/bmp",
            Self::Tiff => "image/tiff",
            Self::Ico => "image/x-icon",
            Self::Svg => "image/svg+xml",
        }
    }

    /// Whether an extension (without the dot, in any case) fits this format.
    pub fn accepts_extension(self, extension: &str) -> bool {
        self.extensions().split(' ').any(|own| own.eq_ignore_ascii_case(extension))
    }

    /// Whether an extension (without the dot, in any case) fits any format here.
    pub fn is_image_extension(extension: &str) -> bool {
        Self::ALL.iter().any(|format| format.accepts_extension(extension))
    }

    /// The usual extension, and others after it.
    fn extensions(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg jpeg jpe jfif jif pjpeg pjp mpo jps",
            Self::Png => "png apng",
            Self::Gif => "gif",
            Self::WebP => "webp",
            Self::Avif => "avif avifs",
            Self::Heic => "heic heif hif heics heifs",
            Self::Jxl => "jxl",
            Self::Bmp => "bmp dib",
            // Raw files of cameras: a TIFF, of which other programs show a thumbnail at best.
            Self::Tiff => {
                "tif tiff dng nef nrw cr2 arw sr2 srf orf rw2 rwl raw pef srw 3fr fff iiq dcr kdc erf mef mos gpr"
            }
            Self::Ico => "ico cur",
            Self::Svg => "svg",
        }
    }
}

/// The kind of a body that is not an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAnImage {
    /// An HTML document: most often an error or consent page served with status 200.
    Html,
    /// JSON: most often the error of an API.
    Json,
    /// XML that is not SVG: most often the error of a storage service.
    Xml,
    /// Other text.
    Text,
    /// A PDF document.
    Pdf,
    /// An archive, or a document that is one, such as those of word processors.
    Zip,
    /// A gzip file.
    Gzip,
    /// A 7-Zip archive.
    SevenZip,
    /// A RAR archive.
    Rar,
    /// An ISO base media file that holds no image: most often a video.
    Mp4,
    /// A QuickTime video.
    QuickTime,
    /// WebM or Matroska.
    WebM,
    /// An Ogg file, mostly audio.
    Ogg,
    /// MPEG audio with ID3 tags.
    Mp3,
    /// None of these.
    Unknown,
}

impl NotAnImage {
    /// All kinds, in the order of their definition.
    pub const ALL: [Self; 15] = [
        Self::Html,
        Self::Json,
        Self::Xml,
        Self::Text,
        Self::Pdf,
        Self::Zip,
        Self::Gzip,
        Self::SevenZip,
        Self::Rar,
        Self::Mp4,
        Self::QuickTime,
        Self::WebM,
        Self::Ogg,
        Self::Mp3,
        Self::Unknown,
    ];

    /// The media type of such a body: the one that the server claims, or `""`, unless the bytes say
    /// otherwise. `claimed` is in lower case and has no parameters.
    pub fn media_type(self, claimed: &str) -> &str {
        let is_generic = claimed.ends_with("/octet-stream");
        // What servers say of an answer of which they know nothing.
        let is_page = claimed == "text/html";
        let is_application = claimed.starts_with("application/") && !is_generic;
        let is_media = claimed.starts_with("video/") || claimed.starts_with("audio/");
        let (own, fits) = match self {
            // Error pages often have the type of what was asked for.
            Self::Html => ("text/html", claimed.starts_with("text/") || claimed.ends_with("xml")),
            Self::Json => ("application/json", !is_page),
            Self::Xml => ("application/xml", !is_page && !is_generic),
            Self::Text => ("text/plain", true),
            Self::Pdf => ("application/pdf", false),
            Self::Zip => ("application/zip", is_application),
            Self::Gzip => ("application/gzip", is_application),
            Self::SevenZip => ("application/x-7z-compressed", is_application),
            Self::Rar => ("application/vnd.rar", is_application),
            Self::Mp4 => ("video/mp4", is_media),
            Self::QuickTime => ("video/quicktime", is_media),
            Self::WebM => ("video/webm", is_media),
            Self::Ogg => ("audio/ogg", is_media),
            Self::Mp3 => ("audio/mpeg", is_media),
            Self::Unknown => ("application/octet-stream", !is_page),
        };
        let is_image = Format::ALL.iter().any(|format| format.media_type() == claimed);
        if fits && !claimed.is_empty() && !is_image { claimed } else { own }
    }
}

impl Append for NotAnImage {
    fn append_to(&self, whole: &mut String) {
        whole.push_str(match self {
            Self::Html => "an HTML page",
            Self::Json => "JSON",
            Self::Xml => "XML",
            Self::Text => "plain text",
            Self::Pdf => "a PDF document",
            Self::Zip | Self::Gzip | Self::SevenZip | Self::Rar => "a compressed archive",
            Self::Mp4 | Self::QuickTime | Self::WebM | Self::Ogg | Self::Mp3 => "video or audio",
            Self::Unknown => "an unknown kind of file",
        })
    }
}

display_by_append!(NotAnImage);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_are_accepted_in_any_case_and_spelling() {
        assert!(Format::Jpeg.accepts_extension("JPEG"));
        assert!(Format::Tiff.accepts_extension("tiff"));
        assert!(Format::Tiff.accepts_extension("NEF"));
        assert!(!Format::Png.accepts_extension("jpg"));
        assert!(Format::is_image_extension("WebP"));
        assert!(!Format::is_image_extension("php"));
    }
}
