//! Globs in URLs, as curl, shells and download managers write them: `[1-10]`, `[001:100]`, `[1-9:2]`,
//! `[a-f]`, `{cat,dog}`, `{1..10}` and `{a..f}`.
//!
//! Any other brackets and braces stay as they are, since URLs may contain them (`http://[::1]/`,
//! `?sizes={}`, `?size[1-2]=3`).

use crate::text::{Padded, text};

/// A glob, or the text between two globs.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Words(Vec<String>),
    Range(Range),
}

/// `first`, a `step` on, … up to `last`, or down to it; numbers or the bytes of letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    first: u64,
    last: u64,
    step: u64,
    is_of_letters: bool,
    /// Numbers are padded with zeros to at least this many digits.
    digits: usize,
    /// Whether it may run down: a shell's may.
    may_run_down: bool,
}

/// The most bytes of an address that can have globs: RFC 9110 (4.1) recommends that programs support 8,000, and
/// thousands of globs would take minutes.
const MAX_BYTES: usize = 8_000;

/// Why a text's globs can't be expanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GlobError {
    /// The first end of a range is greater than its last.
    Backwards,
    /// The expansion exceeds the limit.
    TooMany {
        /// The number of texts it would have, or `u64::MAX` if greater.
        count: u64,
    },
}

/// A text with its globs, each expanded when it is asked for: a hundred thousand at once are long work for a page.
#[derive(Debug)]
pub struct Expansion {
    parts: Vec<Part>,
    next: u64,
    count: u64,
}

/// The expansion of every glob in `text`, the last one varying fastest. Each text comes with what its globs stood
/// for. A text of more than 8,000 bytes is left as it is.
///
/// # Errors
///
/// If a range runs backwards, or the expansion would have more than `limit` texts, which is known
/// before any is made.
pub fn expand(text: &str, limit: usize) -> Result<Expansion, GlobError> {
    if text.len() > MAX_BYTES {
        return Ok(Expansion { parts: vec![Part::Text(text.to_owned())], next: 0, count: 1 });
    }
    let parts = split(text);
    let mut count: u64 = 1;
    for part in &parts {
        if part.count() == 0 {
            return Err(GlobError::Backwards);
        }
        count = count.saturating_mul(part.count());
    }
    if count > limit as u64 {
        return Err(GlobError::TooMany { count });
    }
    Ok(Expansion { parts, next: 0, count })
}

impl Iterator for Expansion {
    type Item = (String, Vec<String>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.next == self.count {
            return None;
        }
        let (mut text, mut globs) = (String::new(), Vec::new());
        // As the digits of a number, of which each part has its own base.
        let (mut rest, mut place) = (self.next, self.count);
        for part in &self.parts {
            place /= part.count();
            let own = part.text(rest / place);
            rest %= place;
            text += &own;
            if !matches!(part, Part::Text(_)) {
                globs.push(own);
            }
        }
        self.next += 1;
        Some((text, globs))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.count - self.next) as usize;
        (left, Some(left))
    }
}

impl Part {
    /// The number of texts it expands to; none for a range that runs backwards.
    fn count(&self) -> u64 {
        match self {
            Self::Text(_) => 1,
            Self::Words(words) => words.len() as u64,
            Self::Range(range) if range.last < range.first && !range.may_run_down => 0,
            Self::Range(Range { first, last, step, .. }) => (first.abs_diff(*last) / step).saturating_add(1),
        }
    }

    /// The text with this number, from 0.
    fn text(&self, number: u64) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Words(words) => words.get(number as usize).cloned().unwrap_or_default(),
            Self::Range(range) => range.text(number),
        }
    }
}

impl Range {
    /// The text with this number, from 0.
    fn text(&self, number: u64) -> String {
        let offset = number * self.step;
        let value = if self.first <= self.last { self.first + offset } else { self.first - offset };
        if self.is_of_letters { text![char::from(value as u8)] } else { text![Padded(value, self.digits)] }
    }
}

fn split(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let (mut done, mut at) = (0, 0);
    while let Some(open) = from(text, at).find(['[', '{']).map(|offset| at + offset) {
        let (ends, parse): (_, fn(&str) -> Option<Part>) =
            if from(text, open).starts_with('[') { (['[', ']'], range) } else { (['{', '}'], words) };
        let inside = from(text, open + 1);
        // Globs don't nest, so the search stops at the next opening bracket: past it, a long row of
        // brackets would take quadratic time.
        let closed = inside.find(ends).filter(|length| !from(inside, *length).starts_with(ends[0]));
        let part = closed.and_then(|length| Some((parse(inside.get(..length)?)?, open + length + 2)));
        let part = part.filter(|(_, end)| !is_key(text, open, *end));
        match part {
            Some((part, end)) => {
                parts.push(Part::Text(text.get(done..open).unwrap_or_default().to_owned()));
                parts.push(part);
                (done, at) = (end, end);
            }
            None => at = open + 1,
        }
    }
    parts.push(Part::Text(from(text, done).to_owned()));
    parts
}

/// The text from an index on that is known to be a character boundary. Slicing would add 3 KB: the
/// words of its panic.
fn from(text: &str, at: usize) -> &str {
    text.get(at..).unwrap_or_default()
}

/// Whether brackets belong to the name of a parameter, such as `?size[1-2]=3`.
fn is_key(text: &str, open: usize, end: usize) -> bool {
    let before = text.get(..open).unwrap_or_default();
    let is_in_query = before.contains('?');
    let is_after_name = !before.rsplit(['?', '&']).next().is_some_and(|parameter| parameter.contains('='));
    is_in_query && is_after_name && from(text, end).starts_with(['=', '['])
}

