use super::*;

/// Real files; `tests/images/make.py` says how they were made. Another decoder reads these sizes.
const FILES: [(&str, &[u8], u32, u32); 29] = [
    ("baseline.jpg", include_bytes!("../../../tests/images/baseline.jpg"), 67, 45),
    ("progressive.jpg", include_bytes!("../../../tests/images/progressive.jpg"), 67, 45),
    ("plain.png", include_bytes!("../../../tests/images/plain.png"), 67, 45),
    ("plain.gif", include_bytes!("../../../tests/images/plain.gif"), 67, 45),
    ("lossy.webp", include_bytes!("../../../tests/images/lossy.webp"), 67, 45),
    ("lossless.webp", include_bytes!("../../../tests/images/lossless.webp"), 67, 45),
    ("extended.webp", include_bytes!("../../../tests/images/extended.webp"), 67, 45),
    ("animated.webp", include_bytes!("../../../tests/images/animated.webp"), 67, 45),
    ("plain.avif", include_bytes!("../../../tests/images/plain.avif"), 67, 45),
    ("alpha.avif", include_bytes!("../../../tests/images/alpha.avif"), 67, 45),
    ("second.heic", include_bytes!("../../../tests/images/second.heic"), 67, 45),
    ("thumbnail.heic", include_bytes!("../../../tests/images/thumbnail.heic"), 166, 144),
    ("cropped.heic", include_bytes!("../../../tests/images/cropped.heic"), 67, 45),
    ("square.jxl", include_bytes!("../../../tests/images/square.jxl"), 64, 64),
    ("odd.jxl", include_bytes!("../../../tests/images/odd.jxl"), 67, 45),
    ("ratio.jxl", include_bytes!("../../../tests/images/ratio.jxl"), 400, 300),
    ("container.jxl", include_bytes!("../../../tests/images/container.jxl"), 667, 45),
    ("plain.bmp", include_bytes!("../../../tests/images/plain.bmp"), 67, 45),
    ("little.tif", include_bytes!("../../../tests/images/little.tif"), 67, 45),
    ("big.tif", include_bytes!("../../../tests/images/big.tif"), 67, 45),
    ("motorola.tif", include_bytes!("../../../tests/images/motorola.tif"), 67, 5),
    ("icon.ico", include_bytes!("../../../tests/images/icon.ico"), 64, 64),
    ("01-dawn.jpg", SAMPLE, 480, 320),
    ("05-lake.png", include_bytes!("../../../www/samples/05-lake.png"), 192, 128),
    ("08-afterglow.webp", include_bytes!("../../../www/samples/08-afterglow.webp"), 216, 144),
    ("10-twilight.gif", include_bytes!("../../../www/samples/10-twilight.gif"), 192, 128),
    // In as few bytes as there can be.
    ("tiny.webp", b"RIFF\x12\0\0\0WEBPVP8L\x06\0\0\0\x2FAlo\0k", 11_330, 446),
    ("tiny.gif", b"GIF89a\x01\0\x02\0\0\0\0;", 1, 2),
    ("tiny.svg", b"<svg viewBox='0 0 3 2'/>", 3, 2),
];

const SAMPLE: &[u8] = include_bytes!("../../../www/samples/01-dawn.jpg");

/// The size of a file that arrives in these pieces.
fn size_of<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Option<(u32, u32)> {
    let mut finder = DimensionsFinder::default();
    pieces.into_iter().for_each(|piece| finder.push(piece));
    finder.dimensions().map(|dimensions| (dimensions.width, dimensions.height))
}

/// The size of a file, in one piece and byte by byte.
fn size(file: &[u8]) -> Option<(u32, u32)> {
    let size = size_of([file]);
    assert_eq!(size_of(file.chunks(1)), size, "byte by byte");
    size
}

fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [&(8 + content.len() as u32).to_be_bytes(), &kind[..], content].concat()
}

#[test]
fn every_format_has_its_size_wherever_chunks_are_cut() {
    for (name, file, width, height) in FILES {
        assert_eq!(size(file), Some((width, height)), "{name}");
        for length in 2..70 {
            assert_eq!(size_of(file.chunks(length)), Some((width, height)), "{name} {length}");
        }
        for at in 0..file.len().min(2000) {
            let (start, rest) = file.split_at(at);
            assert_eq!(size_of([start, b"", rest]), Some((width, height)), "{name} {at}");
        }
    }
}

#[test]
fn what_follows_the_size_is_not_looked_at() {
    for (name, file, width, height) in FILES {
        let mut finder = DimensionsFinder::default();
        let bytes = file.iter().position(|byte| {
            finder.push(std::slice::from_ref(byte));
            finder.dimensions().is_some()
        });
        assert!(bytes.is_some() && finder.step == Step::End, "{name}");
        assert_eq!(size_of([file, &[0xFF; 500], file]), Some((width, height)), "{name}");
    }
}

