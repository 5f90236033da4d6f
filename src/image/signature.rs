//! The signatures of formats, and of other kinds of file.

use super::format::{Format, NotAnImage};
use super::netpbm;

/// Signatures and where they begin: those of the WHATWG MIME Sniffing standard (section 6.1), of ISO 18181-2
/// (JPEG XL), ISO 15444-1 (JPEG 2000), TIFF 6.0 and BigTIFF, the TIFFs of Olympus and Panasonic, which have
/// other numbers, and of the formats' own specifications.
const SIGNATURES: [(u8, &[u8], Result<Format, NotAnImage>); 42] = [
    (0, b"\xFF\xD8\xFF", Ok(Format::Jpeg)),
    (0, b"\x89PNG\r\n\x1A\n", Ok(Format::Png)),
    (0, b"GIF87a", Ok(Format::Gif)),
    (0, b"GIF89a", Ok(Format::Gif)),
    (8, b"WEBP", Ok(Format::WebP)),
    (0, b"\xFF\x0A", Ok(Format::Jxl)),
    (0, b"\0\0\0\x0CJXL \r\n\x87\n", Ok(Format::Jxl)),
    (0, b"\0\0\0\x0CjP  \r\n\x87\n", Ok(Format::Jp2)),
    (0, b"\xFF\x4F\xFF\x51", Ok(Format::J2k)),
    (0, b"II\xBC\0", Ok(Format::Jxr)),
    (0, b"II\xBC\x01", Ok(Format::Jxr)),
    (0, b"II*\0", Ok(Format::Tiff)),
    (0, b"MM\0*", Ok(Format::Tiff)),
    (0, b"II+\0\x08\0", Ok(Format::Tiff)),
    (0, b"MM\0+\0\x08", Ok(Format::Tiff)),
    (0, b"IIRO\x08\0", Ok(Format::Orf)),
    (0, b"IIRS\x08\0", Ok(Format::Orf)),
    (0, b"MMOR\0\0", Ok(Format::Orf)),
    (0, b"IIU\0", Ok(Format::Rw2)),
    (4, b"ftypcrx ", Ok(Format::Cr3)),
    (0, b"FUJIFILMCCD-RAW ", Ok(Format::Raf)),
    (0, b"8BPS\0\x01\0\0\0\0\0\0", Ok(Format::Psd)),
    (0, b"8BPS\0\x02\0\0\0\0\0\0", Ok(Format::Psd)),
    (0, b"\x76\x2F\x31\x01", Ok(Format::Exr)),
    (0, b"#?RADIANCE\n", Ok(Format::Hdr)),
    (0, b"#?RGBE\n", Ok(Format::Hdr)),
    (0, b"DDS \x7C\0\0\0", Ok(Format::Dds)),
    (0, b"SIMPLE  =                    T", Ok(Format::Fits)),
    (0, b"%PDF-", Err(NotAnImage::Pdf)),
    (0, b"PK\x03\x04", Err(NotAnImage::Zip)),
    (0, b"\x1F\x8B", Err(NotAnImage::Gzip)),
    (0, b"7z\xBC\xAF\x27\x1C", Err(NotAnImage::SevenZip)),
    (0, b"Rar!", Err(NotAnImage::Rar)),
    (0, b"\x1A\x45\xDF\xA3", Err(NotAnImage::WebM)),
    (0, b"OggS", Err(NotAnImage::Ogg)),
    (0, b"ID3", Err(NotAnImage::Mp3)),
    (4, b"ftypqt  ", Err(NotAnImage::QuickTime)),
    // The next have further conditions below.
    (4, b"ftyp", Err(NotAnImage::Mp4)),
    (0, b"AT&TFORM", Ok(Format::Djvu)),
    (0, b"icns", Ok(Format::Icns)),
    (0, b"qoif", Ok(Format::Qoi)),
    (0, b"BM", Ok(Format::Bmp)),
];

/// The format, or the other kind of file, by these first bytes, of which more may show that a TIFF or a
/// JPEG is one of a special kind ([`refined`]).
pub fn by_signature(head: &[u8]) -> Option<Result<Format, NotAnImage>> {
    let begins = |(at, signature, _): &&(u8, &[u8], _)| {
        head.get(usize::from(*at)..).is_some_and(|head| head.starts_with(signature))
    };
    let Some((_, _, found)) = SIGNATURES.iter().find(begins) else {
        return netpbm::format(head).or_else(|| icon(head)).map(Ok);
    };
    let is_so = match found {
        Ok(Format::WebP) => head.starts_with(b"RIFF"),
        Ok(Format::Bmp) => is_bitmap(head),
        // A text may begin like these.
        Ok(Format::Djvu) => head.get(12..15) == Some(b"DJV"),
        Ok(Format::Icns) => length_at(head, 4).is_some_and(|length| (8..1 << 28).contains(&length)),
        Ok(Format::Qoi) => matches!(head.get(12..14), Some([3 | 4, 0 | 1])),
        Err(NotAnImage::Mp4) => return Some(by_brands(head).ok_or(NotAnImage::Mp4)),
        _ => true,
    };
    is_so.then_some(*found)
}

