//! The end of a JPEG XL that is a bare code stream: that of its last frame (ISO/IEC 18181-1, annexes D, F
//! and G).
//!
//! Before its data, a frame lists the lengths of all of its sections. To find them, the headers are read bit
//! by bit. Those of rare files (a colour profile, a preview, sections in another order) would need the
//! decoder's entropy coder; their end is not known.

use super::{EndFinder, Step};
use crate::image::dimensions::jxl;

/// The bytes of a frame that are kept until its lengths are known, and those of the image's header.
#[derive(Debug, Default)]
pub struct Codestream {
    head: Vec<u8>,
    image: Option<Image>,
}

/// The most bytes that are kept.
const MAX_HEAD: usize = 64 << 10;

/// The bytes after which the headers are tried again.
const PORTION: usize = 4096;

/// What the frames' headers depend on.
#[derive(Clone, Copy, Debug)]
struct Image {
    width: u64,
    height: u64,
    extra_channels: u64,
    is_xyb: bool,
    is_animation: bool,
    has_timecodes: bool,
}

/// Why a header was not read.
enum Stop {
    /// It has not arrived.
    Short,
    /// It says something that is not read here.
    Rare,
}

type Read<T> = Result<T, Stop>;

impl EndFinder {
    /// Takes the beginning of a frame; returns the rest of the chunk when the frame's lengths are known.
    pub(super) fn take_frame<'a>(&mut self, mut bytes: &'a [u8]) -> Option<&'a [u8]> {
        while !bytes.is_empty() {
            let (part, rest) = bytes.split_at(bytes.len().min(PORTION));
            self.codestream.head.extend_from_slice(part);
            bytes = rest;
            if self.read_frames() {
                return Some(bytes);
            }
        }
        None
    }

    /// Reads the frames that begin in what was taken; whether the next one begins behind it, or none does.
    fn read_frames(&mut self) -> bool {
        loop {
            let (length, is_last) = match frame(&mut self.codestream) {
                Ok(frame) => frame,
                Err(Stop::Short) if self.codestream.head.len() < MAX_HEAD => return false,
                Err(_) => {
                    self.codestream.head = Vec::new();
                    self.lose();
                    return true;
                }
            };
            let taken = self.codestream.head.len() as u64;
            let step = if is_last { Step::End } else { Step::JxlFrame };
            if length >= taken || is_last {
                self.codestream.head = Vec::new();
                self.go(step, length.saturating_sub(taken));
                return true;
            }
            // Less than what was taken.
            self.codestream.head.drain(..length as usize);
        }
    }
}

/// The length of a frame with its headers, and whether it is the last one.
fn frame(codestream: &mut Codestream) -> Read<(u64, bool)> {
    let mut bits = Bits { bytes: &codestream.head, at: 0 };
    let image = match codestream.image {
        Some(image) => image,
        None => {
            bits.at = 16;
            let image = image(&mut bits)?;
            bits.align();
            image
        }
    };
    let (sections, is_last) = frame_header(&mut bits, &image)?;
    if bits.flag()? {
        return Err(Stop::Rare);
    }
    bits.align();
    let mut length = 0;
    for _ in 0..sections {
        length += bits.one_of([(10, 0), (14, 1024), (22, 17_408), (30, 4_211_712)])?;
    }
    bits.align();
    codestream.image = Some(image);
    Ok((bits.at as u64 / 8 + length, is_last))
}

/// The header of the image (D.2, D.3).
fn image(bits: &mut Bits<'_>) -> Read<Image> {
    let (width, height) = bits.size()?;
    let mut image =
        Image { width, height, extra_channels: 0, is_xyb: true, is_animation: false, has_timecodes: false };
    if !bits.flag()? {
        let has_more = bits.flag()?;
        if has_more {
            // The orientation, and the size at which to show it.
            bits.take(3)?;
            if bits.flag()? {
                bits.size()?;
            }
            let has_preview = bits.flag()?;
            if has_preview {
                return Err(Stop::Rare);
            }
            image.is_animation = bits.flag()?;
            if image.is_animation {
                bits.one_of([(0, 100), (0, 1000), (10, 1), (30, 1)])?;
                bits.one_of([(0, 1), (0, 1001), (8, 1), (10, 1)])?;
                bits.one_of([(0, 0), (3, 0), (16, 0), (32, 0)])?;
                image.has_timecodes = bits.flag()?;
            }
        }
        bits.depth()?;
        bits.flag()?;
        image.extra_channels = bits.one_of([(0, 0), (0, 1), (4, 2), (12, 1)])?;
        for _ in 0..image.extra_channels {
            bits.extra_channel()?;
        }
        image.is_xyb = bits.flag()?;
        bits.colours()?;
        // The range of brightness.
        if has_more && !bits.flag()? {
            bits.take(33)?;
            bits.take(16)?;
        }
        bits.no_extensions()?;
    }
    // The weights of transformations.
    if bits.flag()? { Ok(image) } else { Err(Stop::Rare) }
}

