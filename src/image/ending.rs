//! Whether a body ends where its image does.
//!
//! Browsers often don't report that a connection ended early: if `Content-Length` is too small, or the
//! body is compressed or ends with the connection. The structure of the image itself remains. Only
//! lengths and markers are read, and data is skipped. What follows the end of the image (remains of an
//! editor, or of another file) does not matter, unless the image itself says that it has further parts.

mod bitmap;
mod boxes;
mod exr;
mod fits;
mod jpeg;
mod jxl;
mod photoshop;
mod radiance;
mod tiff;

use super::characters::Characters;
use super::field::{Field, color_table};
use super::format::{Format, NotAnImage};
use super::inflate;
use super::markup::{Markup, may_be_markup};
use super::signature::by_signature;
use exr::Exr;
use fits::Fits;
use jpeg::Parts;
use jxl::Codestream;
use photoshop::Photoshop;
use radiance::Radiance;
use tiff::Tiff;

/// What the structure of an image says about the end of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The body contains the end of the image.
    Whole,
    /// The body ends before the image does.
    CutShort,
    /// The format has no end that can be found, or the file does not follow its format.
    Unknown,
}

impl Ending {
    /// That of a body of this many bytes, of an image whose length is known.
    pub fn of_length(bytes: u64, length: u64) -> Self {
        if bytes < length { Self::CutShort } else { Self::Whole }
    }

    /// Whether an image of this many bytes is cut short, of which the server declared a length
    /// (`Content-Length`). Browsers do not enforce it over HTTP/2. It counts encoded bytes, and an encoded image
    /// may be longer than the image itself, so the structure takes precedence.
    pub fn is_cut_short(self, bytes: u64, declared: Option<u64>) -> bool {
        match self {
            Self::Whole => false,
            Self::CutShort => true,
            Self::Unknown => declared.is_some_and(|declared| bytes < declared),
        }
    }
}

/// Finds the end of an image in bytes that arrive chunk by chunk.
#[derive(Debug, Default)]
pub struct EndFinder {
    step: Step,
    field: Field,
    /// Where the current field begins in the file.
    position: u64,
    /// The furthest end of what the file refers to, as far as it is known.
    extent: u64,
    /// The entries of a directory, or the rows of a bitmap, that are still to be read.
    remaining: u64,
    /// Whether a pixel of a bitmap has four bits.
    is_nibbles: bool,
    /// How many of the last bytes a file that is otherwise complete may lack.
    slack: u64,
    /// Whether the boxes `meta` and `mdat` of an ISO base media file have begun.
    boxes: [bool; 2],
    /// Whether the last byte of a JPEG's scan was 0xFF.
    is_marker: bool,
    /// The last eight bytes of a QOI.
    recent: u64,
    /// The bytes after a JPEG that belong to it.
    tail: u64,
    parts: Parts,
    codestream: Codestream,
    tiff: Tiff,
    photoshop: Photoshop,
    exr: Exr,
    fits: Fits,
    radiance: Radiance,
    /// A gzip file so far.
    compressed: Vec<u8>,
    characters: Characters,
    markup: Markup,
}

/// The most bytes of a gzip file that are kept to find its end, and of what it holds: more than any drawing has, and
/// less than would keep a page waiting.
const MOST_COMPRESSED: usize = 256 << 10;
const MOST_INFLATED: usize = 2 << 20;

/// The bytes that distinguish the formats.
const SIGNATURE: usize = 12;

/// The kind of the next field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Step {
    #[default]
    Signature,
    JpegStart,
    JpegSegment,
    /// None: `parts` takes a segment as it is.
    JpegPart,
    /// None: the end marker is looked for.
    JpegScan,
    PngChunk,
    GifBlock,
    GifImage,
    GifData,
    IsoBox,
    /// None: `codestream` takes the beginning of a frame.
    JxlFrame,
    J2kSegment,
    Bitmap,
    BitmapRun,
    TiffDirectory,
    TiffEntry,
    TiffNext,
    TiffValue,
    IconEntry,
    PhotoshopHeader,
    PhotoshopSection,
    PhotoshopData,
    PhotoshopRow,
    ExrText,
    ExrHeader,
    ExrValue,
    ExrPlace,
    ExrChunk,
    FitsCard,
    FitsNext,
    /// None: the last bytes of a QOI are looked for.
    Qoi,
    /// None: the rows of an HDR are counted.
    Radiance,
    /// None: it is kept until its end.
    Gzip,
    /// None: `markup` finds the end of an SVG.
    Markup,
    /// None: the image ends where the next field would begin.
    End,
    /// None: the end can't be found.
    Lost,
}

impl Step {
    /// Whether it takes bytes as they come.
    fn has_no_field(self) -> bool {
        use Step::{Gzip, JpegPart, JpegScan, JxlFrame, Markup, Qoi, Radiance};
        matches!(self, JpegPart | JpegScan | JxlFrame | Qoi | Radiance | Gzip | Markup)
    }
}

