use super::*;

const SAMPLES: [&[u8]; 4] = [
    include_bytes!("../../../www/samples/01-dawn.jpg"),
    include_bytes!("../../../www/samples/05-lake.png"),
    include_bytes!("../../../www/samples/08-afterglow.webp"),
    include_bytes!("../../../www/samples/10-twilight.gif"),
];

fn ending(parts: &[&[u8]]) -> Ending {
    let mut finder = EndFinder::default();
    parts.iter().for_each(|part| finder.push(part));
    finder.ending()
}

/// Asserts that the file is whole and each of its prefixes is cut short, except that at most
/// `unsure` of them may be unknown.
fn check_every_prefix(file: &[u8], mut unsure: usize) {
    let mut finder = EndFinder::default();
    for (length, byte) in file.iter().enumerate() {
        match finder.ending() {
            Ending::Whole => panic!("whole after {length} of {} bytes", file.len()),
            Ending::Unknown if length >= SIGNATURE => {
                unsure = unsure.checked_sub(1).unwrap_or_else(|| panic!("unsure at {length}"));
            }
            Ending::Unknown | Ending::CutShort => {}
        }
        finder.push(std::slice::from_ref(byte));
    }
    assert_eq!(finder.ending(), Ending::Whole);
    assert_eq!(ending(&[file]), Ending::Whole, "in one piece");
}

fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [&(8 + content.len() as u32).to_be_bytes(), &kind[..], content].concat()
}

fn avif() -> Vec<u8> {
    let large = [&[0, 0, 0, 1], &b"mdat"[..], &56_u64.to_be_bytes(), &[0x5A; 40]].concat();
    [boxed(b"ftyp", b"avif\0\0\0\0mif1"), boxed(b"meta", &[0; 30]), boxed(b"free", b""), large].concat()
}

fn bitmap(height: i32) -> Vec<u8> {
    let mut file = b"BM".to_vec();
    // The size field is wrong, as it often is.
    for field in [7, 0, 54, 40, 3, height.cast_unsigned(), 1 | 24 << 16, 0, 0, 0, 0, 0, 0] {
        file.extend(u32::to_le_bytes(field));
    }
    file.resize(54 + 12 * height.unsigned_abs() as usize, 9);
    file
}

#[test]
fn every_prefix_of_a_file_is_cut_short() {
    // Unknown may be: a WebP within its slack, a GIF between two blocks, and, below, an AVIF between
    // two boxes and a bitmap within its last padding.
    for (file, unsure) in SAMPLES.iter().zip([0, 0, 8, 4]) {
        check_every_prefix(file, unsure);
    }
    check_every_prefix(&avif(), 3);
    check_every_prefix(&bitmap(2), 3);
    check_every_prefix(&bitmap(-5), 3);
}

#[test]
fn what_follows_the_end_does_not_matter() {
    let film =
        [&b"\0\0\0\x18ftypmp42\0\0\0\0isommp42\0\0\0\x08mdat"[..], &[0xFF, 0xD8, 0xFF, 0, 0xFF]].concat();
    let leftovers: [&[u8]; 5] = [&[0; 5000], &film, SAMPLES[0], &SAMPLES[0][..900], b"\xFF"];
    for (file, rest) in SAMPLES.iter().flat_map(|file| leftovers.map(|rest| (file, rest))) {
        assert_eq!(ending(&[file, rest]), Ending::Whole);
    }
    for rest in leftovers {
        assert_eq!(ending(&[&avif(), rest]), Ending::Whole);
        assert_eq!(ending(&[&bitmap(4), rest]), Ending::Whole);
    }
}

#[test]
fn the_end_of_a_thumbnail_is_not_the_end_of_the_image() {
    let (start, rest) = SAMPLES[0].split_at(2);
    let length = (SAMPLES[0].len() as u16 + 2).to_be_bytes();
    let app1 = [&[0xFF, 0xE1], &length[..], SAMPLES[0]].concat();
    check_every_prefix(&[start, &app1, rest].concat(), 0);
}

#[test]
fn fill_bytes_and_stray_bytes_before_a_segment_are_skipped() {
    let (start, rest) = SAMPLES[0].split_at(2);
    for stray in [&b"\xFF\xFF\xFF"[..], b"\xFF\0\0\0", b"\xFF\xD0"] {
        check_every_prefix(&[start, stray, rest].concat(), 0);
    }
}

