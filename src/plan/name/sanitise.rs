//! What a name may contain, so that every system can write it and no reader is led astray.

use std::borrow::Cow;

use super::WebText;
use crate::text::text;

/// The longest name, in bytes. File systems allow 255; a copy's suffix or a folder's prefix still fits.
const LONGEST_NAME: usize = 200;

/// The longest extension that is taken for one.
const LONGEST_EXTENSION: usize = 10;

/// The name without what any system refuses or hides; empty where nothing is left.
pub fn sanitise(name: &str, web: &impl WebText) -> String {
    let kept = name.chars().filter(|c| !is_invisible(*c));
    let plain: String = kept.map(|c| if is_refused(c) { '_' } else { c }).collect();
    let plain = if plain.is_ascii() { plain } else { web.nfc(&plain) };
    // A dot in front hides a file on Unix; Windows drops dots and spaces at the end.
    let trimmed = plain.trim_matches(|c: char| c == '.' || c.is_whitespace());
    if is_reserved(trimmed) { text!["_", trimmed] } else { trimmed.to_owned() }
}

/// Stem and suffix, the stem shortened so that both fit.
pub fn within_limit(stem: &str, suffix: &str) -> String {
    let room = LONGEST_NAME - suffix.len().min(LONGEST_NAME);
    let stem = (0..=room.min(stem.len())).rev().find_map(|end| stem.get(..end)).unwrap_or_default();
    text![stem.trim_end_matches(['.', ' ']), suffix]
}

/// Stem and extension, where what follows the last dot looks like one.
pub fn split_extension(name: &str) -> Option<(&str, &str)> {
    let (stem, extension) = name.rsplit_once('.')?;
    let is_one = !stem.is_empty()
        && (1..=LONGEST_EXTENSION).contains(&extension.len())
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_one.then_some((stem, extension))
}

/// Percent-decodes once; what is no UTF-8 then stays as it was.
pub fn percent_decoded(segment: &str) -> Cow<'_, str> {
    if !segment.contains('%') {
        return Cow::Borrowed(segment);
    }
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let digit = |at: usize| tail.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(segment), Cow::Owned)
}

/// Controls, and what changes how the rest is shown: bidi marks, zero-width characters, separators
/// of lines, interlinear and tag characters. A NUL would cut the name short in some readers.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// What Windows refuses in names, and what separates folders anywhere.
fn is_refused(c: char) -> bool {
    matches!(c, '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*')
}

/// Device names, which Windows reserves with any extension ("Naming Files, Paths, and Namespaces").
fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let Some((device, number)) = stem.split_at_checked(3) else { return false };
    if ["CON", "PRN", "AUX", "NUL"].iter().any(|known| known.eq_ignore_ascii_case(stem)) {
        return true;
    }
    let is_port = device.eq_ignore_ascii_case("COM") || device.eq_ignore_ascii_case("LPT");
    (is_port && matches!(number, "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³"))
        || stem.eq_ignore_ascii_case("CONIN$")
        || stem.eq_ignore_ascii_case("CONOUT$")
}
