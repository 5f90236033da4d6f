//! Image formats, recognised by their first bytes and by their extensions.
//!
//! By hand: `infer`, a crate for this, would add 7 KB gzipped to the wasm, a tenth of the package.

use crate::text::{Append, display_by_append};

/// The number of bytes at the start of a body that [`recognise`] looks at.
///
/// SVG needs that many: an XML declaration, a licence comment and a DOCTYPE may precede `<svg`.
pub const HEAD_BYTES: usize = 1024;

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
        self.extensions()[0]
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
        self.extensions().iter().any(|own| own.eq_ignore_ascii_case(extension))
    }

    /// Whether an extension (without the dot, in any case) fits any format here.
    pub fn is_image_extension(extension: &str) -> bool {
        Self::ALL.iter().any(|format| format.accepts_extension(extension))
    }

    fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Jpeg => &["jpg", "jpeg", "jpe", "jfif"],
            Self::Png => &["png", "apng"],
            Self::Gif => &["gif"],
            Self::WebP => &["webp"],
            Self::Avif => &["avif", "avifs"],
            Self::Heic => &["heic", "heif", "hif"],
            Self::Jxl => &["jxl"],
            Self::Bmp => &["bmp", "dib"],
            Self::Tiff => &["tif", "tiff"],
            Self::Ico => &["ico", "cur"],
            Self::Svg => &["svg"],
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
    /// A video or audio file.
    Media,
    /// A zip, gzip or other archive.
    Archive,
    /// None of these.
    Unknown,
}

impl NotAnImage {
    /// All kinds, in the order of their definition.
    pub const ALL: [Self; 8] =
        [Self::Html, Self::Json, Self::Xml, Self::Text, Self::Pdf, Self::Media, Self::Archive, Self::Unknown];
}

impl Append for NotAnImage {
    fn append_to(&self, whole: &mut String) {
        whole.push_str(match self {
            Self::Html => "an HTML page",
            Self::Json => "JSON",
            Self::Xml => "XML",
            Self::Text => "plain text",
            Self::Pdf => "a PDF document",
            Self::Media => "video or audio",
            Self::Archive => "a compressed archive",
            Self::Unknown => "an unknown kind of file",
        })
    }
}

display_by_append!(NotAnImage);

/// Recognises a body's format by its first [`HEAD_BYTES`] bytes, or by all if there are fewer.
///
/// # Errors
///
/// If the body is not an image; the error is the kind of file that it is.
pub fn recognise(head: &[u8]) -> Result<Format, NotAnImage> {
    if let Some(format) = by_signature(head) {
        return Ok(format);
    }
    if let Some(other) = other_by_signature(head) {
        return Err(other);
    }
    by_text(head)
}

/// The signatures of the WHATWG MIME Sniffing standard (section 6.1), of ISO 14496-12 (`ftyp`
/// brands), ISO 18181-2 (JPEG XL), TIFF 6.0 and BigTIFF.
fn by_signature(head: &[u8]) -> Option<Format> {
    if head.starts_with(b"\xFF\xD8\xFF") {
        return Some(Format::Jpeg);
    }
    if head.starts_with(b"\x89PNG\r\n\x1A\n") {
        return Some(Format::Png);
    }
    if head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a") {
        return Some(Format::Gif);
    }
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return Some(Format::WebP);
    }
    if head.starts_with(b"\xFF\x0A") || head.starts_with(b"\0\0\0\x0CJXL \r\n\x87\n") {
        return Some(Format::Jxl);
    }
    if head.get(4..8) == Some(b"ftyp") {
        return by_brands(head);
    }
    if is_bitmap(head) {
        return Some(Format::Bmp);
    }
    if [&b"II*\0"[..], b"MM\0*", b"II+\0\x08\0", b"MM\0+\0\x08"].iter().any(|sign| head.starts_with(sign)) {
        return Some(Format::Tiff);
    }
    if head.starts_with(b"\0\0\x01\0") || head.starts_with(b"\0\0\x02\0") {
        return Some(Format::Ico);
    }
    None
}

