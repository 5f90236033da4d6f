//! The lines of a text, whatever ends them.

/// The lines of a text with their numbers, from 1. LF, CRLF, CR, and Unicode's separators end a line.
#[derive(Clone, Debug)]
pub struct Lines<'a> {
    rest: &'a str,
    number: usize,
}

impl<'a> Lines<'a> {
    /// The lines of `text`.
    pub fn of(text: &'a str) -> Self {
        Self { rest: text, number: 0 }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = (usize, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        self.number += 1;
        let is_end = |c| matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
        let (line, rest) = self.rest.split_once(is_end).unwrap_or((self.rest, ""));
        let is_crlf = self.rest.as_bytes().get(line.len()) == Some(&b'\r') && rest.starts_with('\n');
        self.rest = if is_crlf { rest.get(1..).unwrap_or_default() } else { rest };
        Some((self.number, line))
    }
}

/// The lines of a text without their numbers.
pub fn lines_of(text: &str) -> impl Iterator<Item = &str> {
    Lines::of(text).map(|(_, line)| line)
}

/// The line without white space and without what can't be seen at its ends.
pub fn trimmed(line: &str) -> &str {
    line.trim_matches(is_blank)
}

/// Whether a character is white space, or can't be seen: zero-width characters, marks of direction, the
/// byte order mark.
pub fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// Whether a character can be part of a word: a letter or a digit of any script, found without their
/// tables, which would be several KB.
pub fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || c > '\u{BF}' && !matches!(c, '\u{2000}'..='\u{2BFF}' | '\u{3000}'..='\u{303F}') && !is_blank(c)
}

/// The text from an index on, which must be a character boundary. Slicing would add 3 KB: the words of
/// its panic.
pub fn from(text: &str, at: usize) -> &str {
    text.get(at..).unwrap_or_default()
}

/// Whether a text starts with another, whatever their ASCII case.
pub fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|own| own.eq_ignore_ascii_case(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_at_any_separator() {
        let lines: Vec<_> = Lines::of("a\nb\r\nc\rd\u{2028}\n e").collect();
        assert_eq!(lines, [(1, "a"), (2, "b"), (3, "c"), (4, "d"), (5, ""), (6, " e")]);
        assert_eq!(Lines::of("").count(), 0);
        assert_eq!(Lines::of("a\n").count(), 1);
    }

    #[test]
    fn what_cannot_be_seen_is_no_part_of_a_line() {
        assert_eq!(trimmed("\u{feff}\u{200b} a\u{200c}b \u{2060}\t"), "a\u{200c}b");
    }
}