/// `cat,dog`, and a shell's `1..10`, `01..10..2` and `a..f`.
fn words(inside: &str) -> Option<Part> {
    if let Some((first, rest)) = inside.split_once("..").filter(|_| !inside.contains(',')) {
        let (last, step) = rest.split_once("..").unwrap_or((rest, "1"));
        return range_of(first, last, step, true);
    }
    let is_list = inside.contains(',') && !inside.contains(['{', '"']);
    is_list.then(|| Part::Words(inside.split(',').map(str::to_owned).collect()))
}

/// `first-last`, `first-last:step`, and DownThemAll's `first:last` and `first:last:step`.
fn range(inside: &str) -> Option<Part> {
    let (first, rest) = inside.split_once(['-', ':'])?;
    let (last, step) = rest.split_once(':').unwrap_or((rest, "1"));
    range_of(first, last, step, false)
}

fn range_of(first: &str, last: &str, step: &str, may_run_down: bool) -> Option<Part> {
    let number = |text: &str| -> Option<u64> {
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
    };
    let step = number(step).filter(|step| *step > 0)?;
    let range = Range { first: 0, last: 0, step, is_of_letters: false, digits: 0, may_run_down };
    if let ([first], [last]) = (first.as_bytes(), last.as_bytes())
        && first.is_ascii_alphabetic()
        && last.is_ascii_alphabetic()
        && first.is_ascii_lowercase() == last.is_ascii_lowercase()
    {
        let (first, last) = (u64::from(*first), u64::from(*last));
        return Some(Part::Range(Range { first, last, is_of_letters: true, ..range }));
    }
    // Leading zeros on either side set the width: `[001-100]`, but `[1-010]` as well.
    let width = |text: &str| if text.len() > 1 && text.starts_with('0') { text.len() } else { 0 };
    let digits = width(first).max(width(last));
    Some(Part::Range(Range { first: number(first)?, last: number(last)?, digits, ..range }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        expand(text, 100).unwrap().map(|(text, _)| text).collect()
    }

    #[test]
    fn globs_expand_with_the_last_one_varying_fastest() {
        let cases: [(&str, &[&str]); 20] = [
            ("a", &["a"]),
            ("a[1-3]", &["a1", "a2", "a3"]),
            ("[008-011].jpg", &["008.jpg", "009.jpg", "010.jpg", "011.jpg"]),
            ("[08:10]", &["08", "09", "10"]),
            ("[1-7:3]", &["1", "4", "7"]),
            ("[a-c]", &["a", "b", "c"]),
            ("{cat,dog}.{png,jpg}", &["cat.png", "cat.jpg", "dog.png", "dog.jpg"]),
            ("{,2}", &["", "2"]),
            ("http://[::1]:80/x", &["http://[::1]:80/x"]),
            ("http://[fe80::1-2]/[1-2]", &["http://[fe80::1-2]/1", "http://[fe80::1-2]/2"]),
            ("?q={}&r=[]&s={a}&t=[", &["?q={}&r=[]&s={a}&t=["]),
            ("ü[1-2]é", &["ü1é", "ü2é"]),
            ("{1..3}", &["1", "2", "3"]),
            ("{01..10..4}", &["01", "05", "09"]),
            ("{a..c}{3..1}", &["a3", "a2", "a1", "b3", "b2", "b1", "c3", "c2", "c1"]),
            ("[001:003]", &["001", "002", "003"]),
            ("?page=[1-2]&s={a,b}", &["?page=1&s=a", "?page=1&s=b", "?page=2&s=a", "?page=2&s=b"]),
            ("?size[1-2]=3&a[0-9][1-2]=b", &["?size[1-2]=3&a[0-9][1-2]=b"]),
            ("?q={\"a\":1,\"b\":2}", &["?q={\"a\":1,\"b\":2}"]),
            ("{..}[-]{1..x}", &["{..}[-]{1..x}"]),
        ];
        for (text, expanded) in cases {
            assert_eq!(texts(text), expanded, "{text}");
        }
    }

    #[test]
    fn each_text_knows_what_its_globs_stood_for() {
        let expanded: Vec<_> = expand("a[1-2]/{x,y}", 9).unwrap().collect();
        assert_eq!(expanded[2], ("a2/x".to_owned(), vec!["2".to_owned(), "x".to_owned()]));
    }

    #[test]
    fn a_text_that_is_too_long_for_an_address_is_left_as_it_is() {
        let row = "[{".repeat(3_000);
        assert_eq!(expand(&format!("{row}[1-2]}}"), 9).unwrap().count(), 2);
        assert_eq!(expand(&format!("{row}]}}]"), 9).unwrap().count(), 1);
        for long in [&row.repeat(100), &"[1-1]".repeat(200_000), &"[1-2]".repeat(200_000)] {
            assert_eq!(expand(long, 9).unwrap().collect::<Vec<_>>(), [(long.clone(), Vec::new())]);
        }
    }

    #[test]
    fn an_expansion_is_counted_before_it_is_made() {
        assert_eq!(expand("[1-101]", 100).err(), Some(GlobError::TooMany { count: 101 }));
        let huge = "[0-18446744073709551615][0-18446744073709551615]";
        assert_eq!(expand(huge, 100).err(), Some(GlobError::TooMany { count: u64::MAX }));
        assert_eq!(expand("[9-1]", 100).err(), Some(GlobError::Backwards));
    }
}