/// The major brand of an ISO base media file names its format. If it is `mif1`, which means only "an
/// image", one of the compatible brands does.
fn by_brands(head: &[u8]) -> Option<Format> {
    let length = u32::from_be_bytes(head.get(..4)?.try_into().ok()?) as usize;
    let brands = head.get(8..length.min(head.len()))?;
    // The four bytes after the major brand are the minor version.
    let mut names = brands.chunks_exact(4).enumerate().filter(|(index, _)| *index != 1).map(|(_, name)| name);
    names.find_map(|name| match name {
        b"avif" | b"avis" => Some(Format::Avif),
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" => Some(Format::Heic),
        _ => None,
    })
}

/// `BM` alone begins many a text, so the size of the second header must be a known one, too.
fn is_bitmap(head: &[u8]) -> bool {
    head.starts_with(b"BM")
        && head.get(14..18).is_some_and(|size| matches!(size, [12 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0]))
}

fn other_by_signature(head: &[u8]) -> Option<NotAnImage> {
    const SIGNATURES: [(&[u8], NotAnImage); 8] = [
        (b"%PDF-", NotAnImage::Pdf),
        (b"PK\x03\x04", NotAnImage::Archive),
        (b"\x1F\x8B", NotAnImage::Archive),
        (b"7z\xBC\xAF\x27\x1C", NotAnImage::Archive),
        (b"Rar!", NotAnImage::Archive),
        (b"\x1A\x45\xDF\xA3", NotAnImage::Media),
        (b"OggS", NotAnImage::Media),
        (b"ID3", NotAnImage::Media),
    ];
    if head.get(4..8) == Some(b"ftyp") {
        return Some(NotAnImage::Media);
    }
    SIGNATURES.iter().find(|(signature, _)| head.starts_with(signature)).map(|(_, kind)| *kind)
}

fn by_text(head: &[u8]) -> Result<Format, NotAnImage> {
    if head.iter().any(|byte| matches!(byte, 0..=8 | 11 | 14..=26 | 28..=31)) {
        return Err(NotAnImage::Unknown);
    }
    let mut text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let mut is_xml = false;
    loop {
        if starts_with_tag(text, b"<svg") {
            return Ok(Format::Svg);
        }
        let end: &[u8] = if text.starts_with(b"<!--") {
            b"-->"
        } else if text.starts_with(b"<?") {
            is_xml = true;
            b"?>"
        } else if starts_with_tag(text, b"<!doctype svg") {
            // Its internal subset may contain entities, each with a `>` of its own.
            let open = text.iter().position(|byte| matches!(byte, b'[' | b'>'));
            if open.is_some_and(|at| text[at] == b'[') { b"]>" } else { b">" }
        } else {
            break;
        };
        let Some(at) = text.windows(end.len()).position(|window| window == end) else { break };
        text = text[at + end.len()..].trim_ascii_start();
    }
    Err(match text.first() {
        _ if starts_with_tag(text, b"<!doctype html") || starts_with_tag(text, b"<html") => NotAnImage::Html,
        Some(b'<') if is_xml => NotAnImage::Xml,
        Some(b'<') => NotAnImage::Html,
        Some(b'{' | b'[') => NotAnImage::Json,
        _ => NotAnImage::Text,
    })
}

