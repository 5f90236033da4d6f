//! The width and height of an image.
//!
//! Only the fields on the way to the size are read, and everything between them is skipped. So at most
//! 34 bytes are kept, and the sizes of the items of one AVIF or HEIC file.

mod gif;
pub(super) mod jxl;
mod svg;
mod tiff;

use super::field::{Field, code};
use super::format::Format;
use super::markup::may_be_markup;
use super::signature::by_signature;
use svg::SvgSize;

/// The size of an image as it is stored: before a rotation that its metadata demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dimensions {
    /// Pixels of a row; of an SVG, CSS pixels.
    pub width: u32,
    /// The number of rows.
    pub height: u32,
}

impl Dimensions {
    /// `None` if there are no pixels, or more than 2³¹ − 1 in a row or column: no format that is read
    /// here has them, or no program.
    pub fn new(width: u64, height: u64) -> Option<Self> {
        let checked = |length: u64| u32::try_from(length).ok().filter(|length| (1..1 << 31).contains(length));
        Some(Self { width: checked(width)?, height: checked(height)? })
    }

    /// The number of all pixels.
    pub fn pixels(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

/// Finds the size of an image in bytes that arrive chunk by chunk.
#[derive(Debug, Default)]
pub struct DimensionsFinder {
    dimensions: Option<Dimensions>,
    step: Step,
    field: Field,
    /// The entries of a directory or of a table that are still to be read.
    entries: u64,
    /// What has been read of the size, or zero.
    width: u64,
    height: u64,
    is_big_tiff: bool,
    is_thumbnail: bool,
    items: Items,
    svg: SvgSize,
}

/// The types of chunks and boxes.
const IHDR: u32 = code(b"IHDR");
const VP8: u32 = code(b"VP8 ");
const VP8L: u32 = code(b"VP8L");
const VP8X: u32 = code(b"VP8X");
const META: u32 = code(b"meta");
const PITM: u32 = code(b"pitm");
const IPRP: u32 = code(b"iprp");
const IPCO: u32 = code(b"ipco");
const ISPE: u32 = code(b"ispe");
const CLAP: u32 = code(b"clap");
const IPMA: u32 = code(b"ipma");
const JP2H: u32 = code(b"jp2h");
const JP2_IHDR: u32 = code(b"ihdr");
const JXLC: u32 = code(b"jxlc");
const JXLP: u32 = code(b"jxlp");

/// The kind of the next field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Step {
    #[default]
    Signature,
    JpegSegment,
    PngChunk,
    GifBlock,
    GifData,
    WebPChunk,
    IsoBox,
    Association,
    Property,
    JxlCodestream,
    Bitmap,
    TiffDirectory,
    TiffEntry,
    IconEntry,
    /// None: `svg` reads the rest.
    Svg,
    /// None: the size is known, or can't be found.
    End,
}

/// What an AVIF or a HEIC says about the images in it (ISO/IEC 23008-12).
#[derive(Debug, Default)]
struct Items {
    /// The number of the image to show.
    primary: u64,
    /// The number of properties that have passed.
    properties: u64,
    /// The properties that are sizes: their numbers, counted from 1, with width and height.
    sizes: Vec<(u64, u64, u64)>,
    /// The bytes of an item's number, and of a property's.
    number_bytes: usize,
    property_bytes: usize,
    /// The properties of the primary image that are still to be read.
    remaining: u64,
}

/// The most sizes that are kept of one file. Images of equal size share one.
const MAX_SIZES: usize = 256;

impl DimensionsFinder {
    /// Reads the next chunk of the body.
    pub fn push(&mut self, mut bytes: &[u8]) {
        loop {
            bytes = self.field.fill(bytes);
            match self.step {
                Step::End => return,
                Step::Svg => return self.push_svg(bytes),
                _ if self.field.is_full() => self.read_field(),
                _ => return,
            }
        }
    }

    /// The size, as soon as it is known.
    pub fn dimensions(&self) -> Option<Dimensions> {
        self.dimensions
    }

    fn push_svg(&mut self, bytes: &[u8]) {
        if let Some((width, height)) = self.svg.push(bytes) {
            self.found(width, height);
        }
    }

    /// The next field begins this many bytes after the beginning of the current one.
    fn go(&mut self, step: Step, distance: u64) {
        self.field.go(distance);
        self.step = step;
    }

    fn end(&mut self, dimensions: Option<Dimensions>) {
        self.dimensions = dimensions;
        self.step = Step::End;
        self.items.sizes = Vec::new();
    }

    fn found(&mut self, width: u64, height: u64) {
        self.end(Dimensions::new(width, height));
    }

    fn read_field(&mut self) {
        match self.step {
            Step::Signature => self.read_signature(),
            Step::JpegSegment => self.read_segment(),
            Step::PngChunk => self.read_png_chunk(),
            Step::GifBlock => self.read_gif_block(),
            Step::GifData => self.read_gif_data(),
            Step::WebPChunk => self.read_webp_chunk(),
            Step::IsoBox => self.read_box(),
            Step::Association => self.read_association(),
            Step::Property => self.read_property(),
            Step::JxlCodestream => self.read_codestream(),
            Step::Bitmap => self.read_bitmap(),
            Step::TiffDirectory => self.read_directory(),
            Step::TiffEntry => self.read_tiff_entry(),
            Step::IconEntry => self.read_icon_entry(),
            Step::Svg | Step::End => {}
        }
    }