#[test]
fn an_end_marker_is_found_wherever_chunks_are_cut() {
    let head = &SAMPLES[0][..SAMPLES[0].len() - 2];
    for before in 0..40 {
        let coded = vec![7; before];
        let tail = [&coded, &b"\xFF\xD9"[..], &vec![0; 40 - before]].concat();
        for cut in 0..tail.len() {
            assert_eq!(ending(&[head, &tail[..cut], &tail[cut..]]), Ending::Whole, "{before} {cut}");
        }
        assert_eq!(ending(&[head, &coded, b"\xFF", b"\0\xD9"]), Ending::CutShort);
    }
}

#[test]
fn the_ending_is_unknown_if_the_format_does_not_say() {
    let without_trailer = &SAMPLES[3][..SAMPLES[3].len() - 1];
    let endless =
        [boxed(b"ftyp", b"avif\0\0\0\0"), boxed(b"meta", &[0; 4]), b"\0\0\0\0mdat123".to_vec()].concat();
    let compressed = [&bitmap(2)[..30], &1_u32.to_le_bytes(), &[0; 9]].concat();
    let endless_jxl = [boxed(b"JXL ", b"\r\n\x87\n"), b"\0\0\0\0jxlc\xFF\x0A".to_vec()].concat();
    let files: [&[u8]; 7] = [
        without_trailer,
        &endless,
        &endless_jxl,
        &compressed,
        b"<html><body><svg></svg></body></html>",
        b"II*\0\x08\0\0\0\0\0\0\0",
        b"",
    ];
    for file in files {
        assert_eq!(ending(&[file]), Ending::Unknown, "{file:?}");
    }
}

const SVG: &str = "<svg xmlns='http://www.w3.org/2000/svg'><rect width='8'/></svg>";

#[test]
fn an_svg_ends_with_its_root() {
    let before = ["", "\u{feff}", "\n \n", "<?xml version='1.0'?>\n<!-- a -->", "              "];
    for before in before {
        check_every_prefix(format!("{before}{SVG}").as_bytes(), 0);
        for after in ["\n", "<!-- made by hand -->", "<?a?> ", "\0"] {
            assert_eq!(ending(&[before.as_bytes(), SVG.as_bytes(), after.as_bytes()]), Ending::Whole);
        }
    }
    check_every_prefix(b"<svg xmlns='http://www.w3.org/2000/svg'/>", 0);
    check_every_prefix(b"<ns0:svg xmlns:ns0='http://www.w3.org/2000/svg'></ns0:svg>", 0);
    let half = b"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"8\" height=\"8\"><rect width=\"8\" hei";
    assert_eq!(ending(&[half]), Ending::CutShort);
    // What is left of a `data:` URL with a `#` that begins its fragment.
    assert_eq!(ending(&[b"<svg xmlns=\"http://www.w3.org/2000/svg\"><rect fill=\""]), Ending::CutShort);
}

/// A bitmap of two rows of two pixels whose second header has this length.
fn bitmap_of_os2(info: u32, bits: u16) -> Vec<u8> {
    let mut file = [b"BM", &[7; 8][..], &(14 + info).to_le_bytes(), &info.to_le_bytes()].concat();
    match info {
        12 => [2, 2, 1, bits].iter().for_each(|field| file.extend(field.to_le_bytes())),
        _ => [2, 0, 2, 0, 1, bits].iter().for_each(|field| file.extend(field.to_le_bytes())),
    }
    // Whatever follows a header that ends here is no compression.
    file.resize(14 + info as usize, 0);
    file.resize(file.len() + 2 * (usize::from(bits) * 2).div_ceil(32) * 4, 9);
    file
}

#[test]
fn a_bitmap_of_os2_has_a_header_of_any_length() {
    for info in (16..=64).chain([12]) {
        for bits in [1, 4, 8, 24] {
            check_every_prefix(&bitmap_of_os2(info, bits), 3);
        }
    }
    let sixteen =
        b"BM\x2e\0\0\0\0\0\0\0\x1e\0\0\0\x10\0\0\0\x02\0\0\0\x02\0\0\0\x01\0\x18\0\0\0\xff\0\xff\0\0\0\
        \xff\0\0\xff\xff\xff\0\0";
    assert_eq!(ending(&[sixteen]), Ending::Whole);
    let mut fax = bitmap_of_os2(64, 1);
    fax[30] = 3;
    assert_eq!(ending(&[&fax]), Ending::Unknown, "compressed");
}