#[test]
fn a_size_that_has_not_arrived_is_not_guessed() {
    for (name, file, width, height) in FILES {
        let mut finder = DimensionsFinder::default();
        for byte in file {
            let found = finder.dimensions().map(|dimensions| (dimensions.width, dimensions.height));
            assert!(found.is_none_or(|found| found == (width, height)), "{name}: {found:?}");
            finder.push(&[*byte]);
        }
    }
}

#[test]
fn the_size_of_a_thumbnail_is_not_that_of_its_jpeg() {
    let thumbnail = FILES[0].1;
    let (start, rest) = SAMPLE.split_at(2);
    let length = 60_000_u16;
    let mut exif = [&[0xFF, 0xE1][..], &length.to_be_bytes(), b"Exif\0\0", thumbnail].concat();
    exif.resize(2 + usize::from(length), 0xFF);
    let file = [start, &exif, &exif, rest].concat();
    assert_eq!(size(&file), Some((480, 320)));
    for length in [2, 3, 7, 1000, 16_384, 65_536] {
        assert_eq!(size_of(file.chunks(length)), Some((480, 320)), "{length}");
    }
}

#[test]
fn stray_bytes_between_the_segments_of_a_jpeg_are_skipped() {
    let (start, rest) = SAMPLE.split_at(2);
    // Fill bytes, bytes that belong to nothing, and a segment whose length is impossible.
    for stray in [&b"\xFF\xFF\xFF"[..], b"\xFF\0\0\0", b"\xFF\xD0", b"\xFF\xE2\0\0", b"\xFF\xC4\0\x03\x00"] {
        assert_eq!(size(&[start, stray, rest].concat()), Some((480, 320)), "{stray:?}");
    }
    let none: [&[u8]; 3] = [
        // The end, the data, and a height that only the end of the data gives.
        b"\xFF\xD8\xFF\xD9\0\0\0\0\0\0\0\0\0",
        b"\xFF\xD8\xFF\xDA\0\x02\xFF\xC0\0\x11\x08\0\x10\0\x10\x03",
        b"\xFF\xD8\xFF\xC0\0\x11\x08\0\0\0\x10\x03\x01",
    ];
    assert!(none.iter().all(|file| size(file).is_none()));
    // The other frame headers: lossless, arithmetic, and JPEG-LS.
    for marker in [0xC3, 0xC9, 0xCF, 0xF7] {
        let file = [&[0xFF, 0xD8, 0xFF, marker][..], b"\0\x11\x08\0\x02\0\x03\x03\0\0\0"].concat();
        assert_eq!(size(&file), Some((3, 2)), "{marker:x}");
    }
}

#[test]
fn chunks_before_the_size_are_skipped() {
    let png = FILES[2].1;
    let of_xcode = [&png[..8], b"\0\0\0\x04CgBI\x50\0\x20\x02\x2B\xD5\xB3\x7F", &png[8..]].concat();
    assert_eq!(size(&of_xcode), Some((67, 45)));
    let webp = FILES[4].1;
    let unknown = [&webp[..12], b"ABCD\x03\0\0\0xyz\0", &webp[12..]].concat();
    assert_eq!(size(&unknown), Some((67, 45)));
}

#[test]
fn a_jpeg_xl_may_be_in_boxes_and_in_parts() {
    let stream = FILES[14].1;
    let start = [boxed(b"JXL ", b"\r\n\x87\n"), boxed(b"ftyp", b"jxl \0\0\0\0jxl "), boxed(b"jxll", b"\x0A")];
    let parts = [boxed(b"jxlp", &[&[0; 4], &stream[..50]].concat()), boxed(b"jxlp", b"\x80\0\0\x01rest")];
    assert_eq!(size(&[start.concat(), parts.concat()].concat()), Some((67, 45)));
    let endless = [&start.concat(), &b"\0\0\0\0jxlc"[..], stream].concat();
    assert_eq!(size(&endless), Some((67, 45)));
    let large = [&start.concat(), &b"\0\0\0\x01jxlc\0\0\0\0\0\0\0\x84"[..], stream].concat();
    assert_eq!(size(&large), Some((67, 45)));
    // Each of the four classes of length: 9, 13, 18 and 30 bits; no ratio.
    let bits = |fields: &[(u64, u32)]| {
        let (mut bits, mut count) = (0_u128, 0);
        for (value, length) in fields {
            bits |= u128::from(*value) << count;
            count += length;
        }
        [b"\xFF\x0A", &bits.to_le_bytes()[..]].concat()
    };
    for (class, length) in [9, 13, 18, 30].into_iter().enumerate() {
        let class = class as u64;
        let most = (1 << length) - 1;
        let file = bits(&[(0, 1), (class, 2), (most, length), (0, 3), (class, 2), (most - 1, length)]);
        assert_eq!(size(&file), Some((most as u32, most as u32 + 1)), "{length}");
    }
    // The ratios, of a height of 240.
    for (ratio, width) in [240, 288, 320, 360, 426, 300, 480].into_iter().enumerate() {
        assert_eq!(size(&bits(&[(1, 1), (29, 5), (ratio as u64 + 1, 3)])), Some((width, 240)));
    }
    assert_eq!(size(&bits(&[(1, 1), (0, 5), (0, 3), (31, 5)])), Some((256, 8)));
}