/// The header of a frame (F.2): the number of its sections, and whether it is the last one.
fn frame_header(bits: &mut Bits<'_>, image: &Image) -> Read<(u64, bool)> {
    const REGULAR: u64 = 0;
    const LOW_FREQUENCY: u64 = 1;
    const REFERENCE: u64 = 2;
    const USES_LOW_FREQUENCY: u64 = 0x20;
    const SCALES: [(u8, u64); 4] = [(0, 1), (0, 2), (0, 4), (0, 8)];
    let (mut width, mut height, mut group, mut passes) = (image.width, image.height, 256, 1);
    if bits.flag()? {
        return Ok((sections(width, height, group, passes), true));
    }
    let kind = bits.take(2)?;
    let is_modular = bits.flag()?;
    let flags = bits.long()?;
    let is_shown = matches!(kind, REGULAR | 3);
    let is_ycbcr = !image.is_xyb && bits.flag()?;
    let mut scale = 1;
    if flags & USES_LOW_FREQUENCY == 0 {
        if is_ycbcr {
            bits.take(6)?;
        }
        scale = bits.one_of(SCALES)?;
        for _ in 0..image.extra_channels {
            bits.one_of(SCALES)?;
        }
    }
    if is_modular {
        group = 128 << bits.take(2)?;
    } else if image.is_xyb {
        bits.take(6)?;
    }
    if kind != REFERENCE {
        passes = bits.one_of([(0, 1), (0, 2), (0, 3), (3, 4)])?;
        if passes > 1 {
            let scaled = bits.one_of([(0, 0), (0, 1), (0, 2), (1, 3)])?;
            bits.take(2 * (passes - 1) as u8)?;
            for _ in 0..scaled {
                bits.one_of(SCALES)?;
            }
            for _ in 0..scaled {
                bits.one_of([(0, 0), (0, 1), (0, 2), (3, 0)])?;
            }
        }
    }
    let mut is_part = false;
    if kind == LOW_FREQUENCY {
        let level = bits.one_of([(0, 1), (0, 2), (0, 3), (0, 4)])?;
        (width, height) = (width.div_ceil(1 << (3 * level)), height.div_ceil(1 << (3 * level)));
    } else if bits.flag()? {
        const SIDES: [(u8, u64); 4] = [(8, 0), (11, 256), (14, 2304), (30, 18_688)];
        is_part = true;
        if is_shown {
            bits.one_of(SIDES)?;
            bits.one_of(SIDES)?;
        }
        (width, height) = (bits.one_of(SIDES)?, bits.one_of(SIDES)?);
    }
    let (mut is_last, mut duration, mut is_replacing) = (false, 0, true);
    if is_shown {
        is_replacing = bits.blending(image, is_part)?;
        for _ in 0..image.extra_channels {
            bits.blending(image, is_part)?;
        }
        if image.is_animation {
            duration = bits.one_of([(0, 0), (0, 1), (8, 0), (32, 0)])?;
            if image.has_timecodes {
                bits.take(32)?;
            }
        }
        is_last = bits.flag()?;
    }
    let place = if kind == LOW_FREQUENCY || is_last { 0 } else { bits.take(2)? };
    let may_be_referred_to = !is_last && (duration == 0 || place != 0);
    if kind == REFERENCE || is_shown && may_be_referred_to && is_replacing && !is_part {
        bits.flag()?;
    }
    bits.name()?;
    bits.filter(is_modular)?;
    bits.no_extensions()?;
    Ok((sections(width.div_ceil(scale), height.div_ceil(scale), group, passes), is_last))
}

/// The number of a frame's sections (F.3.1).
fn sections(width: u64, height: u64, group: u64, passes: u64) -> u64 {
    let count = |side: u64| width.div_ceil(side) * height.div_ceil(side);
    match count(group) * passes {
        1 => 1,
        groups => 2 + count(8 * group) + groups,
    }
}