#[test]
fn a_length_that_was_declared_counts_where_the_format_has_no_end() {
    for (ending, bytes, declared, is_cut_short) in [
        (Ending::Unknown, 9_000, Some(19_669), true),
        (Ending::Unknown, 19_669, Some(19_669), false),
        // More arrives if the answer was compressed.
        (Ending::Unknown, 40_000, Some(19_669), false),
        (Ending::Unknown, 9_000, None, false),
        // An answer that was compressed, and is longer for that.
        (Ending::Whole, 600, Some(623), false),
        (Ending::CutShort, 19_669, Some(19_669), true),
    ] {
        assert_eq!(ending.is_cut_short(bytes, declared), is_cut_short, "{ending:?} {bytes} {declared:?}");
    }
}

const JPEG: &[u8] = include_bytes!("../../../tests/images/baseline.jpg");

/// A JPEG whose index lists two pictures, of which the first has this length and the second this place,
/// counted from the index.
fn indexed(first: u32, second: u32) -> Vec<u8> {
    let pictures = [[0, first, 0, 0], [0, 999_999, second, 0]].concat();
    let pictures: Vec<u8> = pictures.iter().flat_map(|number: &u32| number.to_be_bytes()).collect();
    let index = [b"MM\0*\0\0\0\x08\0\x01\xB0\x02\0\x07\0\0\0\x20\0\0\0\x1A\0\0\0\0", &pictures[..]].concat();
    let length = (2 + 4 + index.len() as u16).to_be_bytes();
    [&JPEG[..2], b"\xFF\xE2", &length, b"MPF\0", &index, &JPEG[2..]].concat()
}

#[test]
fn a_photo_is_whole_with_the_pictures_that_it_lists() {
    let first = indexed(0, 0).len() as u32;
    for gap in [0, 1, 100] {
        // The index begins after the marker of the JPEG, that of the segment, its length and its name.
        let file = [indexed(first, first + gap - 10), vec![0; gap as usize], JPEG.to_vec()].concat();
        assert_eq!(ending(&[&file]), Ending::Whole, "its length is wrong, and its own end counts");
        for length in 0..file.len() {
            let expected = match length as u32 {
                0..12 => Ending::Unknown,
                length if length == first => Ending::Unknown,
                _ => Ending::CutShort,
            };
            assert_eq!(ending(&[&file[..length]]), expected, "{gap} {length}");
        }
    }
    // Other programs have changed the first picture, or put something else behind it.
    let changed = [indexed(first + 1, first + 90), vec![0; 9]].concat();
    assert_eq!(ending(&[&changed]), Ending::Whole);
    let other = [indexed(first, first - 10), b"a comment".to_vec()].concat();
    assert_eq!(ending(&[&other]), Ending::Whole);
}

#[test]
fn a_motion_photo_is_whole_with_its_film() {
    let photo = |metadata: &str| {
        let metadata = format!("http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>{metadata}</x:xmpmeta>");
        let length = (2 + metadata.len() as u16).to_be_bytes();
        [&JPEG[..2], b"\xFF\xE1", &length, metadata.as_bytes(), &JPEG[2..]].concat()
    };
    let texts = [
        r#"<a GCamera:MicroVideoOffset="500"/>"#,
        "<GCamera:MicroVideoOffset>500</GCamera:MicroVideoOffset>",
        r#"<a Item:Length="0" Item:Padding="20"/><a Item:Length="80"/><a Item:Length="400"/>"#,
        r#"<a GCamera:MicroVideoOffset="500"/><a Item:Padding="8"/><a Item:Length="400"/>"#,
    ];
    for text in texts {
        let photo = photo(text);
        assert_eq!(ending(&[&photo]), Ending::Unknown, "a server may have removed the film");
        for film in 1..500 {
            assert_eq!(ending(&[&photo, &vec![9; film]]), Ending::CutShort, "{text} {film}");
        }
        for film in [500, 501, 9000] {
            assert_eq!(ending(&[&photo, &vec![9; film]]), Ending::Whole, "{text} {film}");
        }
    }
    assert_eq!(ending(&[&photo("<a/>")]), Ending::Whole);
}

/// The place of a directory, its entries (tag, type, count, value), and the place of the next one.
type Directory<'a> = (usize, &'a [(u16, u16, u32, u32)], u32);