    fn read_signature(&mut self) {
        const BYTES: usize = 12;
        /// BigTIFF's number in place of 42, in both byte orders.
        const BIG: [u8; 2] = [b'+', 0];
        if self.field.lacks(BYTES) {
            return;
        }
        let head = *self.field.bytes();
        let format = by_signature(&head[..BYTES]).and_then(Result::ok);
        let is_iso = matches!(&head[4..8], b"ftyp" | b"JXL " | b"jP  ");
        // Boxes, JPEG, PNG, and TIFF in one of its orders.
        let is_big_endian = is_iso || matches!(head[0], 0xFF | 0x89 | b'M');
        self.field.is_little_endian = !is_big_endian;
        match format {
            _ if is_iso => self.go(Step::IsoBox, 0),
            Some(Format::Jpeg) => self.go(Step::JpegSegment, 2),
            Some(Format::Png) => self.go(Step::PngChunk, 8),
            Some(Format::Gif) => self.read_gif_screen(),
            Some(Format::WebP) => self.go(Step::WebPChunk, 12),
            Some(Format::Jxl) => self.go(Step::JxlCodestream, 0),
            Some(Format::Tiff | Format::Orf | Format::Rw2 | Format::Jxr) => {
                self.is_big_tiff = head[2..4].iter().all(|byte| BIG.contains(byte));
                let length = if self.is_big_tiff { 8 } else { 4 };
                if !self.field.lacks(2 * length) {
                    self.go(Step::TiffDirectory, self.field.number(length, length));
                }
            }
            Some(Format::Ico | Format::Cur) => {
                self.entries = self.field.number(4, 2);
                self.go(Step::IconEntry, 6);
            }
            _ if head.starts_with(b"BM") => self.go(Step::Bitmap, 0),
            _ if may_be_markup(&head[..BYTES]) => {
                self.step = Step::Svg;
                self.svg = SvgSize::of(&head[..BYTES]);
                self.push_svg(&head[..BYTES]);
            }
            _ => self.end(None),
        }
    }

    /// A segment: marker, length, and, of a frame header, precision, height and width (ITU-T T.81,
    /// B.2.2). A thumbnail inside a segment is skipped with it.
    fn read_segment(&mut self) {
        if self.field.lacks(9) {
            return;
        }
        let [first, marker, ..] = *self.field.bytes();
        match marker {
            // Fill bytes, markers without a length, and stray bytes that decoders ignore.
            0 | 1 | 0xD0..=0xD8 | 0xFF => self.go(Step::JpegSegment, 1),
            _ if first != 0xFF => self.go(Step::JpegSegment, 1),
            // The data or the end of an image whose size has not been given.
            0xD9 | 0xDA => self.end(None),
            // Tables and an extension are between the frame headers. 0xF7 is that of JPEG-LS.
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF | 0xF7 => {
                self.found(self.field.number(7, 2), self.field.number(5, 2));
            }
            _ => self.go(Step::JpegSegment, 2 + self.field.number(2, 2).max(2)),
        }
    }

    /// Length and type of a chunk, and width and height if it is the header (PNG 1.2, 4.1.1). Xcode
    /// writes a chunk before it.
    fn read_png_chunk(&mut self) {
        if self.field.lacks(16) {
        } else if self.field.code(4) == IHDR {
            self.found(self.field.number(8, 4), self.field.number(12, 4));
        } else {
            self.go(Step::PngChunk, 12 + self.field.number(0, 4));
        }
    }

    /// Type and length of a chunk, and the beginning of its data (RFC 9649, 2.5 to 2.7).
    fn read_webp_chunk(&mut self) {
        const MASK: u64 = 0x3FFF;
        if self.field.lacks(13) {
            return;
        }
        match self.field.code(0) {
            VP8L => {
                let bits = self.field.number(9, 4);
                self.found((bits & MASK) + 1, (bits >> 14 & MASK) + 1);
            }
            VP8 | VP8X if self.field.lacks(18) => {}
            VP8 => self.found(self.field.number(14, 2) & MASK, self.field.number(16, 2) & MASK),
            VP8X => self.found(self.field.number(12, 3) + 1, self.field.number(15, 3) + 1),
            _ => self.go(Step::WebPChunk, 8 + self.field.number(4, 4).next_multiple_of(2)),
        }
    }

