//! Recognises the format of a body by its first bytes.
//!
//! By hand: `infer`, a crate for this, would add 7 KB gzipped to the wasm, a tenth of the package.

use super::characters::ascii_of_utf16;
use super::dimensions::Dimensions;
use super::format::{Format, NotAnImage};
use super::markup::{begins_svg, declaration_length};
use super::signature::{by_signature, refined};
use super::{header, inflate};

/// The bytes at the start of a body that decide, in all but a few formats.
const HEAD_BYTES: usize = 1024;

/// The most bytes that are looked at: 64 KiB of declarations and comments, such as the licence and the
/// document type of each of KanjiVG's drawings, may precede the root of an SVG, and a preview what tells a
/// raw file from a TIFF.
const MAX_HEAD_BYTES: usize = HEAD_BYTES + (64 << 10);

/// The end of a TGA of version 2. Its beginning is nothing but numbers.
const TGA_FOOTER: &[u8; 18] = b"TRUEVISION-XFILE.\0";

/// Recognises the format of a body whose bytes arrive chunk by chunk. It keeps the first bytes until
/// they decide.
#[derive(Debug)]
pub struct Recogniser {
    head: Vec<u8>,
    /// The length of the head that is examined next.
    wanted: usize,
    recognition: Option<Recognition>,
    texture: Option<Texture>,
}

/// What the first bytes of a body say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recognition {
    /// The format, or the kind of a file that is not an image.
    pub format: Result<Format, NotAnImage>,
    /// The size of the image, if its header is in one piece ([`DimensionsFinder`](super::DimensionsFinder)
    /// finds the others).
    pub dimensions: Option<Dimensions>,
    /// The length of the whole file in bytes, if it says that.
    pub length: Option<u64>,
}

/// A body that is a TGA if it ends as one.
#[derive(Clone, Copy, Debug)]
struct Texture {
    recognition: Recognition,
    /// The last bytes that have arrived.
    tail: [u8; TGA_FOOTER.len()],
}

impl Default for Recogniser {
    fn default() -> Self {
        Self { head: Vec::new(), wanted: HEAD_BYTES, recognition: None, texture: None }
    }
}

impl Recogniser {
    /// Reads the next chunk of the body.
    pub fn push(&mut self, mut bytes: &[u8]) {
        while self.recognition.is_none() && !bytes.is_empty() {
            let (part, rest) = bytes.split_at(bytes.len().min(self.wanted - self.head.len()));
            self.head.extend_from_slice(part);
            bytes = rest;
            if self.head.len() < self.wanted {
                return;
            }
            let (format, may_change) = examine(&self.head);
            if may_change && self.wanted < MAX_HEAD_BYTES {
                // Doubled, so that all examinations together look at each byte twice.
                self.wanted = (self.wanted * 2).min(MAX_HEAD_BYTES);
            } else {
                self.recognition = Some(Recognition::new(format, &self.head));
                self.texture = Texture::begun(format, &self.head);
                self.head = Vec::new();
            }
        }
        if let Some(texture) = &mut self.texture {
            texture.push(bytes);
        }
    }

    /// The format, or the kind of file that is no image, as soon as that is certain.
    pub fn verdict(&self) -> Option<Result<Format, NotAnImage>> {
        self.recognition.filter(|_| self.texture.is_none()).map(|recognition| recognition.format)
    }

    /// What a body is that ends here.
    pub fn finish(&self) -> Recognition {
        let recognition = self.recognition.unwrap_or_else(|| {
            let (format, _) = examine(&self.head);
            Recognition::new(format, &self.head)
        });
        let texture = self.texture.or_else(|| Texture::begun(recognition.format, &self.head));
        texture.and_then(Texture::recognition).unwrap_or(recognition)
    }
}

impl Recognition {
    fn new(format: Result<Format, NotAnImage>, head: &[u8]) -> Self {
        let stated = format.ok();
        Self {
            format,
            dimensions: stated.and_then(|format| header::dimensions(format, head)),
            length: stated.and_then(|format| header::length(format, head)),
        }
    }
}

impl Texture {
    /// A body of an unknown kind whose first 18 bytes may be the header of a TGA: with a colour map or
    /// without, one of six types, a size, and the bits of a pixel.
    fn begun(format: Result<Format, NotAnImage>, head: &[u8]) -> Option<Self> {
        let [_, map, kind, _, _, _, _, _, _, _, _, _, width, wider, height, higher, bits, flags, rest @ ..] =
            head
        else {
            return None;
        };
        let is_texture = format == Err(NotAnImage::Unknown)
            && *map <= 1
            && matches!(kind, 1..=3 | 9..=11)
            && (*width | *wider) > 0
            && (*height | *higher) > 0
            && matches!(bits, 8 | 15 | 16 | 24 | 32)
            && flags & 0xC0 == 0;
        let mut texture =
            Self { recognition: Recognition::new(Ok(Format::Tga), head), tail: [0; TGA_FOOTER.len()] };
        texture.push(rest);
        is_texture.then_some(texture)
    }

    fn push(&mut self, bytes: &[u8]) {
        let last = &bytes[bytes.len().saturating_sub(self.tail.len())..];
        self.tail.copy_within(last.len().., 0);
        let kept = self.tail.len() - last.len();
        self.tail[kept..].copy_from_slice(last);
    }

    fn recognition(self) -> Option<Recognition> {
        (self.tail == *TGA_FOOTER).then_some(self.recognition)
    }
}

/// The format by these first bytes, and whether more of them could still change it.
fn examine(head: &[u8]) -> (Result<Format, NotAnImage>, bool) {
    match by_signature(head) {
        Some(Ok(format)) => {
            let refined = refined(format, head);
            (Ok(refined.unwrap_or(format)), refined.is_none())
        }
        Some(Err(NotAnImage::Gzip)) => match by_text(&inflate::beginning(head, MAX_HEAD_BYTES)) {
            (Ok(_), _) => (Ok(Format::Svgz), false),
            (Err(_), may_become_svg) => (Err(NotAnImage::Gzip), may_become_svg),
        },
        Some(Err(other)) => (Err(other), false),
        None => match ascii_of_utf16(head) {
            Some(text) => by_text(&text),
            None => by_text(head),
        },
    }
}

/// The format of a text in any encoding that has ASCII's characters in their places.
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
mod tests;