/// Bits of which the lowest of each byte comes first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: u8) -> Read<u64> {
        let mut number = 0;
        for place in 0..count {
            let byte = self.bytes.get(self.at / 8).ok_or(Stop::Short)?;
            number |= u64::from(byte >> (self.at % 8) & 1) << place;
            self.at += 1;
        }
        Ok(number)
    }

    fn flag(&mut self) -> Read<bool> {
        Ok(self.take(1)? == 1)
    }

    fn align(&mut self) {
        self.at = self.at.next_multiple_of(8);
    }

    /// A number in one of four forms: as many bits, and what is added to them (B.2).
    fn one_of(&mut self, forms: [(u8, u64); 4]) -> Read<u64> {
        let (count, least) = forms[self.take(2)? as usize % forms.len()];
        Ok(self.take(count)? + least)
    }

    /// One of the values of an enumeration (B.2).
    fn value(&mut self) -> Read<u64> {
        self.one_of([(0, 0), (0, 1), (4, 2), (6, 18)])
    }

    /// A number of up to 64 bits (B.2).
    fn long(&mut self) -> Read<u64> {
        match self.take(2)? {
            0 => Ok(0),
            1 => Ok(1 + self.take(4)?),
            2 => Ok(17 + self.take(8)?),
            _ => Err(Stop::Rare),
        }
    }

    fn size(&mut self) -> Read<(u64, u64)> {
        jxl::size(&mut |count| self.take(count).ok()).ok_or(Stop::Short)
    }

    fn depth(&mut self) -> Read<()> {
        if self.flag()? {
            self.one_of([(0, 32), (0, 16), (0, 24), (6, 1)])?;
            self.take(4)?;
        } else {
            self.one_of([(0, 8), (0, 10), (0, 12), (6, 1)])?;
        }
        Ok(())
    }

    fn name(&mut self) -> Read<()> {
        let length = self.one_of([(0, 0), (4, 0), (5, 16), (10, 48)])?;
        for _ in 0..length {
            self.take(8)?;
        }
        Ok(())
    }

    fn extra_channel(&mut self) -> Read<()> {
        const ALPHA: u64 = 0;
        const SPOT_COLOUR: u64 = 2;
        const COLOUR_FILTER: u64 = 5;
        if self.flag()? {
            return Ok(());
        }
        let kind = self.value()?;
        self.depth()?;
        self.one_of([(0, 0), (0, 3), (0, 4), (3, 1)])?;
        self.name()?;
        match kind {
            ALPHA => self.take(1)?,
            SPOT_COLOUR => self.take(64)?,
            COLOUR_FILTER => self.one_of([(0, 1), (2, 0), (4, 3), (8, 19)])?,
            _ => 0,
        };
        Ok(())
    }

    fn colours(&mut self) -> Read<()> {
        const GREY: u64 = 1;
        const XYB: u64 = 2;
        const CUSTOM: u64 = 2;
        if self.flag()? {
            return Ok(());
        }
        let has_profile = self.flag()?;
        let space = self.value()?;
        if has_profile {
            return Err(Stop::Rare);
        }
        if space != XYB && self.value()? == CUSTOM {
            self.point()?;
        }
        if !matches!(space, GREY | XYB) && self.value()? == CUSTOM {
            (0..3).try_for_each(|_| self.point())?;
        }
        if space != XYB {
            if self.flag()? {
                self.take(24)?;
            } else {
                self.value()?;
            }
        }
        self.value()?;
        Ok(())
    }

    /// The coordinates of a colour.
    fn point(&mut self) -> Read<()> {
        for _ in 0..2 {
            self.one_of([(19, 0), (19, 524_288), (20, 1_048_576), (21, 2_097_152)])?;
        }
        Ok(())
    }

    /// How a frame is laid over those before; whether it replaces them.
    fn blending(&mut self, image: &Image, is_part: bool) -> Read<bool> {
        let mode = self.one_of([(0, 0), (0, 1), (0, 2), (2, 3)])?;
        let uses_alpha = image.extra_channels > 0 && matches!(mode, 2 | 3);
        if uses_alpha {
            self.one_of([(0, 0), (0, 1), (0, 2), (3, 3)])?;
        }
        if uses_alpha || mode == 4 {
            self.flag()?;
        }
        if mode != 0 || is_part {
            self.take(2)?;
        }
        Ok(mode == 0)
    }

    /// The filters of a frame (J).
    fn filter(&mut self, is_modular: bool) -> Read<()> {
        if self.flag()? {
            return Ok(());
        }
        if self.flag()? && self.flag()? {
            (0..6).try_for_each(|_| self.take(16).map(drop))?;
        }
        if self.take(2)? > 0 {
            if !is_modular && self.flag()? {
                (0..8).try_for_each(|_| self.take(16).map(drop))?;
            }
            if self.flag()? {
                (0..5).try_for_each(|_| self.take(16).map(drop))?;
            }
            if self.flag()? {
                let numbers = if is_modular { 3 } else { 4 };
                (0..numbers).try_for_each(|_| self.take(16).map(drop))?;
            }
            if is_modular {
                self.take(16)?;
            }
        }
        self.no_extensions()
    }

    fn no_extensions(&mut self) -> Read<()> {
        if self.long()? == 0 { Ok(()) } else { Err(Stop::Rare) }
    }
}
