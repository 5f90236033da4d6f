//! What the header of an image says, in formats where it stands at the beginning and in one piece: the size
//! in pixels, and the length of the file.

use super::dimensions::Dimensions;
use super::format::Format;
use super::netpbm;

/// The size in pixels of an image of this format, as far as its first bytes say it.
pub fn dimensions(format: Format, head: &[u8]) -> Option<Dimensions> {
    /// Where width and height are, how many bytes each has, and whether the lowest one comes first.
    const PLACES: [(Format, usize, usize, usize, bool); 5] = [
        (Format::Psd, 18, 14, 4, false),
        (Format::Tga, 12, 14, 2, true),
        (Format::Qoi, 4, 8, 4, false),
        (Format::Dds, 16, 12, 4, true),
        (Format::Djvu, 24, 26, 2, false),
    ];
    let header = Header(head);
    let (width, height) = match format {
        // The area of the reference grid, without what precedes the image (ISO/IEC 15444-1, A.5.1).
        Format::J2k => {
            let side = |at| header.big(at, 4)?.checked_sub(header.big(at + 8, 4)?);
            (side(8)?, side(12)?)
        }
        Format::Pbm | Format::Pgm | Format::Ppm | Format::Pam => {
            let header = netpbm::header(head)?;
            (header.width, header.height)
        }
        Format::Exr => header.window()?,
        Format::Hdr => header.resolution()?,
        Format::Fits => (header.card(b"NAXIS1  ")?, header.card(b"NAXIS2  ")?),
        Format::Icns => header.largest_icon()?,
        // A document of several pages has their sizes further behind.
        Format::Djvu if head.get(12..20) != Some(b"DJVUINFO") => return None,
        _ => {
            let (_, width, height, length, is_little) = PLACES.iter().find(|place| place.0 == format)?;
            let number = |at| if *is_little { header.little(at, *length) } else { header.big(at, *length) };
            (number(*width)?, number(*height)?)
        }
    };
    Dimensions::new(width, height)
}

/// The length in bytes of a whole file of this format, as far as its first bytes say it.
pub fn length(format: Format, head: &[u8]) -> Option<u64> {
    let header = Header(head);
    match format {
        Format::Icns => header.big(4, 4),
        // After the first four bytes, a chunk with its type and its length.
        Format::Djvu => header.big(8, 4).map(|length| 12 + length),
        Format::Dds if head.len() < DDS_HEADER => Some(DDS_HEADER as u64),
        Format::Dds => header.surfaces(),
        Format::Raf if head.len() < RAF_HEADER => Some(RAF_HEADER as u64),
        // The places and the lengths of the preview, of what describes the sensor, and of what it saw.
        Format::Raf => {
            let end = |at| Some(header.big(at, 4)? + header.big(at + 4, 4)?);
            [84, 92, 100].into_iter().filter_map(end).max()
        }
        _ => netpbm::header(head)?.length,
    }
}

/// The bytes of a DDS before its first surface, or before what newer ones say in addition.
const DDS_HEADER: usize = 128;

/// The bytes of a RAF up to the places of its parts, and these.
const RAF_HEADER: usize = 108;

#[derive(Clone, Copy)]
struct Header<'a>(&'a [u8]);

