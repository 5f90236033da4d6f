//! Recognises the format of a body by its first bytes.
//!
//! By hand: `infer`, a crate for this, would add 7 KB gzipped to the wasm, a tenth of the package.

use super::format::{Format, NotAnImage};
use super::markup::{begins_svg, declaration_length};

/// The bytes at the start of a body that decide, except before the root of an SVG.
const HEAD_BYTES: usize = 1024;

/// The most bytes that are looked at: 64 KiB of declarations and comments, such as the licence and the
/// document type of each of KanjiVG's drawings, may precede the root of an SVG.
const MAX_HEAD_BYTES: usize = HEAD_BYTES + (64 << 10);

/// Recognises the format of a body whose bytes arrive chunk by chunk. It keeps the first bytes until
/// they decide.
#[derive(Debug)]
pub struct Recogniser {
    head: Vec<u8>,
    /// The length of the head that is examined next.
    wanted: usize,
    verdict: Option<Result<Format, NotAnImage>>,
}

impl Default for Recogniser {
    fn default() -> Self {
        Self { head: Vec::new(), wanted: HEAD_BYTES, verdict: None }
    }
}

impl Recogniser {
    /// Reads the next chunk of the body.
    pub fn push(&mut self, mut bytes: &[u8]) {
        while self.verdict.is_none() && !bytes.is_empty() {
            let (part, rest) = bytes.split_at(bytes.len().min(self.wanted - self.head.len()));
            self.head.extend_from_slice(part);
            bytes = rest;
            if self.head.len() < self.wanted {
                return;
            }
            let (verdict, may_become_svg) = examine(&self.head);
            if may_become_svg && self.wanted < MAX_HEAD_BYTES {
                // Doubled, so that all examinations together look at each byte twice.
                self.wanted = (self.wanted * 2).min(MAX_HEAD_BYTES);
            } else {
                self.verdict = Some(verdict);
                self.head = Vec::new();
            }
        }
    }

    /// The format, or the kind of file that is no image, as soon as that is certain.
    pub fn verdict(&self) -> Option<Result<Format, NotAnImage>> {
        self.verdict
    }

    /// The format of a body that ends here.
    ///
    /// # Errors
    ///
    /// If the body is not an image; the error is the kind of file that it is.
    pub fn finish(&self) -> Result<Format, NotAnImage> {
        self.verdict.unwrap_or_else(|| examine(&self.head).0)
    }
}

/// The format by these first bytes, and whether more of them could still make it an SVG.
fn examine(head: &[u8]) -> (Result<Format, NotAnImage>, bool) {
    if let Some(format) = by_signature(head) {
        return (Ok(format), false);
    }
    if let Some(other) = other_by_signature(head) {
        return (Err(other), false);
    }
    by_text(head)
}

