//! The end of a FITS: its picture, and the tables and pictures behind it.

use super::{EndFinder, Step};
use crate::image::header::digits;

/// Headers and data fill blocks of this many bytes (FITS Standard 4.0, 3.1).
const BLOCK: u64 = 2880;

/// The bytes of a line of a header.
const CARD: u64 = 80;

/// What the current header says of its data.
#[derive(Debug)]
pub struct Fits {
    /// The bytes of the header so far.
    header: u64,
    /// The bits of a value.
    bits: u64,
    /// Axes that are still to come, and the product of those that have.
    axes: u64,
    values: u64,
    /// Whether the first axis has no length, and whether that means groups.
    is_empty: bool,
    is_grouped: bool,
    parameters: u64,
    groups: u64,
    /// Whether the first header says that others may follow.
    is_extended: bool,
}

impl Default for Fits {
    fn default() -> Self {
        Self {
            header: 0,
            bits: 0,
            axes: 0,
            values: 0,
            is_empty: false,
            is_grouped: false,
            parameters: 0,
            groups: 1,
            is_extended: false,
        }
    }
}

impl Fits {
    /// Whether another header may follow the data.
    pub fn may_have_more(&self) -> bool {
        self.is_extended
    }

    /// The length of the data without what fills its last block (4.4.1 and 6.1.1).
    fn length(&self) -> u64 {
        let values = if self.is_empty && !self.is_grouped { 0 } else { self.values };
        let values = self.parameters.saturating_add(values);
        values.saturating_mul(self.groups).saturating_mul(self.bits / 8)
    }
}

impl EndFinder {
    /// A line of a header: a name, and the value in its fixed place.
    pub(super) fn read_card(&mut self) {
        const VALUE_ENDS: usize = 30;
        if self.field.lacks(VALUE_ENDS) {
            return;
        }
        let card = *self.field.bytes();
        let text = card[10..VALUE_ENDS].trim_ascii();
        let number = digits(text);
        let fits = &mut self.fits;
        fits.header += CARD;
        match &card[..8] {
            b"EXTEND  " => fits.is_extended |= text == b"T",
            b"GROUPS  " => fits.is_grouped = text == b"T",
            b"NAXIS1  " => fits.is_empty = number == Some(0),
            _ => {}
        }
        let is_known = match &card[..8] {
            b"BITPIX  " => digits(text.strip_prefix(b"-").unwrap_or(text)).map(|bits| fits.bits = bits),
            b"NAXIS   " => number.map(|axes| (fits.axes, fits.values) = (axes, u64::from(axes > 0))),
            b"PCOUNT  " => number.map(|count| fits.parameters = count),
            b"GCOUNT  " => number.map(|count| fits.groups = count),
            b"END     " => return self.end_header(),
            // That of groups is empty, and does not count.
            b"NAXIS1  " if number == Some(0) => Some(()),
            name if name.starts_with(b"NAXIS") && fits.axes > 0 => {
                number.map(|length| fits.values = fits.values.saturating_mul(length))
            }
            name => name.is_ascii().then_some(()),
        };
        match is_known {
            Some(()) => self.go(Step::FitsCard, CARD),
            None => self.lose(),
        }
    }

    /// The data follow, which begin and end with a block.
    fn end_header(&mut self) {
        let header = self.fits.header;
        let data = self.fits.length();
        let fill = |length: u64| (BLOCK - length % BLOCK) % BLOCK;
        let begins = CARD + fill(header);
        let fill = fill(data);
        self.fits = Fits { is_extended: self.fits.is_extended, ..Fits::default() };
        // What fills the last block may be missing.
        self.slack = fill;
        let next = if self.fits.is_extended { Step::FitsNext } else { Step::End };
        self.go(next, data.saturating_add(begins + fill));
    }

    /// Another header, or the end.
    pub(super) fn read_fits_next(&mut self) {
        const NAME: usize = 8;
        if self.field.lacks(NAME) {
            return;
        }
        match self.field.bytes().starts_with(b"XTENSION") {
            true => self.go(Step::FitsCard, 0),
            false => self.go(Step::End, 0),
        }
    }
}
