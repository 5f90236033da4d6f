//! The size of an SVG: by the attributes of its root (SVG 2, 8.12).

use crate::image::characters::Characters;
use crate::image::markup::Markup;

/// Reads an SVG up to the end of its root's tag.
#[derive(Debug, Default)]
pub struct SvgSize {
    characters: Characters,
    markup: Markup,
    /// The last eight bytes of the attribute's name.
    name: u64,
    is_name_complete: bool,
    value: Vec<u8>,
    /// CSS pixels; zero if not given, or in relation to something that is not known.
    width: f64,
    height: f64,
    view_box: [f64; 4],
}

/// The longest value of an attribute that is read: four numbers with all their decimals.
const LONGEST_VALUE: usize = 128;

impl SvgSize {
    /// Of a file with this beginning, which is not read yet.
    pub fn of(head: &[u8]) -> Self {
        Self { characters: Characters::of(head), ..Self::default() }
    }

    /// Reads the next chunk. Returns width and height at the end of the tag; zero if there are none.
    pub fn push(&mut self, bytes: &[u8]) -> Option<(u64, u64)> {
        bytes.iter().find_map(|byte| {
            let character = self.characters.push(*byte)?;
            self.push_character(character)
        })
    }

    fn push_character(&mut self, byte: u8) -> Option<(u64, u64)> {
        let was_quoted = self.markup.is_quoted();
        self.markup.push_byte(byte);
        if self.markup.is_lost() {
            return Some((0, 0));
        }
        if self.markup.has_begun() {
            return Some(self.size());
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
        const WIDTH: u64 = u64::from_be_bytes(*b"\0\0\0width");
        const HEIGHT: u64 = u64::from_be_bytes(*b"\0\0height");
        const VIEW_BOX: u64 = u64::from_be_bytes(*b"\0viewBox");
        self.is_name_complete = true;
        if self.value.len() == LONGEST_VALUE {
            return;
        }
        let mut text = &self.value[..];
        match self.name {
            WIDTH => self.width = pixels(text),
            HEIGHT => self.height = pixels(text),
            // Its origin precedes its size.
            VIEW_BOX => self.view_box = [(); 4].map(|()| take_number(&mut text)),
            _ => {}
        }
    }

    /// A missing width or height follows from the other one, in the proportions of the view box.
    fn size(&self) -> (u64, u64) {
        let [_, _, across, down] = self.view_box;
        let (width, height) = match (self.width > 0.0, self.height > 0.0) {
            (true, true) => (self.width, self.height),
            (true, false) => (self.width, self.width * down / across),
            (false, true) => (self.height * across / down, self.height),
            (false, false) => (across, down),
        };
        // A number that is negative or not finite becomes one that is refused.
        ((width + 0.5) as u64, (height + 0.5) as u64)
    }
}

/// A length in CSS pixels (CSS Values 4, 6.2); zero if its unit is not absolute.
fn pixels(mut text: &[u8]) -> f64 {
    const UNITS: [([u8; 2], f32); 6] = [
        (*b"px", 1.0),
        (*b"pt", 96.0 / 72.0),
        (*b"pc", 16.0),
        (*b"mm", 96.0 / 25.4),
        (*b"cm", 96.0 / 2.54),
        (*b"in", 96.0),
    ];
    let number = take_number(&mut text);
    match text.trim_ascii_end() {
        [] => number,
        [first, second] => {
            let name = [*first, *second].map(|byte| byte.to_ascii_lowercase());
            let unit = UNITS.iter().find(|(unit, _)| *unit == name);
            unit.map_or(0.0, |(_, pixels)| number * f64::from(*pixels))
        }
        _ => 0.0,
    }
}

/// Takes a number from the beginning of a text, after white space and commas; zero if there is none.
///
/// By hand: the standard library's parser is larger than all of this module. Exponents are not read, so
/// a text with one gives no size.
fn take_number(text: &mut &[u8]) -> f64 {
    let (mut number, mut sign) = (0.0, 1.0);
    let mut has_begun = false;
    // Ten to the number of decimals; zero before the point.
    let mut divisor = 0.0;
    while let [byte, rest @ ..] = *text {
        match byte {
            b'0'..=b'9' => {
                number = number * 10.0 + f64::from(byte - b'0');
                divisor *= 10.0;
            }
            b'.' if divisor == 0.0 => divisor = 1.0,
            b'-' | b'+' if !has_begun => sign = if *byte == b'-' { -1.0 } else { 1.0 },
            b' ' | b'\t' | b'\n' | b'\r' | b',' if !has_begun => {
                *text = rest;
                continue;
            }
            _ => break,
        }
        has_begun = true;
        *text = rest;
    }
    sign * if divisor > 0.0 { number / divisor } else { number }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(text: &str) -> Option<(u32, u32)> {
        let mut svg = SvgSize::default();
        let (width, height) = svg.push(text.as_bytes()).unwrap_or_else(|| panic!("no end: {text}"));
        let size = super::super::Dimensions::new(width, height)?;
        Some((size.width, size.height))
    }

    #[test]
    fn an_svg_is_as_large_as_its_root_says() {
        let cases = [
            ("<svg width='300' height='200'>", (300, 200)),
            ("<svg height=\"200\"\n\twidth = \"300px\" viewBox='0 0 9 9'/>", (300, 200)),
            ("<ns0:svg xmlns:ns0='http://www.w3.org/2000/svg' width='8' height='8'>", (8, 8)),
            ("<svg width='1in' height='2.54cm'>", (96, 96)),
            ("<svg width=' 25.4mm ' height='6PC'>", (96, 96)),
            ("<svg width='72pt' height='96.'>", (96, 96)),
            ("<svg width='+500' height='00.5in'>", (500, 48)),
            ("<svg width='99.5' height='99.4999'>", (100, 99)),
            ("<svg viewBox='0 0 24 12'>", (24, 12)),
            ("<svg viewBox='-1.5,-2 24.4 , 11.50'>", (24, 12)),
            ("<svg viewBox='\n0-5 24\t12 '>", (24, 12)),
            ("<svg width='100%' height='100%' viewBox='0 0 24 12'>", (24, 12)),
            ("<svg width='2em' height='1e3' viewBox='0 0 24 12'>", (24, 12)),
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
            "<svg width='9999999999' height='9'>",
            "<svg width='1.2.3' height='9'>",
            "<svg width='--9' height='9'>",
            "<svg viewBox='0 0 1e3 1e3'>",
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
