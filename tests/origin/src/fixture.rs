//! Small files of the kinds that pictures don't have. BMP, TIFF, ICO and SVG are complete; AVIF, HEIC and
//! JPEG XL have real headers, by which a file is recognised, and no picture.

use std::io::Cursor;

use image::{ImageFormat, Rgba, RgbaImage};

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// AV1 image, header only.
    Avif,
    /// HEVC image, header only.
    Heic,
    /// JPEG XL codestream, header only.
    Jxl,
    /// JPEG XL in its container, header only.
    JxlContainer,
    /// Windows bitmap.
    Bmp,
    /// TIFF, little-endian.
    Tiff,
    /// TIFF, big-endian.
    TiffBigEndian,
    /// Windows icon.
    Ico,
    /// SVG.
    Svg,
    /// SVG behind an XML declaration, a comment and a document type.
    SvgXml,
    /// SVG with a script in it.
    SvgScript,
    /// An HTML page: not an image.
    Html,
    /// A line of text: not an image.
    Text,
}

/// Every kind, with its name and content type.
pub const KINDS: [(Kind, &str, &str); 13] = [
    (Kind::Avif, "avif", "image/avif"),
    (Kind::Heic, "heic", "image/heic"),
    (Kind::Jxl, "jxl", "image/jxl"),
    (Kind::JxlContainer, "jxl-container", "image/jxl"),
    (Kind::Bmp, "bmp", "image/bmp"),
    (Kind::Tiff, "tiff", "image/tiff"),
    (Kind::TiffBigEndian, "tiff-big-endian", "image/tiff"),
    (Kind::Ico, "ico", "image/x-icon"),
    (Kind::Svg, "svg", "image/svg+xml"),
    (Kind::SvgXml, "svg-xml", "image/svg+xml"),
    (Kind::SvgScript, "svg-script", "image/svg+xml"),
    (Kind::Html, "html", "text/html; charset=utf-8"),
    (Kind::Text, "text", "text/plain; charset=utf-8"),
];

impl Kind {
    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        KINDS.iter().find(|(_, known, _)| *known == name).map(|(kind, ..)| *kind)
    }

    /// Its name in a path.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// Its content type.
    pub fn content_type(self) -> &'static str {
        self.row().2
    }

    fn row(self) -> &'static (Self, &'static str, &'static str) {
        // The table has the order of the variants; a test checks it.
        &KINDS[self as usize]
    }

    /// The file.
    pub fn bytes(self) -> Vec<u8> {
        match self {
            Self::Avif => iso_media(b"avif", b"mif1miaf"),
            Self::Heic => iso_media(b"heic", b"mif1heix"),
            // ISO/IEC 18181-2: the codestream's signature, then a size header of 8 × 8.
            Self::Jxl => vec![0xFF, 0x0A, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00],
            Self::JxlContainer => {
                let mut file = boxed(b"JXL ", &[0x0D, 0x0A, 0x87, 0x0A]);
                file.extend(boxed(b"ftyp", b"jxl \0\0\0\0jxl "));
                file.extend(boxed(b"jxlc", &Self::Jxl.bytes()));
                file
            }
            Self::Bmp => encoded(ImageFormat::Bmp),
            Self::Tiff => tiff(*b"II", u16::to_le_bytes, u32::to_le_bytes),
            Self::TiffBigEndian => tiff(*b"MM", u16::to_be_bytes, u32::to_be_bytes),
            Self::Ico => encoded(ImageFormat::Ico),
            Self::Svg => SVG.into(),
            Self::SvgXml => {
                let doctype = "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \
                               \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\">";
                format!("\u{FEFF}<?xml version=\"1.0\"?>\n<!-- made by hand -->\n{doctype}\n{SVG}")
                    .into_bytes()
            }
            Self::SvgScript => SVG
                .replace("</svg>", "<script>document.documentElement.id = 'ran'</script></svg>")
                .into_bytes(),
            Self::Html => b"<!doctype html>\n<title>Not an image</title>\n<p>This is a page.</p>\n".to_vec(),
            Self::Text => b"This is a line of text.\n".to_vec(),
        }
    }
}

const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"32\" height=\"32\">\
                   <circle cx=\"16\" cy=\"16\" r=\"12\" fill=\"#e0a050\"/></svg>\n";

/// A box of ISO/IEC 14496-12: its size, its type, its content.
fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut bytes = (8 + content.len() as u32).to_be_bytes().to_vec();
    bytes.extend(kind);
    bytes.extend(content);
    bytes
}

/// File type, an empty `meta` and some data.
fn iso_media(brand: &[u8; 4], compatible: &[u8]) -> Vec<u8> {
    let mut content = brand.to_vec();
    content.extend([0; 4]);
    content.extend(brand);
    content.extend(compatible);
    let mut file = boxed(b"ftyp", &content);
    file.extend(boxed(b"meta", &[0; 4]));
    file.extend(boxed(b"mdat", &[0x5A; 32]));
    file
}

/// A picture of 2 × 2 pixels.
fn encoded(format: ImageFormat) -> Vec<u8> {
    let colours = [[200, 120, 60], [220, 160, 100], [80, 160, 224], [60, 120, 180]];
    let picture = RgbaImage::from_fn(2, 2, |x, y| {
        let [red, green, blue] = colours[(2 * y + x) as usize];
        Rgba([red, green, blue, 255])
    });
    let mut file = Cursor::new(Vec::new());
    // Encoding a picture as small as this in memory can't fail.
    let _ = picture.write_to(&mut file, format);
    file.into_inner()
}

/// One grey pixel in one strip (TIFF 6.0, section 4).
fn tiff(mark: [u8; 2], short: fn(u16) -> [u8; 2], long: fn(u32) -> [u8; 4]) -> Vec<u8> {
    // Width, height, bits, compression, black is zero, strip offset, samples, rows per strip, strip bytes.
    let tags = [(256, 1), (257, 1), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, 1), (279, 1)];
    let mut file = mark.to_vec();
    file.extend(short(42));
    file.extend(long(10));
    file.extend([0x80, 0]);
    file.extend(short(tags.len() as u16));
    for (tag, value) in tags {
        // One value of type 4, LONG.
        file.extend(short(tag));
        file.extend(short(4));
        file.extend(long(1));
        file.extend(long(value));
    }
    file.extend(long(0));
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_variants() {
        for (place, (kind, name, _)) in KINDS.iter().enumerate() {
            assert_eq!(*kind as usize, place);
            assert_eq!(kind.name(), *name);
        }
    }

    #[test]
    fn each_kind_begins_with_its_signature() {
        for (kind, at, signature) in [
            (Kind::Avif, 4, &b"ftypavif"[..]),
            (Kind::Heic, 4, b"ftypheic"),
            (Kind::Jxl, 0, &[0xFF, 0x0A]),
            (Kind::JxlContainer, 0, &[0, 0, 0, 0x0C, b'J', b'X', b'L', b' ', 0x0D, 0x0A, 0x87, 0x0A]),
            (Kind::Bmp, 0, b"BM"),
            (Kind::Tiff, 0, b"II*\0"),
            (Kind::TiffBigEndian, 0, b"MM\0*"),
            (Kind::Ico, 0, &[0, 0, 1, 0]),
            (Kind::Svg, 0, b"<svg"),
        ] {
            assert_eq!(&kind.bytes()[at..at + signature.len()], signature, "{}", kind.name());
        }
    }
}
