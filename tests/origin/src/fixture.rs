//! Small files of the kinds that pictures don't have. AVIF, HEIC, HEIF and JPEG XL have real headers, by which
//! a file is recognised, and no picture; the others are complete. Some are those of `tests/images`.

use std::io::Cursor;

use image::{ImageFormat, Rgba, RgbaImage};

/// A small file.
#[derive(Debug)]
pub struct Fixture {
    /// Its name in a path.
    pub name: &'static str,
    /// Its content type.
    pub content_type: &'static str,
    /// Makes it.
    pub bytes: fn() -> Vec<u8>,
}

const fn fixture(name: &'static str, content_type: &'static str, bytes: fn() -> Vec<u8>) -> Fixture {
    Fixture { name, content_type, bytes }
}

/// All of them.
pub static FIXTURES: &[Fixture] = &[
    // The header alone.
    fixture("avif", "image/avif", || iso_media(b"avif", b"mif1miaf")),
    fixture("heic", "image/heic", || iso_media(b"heic", b"mif1heix")),
    fixture("jxl", "image/jxl", || JXL.into()),
    fixture("jxl-container", "image/jxl", || {
        let mut file = boxed(b"JXL ", &[0x0D, 0x0A, 0x87, 0x0A]);
        file.extend(boxed(b"ftyp", b"jxl \0\0\0\0jxl "));
        file.extend(boxed(b"jxlc", &JXL));
        file
    }),
    fixture("bmp", "image/bmp", || encoded(ImageFormat::Bmp)),
    fixture("tiff", "image/tiff", || tiff(*b"II", u16::to_le_bytes, u32::to_le_bytes)),
    fixture("tiff-big-endian", "image/tiff", || tiff(*b"MM", u16::to_be_bytes, u32::to_be_bytes)),
    fixture("ico", "image/x-icon", || encoded(ImageFormat::Ico)),
    fixture("svg", "image/svg+xml", || SVG.into()),
    fixture("svg-xml", "image/svg+xml", || {
        let doctype = "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \
                       \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\">";
        format!("\u{FEFF}<?xml version=\"1.0\"?>\n<!-- made by hand -->\n{doctype}\n{SVG}").into_bytes()
    }),
    fixture("svg-script", "image/svg+xml", || {
        let script = "<script>document.documentElement.id = 'ran'</script></svg>";
        SVG.replace("</svg>", script).into_bytes()
    }),
    fixture("svg-utf16", "image/svg+xml", || include_bytes!("../../images/little.svg").to_vec()),
    fixture("svgz", "image/svg+xml", || include_bytes!("../../images/plain.svgz").to_vec()),
    fixture("heif", "image/heif", || iso_media(b"mif1", b"miaf")),
    fixture("cur", "image/x-icon", || include_bytes!("../../images/arrow.cur").to_vec()),
    fixture("mpo", "image/jpeg", || include_bytes!("../../images/two.mpo").to_vec()),
    fixture("motion", "image/jpeg", || include_bytes!("../../images/motion.jpg").to_vec()),
    fixture("jp2", "image/jp2", || include_bytes!("../../images/plain.jp2").to_vec()),
    fixture("jxr", "image/jxr", || include_bytes!("../../images/plain.jxr").to_vec()),
    fixture("jls", "image/jls", || include_bytes!("../../images/plain.jls").to_vec()),
    fixture("dng", "image/tiff", || include_bytes!("../../images/plain.dng").to_vec()),
    fixture("psd", "image/vnd.adobe.photoshop", || include_bytes!("../../images/runs.psd").to_vec()),
    fixture("tga", "image/x-tga", || include_bytes!("../../images/runs.tga").to_vec()),
    fixture("qoi", "image/qoi", || include_bytes!("../../images/plain.qoi").to_vec()),
    fixture("dds", "image/vnd.ms-dds", || include_bytes!("../../images/blocks.dds").to_vec()),
    HTML,
    fixture("text", "text/plain; charset=utf-8", || b"This is a line of text.\n".to_vec()),
];

/// A page: not an image.
pub const HTML: Fixture = fixture("html", "text/html; charset=utf-8", || {
    b"<!doctype html>\n<title>Not an image</title>\n<p>This is a page.</p>\n".to_vec()
});

/// The fixture of that name.
pub fn named(name: &str) -> Option<&'static Fixture> {
    FIXTURES.iter().find(|fixture| fixture.name == name)
}

/// ISO/IEC 18181-2: the codestream's signature, then a size header of 8 × 8.
const JXL: [u8; 8] = [0xFF, 0x0A, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00];

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
    fn no_two_fixtures_share_a_name() {
        for fixture in FIXTURES {
            assert!(std::ptr::eq(named(fixture.name).unwrap(), fixture), "{}", fixture.name);
        }
    }

    #[test]
    fn each_kind_begins_with_its_signature() {
        for (name, at, signature) in [
            ("avif", 4, &b"ftypavif"[..]),
            ("heic", 4, b"ftypheic"),
            ("jxl", 0, &[0xFF, 0x0A]),
            ("jxl-container", 0, &[0, 0, 0, 0x0C, b'J', b'X', b'L', b' ', 0x0D, 0x0A, 0x87, 0x0A]),
            ("bmp", 0, b"BM"),
            ("tiff", 0, b"II*\0"),
            ("tiff-big-endian", 0, b"MM\0*"),
            ("ico", 0, &[0, 0, 1, 0]),
            ("svg", 0, b"<svg"),
            ("svg-utf16", 0, b"\xFF\xFE<\0"),
            ("svgz", 0, b"\x1F\x8B"),
            ("heif", 4, b"ftypmif1"),
            ("cur", 0, &[0, 0, 2, 0]),
            ("jp2", 4, b"jP  "),
            ("jxr", 0, b"II\xBC"),
            ("dng", 0, b"II*\0"),
            ("psd", 0, b"8BPS"),
            ("qoi", 0, b"qoif"),
            ("dds", 0, b"DDS "),
        ] {
            let bytes = (named(name).unwrap().bytes)();
            assert_eq!(&bytes[at..at + signature.len()], signature, "{name}");
        }
    }
}