/// The signatures of the WHATWG MIME Sniffing standard (section 6.1), of ISO 14496-12 (`ftyp`
/// brands), ISO 18181-2 (JPEG XL), TIFF 6.0 and BigTIFF, and the TIFFs of Olympus and Panasonic, which have
/// other numbers.
pub fn by_signature(head: &[u8]) -> Option<Format> {
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
    const TIFF: [&[u8]; 8] = [
        b"II*\0",
        b"MM\0*",
        b"II+\0\x08\0",
        b"MM\0+\0\x08",
        b"IIRO\x08\0",
        b"IIRS\x08\0",
        b"MMOR\0\0",
        b"IIU\0",
    ];
    if TIFF.iter().any(|sign| head.starts_with(sign)) {
        return Some(Format::Tiff);
    }
    is_icon(head).then_some(Format::Ico)
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

/// `BM` alone begins many a text, so the size of the second header must be a known one, too. OS/2's may
/// end anywhere between 16 and 64 bytes.
fn is_bitmap(head: &[u8]) -> bool {
    head.starts_with(b"BM")
        && head.get(14..18).is_some_and(|size| matches!(size, [12 | 16..=64 | 108 | 124, 0, 0, 0]))
}

/// An icon or a cursor: each entry of its directory must be a possible one, as far as they are here. A
/// texture (TGA) may begin with the same four bytes.
fn is_icon(head: &[u8]) -> bool {
    const HEADER: usize = 6;
    const ENTRY: usize = 16;
    /// Of one picture: a header without pixels, and far more than any icon has.
    const BYTES: std::ops::Range<u32> = 40..1 << 24;
    let [0, 0, 1 | 2, 0, low, high, entries @ ..] = head else { return false };
    let count = usize::from(u16::from_le_bytes([*low, *high]));
    let pictures_at = (HEADER + ENTRY * count) as u32;
    count > 0
        && entries.chunks_exact(ENTRY).take(count).all(|entry| {
            let number =
                |at: usize| u32::from_le_bytes([entry[at], entry[at + 1], entry[at + 2], entry[at + 3]]);
            // .NET writes 255 into the reserved byte.
            matches!(entry[3], 0 | 255)
                && BYTES.contains(&number(8))
                && (pictures_at..1 << 28).contains(&number(12))
        })
}

fn other_by_signature(head: &[u8]) -> Option<NotAnImage> {
    const SIGNATURES: [(usize, &[u8], NotAnImage); 11] = [
        (0, b"%PDF-", NotAnImage::Pdf),
        (0, b"PK\x03\x04", NotAnImage::Zip),
        (0, b"\x1F\x8B", NotAnImage::Gzip),
        (0, b"7z\xBC\xAF\x27\x1C", NotAnImage::SevenZip),
        (0, b"Rar!", NotAnImage::Rar),
        (0, b"\x1A\x45\xDF\xA3", NotAnImage::WebM),
        (0, b"OggS", NotAnImage::Ogg),
        (0, b"ID3", NotAnImage::Mp3),
        (4, b"ftypqt  ", NotAnImage::QuickTime),
        // A raw file of Canon's.
        (4, b"ftypcrx ", NotAnImage::Unknown),
        (4, b"ftyp", NotAnImage::Mp4),
    ];
    let mut signatures = SIGNATURES.iter();
    let found = signatures
        .find(|(offset, signature, _)| head.get(*offset..).is_some_and(|head| head.starts_with(signature)));
    found.map(|(_, _, kind)| *kind)
}

fn by_text(head: &[u8]) -> (Result<Format, NotAnImage>, bool) {
    if head.iter().any(|byte| matches!(byte, 0..=8 | 11 | 14..=26 | 28..=31)) {
        return (Err(NotAnImage::Unknown), false);
    }
    let mut text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let mut is_xml = false;
    let mut is_open = false;
    // A page may begin with a drawing.
    while matches!(text, [b'<', b'!' | b'?', ..]) && !starts_with_tag(text, b"<!doctype html") {
        is_xml |= text[1] == b'?';
        let Some(length) = declaration_length(text) else {
            is_open = true;
            break;
        };
        text = text[length..].trim_ascii_start();
    }
    let end = text.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'));
    if begins_svg(&text[..end.unwrap_or(text.len())]) {
        return (Ok(Format::Svg), false);
    }
    let kind = match text.first() {
        _ if starts_with_tag(text, b"<!doctype html") || starts_with_tag(text, b"<html") => NotAnImage::Html,
        Some(b'<') if is_xml => NotAnImage::Xml,
        Some(b'<') => NotAnImage::Html,
        Some(b'{' | b'[') => NotAnImage::Json,
        _ => NotAnImage::Text,
    };
    let is_cut = text.is_empty() || (text[0] == b'<' && end.is_none());
    (Err(kind), is_open || is_cut)
}

fn starts_with_tag(text: &[u8], tag: &[u8]) -> bool {
    text.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag))
        && text.get(tag.len()).is_none_or(|next| matches!(next, b'>' | b'/') || next.is_ascii_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The verdict on a whole body.
    fn recognise(body: &[u8]) -> Result<Format, NotAnImage> {
        let mut recogniser = Recogniser::default();
        recogniser.push(body);
        recogniser.finish()
    }

    #[test]
    fn every_format_is_recognised_by_its_first_bytes() {
        let cases: [(&[u8], Format); 27] = [
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
            (b"IIRO\x08\0\0\0", Format::Tiff),
            (b"IIU\0\x18\0\0\0", Format::Tiff),
            (b"\0\0\x01\0\x01\0\x10\x10", Format::Ico),
            (b"<x:svg xmlns:x='http://www.w3.org/2000/svg'/>", Format::Svg),
            (b"<?xml version='1.0' encoding='utf-8'?>\n<ns0:svg\nxmlns:ns0='a'>", Format::Svg),
            (b"<!DOCTYPE svg:svg [<!-- don't > ]> -->\n] >\n<svg:svg>", Format::Svg),
            (b"<!DOCTYPE svg SYSTEM 'a>b'>\n<?a b?><svg>", Format::Svg),
            (b"<svg", Format::Svg),
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
        let cases: [(&[u8], NotAnImage); 28] = [
            (b"<!doctype html><title>404</title>", NotAnImage::Html),
            (b"\n  <HTML><head>", NotAnImage::Html),
            (b"<!-- cached --><html lang=en>", NotAnImage::Html),
            (b"<div>not found</div>", NotAnImage::Html),
            (b"<svgfoo>", NotAnImage::Html),
            (b"<!doctype html><svg></svg>", NotAnImage::Html),
            (b"<svg:rect>", NotAnImage::Html),
            (b"<?xml version='1.0'?><ns0:svgs>", NotAnImage::Xml),
            (b"<?xml version='1.0'?><!DOCTYPE plist PUBLIC 'a' 'b'><plist>", NotAnImage::Xml),
            (b"IIRO is a name", NotAnImage::Text),
            (b"<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>", NotAnImage::Xml),
            (b"{\"error\":\"no\"}", NotAnImage::Json),
            (b"Not found", NotAnImage::Text),
            (b"BMW is a car maker, not a bitmap", NotAnImage::Text),
            (b"%PDF-1.7", NotAnImage::Pdf),
            (b"PK\x03\x04\x14\0", NotAnImage::Zip),
            (b"\x1F\x8B\x08\0", NotAnImage::Gzip),
            (b"7z\xBC\xAF\x27\x1C\0\x04", NotAnImage::SevenZip),
            (b"Rar!\x1A\x07\0", NotAnImage::Rar),
            (b"\0\0\0\x18ftypmp42\0\0\0\0isommp42", NotAnImage::Mp4),
            (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", NotAnImage::QuickTime),
            (b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom", NotAnImage::Unknown),
            (b"\x1A\x45\xDF\xA3\x9FB\x86", NotAnImage::WebM),
            (b"OggS\0\x02", NotAnImage::Ogg),
            (b"ID3\x04\0", NotAnImage::Mp3),
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
        use NotAnImage::{Html, Mp4, Text, Unknown, Xml};
        // Each result holds from this length of the head on.
        type Results<'a> = &'a [(usize, Result<Format, NotAnImage>)];
        let cases: [(&[u8], Results<'_>); 4] = [
            (
                b"\0\0\0\x1Cftypavif\0\0\0\0avifmif1miaf",
                &[(0, Err(Text)), (1, Err(Unknown)), (8, Err(Mp4)), (12, Ok(Format::Avif))],
            ),
            (
                b"\xFF\xFF\xFF\xFFftypmif1\0\0\0\0mif1heic",
                &[(0, Err(Text)), (8, Err(Mp4)), (24, Ok(Format::Heic))],
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
    fn the_root_of_an_svg_may_come_late() {
        let comment = |length: usize| format!("<?xml version=\"1.0\"?>\n<!--{}-->", " a".repeat(length / 2));
        let subset = "<!DOCTYPE svg [\n<!ATTLIST g a CDATA #FIXED \"]>\" >\n]>\n";
        for length in [900, 990, 1000, 1100, 2000, 4000, 30_000, 65_000] {
            let text = format!("{}{subset}<svg xmlns='http://www.w3.org/2000/svg'/>", comment(length));
            assert_eq!(recognise(text.as_bytes()), Ok(Format::Svg), "{length}");
            let page = format!("{}<html>", comment(length));
            assert_eq!(recognise(page.as_bytes()), Err(NotAnImage::Html), "{length}");
        }
        assert_eq!(recognise(&[&[b'\n'; 5000][..], b"<svg/>"].concat()), Ok(Format::Svg));
    }

    #[test]
    fn a_root_at_any_place_is_found_in_chunks_of_any_length() {
        for before in (0..60).chain(960..1100).chain(2020..2060) {
            let text = [&b"<!-- a -->"[..], &vec![b' '; before], b"<ns0:svg xmlns:ns0='a'/>", &[b'x'; 4000]]
                .concat();
            for length in [1, 7, 1024, 10_000] {
                let mut recogniser = Recogniser::default();
                text.chunks(length).for_each(|chunk| recogniser.push(chunk));
                assert_eq!(recogniser.verdict(), Some(Ok(Format::Svg)), "{before} {length}");
                assert!(recogniser.head.is_empty());
            }
        }
    }

    #[test]
    fn a_body_that_never_decides_is_not_kept() {
        for (start, kind) in [("<!--", NotAnImage::Html), ("<?xml ", NotAnImage::Xml), ("", NotAnImage::Text)]
        {
            let mut recogniser = Recogniser::default();
            recogniser.push(start.as_bytes());
            (0..MAX_HEAD_BYTES - start.len()).for_each(|_| {
                assert_eq!(recogniser.verdict(), None);
                recogniser.push(b" ");
            });
            assert_eq!((recogniser.verdict(), recogniser.head.len()), (Some(Err(kind)), 0));
        }
    }

    #[test]
    fn any_other_body_is_decided_by_its_first_bytes() {
        for start in
            ["<!doctype html>", "<html>", "{", "a", "\0", "<?xml ?><a>", "\u{89}PNG\r\n\u{1a}\n", "<svg>"]
        {
            let mut recogniser = Recogniser::default();
            recogniser.push(&[start.as_bytes(), &[b' '; HEAD_BYTES]].concat());
            assert!(recogniser.verdict().is_some(), "{start}");
        }
    }

    #[test]
    fn an_icon_has_a_directory_of_pictures() {
        // Two pictures of .NET's, which sets the reserved byte.
        let entry = |size: u32, at: u32| {
            [&[16, 16, 0, 255, 1, 0, 32, 0][..], &size.to_le_bytes(), &at.to_le_bytes()].concat()
        };
        let icon = |entries: &[Vec<u8>]| {
            [&[0, 0, 1, 0, entries.len() as u8, 0][..], &entries.concat(), &[0x28, 0, 0, 0]].concat()
        };
        assert_eq!(recognise(&icon(&[entry(1128, 38), entry(270_398, 1166)])), Ok(Format::Ico));
        // A cursor, whose hot spot is where an icon has planes and bits.
        let cursor = b"\0\0\x02\0\x01\0\x20\x20\0\0\x07\0\x09\0\xa8\x10\0\0\x16\0\0\0\x28\0\0\0";
        assert_eq!(recognise(cursor), Ok(Format::Ico));
        for (size, at) in [(0, 38), (1 << 24, 38), (1128, 21), (1128, 1 << 28)] {
            assert_eq!(recognise(&icon(&[entry(1128, 38), entry(size, at)])), Err(NotAnImage::Unknown));
        }
        // Textures of two by two pixels: true-colour, and with remains in the fields of a colour map.
        let texture = b"\0\0\x02\0\0\0\0\0\0\0\0\0\x02\0\x02\0\x18\x20\0\0\xff\0\xff\0\xff\0\0\xff\xff\xff";
        assert_eq!(recognise(texture), Err(NotAnImage::Unknown));
        let mut remains = *texture;
        remains[5] = 1;
        assert_eq!(recognise(&remains), Err(NotAnImage::Unknown));
    }

    #[test]
    fn a_bitmap_of_os2_has_a_header_of_any_length() {
        let of = |info: u8| recognise(&[b"BM\x2e\0\0\0\0\0\0\0\x1e\0\0\0", &[info, 0, 0, 0][..]].concat());
        for info in (16..=64).chain([12, 108, 124]) {
            assert_eq!(of(info), Ok(Format::Bmp), "{info}");
        }
        assert!([0, 11, 13, 15, 65, 125].iter().all(|info| of(*info).is_err()));
    }
}
