//! Parses the input as a list whose form is detected from its content.

#![no_main]

#[path = "../../tests/text/documents.rs"]
mod documents;
#[path = "../../tests/text/mod.rs"]
mod text;

use fetchzip::plan::{Choice, Form, ListReader, MAX_URLS};
use libfuzzer_sys::fuzz_target;
use text::CrateText;

fuzz_target!(|text: &str| {
    let mut reader = ListReader::new(text, &Choice::default(), &CrateText);
    let read: Vec<_> = reader.by_ref().collect();
    let valid = read.iter().filter(|read| read.is_ok()).count();
    assert!(valid <= MAX_URLS);
    // Markup is full of lines that name nothing, and a list that is too long is not read to its end.
    if reader.understood().form != Form::Text || text.contains('<') || valid == MAX_URLS {
        return;
    }
    let lines = read.iter().filter_map(|read| read.as_ref().map_or_else(|own| own.line, |own| own.line));
    let lines: Vec<_> = lines.collect();
    for (index, line) in text.replace("\r\n", "\n").split(is_end).enumerate() {
        assert!(lines.contains(&(index + 1)) || !has_content(line), "{line:?} was lost");
    }
    assert!(lines.is_sorted(), "lines are out of order");
});

fn is_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether a line is more than a comment and more than the punctuation that may surround URLs.
fn has_content(line: &str) -> bool {
    let mut before = ' ';
    let is_part = |c: &char| {
        let begins_comment = *c == '#' && before.is_whitespace();
        before = *c;
        !begins_comment
    };
    let line: String = line.trim_matches(is_blank).chars().take_while(is_part).collect();
    line.chars().any(|c| !is_blank(c) && !",;'\"<>".contains(c))
}

/// What can't be seen, wherever it is.
fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(u32::from(c), 0xAD | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x2069 | 0xFEFF)
}