impl<'a> Header<'a> {
    fn field(self, at: usize, length: usize) -> Option<&'a [u8]> {
        self.0.get(at..at.checked_add(length)?)
    }

    fn big(self, at: usize, length: usize) -> Option<u64> {
        Some(self.field(at, length)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn little(self, at: usize, length: usize) -> Option<u64> {
        Some(self.field(at, length)?.iter().rfold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// Where the first occurrence of a text ends.
    fn after(self, text: &[u8]) -> Option<usize> {
        Some(self.0.windows(text.len()).position(|window| window == text)? + text.len())
    }

    /// The window of an EXR's data: its least and greatest coordinates.
    fn window(self) -> Option<(u64, u64)> {
        let at = self.after(b"dataWindow\0box2i\0\x10\0\0\0")?;
        let coordinate = |at| Some(i64::from((self.little(at, 4)? as u32).cast_signed()));
        let side = |at: usize| u64::try_from(coordinate(at + 8)? - coordinate(at)? + 1).ok();
        Some((side(at)?, side(at + 4)?))
    }

    /// The size by the line that follows an HDR's header and its empty line.
    fn resolution(self) -> Option<(u64, u64)> {
        let line = self.0.get(self.after(b"\n\n")?..)?;
        let end = line.iter().position(|byte| *byte == b'\n')?;
        let (is_upright, rows, width) = resolution(&line[..end])?;
        Some(if is_upright { (width, rows) } else { (rows, width) })
    }

    /// The number on one of the lines of a FITS, which have 80 characters.
    fn card(self, name: &[u8]) -> Option<u64> {
        let card = self.0.chunks_exact(80).find(|card| card.starts_with(name))?;
        let value = card[10..].split(|byte| *byte == b'/').next()?;
        digits(value.trim_ascii())
    }

    /// The largest picture of an ICNS by its table of contents, if it begins with one.
    fn largest_icon(self) -> Option<(u64, u64)> {
        /// The last characters of the types that all systems since 2007 write, with their sides in pixels.
        const SIDES: [([u8; 4], u64); 13] = [
            (*b"icp4", 16),
            (*b"icp5", 32),
            (*b"icp6", 64),
            (*b"ic04", 16),
            (*b"ic05", 32),
            (*b"ic07", 128),
            (*b"ic08", 256),
            (*b"ic09", 512),
            (*b"ic10", 1024),
            (*b"ic11", 32),
            (*b"ic12", 64),
            (*b"ic13", 256),
            (*b"ic14", 512),
        ];
        if self.field(8, 4)? != b"TOC " {
            return None;
        }
        let length = usize::try_from(self.big(12, 4)?.checked_sub(8)?).ok()?;
        let types = self.field(16, length)?.chunks_exact(8);
        let side =
            |entry: &[u8]| SIDES.iter().find(|(kind, _)| entry.starts_with(kind)).map(|(_, side)| *side);
        let largest = types.filter_map(side).max()?;
        Some((largest, largest))
    }

    /// The length of a DDS: its header, and each surface in each of its smaller sizes. `None` if the format of
    /// its pixels is not known.
    fn surfaces(self) -> Option<u64> {
        const HAS_SMALLER: u64 = 0x2_0000;
        const HAS_DEPTH: u64 = 0x80_0000;
        const HAS_CODE: u64 = 4;
        const CUBE_FACES: u64 = 0xFC00;
        let mut begins = DDS_HEADER as u64;
        let code =
            if self.little(80, 4)? & HAS_CODE == 0 { [0; 4] } else { *self.field(84, 4)?.first_chunk()? };
        let mut surfaces = (self.little(112, 4)? & CUBE_FACES).count_ones().max(1).into();
        // The bytes of a block of 4 × 4 pixels, or the bits of a pixel.
        let (block, bits) = match &code {
            [0, 0, 0, 0] => (0, self.little(88, 4)?),
            b"DXT1" | b"ATI1" | b"BC4U" | b"BC4S" => (8, 0),
            b"DXT2" | b"DXT3" | b"DXT4" | b"DXT5" | b"ATI2" | b"BC5U" | b"BC5S" => (16, 0),
            b"DX10" => {
                begins += 20;
                let is_cube = self.little(136, 4)? & 4 == 4;
                surfaces = self.little(140, 4)?.max(1) * if is_cube { 6 } else { 1 };
                // Numbers of DXGI_FORMAT.
                match self.little(128, 4)? {
                    2 => (0, 128),
                    10 | 11 => (0, 64),
                    24 | 28 | 29 | 41 | 87 | 88 | 90..=93 => (0, 32),
                    54 | 56 | 85 | 86 => (0, 16),
                    61 => (0, 8),
                    70..=72 | 79..=81 => (8, 0),
                    73..=78 | 82..=84 | 94..=99 => (16, 0),
                    _ => return None,
                }
            }
            _ => return None,
        };
        let flags = self.little(8, 4)?;
        let optional = |flag, at| if flags & flag == 0 { Some(1) } else { Some(self.little(at, 4)?.max(1)) };
        let (levels, depth) = (optional(HAS_SMALLER, 28)?, optional(HAS_DEPTH, 24)?);
        let (width, height) = (self.little(16, 4)?, self.little(12, 4)?);
        let mut length = 0_u64;
        for level in 0..levels.min(32) {
            let side = |side: u64| (side >> level).max(1);
            let rows = if block == 0 {
                ((side(width) * bits).div_ceil(8)).checked_mul(side(height))?
            } else {
                (side(width).div_ceil(4) * side(height).div_ceil(4)).checked_mul(block)?
            };
            length = length.checked_add(rows.checked_mul(side(depth))?)?;
        }
        length.checked_mul(surfaces)?.checked_add(begins)
    }
}

/// What the line of an HDR's size says, such as `-Y 512 +X 768`: whether its rows lie one below the other, their
/// number, and the pixels of each.
pub fn resolution(line: &[u8]) -> Option<(bool, u64, u64)> {
    let mut words = line.split(|byte| *byte == b' ');
    let axis = words.next()?;
    let rows = digits(words.next()?)?;
    let width = words.nth(1).and_then(digits)?;
    Some((axis.get(1) == Some(&b'Y'), rows, width))
}

/// A number of decimal digits.
pub fn digits(text: &[u8]) -> Option<u64> {
    let is_number = (1..=10).contains(&text.len()) && text.iter().all(u8::is_ascii_digit);
    is_number.then(|| text.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
}
