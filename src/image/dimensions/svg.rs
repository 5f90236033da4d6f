//! The size of an SVG: by the attributes of its root (SVG 2, 8.12).

use super::Dimensions;
use crate::image::markup::Markup;

/// Reads an SVG up to the end of its root's tag.
#[derive(Debug, Default)]
pub struct SvgSize {
    markup: Markup,
    /// The last eight bytes of the attribute's name.
    name: u64,
    is_name_complete: bool,
    value: Vec<u8>,
    /// CSS pixels; zero if not given, or in relation to something that is not known.
    width: f64,
    height: f64,
    view_box: [f64; 2],
}

/// The longest value of an attribute that is read: four numbers with all their decimals.
const LONGEST_VALUE: usize = 128;

impl SvgSize {
    /// Reads the next chunk. Returns the size, or that there is none, at the end of the tag.
    pub fn push(&mut self, bytes: &[u8]) -> Option<Option<Dimensions>> {
        bytes.iter().find_map(|byte| self.push_byte(*byte))
    }

    fn push_byte(&mut self, byte: u8) -> Option<Option<Dimensions>> {
        let was_quoted = self.markup.is_quoted();
        self.markup.push_byte(byte);
        if self.markup.is_lost() {
            return Some(None);
        }
        if self.markup.has_begun() {
            return Some(self.dimensions());
        }
        if !self.markup.is_in_root_tag() {
            return None;
        }
        match (was_quoted, self.markup.is_quoted()) {
            (false, true) => self.value.clear(),
            (true, true) if self.value.len() < LONGEST_VALUE => self.value.push(byte),
            (true, true) => {}
            (true, false) => self.read_attribute(),
            _ if byte == b'=' || byte.is_ascii_whitespace() => self.is_name_complete = true,
            _ => {
                let start = if self.is_name_complete { 0 } else { self.name };
                self.name = start << 8 | u64::from(byte);
                self.is_name_complete = false;
            }
        }
        None
    }

    fn read_attribute(&mut self) {
        self.is_name_complete = true;
        if self.value.len() == LONGEST_VALUE {
            return;
        }
        match &self.name.to_be_bytes() {
            b"\0\0\0width" => self.width = pixels(&self.value),
            b"\0\0height" => self.height = pixels(&self.value),
            b"\0viewBox" => {
                let mut text = &self.value[..];
                let mut next = || number(&mut text).unwrap_or_default();
                let [_, _, width, height] = [next(), next(), next(), next()];
                self.view_box = [width, height];
            }
            _ => {}
        }
    }

    /// A missing width or height follows from the other one, in the proportions of the view box.
    fn dimensions(&self) -> Option<Dimensions> {
        let [across, down] = self.view_box;
        let (width, height) = match (self.width > 0.0, self.height > 0.0) {
            (true, true) => (self.width, self.height),
            (true, false) => (self.width, self.width * down / across),
            (false, true) => (self.height * across / down, self.height),
            (false, false) => (across, down),
        };
        // A number that is not finite or negative becomes one that is refused.
        Dimensions::new((width + 0.5) as u64, (height + 0.5) as u64)
    }
}

/// A length in CSS pixels (CSS Values 4, 6.2); zero if its unit is not absolute.
fn pixels(mut text: &[u8]) -> f64 {
    const UNITS: [(&[u8], f64); 7] = [
        (b"", 1.0),
        (b"px", 1.0),
        (b"pt", 96.0 / 72.0),
        (b"pc", 16.0),
        (b"mm", 96.0 / 25.4),
        (b"cm", 96.0 / 2.54),
        (b"in", 96.0),
    ];
    let Some(number) = number(&mut text) else { return 0.0 };
    let unit = UNITS.iter().find(|(unit, _)| unit.eq_ignore_ascii_case(text.trim_ascii_end()));
    unit.map_or(0.0, |(_, pixels)| number * pixels)
}