impl EndFinder {
    /// Reads the next chunk of the body.
    pub fn push(&mut self, mut bytes: &[u8]) {
        loop {
            bytes = self.field.fill(bytes);
            if self.step.has_no_field() && self.field.filled() > 0 {
                let (begun, filled) = (*self.field.bytes(), self.field.filled());
                self.field.go(filled as u64);
                self.push(&begun[..filled]);
                continue;
            }
            match self.step {
                Step::End | Step::Lost => return,
                Step::JpegScan => match self.scan(bytes) {
                    Some(rest) => bytes = rest,
                    None => return,
                },
                Step::JpegPart => match self.take_part(bytes) {
                    Some(rest) => bytes = rest,
                    None => return,
                },
                Step::JxlFrame => match self.take_frame(bytes) {
                    Some(rest) => bytes = rest,
                    None => return,
                },
                Step::Qoi => return self.scan_qoi(bytes),
                Step::Radiance => return self.scan_radiance(bytes),
                Step::Gzip => return self.push_compressed(bytes),
                Step::Markup => return self.push_markup(bytes),
                _ if self.field.is_full() => self.read_field(),
                _ => return,
            }
        }
    }

    /// The verdict if the body ended here.
    pub fn ending(&self) -> Ending {
        let is_between = self.field.distance() == 0 && self.field.filled() == 0;
        match self.step {
            Step::Signature | Step::Lost => Ending::Unknown,
            Step::Markup if self.markup.has_ended() => Ending::Whole,
            Step::Markup if self.markup.is_lost() => Ending::Unknown,
            Step::Gzip => match inflate::is_whole(&self.compressed, MOST_INFLATED) {
                Some(true) => Ending::Whole,
                Some(false) => Ending::CutShort,
                None => Ending::Unknown,
            },
            Step::Radiance if !self.radiance.has_size() => Ending::Unknown,
            // Of the last part, only the beginning is known.
            Step::End if self.field.distance() == 0 && self.tiff.is_open => Ending::Unknown,
            Step::FitsNext if self.field.distance() == 0 && self.fits.may_have_more() => Ending::Unknown,
            Step::End | Step::FitsNext if self.field.distance() == 0 => Ending::Whole,
            // Servers remove the parts, and leave what says that there are some.
            Step::End if self.field.distance() == self.tail => Ending::Unknown,
            Step::JpegStart if self.field.distance() == self.tail && self.field.filled() == 0 => {
                Ending::Unknown
            }
            Step::End | Step::FitsNext if self.field.distance() <= self.slack => Ending::Unknown,
            // Many GIFs lack their trailer, and any box may be the last one.
            // So may a JPEG 2000 lack its end marker, and the last directory of a TIFF the place of the next one.
            Step::GifBlock | Step::IsoBox | Step::J2kSegment | Step::TiffNext if is_between => {
                Ending::Unknown
            }
            Step::BitmapRun if is_between && self.remaining <= 1 => Ending::Unknown,
            _ => Ending::CutShort,
        }
    }

    /// The next field begins this many bytes after the beginning of the current one.
    fn go(&mut self, step: Step, distance: u64) {
        self.field.go(distance);
        self.position = self.position.saturating_add(distance);
        self.step = step;
    }

    /// The image ends at this place of the file, which may have passed.
    fn end_at(&mut self, place: u64) {
        self.go(Step::End, place.saturating_sub(self.position));
    }

    fn lose(&mut self) {
        self.go(Step::Lost, 0);
    }

    fn read_field(&mut self) {
        match self.step {
            Step::Signature => self.read_signature(),
            Step::JpegStart => self.read_jpeg_start(),
            Step::JpegSegment => self.read_jpeg_segment(),
            Step::PngChunk => self.read_chunk(),
            Step::GifBlock | Step::GifImage | Step::GifData => self.read_gif(),
            Step::IsoBox => self.read_box(),
            Step::J2kSegment => self.read_j2k_segment(),
            Step::Bitmap => self.read_bitmap(),
            Step::BitmapRun => self.read_run(),
            Step::TiffDirectory => self.read_directory(),
            Step::TiffEntry => self.read_tiff_entry(),
            Step::TiffNext => self.read_next_directory(),
            Step::TiffValue => self.read_tiff_value(),
            Step::IconEntry => self.read_icon_entry(),
            Step::PhotoshopHeader => self.read_photoshop(),
            Step::PhotoshopSection => self.read_section(),
            Step::PhotoshopData => self.read_photoshop_data(),
            Step::PhotoshopRow => self.read_photoshop_row(),
            Step::ExrText => self.read_exr_text(),
            Step::ExrHeader => self.read_exr_header(),
            Step::ExrValue => self.read_exr_value(),
            Step::ExrPlace => self.read_exr_place(),
            Step::ExrChunk => self.read_exr_chunk(),
            Step::FitsCard => self.read_card(),
            Step::FitsNext => self.read_fits_next(),
            Step::JpegScan
            | Step::JpegPart
            | Step::JxlFrame
            | Step::Qoi
            | Step::Radiance
            | Step::Gzip
            | Step::Markup
            | Step::End
            | Step::Lost => {}
        }
    }