/// An AVIF of which the items have these sizes, from number 1 on; each item has its own property.
fn avif(version: u8, primary: u32, items: &[(u32, u32)]) -> Vec<u8> {
    let number = |number: u32| match version {
        0 => (number as u16).to_be_bytes().to_vec(),
        _ => number.to_be_bytes().to_vec(),
    };
    let is_wide = items.len() > 100;
    let mut properties = Vec::new();
    let mut associations =
        [&[version, 0, 0, u8::from(is_wide)][..], &(items.len() as u32).to_be_bytes()].concat();
    for (index, (width, height)) in items.iter().enumerate() {
        let own = index as u16 + 2;
        properties.extend(boxed(b"ispe", &[[0; 4], width.to_be_bytes(), height.to_be_bytes()].concat()));
        associations.extend(number(index as u32 + 1));
        associations.push(2);
        match is_wide {
            true => associations.extend([0x8000 | 1, 0x8000 | own].map(u16::to_be_bytes).concat()),
            false => associations.extend([0x80 | 1, own as u8]),
        }
    }
    let container = boxed(b"ipco", &[boxed(b"pixi", b"\0\0\0\0\x01\x08"), properties].concat());
    let properties = boxed(b"iprp", &[container, boxed(b"ipma", &associations)].concat());
    let primary = boxed(b"pitm", &[&[version, 0, 0, 0][..], &number(primary)].concat());
    let meta = [&[0; 4][..], &boxed(b"hdlr", b"pict"), &primary, &properties].concat();
    [boxed(b"ftyp", b"avif\0\0\0\0mif1"), boxed(b"free", b""), boxed(b"meta", &meta)].concat()
}

#[test]
fn properties_of_other_images_may_be_in_a_box_of_their_own() {
    let sized = boxed(b"ispe", &[[0; 4], 67_u32.to_be_bytes(), 45_u32.to_be_bytes()].concat());
    let of = |item: u8| boxed(b"ipma", &[0, 0, 0, 0, 0, 0, 0, 1, 0, item, 3, 1, 1, 1]);
    let properties = [boxed(b"ipco", &sized), of(2), of(1)].concat();
    let meta = [&[0; 4][..], &boxed(b"pitm", b"\0\0\0\0\0\x01"), &boxed(b"iprp", &properties)].concat();
    let file = [boxed(b"ftyp", b"heic\0\0\0\0mif1"), boxed(b"meta", &meta)].concat();
    assert_eq!(size(&file), Some((67, 45)));
}

#[test]
fn the_primary_image_counts() {
    let few = [(800, 600), (30, 20), (100, 100)];
    let many: Vec<(u32, u32)> = (1..=200).map(|number| (number, 300 - number)).collect();
    for version in [0, 1] {
        assert_eq!(size(&avif(version, 1, &few)), Some((800, 600)));
        assert_eq!(size(&avif(version, 2, &few)), Some((30, 20)));
        assert_eq!(size(&avif(version, 3, &few)), Some((100, 100)));
        assert_eq!(size(&avif(version, 4, &few)), None, "no such image");
        assert_eq!(size(&avif(version, 150, &many)), Some((150, 150)));
    }
    let too_many = vec![(1, 2); 1000];
    assert_eq!(size(&avif(1, 1000, &too_many)), None);
    assert_eq!(size(&avif(1, 256, &too_many)), Some((1, 2)));
    assert_eq!(size(&avif(0, 1, &[(0, 7)])), None);
}

#[test]
fn a_bitmap_may_be_upside_down_and_have_the_short_header_of_os2() {
    let header = |info: u32, fields: &[u8]| {
        [&b"BM\x2e\0\0\0\0\0\0\0\x1a\0\0\0"[..], &info.to_le_bytes(), fields, &[0; 8]].concat()
    };
    assert_eq!(size(&header(12, b"\x03\0\xFF\xFF")), Some((3, 65_535)));
    for info in (16..=64).chain([108, 124]) {
        assert_eq!(size(&header(info, b"\x03\0\0\0\x02\0\0\0")), Some((3, 2)), "{info}");
        assert_eq!(size(&header(info, b"\x03\0\0\0\xFE\xFF\xFF\xFF")), Some((3, 2)), "{info}");
    }
    for absurd in [&b"\0\0\0\0\x02\0\0\0"[..], b"\x03\0\0\0\0\0\0\0", b"\x03\0\0\x80\x02\0\0\0"] {
        assert_eq!(size(&header(40, absurd)), None);
    }
    assert_eq!(size(&header(40, b"\x03\0\0\0\0\0\0\x80")), None, "the height has no positive counterpart");
}

