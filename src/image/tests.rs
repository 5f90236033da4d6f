//! Files of every format, which `tests/images/make.py` made: their format, their size and their end.

use super::*;

/// What a file says of its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// Where it is.
    Ends,
    /// Where it is, and that of the first picture before it.
    HasParts,
    /// How far it reaches at least.
    Reaches,
    /// Nothing.
    Open,
}

struct File {
    name: &'static str,
    bytes: &'static [u8],
    format: Format,
    /// Width and height; zero if the first bytes do not say them.
    size: (u32, u32),
    end: End,
}

const fn file(name: &'static str, bytes: &'static [u8], format: Format, size: (u32, u32), end: End) -> File {
    File { name, bytes, format, size, end }
}

/// Has the bytes of a file of `tests/images`.
macro_rules! bytes {
    ($name:literal) => {
        include_bytes!(concat!("../../tests/images/", $name))
    };
}

const FILES: [File; 59] = [
    file("baseline.jpg", bytes!("baseline.jpg"), Format::Jpeg, (67, 45), End::Ends),
    file("progressive.jpg", bytes!("progressive.jpg"), Format::Jpeg, (67, 45), End::Ends),
    file("motion.jpg", bytes!("motion.jpg"), Format::Jpeg, (67, 45), End::HasParts),
    file("gain.jpg", bytes!("gain.jpg"), Format::Jpeg, (64, 48), End::HasParts),
    file("two.mpo", bytes!("two.mpo"), Format::Jpeg, (67, 45), End::HasParts),
    file("plain.jls", bytes!("plain.jls"), Format::Jls, (67, 45), End::Ends),
    file("plain.png", bytes!("plain.png"), Format::Png, (67, 45), End::Ends),
    file("plain.gif", bytes!("plain.gif"), Format::Gif, (67, 45), End::Ends),
    file("lossy.webp", bytes!("lossy.webp"), Format::WebP, (67, 45), End::Ends),
    file("plain.avif", bytes!("plain.avif"), Format::Avif, (67, 45), End::Ends),
    file("sequence.avif", bytes!("sequence.avif"), Format::Avif, (64, 48), End::Ends),
    file("second.heic", bytes!("second.heic"), Format::Heic, (67, 45), End::Ends),
    file("odd.jxl", bytes!("odd.jxl"), Format::Jxl, (67, 45), End::Ends),
    file("container.jxl", bytes!("container.jxl"), Format::Jxl, (667, 45), End::Ends),
    file("plain.jp2", bytes!("plain.jp2"), Format::Jp2, (67, 45), End::Ends),
    file("tiled.j2k", bytes!("tiled.j2k"), Format::J2k, (67, 45), End::Ends),
    file("throughput.jhc", bytes!("throughput.jhc"), Format::J2k, (67, 45), End::Ends),
    file("plain.jxr", bytes!("plain.jxr"), Format::Jxr, (67, 45), End::Ends),
    file("plain.bmp", bytes!("plain.bmp"), Format::Bmp, (67, 45), End::Ends),
    file("runs.bmp", bytes!("runs.bmp"), Format::Bmp, (8, 6), End::Ends),
    file("little.tif", bytes!("little.tif"), Format::Tiff, (67, 45), End::Ends),
    file("big.tif", bytes!("big.tif"), Format::Tiff, (67, 45), End::Ends),
    file("motorola.tif", bytes!("motorola.tif"), Format::Tiff, (67, 5), End::Ends),
    file("pages.tif", bytes!("pages.tif"), Format::Tiff, (67, 45), End::Ends),
    file("tiles.tif", bytes!("tiles.tif"), Format::Tiff, (67, 45), End::Ends),
    file("strips.tif", bytes!("strips.tif"), Format::Tiff, (67, 45), End::Ends),
    file("plain.dng", bytes!("plain.dng"), Format::Dng, (67, 45), End::Ends),
    file("icon.ico", bytes!("icon.ico"), Format::Ico, (64, 64), End::Ends),
    file("arrow.cur", bytes!("arrow.cur"), Format::Cur, (64, 64), End::Ends),
    file("little.svg", bytes!("little.svg"), Format::Svg, (67, 45), End::Ends),
    file("big.svg", bytes!("big.svg"), Format::Svg, (67, 45), End::Ends),
    file("plain.svgz", bytes!("plain.svgz"), Format::Svgz, (0, 0), End::Ends),
    file("plain.psd", bytes!("plain.psd"), Format::Psd, (12, 9), End::Ends),
    file("runs.psd", bytes!("runs.psd"), Format::Psd, (12, 9), End::Ends),
    file("runs.psb", bytes!("runs.psb"), Format::Psd, (12, 9), End::Ends),
    file("plain.tga", bytes!("plain.tga"), Format::Tga, (67, 45), End::Open),
    file("runs.tga", bytes!("runs.tga"), Format::Tga, (67, 45), End::Open),
    file("plain.qoi", bytes!("plain.qoi"), Format::Qoi, (67, 45), End::Ends),
    file("plain.pbm", bytes!("plain.pbm"), Format::Pbm, (67, 45), End::Ends),
    file("plain.pgm", bytes!("plain.pgm"), Format::Pgm, (67, 45), End::Ends),
    file("plain.ppm", bytes!("plain.ppm"), Format::Ppm, (12, 9), End::Ends),
    file("plain.pam", bytes!("plain.pam"), Format::Pam, (20, 9), End::Ends),
    file("plain.exr", bytes!("plain.exr"), Format::Exr, (67, 45), End::Ends),
    file("upwards.exr", bytes!("upwards.exr"), Format::Exr, (67, 45), End::Ends),
    file("tiles.exr", bytes!("tiles.exr"), Format::Exr, (67, 45), End::Ends),
    file("parts.exr", bytes!("parts.exr"), Format::Exr, (67, 45), End::Reaches),
    file("plain.hdr", bytes!("plain.hdr"), Format::Hdr, (12, 9), End::Ends),
    file("flat.hdr", bytes!("flat.hdr"), Format::Hdr, (20, 60), End::Ends),
    file("runs.hdr", bytes!("runs.hdr"), Format::Hdr, (6, 20), End::Ends),
    file("plain.dds", bytes!("plain.dds"), Format::Dds, (12, 9), End::Ends),
    file("blocks.dds", bytes!("blocks.dds"), Format::Dds, (12, 9), End::Ends),
    file("numbered.dds", bytes!("numbered.dds"), Format::Dds, (12, 9), End::Ends),
    file("plain.icns", bytes!("plain.icns"), Format::Icns, (1024, 1024), End::Ends),
    file("plain.fits", bytes!("plain.fits"), Format::Fits, (12, 9), End::Ends),
    file("table.fits", bytes!("table.fits"), Format::Fits, (12, 9), End::Reaches),
    file("plain.raf", bytes!("plain.raf"), Format::Raf, (0, 0), End::Ends),
    file("plain.orf", bytes!("plain.orf"), Format::Orf, (67, 45), End::Ends),
    file("plain.rw2", bytes!("plain.rw2"), Format::Rw2, (0, 0), End::Reaches),
    file("page.djvu", bytes!("page.djvu"), Format::Djvu, (67, 45), End::Ends),
];