/// A TIFF of this length with these directories.
fn tiff(length: usize, directories: &[Directory<'_>]) -> Vec<u8> {
    let mut file = vec![7; length];
    file[..8].copy_from_slice(&[b"II*\0", &(directories[0].0 as u32).to_le_bytes()[..]].concat());
    for (at, entries, next) in directories {
        let mut directory = (entries.len() as u16).to_le_bytes().to_vec();
        for (tag, kind, count, value) in *entries {
            directory.extend([&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes()].concat());
            directory.extend(value.to_le_bytes());
        }
        directory.extend(next.to_le_bytes());
        file[*at..at + directory.len()].copy_from_slice(&directory);
    }
    file
}

#[test]
fn a_tiff_ends_where_the_last_of_its_strips_does() {
    let strip = |at: u32, length: u32| [(273, 4, 1, at), (279, 3, 1, length)];
    // Before the data, behind it, of two pages, and with a picture beside the first one.
    check_every_prefix(&tiff(300, &[(8, &strip(100, 200), 0)]), 1);
    check_every_prefix(&tiff(230, &[(200, &strip(8, 190), 0)]), 1);
    check_every_prefix(&tiff(300, &[(8, &strip(100, 50), 160), (160, &strip(250, 50), 0)]), 2);
    let beside = [&strip(200, 50)[..], &[(330, 4, 1, 100)]].concat();
    check_every_prefix(&tiff(400, &[(8, &beside, 0), (100, &strip(300, 100), 0)]), 2);
    // Tiles whose places and lengths are in tables.
    let tables = [(324, 4, 3, 100), (325, 4, 3, 120)];
    let mut tiled = tiff(400, &[(8, &tables, 0)]);
    for (index, value) in [200_u32, 260, 330, 60, 70, 70].into_iter().enumerate() {
        let at = 100 + 4 * index + if index > 2 { 8 } else { 0 };
        tiled[at..at + 4].copy_from_slice(&value.to_le_bytes());
    }
    check_every_prefix(&tiled, 1);
    // A directory that refers back to itself, and one that has nothing.
    assert_eq!(ending(&[&tiff(300, &[(8, &strip(100, 200), 8)])]), Ending::Whole);
    assert_eq!(ending(&[&tiff(300, &[(8, &[], 0)])]), Ending::Unknown);
}

#[test]
fn a_code_stream_of_jpeg_2000_ends_with_its_marker() {
    let head = b"\xFF\x4F\xFF\x51\0\x06\xFF\xD9ab\xFF\x52\0\x04\xFF\x90";
    let tile = |length: u32| [b"\xFF\x90\0\x0A\0\0", &length.to_be_bytes()[..], b"\0\x01\xFF\x93"].concat();
    let data = b"\x80\xFF\x8F\xFF\xD8abcd";
    let parts = [&head[..], &tile(23), data, &tile(0), data, b"\xFF\xD9"].concat();
    check_every_prefix(&parts, 2);
    assert_eq!(ending(&[&parts, b"abc"]), Ending::Whole);
    let without_marker = [&head[..], &tile(23), data].concat();
    assert_eq!(ending(&[&without_marker]), Ending::Unknown);
}

#[test]
fn runs_of_a_bitmap_end_with_their_own_mark() {
    let bitmap = |bits: u16, compression: u32, runs: &[u8]| {
        let mut file = b"BM".to_vec();
        for field in [0, 0, 54, 40, 4, 3, 1 | u32::from(bits) << 16, compression, 0, 0, 0, 0, 0] {
            file.extend(u32::to_le_bytes(field));
        }
        [&file, runs].concat()
    };
    // A run, pixels as they are with and without padding, a step, and the ends of rows.
    let bytes = b"\x04\x07\0\0\0\x03\x01\0\x01\0\x01\x09\0\0\0\x02\x01\0\x04\x01\0\x01";
    check_every_prefix(&bitmap(8, 1, bytes), 5);
    let nibbles = b"\x04\x77\0\0\0\x05\x01\0\x01\0\0\0\0\x06\x01\0\x01\0\0\0\0\x01";
    check_every_prefix(&bitmap(4, 2, nibbles), 5);
    // The last row needs no end.
    let without_mark = bitmap(8, 1, b"\x04\x07\0\0\x04\x07\0\0\x04\x07");
    assert_eq!(ending(&[&without_mark]), Ending::Unknown);
    assert_eq!(ending(&[&without_mark[..60]]), Ending::CutShort);
}

#[test]
fn an_icon_ends_with_the_last_of_its_pictures() {
    let entry = |length: u32, at: u32| {
        [&[16, 16, 0, 0, 1, 0, 32, 0][..], &length.to_le_bytes(), &at.to_le_bytes()].concat()
    };
    let icon = [&[0, 0, 1, 0, 2, 0][..], &entry(50, 100), &entry(60, 40), &[9; 112]].concat();
    check_every_prefix(&icon, 0);
    assert_eq!(ending(&[&icon, b"more"]), Ending::Whole);
}