#[test]
fn the_largest_picture_of_an_icon_counts() {
    let entry = |width: u8, height: u8| [&[width, height][..], &[0; 6], &[40, 0, 0, 0, 0, 4, 0, 0]].concat();
    let icon = |kind: u8, entries: &[Vec<u8>]| {
        [&[0, 0, kind, 0, entries.len() as u8, 0][..], &entries.concat(), &[0; 40]].concat()
    };
    assert_eq!(size(&icon(1, &[entry(16, 16), entry(48, 32), entry(24, 24)])), Some((48, 32)));
    assert_eq!(size(&icon(2, &[entry(32, 32)])), Some((32, 32)));
    assert_eq!(size(&icon(1, &[entry(255, 255), entry(0, 0), entry(1, 1)])), Some((256, 256)));
}

#[test]
fn the_directory_of_a_tiff_may_be_anywhere_and_begin_with_a_thumbnail() {
    let entry = |tag: u16, kind: u16, value: u32| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &1_u32.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    let tiff = |magic: &[u8; 4], gap: usize, entries: &[Vec<u8>]| {
        let offset = (8 + gap as u32).to_le_bytes();
        let count = (entries.len() as u16).to_le_bytes();
        [&magic[..], &offset, &vec![7; gap], &count, &entries.concat(), &[0; 4]].concat()
    };
    let size_entries = [entry(254, 4, 0), entry(256, 3, 6000), entry(257, 4, 4000), entry(330, 4, 9)];
    for gap in [0, 1, 2, 3, 4, 5, 6, 9, 100, 70_000] {
        assert_eq!(size(&tiff(b"II*\0", gap, &size_entries)), Some((6000, 4000)), "{gap}");
    }
    assert_eq!(size(&tiff(b"IIRO", 0, &size_entries)), Some((6000, 4000)), "of Olympus");
    let thumbnail = [entry(254, 4, 1), entry(256, 4, 160), entry(257, 4, 120)];
    assert_eq!(size(&tiff(b"II*\0", 0, &thumbnail)), None);
    // No size, one without a type, and a directory without entries.
    assert_eq!(size(&tiff(b"II*\0", 0, &[entry(256, 4, 160)])), None);
    assert_eq!(size(&tiff(b"II*\0", 0, &[entry(256, 99, 160), entry(257, 4, 120)])), None);
    assert_eq!(size(&tiff(b"II*\0", 0, &[])), None);
    assert_eq!(size(b"II*\0\0\0\0\0aaaaaaaaaaaaaaaaaaaaaaaaa"), None);
}

#[test]
fn a_gif_is_as_large_as_its_first_picture() {
    let gif = |screen: [u8; 4], flags: u8, rest: &[u8]| {
        [&b"GIF89a"[..], &screen, &[flags, 0, 0], &vec![0x2C; if flags == 0 { 0 } else { 6 }], rest].concat()
    };
    let picture = b"\x2C\x02\0\x03\0\xFF\x3F\xFE\x3F\0";
    let comment = b"\x21\xFE\x02\x2C\x2C\x01\x2C\0";
    assert_eq!(size(&gif([1, 0, 1, 0], 0, picture)), Some((16_385, 16_385)));
    assert_eq!(size(&gif([1, 0, 1, 0], 0x80, &[&comment[..], picture].concat())), Some((16_385, 16_385)));
    assert_eq!(size(&gif([0xFF, 0xFF, 1, 0], 0, picture)), Some((65_535, 16_385)));
    assert_eq!(size(&gif([3, 0, 2, 0], 0x80, b";")), Some((3, 2)));
    assert_eq!(size(&gif([3, 0, 2, 0], 0, comment)), None, "the picture has not arrived");
}

#[test]
fn what_is_no_image_has_no_size() {
    let bodies: [&[u8]; 8] = [
        b"",
        b"<html><svg width='3' height='2'></svg></html>",
        b"{\"width\": 3, \"height\": 2}",
        b"II*\0\xFF\xFF\xFF\xFF\0\0\0\0\0\0\0\0",
        b"\0\0\0\x08ftyp\0\0\0\x04meta\0\0\0\0",
        b"\0\0\0\x08ftyp\0\0\0\x01mdat\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
        b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\0\0\0\0\x01",
        b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\x80\0\0\0\0\0\0\x01",
    ];
    assert!(bodies.iter().all(|body| size(body).is_none()));
}
