//! Makes names that every system can write and that show what they are.

use std::borrow::Cow;

use crate::plan::WebText;
use crate::text::text;

/// The longest name, in bytes. File systems allow 255, which leaves space for the suffix of a copy.
pub const MAX_NAME_BYTES: usize = 200;

/// Removes from a name what any system rejects or hides; empty if nothing is left.
pub fn sanitise(name: &str, web: &impl WebText) -> String {
    let mut plain = visible(name);
    // Normalising may put another character beside a joiner, or find new pairs beside one that is gone.
    for _ in 0..2 {
        if !plain.is_ascii() {
            plain = visible(&web.nfc(&plain));
        }
    }
    // A leading dot hides a file on Unix; Windows drops trailing dots and spaces.
    let trimmed = plain.trim_matches(|c: char| c == '.' || c.is_whitespace());
    if is_reserved(trimmed) { text!["_", trimmed] } else { trimmed.to_owned() }
}

/// Joins stem and suffix, and shortens the stem so that both fit into this many bytes.
pub fn within_limit(stem: &str, suffix: &str, bytes: usize) -> String {
    let limit = bytes.saturating_sub(suffix.len());
    let stem = (0..=limit.min(stem.len())).rev().find_map(|end| stem.get(..end)).unwrap_or_default();
    text![stem.trim_end_matches(|c| matches!(c, '.' | ' ') || is_joiner(c)), suffix]
}

/// Percent-decodes a segment once. If the result is not UTF-8, the segment stays encoded.
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

/// Control characters, and those that change how the rest of a name is shown: bidi marks, zero-width
/// characters, line separators, interlinear annotations and tags. A NUL would end the name in some
/// readers.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// The zero-width non-joiner and joiner. Between letters they belong to the spelling of Persian, Kurdish,
/// Hindi and Malayalam, and between emoji they make one of several.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

/// Whether a joiner beside a character can be part of its spelling. Neither ASCII nor punctuation:
/// letters, marks and symbols, without their tables.
fn can_join(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(c, '\u{C0}'..='\u{1FFF}' | '\u{2070}'..='\u{2FFF}' | '\u{3040}'..='\u{DFFFF}')
}

/// A name without what can't be seen, except for joiners between two characters that they can join, and
/// with `_` for what is forbidden.
fn visible(name: &str) -> String {
    let (mut visible, mut before) = (String::new(), '.');
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        let is_kept = match is_joiner(c) {
            true => can_join(before) && rest.peek().copied().is_some_and(can_join),
            false => !is_invisible(c),
        };
        if is_kept {
            before = if is_forbidden(c) { '_' } else { c };
            visible.push(before);
        }
    }
    visible
}

/// The characters that Windows forbids in names, among them those that separate folders anywhere.
fn is_forbidden(c: char) -> bool {
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