fn length_at(head: &[u8], at: usize) -> Option<u32> {
    head.get(at..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}

/// The major brand of an ISO base media file names its format. If it is one that means only "an image" or
/// "a sequence of images", one of the compatible brands does.
fn by_brands(head: &[u8]) -> Option<Format> {
    const BRANDS: [([u8; 4], Format); 18] = [
        (*b"avif", Format::Avif),
        (*b"avis", Format::Avif),
        (*b"heic", Format::Heic),
        (*b"heix", Format::Heic),
        (*b"heim", Format::Heic),
        (*b"heis", Format::Heic),
        (*b"hevc", Format::Heic),
        (*b"hevx", Format::Heic),
        (*b"hevm", Format::Heic),
        (*b"hevs", Format::Heic),
        // By the last ones: AVC, JPEG, JPEG 2000, VVC, any coding.
        (*b"avci", Format::Heif),
        (*b"avcs", Format::Heif),
        (*b"jpeg", Format::Heif),
        (*b"jpgs", Format::Heif),
        (*b"j2ki", Format::Heif),
        (*b"vvic", Format::Heif),
        (*b"mif1", Format::Heif),
        (*b"msf1", Format::Heif),
    ];
    let length = length_at(head, 0)? as usize;
    let brands = head.get(8..length.min(head.len()))?;
    // The four bytes after the major brand are the minor version.
    let names = || brands.chunks_exact(4).enumerate().filter(|(index, _)| *index != 1).map(|(_, name)| name);
    let format_of = |name: &[u8]| BRANDS.iter().find(|(brand, _)| brand == name).map(|(_, format)| *format);
    let is_exact = |format: &Format| *format != Format::Heif;
    names().filter_map(format_of).find(is_exact).or_else(|| names().find_map(format_of))
}

/// `BM` alone begins many a text, so the size of the second header must be a known one, too. OS/2's may
/// end anywhere between 16 and 64 bytes.
fn is_bitmap(head: &[u8]) -> bool {
    head.get(14..18).is_some_and(|size| matches!(size, [12 | 16..=64 | 108 | 124, 0, 0, 0]))
}

/// An icon or a cursor: each entry of its directory must be a possible one, as far as they are here. A
/// texture (TGA) may begin with the same four bytes.
fn icon(head: &[u8]) -> Option<Format> {
    const HEADER: usize = 6;
    const ENTRY: usize = 16;
    /// Of one picture: a header without pixels, and far more than any icon has.
    const BYTES: std::ops::Range<u32> = 40..1 << 24;
    let [0, 0, kind @ (1 | 2), 0, low, high, entries @ ..] = head else { return None };
    let count = usize::from(u16::from_le_bytes([*low, *high]));
    let pictures_at = (HEADER + ENTRY * count) as u32;
    let is_one = count > 0
        && entries.chunks_exact(ENTRY).take(count).all(|entry| {
            let number =
                |at: usize| u32::from_le_bytes([entry[at], entry[at + 1], entry[at + 2], entry[at + 3]]);
            // .NET writes 255 into the reserved byte.
            matches!(entry[3], 0 | 255)
                && BYTES.contains(&number(8))
                && (pictures_at..1 << 28).contains(&number(12))
        });
    is_one.then_some(if *kind == 1 { Format::Ico } else { Format::Cur })
}

/// The format of a file of this family by more of its first bytes; `None` if these do not suffice.
pub fn refined(format: Format, head: &[u8]) -> Option<Format> {
    match format {
        Format::Tiff => kind_of_tiff(head),
        Format::Jpeg => kind_of_jpeg(head),
        Format::Jp2 => head.get(20..24).map(|brand| match brand {
            b"jpx " => Format::Jpx,
            b"jpm " => Format::Jpm,
            b"jph " => Format::Jph,
            _ => Format::Jp2,
        }),
        _ => Some(format),
    }
}

/// The frame header of JPEG-LS has a marker of its own (ISO/IEC 14495-1, C.2.2). Only application data and
/// comments precede it.
fn kind_of_jpeg(head: &[u8]) -> Option<Format> {
    let mut at = 2;
    while let [0xFF, 0xE0..=0xEF | 0xFE, high, low] = head.get(at..at + 4)? {
        at += 2 + usize::from(u16::from_be_bytes([*high, *low]));
    }
    Some(if head[at..].starts_with(b"\xFF\xF7") { Format::Jls } else { Format::Jpeg })
}

/// A raw file by the first directory (TIFF 6.0, section 2): a DNG has its version there (DNG 1.7). The others
/// begin with a thumbnail, point to other directories or have a compression of their own, and name the
/// camera's maker.
fn kind_of_tiff(head: &[u8]) -> Option<Format> {
    const MAKERS: [(&[u8], Format); 5] = [
        (b"NIKON", Format::Nef),
        (b"SONY", Format::Arw),
        (b"PENTAX", Format::Pef),
        (b"RICOH", Format::Pef),
        (b"Canon", Format::Cr2),
    ];
    let is_little_endian = head[0] == b'I';
    let number = |at: usize, length: usize| {
        let bytes = head.get(at..at.checked_add(length)?)?;
        let append = |number, byte: &u8| number << 8 | usize::from(*byte);
        Some(if is_little_endian { bytes.iter().rfold(0, append) } else { bytes.iter().fold(0, append) })
    };
    if head.get(8..11) == Some(b"CR\x02") {
        return Some(Format::Cr2);
    }
    // The lengths of offsets and counts, and of entries.
    let is_big = number(2, 2)? != 42;
    let (word, short, entry) = if is_big { (8, 8, 20) } else { (4, 2, 12) };
    let directory = number(word, word)?;
    let mut maker = None;
    let mut is_raw = false;
    for index in 0..number(directory, short)? {
        let at = directory + short + index * entry;
        let value = number(at + 4 + word, 4)?;
        match number(at, 2)? {
            0xC612 => return Some(Format::Dng),
            254 => is_raw |= value & 1 == 1,
            259 => is_raw |= matches!(value & 0xFFFF, 32_767 | 34_713 | 65_535),
            330 => is_raw = true,
            271 => {
                let name = head.get(value..)?;
                maker = MAKERS.iter().find(|(maker, _)| name.starts_with(maker)).map(|(_, format)| *format);
            }
            _ => {}
        }
    }
    Some(maker.filter(|_| is_raw).unwrap_or(Format::Tiff))
}