/// Takes a number from the beginning of a text, after white space and commas.
///
/// By hand: the standard library's parser of exact numbers is larger than all of this module.
fn number(text: &mut &[u8]) -> Option<f64> {
    let mut rest = *text;
    while let [b' ' | b'\t' | b'\n' | b'\r' | b',', after @ ..] = rest {
        rest = after;
    }
    let is_negative = sign(&mut rest);
    let before = rest.len();
    let mut value = digits(&mut rest, 0.0);
    let mut count = before - rest.len();
    if let [b'.', after @ ..] = rest {
        rest = after;
        value = digits(&mut rest, value);
        let decimals = after.len() - rest.len();
        (0..decimals).for_each(|_| value /= 10.0);
        count += decimals;
    }
    // `1em` has a unit, `1e3` an exponent.
    if let [b'e' | b'E', after @ ..] = rest {
        let mut after = after;
        let is_small = sign(&mut after);
        let before = after.len();
        let exponent = digits(&mut after, 0.0);
        if after.len() < before {
            rest = after;
            let factor = if is_small { 0.1 } else { 10.0 };
            // More make any number zero or infinite.
            (0..exponent.min(700.0) as u32).for_each(|_| value *= factor);
        }
    }
    *text = rest;
    (count > 0).then_some(if is_negative { -value } else { value })
}

/// Takes a sign, and returns whether it is a minus.
fn sign(text: &mut &[u8]) -> bool {
    let [first @ (b'-' | b'+'), rest @ ..] = *text else { return false };
    *text = rest;
    *first == b'-'
}

/// Takes digits, and appends them to a number.
fn digits(text: &mut &[u8], mut number: f64) -> f64 {
    while let [digit @ b'0'..=b'9', rest @ ..] = *text {
        number = number * 10.0 + f64::from(digit - b'0');
        *text = rest;
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(text: &str) -> Option<(u32, u32)> {
        let mut svg = SvgSize::default();
        let size = svg.push(text.as_bytes()).unwrap_or_else(|| panic!("no end: {text}"));
        size.map(|size| (size.width, size.height))
    }

    #[test]
    fn an_svg_is_as_large_as_its_root_says() {
        let cases = [
            ("<svg width='300' height='200'>", (300, 200)),
            ("<svg height=\"200\"\n\twidth = \"300px\" viewBox='0 0 9 9'/>", (300, 200)),
            ("<ns0:svg xmlns:ns0='http://www.w3.org/2000/svg' width='8' height='8'>", (8, 8)),
            ("<svg width='1in' height='2.54cm'>", (96, 96)),
            ("<svg width=' 25.4mm ' height='6PC'>", (96, 96)),
            ("<svg width='72pt' height='9.6e1'>", (96, 96)),
            ("<svg width='+.5e3' height='20000E-2px'>", (500, 200)),
            ("<svg width='99.5' height='99.4999'>", (100, 99)),
            ("<svg viewBox='0 0 24 12'>", (24, 12)),
            ("<svg viewBox='-1.5,-2 24.4 , 11.5e0'>", (24, 12)),
            ("<svg viewBox='\n0-5 24\t12 '>", (24, 12)),
            ("<svg width='100%' height='100%' viewBox='0 0 24 12'>", (24, 12)),
            ("<svg width='2em' height='1e' viewBox='0 0 24 12'>", (24, 12)),
            ("<svg width='48' viewBox='0 0 24 12'>", (48, 24)),
            ("<svg width='auto' height='6' viewBox='0 0 24 12'>", (12, 6)),
            ("<svg width='-1' height='' viewBox='0 0 24 12'>", (24, 12)),
            (
                "<!-- <svg width='1' height='1'> --><!DOCTYPE svg [<!ENTITY a '\"<svg '>]><svg width='3' height='2'>",
                (3, 2),
            ),
            (
                "<svg stroke-width='9' data-height='9' xwidth='9' a:width='9' width='3' height='2' widths='9'>",
                (3, 2),
            ),
            ("<svg title='a > b / \" width=9' width='3' height='2'>", (3, 2)),
            ("<svg width='3' height='2'><svg width='9' height='9'>", (3, 2)),
        ];
        for (text, expected) in cases {
            assert_eq!(size(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn an_svg_without_a_size_has_none() {
        let many_digits = format!("<svg width='{}' height='9'>", "1".repeat(200));
        let cases = [
            "<svg>",
            "<svg/>",
            "<svg width='3'>",
            "<svg width='100%' height='50%'>",
            "<svg width='0' height='0'>",
            "<svg width='0.4' height='9'>",
            "<svg width='1e999' height='9'>",
            "<svg width='1e10' height='9'>",
            "<svg width='3 2' height='9'>",
            "<svg viewBox='0 0 24'>",
            "<svg viewBox='none'>",
            "<svg viewBox='0 0 -24 12'>",
            "<svg width='9' viewBox='0 0 0 0'>",
            "<svg Width='3' HEIGHT='2'>",
            "<svg width='3' <",
            "<g width='3' height='2'>",
            &many_digits,
        ];
        for text in cases {
            assert_eq!(size(text), None, "{text}");
        }
    }
}