fn starts_with_tag(text: &[u8], tag: &[u8]) -> bool {
    text.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag))
        && text
            .get(tag.len())
            .is_none_or(|next| matches!(next, b'>' | b'/' | b':' | b'[') || next.is_ascii_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_recognised_by_its_first_bytes() {
        let cases: [(&[u8], Format); 20] = [
            (b"\xFF\xD8\xFF\xE0\0\x10JFIF", Format::Jpeg),
            (b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR", Format::Png),
            (b"GIF87a\x01\0", Format::Gif),
            (b"GIF89a\x01\0", Format::Gif),
            (b"RIFF\x24\0\0\0WEBPVP8 ", Format::WebP),
            (b"\0\0\0\x1Cftypavif\0\0\0\0avifmif1miaf", Format::Avif),
            (b"\0\0\0\x1Cftypmif1\0\0\0\0mif1avifmiaf", Format::Avif),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Format::Heic),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", Format::Heic),
            (b"\xFF\x0A\xFA\x7F", Format::Jxl),
            (b"\0\0\0\x0CJXL \r\n\x87\n\0\0\0\x14ftypjxl ", Format::Jxl),
            (b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", Format::Bmp),
            (b"II*\0\x08\0\0\0", Format::Tiff),
            (b"MM\0*\0\0\0\x08", Format::Tiff),
            (b"II+\0\x08\0\0\0", Format::Tiff),
            (b"\0\0\x01\0\x01\0\x10\x10", Format::Ico),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Format::Svg),
            (b"\xEF\xBB\xBF<?xml version='1.0'?>\n<!-- a > b --><svg>", Format::Svg),
            (b"<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"x\">\n<svg>", Format::Svg),
            (b"<!DOCTYPE svg [<!ENTITY a \"<b>\">]><svg>", Format::Svg),
        ];
        for (head, format) in cases {
            assert_eq!(recognise(head), Ok(format), "{}", String::from_utf8_lossy(head));
        }
    }

    #[test]
    fn the_kind_of_a_body_that_is_not_an_image_is_named() {
        let cases: [(&[u8], NotAnImage); 16] = [
            (b"<!doctype html><title>404</title>", NotAnImage::Html),
            (b"\n  <HTML><head>", NotAnImage::Html),
            (b"<!-- cached --><html lang=en>", NotAnImage::Html),
            (b"<div>not found</div>", NotAnImage::Html),
            (b"<svgfoo>", NotAnImage::Html),
            (b"<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>", NotAnImage::Xml),
            (b"{\"error\":\"no\"}", NotAnImage::Json),
            (b"Not found", NotAnImage::Text),
            (b"BMW is a car maker, not a bitmap", NotAnImage::Text),
            (b"%PDF-1.7", NotAnImage::Pdf),
            (b"PK\x03\x04\x14\0", NotAnImage::Archive),
            (b"\x1F\x8B\x08\0", NotAnImage::Archive),
            (b"\0\0\0\x18ftypmp42\0\0\0\0isommp42", NotAnImage::Media),
            (b"RIFF\x24\0\0\0WAVEfmt ", NotAnImage::Unknown),
            (b"\0\0\0\0\0\0", NotAnImage::Unknown),
            (b"\xFF\xD8", NotAnImage::Text),
        ];
        for (head, kind) in cases {
            assert_eq!(recognise(head), Err(kind), "{}", String::from_utf8_lossy(head));
        }
    }

    #[test]
    fn a_truncated_head_is_recognised_by_what_is_left() {
        use NotAnImage::{Html, Media, Text, Unknown, Xml};
        // Each result holds from this length of the head on.
        type Results<'a> = &'a [(usize, Result<Format, NotAnImage>)];
        let cases: [(&[u8], Results<'_>); 4] = [
            (
                b"\0\0\0\x1Cftypavif\0\0\0\0avifmif1miaf",
                &[(0, Err(Text)), (1, Err(Unknown)), (8, Err(Media)), (12, Ok(Format::Avif))],
            ),
            (
                b"\xFF\xFF\xFF\xFFftypmif1\0\0\0\0mif1heic",
                &[(0, Err(Text)), (8, Err(Media)), (24, Ok(Format::Heic))],
            ),
            (
                b"<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a \"<b>\">]><svg>",
                &[
                    (0, Err(Text)),
                    (1, Err(Html)),
                    (2, Err(Xml)),
                    (21, Err(Text)),
                    (22, Err(Xml)),
                    (55, Err(Text)),
                    (56, Err(Xml)),
                    (59, Ok(Format::Svg)),
                ],
            ),
            (
                b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0",
                &[(0, Err(Text)), (4, Err(Unknown)), (18, Ok(Format::Bmp))],
            ),
        ];
        for (head, results) in cases {
            for length in 0..=head.len() {
                let (_, expected) = results.iter().rfind(|(from, _)| *from <= length).unwrap();
                assert_eq!(recognise(&head[..length]), *expected, "{:?}", head[..length].escape_ascii());
            }
        }
    }

    #[test]
    fn extensions_are_accepted_in_any_case_and_spelling() {
        assert!(Format::Jpeg.accepts_extension("JPEG"));
        assert!(Format::Tiff.accepts_extension("tiff"));
        assert!(!Format::Png.accepts_extension("jpg"));
        assert!(Format::is_image_extension("WebP"));
        assert!(!Format::is_image_extension("php"));
    }
}