/// The format, the size and the ending of a body that arrives in these pieces.
fn read<'a>(
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> (Result<Format, NotAnImage>, Option<Dimensions>, Ending) {
    let mut format = Recogniser::default();
    let mut dimensions = DimensionsFinder::default();
    let mut end = EndFinder::default();
    let mut bytes = 0;
    for piece in pieces {
        format.push(piece);
        dimensions.push(piece);
        end.push(piece);
        bytes += piece.len() as u64;
    }
    let recognition = format.finish();
    let ending = recognition.length.map_or_else(|| end.ending(), |length| Ending::of_length(bytes, length));
    (recognition.format, dimensions.dimensions().or(recognition.dimensions), ending)
}

#[test]
fn every_file_is_recognised_wherever_chunks_are_cut() {
    for File { name, bytes: file, format, size: (width, height), end } in FILES {
        let dimensions = Dimensions::new(width.into(), height.into());
        let ending = if matches!(end, End::Open | End::Reaches) { Ending::Unknown } else { Ending::Whole };
        assert_eq!(read([file]), (Ok(format), dimensions, ending), "{name}");
        for length in [1, 2, 3, 7, 64, 1000] {
            assert_eq!(read(file.chunks(length)), (Ok(format), dimensions, ending), "{name} {length}");
        }
        for at in 0..file.len().min(600) {
            let (start, rest) = file.split_at(at);
            assert_eq!(read([start, rest]), (Ok(format), dimensions, ending), "{name} {at}");
        }
        let extension = name.rsplit_once('.').unwrap().1;
        assert!(format.accepts_extension(extension), "{name}");
    }
}

#[test]
fn a_part_of_a_file_is_never_whole_and_half_of_it_is_cut_short() {
    /// At most what encoders and editors add to a file.
    const PADDING: usize = 16;
    const PADDED: [&str; 3] = ["pages.tif", "little.svg", "big.svg"];
    for File { name, bytes: file, end, .. } in FILES {
        let least = if PADDED.contains(&name) { file.len() - PADDING } else { file.len() };
        for length in 0..least {
            let (_, _, ending) = read([&file[..length]]);
            assert_ne!(ending, Ending::Whole, "{name} {length}");
        }
        if end != End::Open {
            for half in [file.len() / 3, file.len() / 2, file.len() * 9 / 10] {
                let near = [half, half + 1, half + 2].map(|length| read([&file[..length]]).2);
                assert!(near.contains(&Ending::CutShort), "{name} {half}: {near:?}");
            }
        }
    }
}

#[test]
fn what_follows_a_file_does_not_make_it_cut_short() {
    for File { name, bytes: file, .. } in FILES {
        for rest in [&b"\n"[..], b"\0\0\0\0", b"<!-- a -->", &[0xFF; 500], &[0; 5000]] {
            assert_ne!(read([file, rest]).2, Ending::CutShort, "{name}");
        }
    }
}