    fn read_signature(&mut self) {
        if self.field.lacks(SIGNATURE) {
            return;
        }
        let head = *self.field.bytes();
        let head = &head[..SIGNATURE];
        // Of TIFFs, by their own mark.
        self.field.is_little_endian = matches!(head[0], b'R' | b'B' | b'I' | 0);
        let kind = by_signature(head);
        match kind.and_then(Result::ok) {
            _ if matches!(&head[4..8], b"ftyp" | b"JXL " | b"jP  ") => {
                self.field.is_little_endian = false;
                self.go(Step::IsoBox, 0);
            }
            Some(Format::Jpeg) => self.go(Step::JpegSegment, 2),
            Some(Format::Png) => self.go(Step::PngChunk, 8),
            // Version, size, flags, background and aspect ratio are 13 bytes.
            Some(Format::Gif) => self.go(Step::GifBlock, 13 + color_table(head[10])),
            Some(Format::WebP) => {
                // Some files count the eight bytes of the RIFF header as well.
                self.slack = 8;
                self.go(Step::End, 8 + self.field.number(4, 4));
            }
            Some(Format::J2k) => self.go(Step::J2kSegment, 0),
            Some(Format::Jxl) => self.go(Step::JxlFrame, 0),
            Some(Format::Tiff | Format::Jxr | Format::Orf | Format::Rw2) => self.read_tiff(),
            Some(Format::Ico | Format::Cur) => {
                self.remaining = self.field.number(4, 2);
                self.go(Step::IconEntry, 6);
            }
            Some(Format::Psd) => self.go(Step::PhotoshopHeader, 0),
            Some(Format::Exr) => {
                self.field.is_little_endian = true;
                self.read_exr();
            }
            Some(Format::Hdr) => self.go(Step::Radiance, 0),
            _ if kind == Some(Err(NotAnImage::Gzip)) => self.go(Step::Gzip, 0),
            _ if head.starts_with(b"SIMPLE  =") => self.go(Step::FitsCard, 0),
            _ if head.starts_with(b"qoif") => self.go(Step::Qoi, 14),
            _ if head.starts_with(b"BM") => self.go(Step::Bitmap, 0),
            _ if may_be_markup(head) => {
                self.characters = Characters::of(head);
                self.go(Step::Markup, 0);
            }
            _ => self.lose(),
        }
    }

    fn push_markup(&mut self, bytes: &[u8]) {
        let characters = bytes.iter().filter_map(|byte| self.characters.push(*byte));
        characters.for_each(|character| self.markup.push_byte(character));
    }

    fn push_compressed(&mut self, bytes: &[u8]) {
        let fits = bytes.len().min(MOST_COMPRESSED - self.compressed.len());
        self.compressed.extend_from_slice(&bytes[..fits]);
        if fits < bytes.len() {
            // Its end may have passed.
            match inflate::is_whole(&std::mem::take(&mut self.compressed), MOST_INFLATED) {
                Some(true) => self.go(Step::End, 0),
                _ => self.lose(),
            }
        }
    }

    /// The last eight bytes of a QOI, which its chunks do not contain: of two pixels that are equal, the
    /// second is part of a run.
    fn scan_qoi(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.recent = self.recent << 8 | u64::from(*byte);
            if self.recent == 1 {
                return self.go(Step::End, 0);
            }
        }
    }

    /// A picture of an icon: its size in bytes, and its place.
    fn read_icon_entry(&mut self) {
        if self.remaining == 0 {
            return self.end_at(self.extent);
        }
        if self.field.lacks(16) {
            return;
        }
        self.remaining -= 1;
        self.extent = self.extent.max(self.field.number(8, 4) + self.field.number(12, 4));
        self.go(Step::IconEntry, 16);
    }

    /// A block: an extension, an image, or the end; and the data of the first two (GIF89a).
    fn read_gif(&mut self) {
        let wanted = if self.step == Step::GifImage { 9 } else { 1 };
        if self.field.lacks(wanted) {
            return;
        }
        let first = self.field.bytes()[0];
        match (self.step, first) {
            // The code size precedes the data of an image.
            (Step::GifImage, _) => self.go(Step::GifData, 10 + color_table(self.field.bytes()[8])),
            (Step::GifData, 0) => self.go(Step::GifBlock, 1),
            (Step::GifData, length) => self.go(Step::GifData, 1 + u64::from(length)),
            (_, 0x3B) => self.go(Step::End, 1),
            // The label of an extension precedes its data.
            (_, 0x21) => self.go(Step::GifData, 2),
            (_, 0x2C) => self.go(Step::GifImage, 1),
            // Decoders ignore a superfluous terminator.
            (_, 0) => self.go(Step::GifBlock, 1),
            _ => self.lose(),
        }
    }

    /// A chunk: length, type, data and CRC (PNG 1.2, 3.2).
    fn read_chunk(&mut self) {
        if self.field.lacks(8) {
            return;
        }
        let end = 12 + self.field.number(0, 4);
        match &self.field.bytes()[4..8] {
            b"IEND" => self.go(Step::End, end),
            kind if kind.iter().all(u8::is_ascii_alphabetic) => self.go(Step::PngChunk, end),
            _ => self.lose(),
        }
    }
}

#[cfg(test)]
mod tests;