    /// A box: size and type (ISO/IEC 14496-12, 4.2). A box that contains others is entered and not left
    /// again, as the one after it follows the last one in it.
    fn read_box(&mut self) {
        if self.field.lacks(8) {
            return;
        }
        let (mut header, mut size) = (8, self.field.number(0, 4));
        if size == 1 {
            header = 16;
            if self.field.lacks(header) {
                return;
            }
            size = self.field.number(8, 8);
        }
        let content = header as u64;
        match self.field.code(4) {
            META => return self.go(Step::IsoBox, content + 4),
            IPRP => return self.go(Step::IsoBox, content),
            IPCO => {
                self.items.properties = 0;
                return self.go(Step::IsoBox, content);
            }
            JP2H => return self.go(Step::IsoBox, content),
            JP2_IHDR if self.field.lacks(header + 8) => return,
            JP2_IHDR => return self.found(self.field.number(header + 4, 4), self.field.number(header, 4)),
            JXLC => return self.go(Step::JxlCodestream, content),
            // A part of the code stream, after its number.
            JXLP => return self.go(Step::JxlCodestream, content + 4),
            PITM | IPMA if self.field.lacks(header + 8) => return,
            // Version 0 has shorter numbers.
            PITM => {
                let length = if self.field.bytes()[header] == 0 { 2 } else { 4 };
                self.items.primary = self.field.number(header + 4, length);
            }
            IPMA => {
                self.items.number_bytes = if self.field.bytes()[header] == 0 { 2 } else { 4 };
                self.items.property_bytes = 1 + usize::from(self.field.bytes()[header + 3] & 1);
                self.entries = self.field.number(header + 4, 4);
                return self.go(Step::Association, content + 8);
            }
            ISPE if self.field.lacks(header + 12) => return,
            CLAP if self.field.lacks(header + 16) => return,
            ISPE => self.add_size(self.field.number(header + 4, 4), self.field.number(header + 8, 4)),
            // What is left of a size that the compression demands; each number is a fraction.
            CLAP => self.add_size(self.fraction(header), self.fraction(header + 8)),
            _ => {}
        }
        if size < content {
            return self.end(None);
        }
        self.items.properties += 1;
        self.go(Step::IsoBox, size);
    }

    fn fraction(&self, at: usize) -> u64 {
        self.field.number(at, 4).checked_div(self.field.number(at + 4, 4)).unwrap_or_default()
    }

    fn add_size(&mut self, width: u64, height: u64) {
        let Items { properties, sizes, .. } = &mut self.items;
        if sizes.len() < MAX_SIZES {
            sizes.push((*properties + 1, width, height));
        }
    }

    /// The number of an item, and how many properties it has.
    fn read_association(&mut self) {
        let Items { primary, number_bytes, property_bytes, .. } = self.items;
        if self.entries == 0 {
            return self.go(Step::IsoBox, 0);
        }
        if self.field.lacks(number_bytes + 1) {
            return;
        }
        self.entries -= 1;
        let header = number_bytes as u64 + 1;
        let properties = self.field.number(number_bytes, 1);
        if self.field.number(0, number_bytes) == primary {
            self.items.remaining = properties;
            self.go(Step::Property, header);
        } else {
            self.go(Step::Association, header + properties * property_bytes as u64);
        }
    }

    /// The number of a property of the primary image; its highest bit does not belong to it. The last
    /// size counts, since a property changes what those before it describe.
    fn read_property(&mut self) {
        let length = self.items.property_bytes;
        if self.items.remaining == 0 {
            return self.found(self.width, self.height);
        }
        if self.field.lacks(length) {
            return;
        }
        self.items.remaining -= 1;
        let number = self.field.number(0, length) & ((1 << (8 * length - 1)) - 1);
        if let Some(size) = self.items.sizes.iter().find(|size| size.0 == number) {
            (self.width, self.height) = (size.1, size.2);
        }
        self.go(Step::Property, length as u64);
    }

    fn read_codestream(&mut self) {
        if self.field.lacks(11) {
            return;
        }
        match self.field.bytes() {
            [0xFF, 0x0A, rest @ ..] => {
                let (width, height) = jxl::size_of(rest);
                self.found(width, height);
            }
            _ => self.end(None),
        }
    }

    /// The headers of a bitmap. If the height is negative, the first row is the top one.
    fn read_bitmap(&mut self) {
        const HEIGHT_SIGN: u64 = 1 << 31;
        if self.field.lacks(26) {
            return;
        }
        match self.field.number(14, 4) {
            12 => self.found(self.field.number(18, 2), self.field.number(20, 2)),
            16..=124 => {
                let height = self.field.number(22, 4);
                let is_negative = height > HEIGHT_SIGN;
                self.found(self.field.number(18, 4), if is_negative { (1 << 32) - height } else { height });
            }
            _ => self.end(None),
        }
    }

    /// A picture of an icon: its width and height, of which zero means 256. The largest one counts.
    fn read_icon_entry(&mut self) {
        if self.field.lacks(16) {
            return;
        }
        let length = |byte: u8| u64::from(byte.wrapping_sub(1)) + 1;
        let [width, height, ..] = self.field.bytes().map(length);
        if width * height > self.width * self.height {
            (self.width, self.height) = (width, height);
        }
        self.entries -= 1;
        match self.entries {
            0 => self.found(self.width, self.height),
            _ => self.go(Step::IconEntry, 16),
        }
    }
}

#[cfg(test)]
mod tests;
