use super::*;

/// The verdict on a whole body.
fn recognise(body: &[u8]) -> Result<Format, NotAnImage> {
    let mut recogniser = Recogniser::default();
    recogniser.push(body);
    recogniser.finish().format
}

#[test]
fn every_format_is_recognised_by_its_first_bytes() {
    let cases: [(&[u8], Format); 51] = [
        (b"\xFF\xD8\xFF\xE0\0\x10JFIF", Format::Jpeg),
        (b"\xFF\xD8\xFF\xE8\0\x04ab\xFF\xFE\0\x02\xFF\xF7\0\x0B", Format::Jls),
        (b"\xFF\xD8\xFF\xE8\0\x04ab\xFF\xDB\0\x02\xFF\xF7\0\x0B", Format::Jpeg),
        (b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR", Format::Png),
        (b"GIF87a\x01\0", Format::Gif),
        (b"GIF89a\x01\0", Format::Gif),
        (b"RIFF\x24\0\0\0WEBPVP8 ", Format::WebP),
        (b"\0\0\0\x1Cftypavif\0\0\0\0avifmif1miaf", Format::Avif),
        (b"\0\0\0\x18ftypavis\0\0\0\0msf1iso8", Format::Avif),
        (b"\0\0\0\x1Cftypmif1\0\0\0\0mif1avifmiaf", Format::Avif),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Format::Heic),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", Format::Heic),
        (b"\0\0\0\x18ftypmsf1\0\0\0\0msf1hevc", Format::Heic),
        (b"\0\0\0\x14ftypmif1\0\0\0\0mif1", Format::Heif),
        (b"\0\0\0\x14ftypmsf1\0\0\0\0msf1", Format::Heif),
        (b"\0\0\0\x18ftypavci\0\0\0\0mif1avci", Format::Heif),
        (b"\0\0\0\x18ftypmiaf\0\0\0\0miafmif1", Format::Heif),
        (b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom", Format::Cr3),
        (b"\xFF\x0A\xFA\x7F", Format::Jxl),
        (b"\0\0\0\x0CJXL \r\n\x87\n\0\0\0\x14ftypjxl ", Format::Jxl),
        (b"\0\0\0\x0CjP  \r\n\x87\n\0\0\0\x14ftypjp2 ", Format::Jp2),
        (b"\0\0\0\x0CjP  \r\n\x87\n\0\0\0\x14ftypjpx ", Format::Jpx),
        (b"\0\0\0\x0CjP  \r\n\x87\n\0\0\0\x14ftypjpm ", Format::Jpm),
        (b"\0\0\0\x0CjP  \r\n\x87\n\0\0\0\x14ftypjph ", Format::Jph),
        (b"\xFF\x4F\xFF\x51\0\x29", Format::J2k),
        (b"II\xBC\x01\x20\0\0\0", Format::Jxr),
        (b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", Format::Bmp),
        (b"II*\0\x08\0\0\0", Format::Tiff),
        (b"MM\0*\0\0\0\x08", Format::Tiff),
        (b"II+\0\x08\0\0\0", Format::Tiff),
        (b"II*\0\x10\0\0\0CR\x02\0", Format::Cr2),
        (b"IIRO\x08\0\0\0", Format::Orf),
        (b"IIRS\x08\0\0\0", Format::Orf),
        (b"MMOR\0\0\0\x08", Format::Orf),
        (b"IIU\0\x18\0\0\0", Format::Rw2),
        (b"FUJIFILMCCD-RAW 0201FF129502X-T1", Format::Raf),
        (b"\0\0\x01\0\x01\0\x10\x10", Format::Ico),
        (b"\0\0\x02\0\x01\0\x10\x10", Format::Cur),
        (b"#?RGBE\nFORMAT=32-bit_rle_rgbe\n\n-Y 9 +X 12\n", Format::Hdr),
        (b"<x:svg xmlns:x='http://www.w3.org/2000/svg'/>", Format::Svg),
        (b"<?xml version='1.0' encoding='utf-8'?>\n<ns0:svg\nxmlns:ns0='a'>", Format::Svg),
        (b"<!DOCTYPE svg:svg [<!-- don't > ]> -->\n] >\n<svg:svg>", Format::Svg),
        (b"<!DOCTYPE svg SYSTEM 'a>b'>\n<?a b?><svg>", Format::Svg),
        (b"<svg", Format::Svg),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Format::Svg),
        (b"\xEF\xBB\xBF<?xml version='1.0'?>\n<!-- a > b --><svg>", Format::Svg),
        (b"<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"x\">\n<svg>", Format::Svg),
        (b"<!DOCTYPE svg [<!ENTITY a \"<b>\">]><svg>", Format::Svg),
        (b"\xFF\xFE<\0s\0v\0g\0>\0", Format::Svg),
        (b"\xFE\xFF\0<\0s\0v\0g\0/\0>", Format::Svg),
        (b"\0<\0?\0x\0?\0>\0<\0s\0v\0g\0 ", Format::Svg),
    ];
    for (head, format) in cases {
        assert_eq!(recognise(head), Ok(format), "{}", String::from_utf8_lossy(head));
    }
}

#[test]
fn the_kind_of_a_body_that_is_not_an_image_is_named() {
    let cases: [(&[u8], NotAnImage); 34] = [
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
        (b"\xFF\xFE<\0h\0t\0m\0l\0>\0", NotAnImage::Html),
        (b"\xFF\xFEN\0o\0", NotAnImage::Text),
        (b"P1 is a priority, and no picture", NotAnImage::Text),
        (b"qoif is not a word", NotAnImage::Text),
        (b"icns are icons", NotAnImage::Text),
        (b"8BPSomething", NotAnImage::Text),
        (b"DDS is a protocol", NotAnImage::Text),
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
            &[(0, Err(Text)), (8, Err(Mp4)), (12, Ok(Format::Heif)), (24, Ok(Format::Heic))],
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
        let text =
            [&b"<!-- a -->"[..], &vec![b' '; before], b"<ns0:svg xmlns:ns0='a'/>", &[b'x'; 4000]].concat();
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
    for (start, kind) in [("<!--", NotAnImage::Html), ("<?xml ", NotAnImage::Xml), ("", NotAnImage::Text)] {
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
    assert_eq!(recognise(cursor), Ok(Format::Cur));
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

/// A TIFF whose first directory has these entries, in both byte orders: tag, type, count, value. A text
/// follows the directory, and its place is `TEXT`.
fn tiff(entries: &[(u16, u16, u32, u32)], text: &[u8]) -> [Vec<u8>; 2] {
    let text_at = (8 + 2 + 12 * entries.len() + 4) as u32;
    let write = |short: fn(u16) -> [u8; 2], long: fn(u32) -> [u8; 4], mark: &[u8; 2]| {
        let mut file = [&mark[..], &short(42), &long(8), &short(entries.len() as u16)].concat();
        for (tag, kind, count, value) in entries {
            let value = if *value == TEXT { text_at } else { *value };
            file.extend([&short(*tag)[..], &short(*kind), &long(*count), &long(value)].concat());
        }
        [&file, &long(0)[..], text].concat()
    };
    [write(u16::to_le_bytes, u32::to_le_bytes, b"II"), write(u16::to_be_bytes, u32::to_be_bytes, b"MM")]
}

const TEXT: u32 = u32::MAX;

#[test]
fn a_raw_file_is_told_from_a_tiff_by_its_first_directory() {
    let maker = (271, 2, 6, TEXT);
    let thumbnail = (254, 4, 1, 1);
    let others = (330, 4, 2, 900);
    let cases = [
        (vec![(256, 4, 1, 8), (0xC612, 1, 4, 0x0000_0401)], &b""[..], Format::Dng),
        (vec![thumbnail, maker], b"NIKON CORPORATION\0", Format::Nef),
        (vec![maker, others], b"NIKON\0", Format::Nef),
        (vec![thumbnail, maker], b"SONY \0", Format::Arw),
        (vec![(259, 4, 1, 65_535), maker], b"PENTAX Corporation\0", Format::Pef),
        (vec![maker, others], b"RICOH IMAGING COMPANY, LTD.\0", Format::Pef),
        // Developed, and of a maker whose files have no name here.
        (vec![(254, 4, 1, 0), maker], b"NIKON CORPORATION\0", Format::Tiff),
        (vec![thumbnail, maker], b"Phase One\0", Format::Tiff),
        (vec![thumbnail], b"", Format::Tiff),
    ];
    for (entries, text, format) in cases {
        for file in tiff(&entries, text) {
            assert_eq!(recognise(&file), Ok(format), "{entries:?} {text:?}");
            let mut recogniser = Recogniser::default();
            [&file[..], &[0; HEAD_BYTES]].concat().chunks(5).for_each(|chunk| recogniser.push(chunk));
            assert_eq!(recogniser.verdict(), Some(Ok(format)));
        }
    }
}

#[test]
fn a_raw_file_may_have_its_directory_behind_a_preview() {
    let [file, _] = tiff(&[(0xC612, 1, 4, 1)], b"");
    for gap in [2000, 60_000] {
        let directory = (8 + gap as u32).to_le_bytes();
        let far = [&file[..4], &directory, &vec![7; gap], &file[8..]].concat();
        assert_eq!(recognise(&far), Ok(Format::Dng), "{gap}");
    }
}

#[test]
fn a_texture_is_recognised_by_its_end() {
    let header = b"\0\0\x02\0\0\0\0\0\0\0\0\0\x02\0\x02\0\x18\x20";
    for pixels in [12, 2000, 200_000] {
        let texture = [&header[..], &vec![9; pixels], &[0; 8], TGA_FOOTER].concat();
        for length in [1, 17, 1024, texture.len()] {
            let mut recogniser = Recogniser::default();
            texture.chunks(length).for_each(|chunk| recogniser.push(chunk));
            assert_eq!((recogniser.finish().format, recogniser.verdict()), (Ok(Format::Tga), None));
            recogniser.push(b"\0");
            assert_eq!(recogniser.finish().format, Err(NotAnImage::Unknown), "the footer is not at the end");
        }
    }
    // What can't be a texture is refused by its beginning.
    let mut recogniser = Recogniser::default();
    recogniser.push(&[&[0; 18][..], &[9; HEAD_BYTES]].concat());
    assert_eq!(recogniser.verdict(), Some(Err(NotAnImage::Unknown)));
}

#[test]
fn the_root_of_an_svg_in_utf_16_may_come_late() {
    let text = format!("<?xml version='1.0'?><!-- {} --><svg/>", "м< ".repeat(2000));
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(recognise(&little), Ok(Format::Svg));
    assert_eq!(recognise(&[&[0xFE, 0xFF][..], &big].concat()), Ok(Format::Svg));
}
