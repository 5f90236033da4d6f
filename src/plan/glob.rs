//! Globs in URLs, as curl and download managers write them: `[1-10]`, `[001:100]`, `[1-9:2]`,
//! `[a-f]` and `{cat,dog}`.
//!
//! Any other brackets and braces stay as they are, since URLs may contain them (`http://[::1]/`,
//! `?sizes={}`).

use crate::text::{Padded, text};

/// A glob, or the text between two globs.
#[derive(Debug, PartialEq, Eq)]
enum Part<'a> {
    Text(&'a str),
    Words(Vec<&'a str>),
    /// `first`, `first + step`, … up to `last`, padded with zeros to at least `digits` digits.
    Numbers {
        first: u64,
        last: u64,
        step: u64,
        digits: usize,
    },
    Letters {
        first: u8,
        last: u8,
        step: usize,
    },
}

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

/// Expands every glob in `text`; the last one varies fastest.
///
/// # Errors
///
/// If a range runs backwards, or the expansion would have more than `limit` texts, which is known
/// before any is made.
pub fn expand(text: &str, limit: usize) -> Result<Vec<String>, GlobError> {
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
    let mut texts = vec![String::new()];
    for part in &parts {
        texts = texts.iter().flat_map(|prefix| part.expand(prefix)).collect();
    }
    Ok(texts)
}

impl Part<'_> {
    /// The number of texts it expands to; none for a range that runs backwards.
    fn count(&self) -> u64 {
        match self {
            Self::Text(_) => 1,
            Self::Words(words) => words.len() as u64,
            Self::Numbers { first, last, .. } if last < first => 0,
            Self::Numbers { first, last, step, .. } => ((last - first) / step).saturating_add(1),
            Self::Letters { first, last, .. } if last < first => 0,
            Self::Letters { first, last, step } => (usize::from(last - first) / step) as u64 + 1,
        }
    }

    /// Each of its texts after the same prefix.
    fn expand(&self, prefix: &str) -> Vec<String> {
        match self {
            Self::Text(text) => vec![text![prefix, text]],
            Self::Words(words) => words.iter().map(|word| text![prefix, word]).collect(),
            Self::Numbers { first, step, digits, .. } => {
                (0..self.count()).map(|n| text![prefix, Padded(first + n * step, *digits)]).collect()
            }
            Self::Letters { first, last, step } => {
                (*first..=*last).step_by(*step).map(|letter| text![prefix, char::from(letter)]).collect()
            }
        }
    }
}

fn split(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut done, mut at) = (0, 0);
    while let Some(open) = from(text, at).find(['[', '{']).map(|offset| at + offset) {
        let (ends, parse): (_, fn(&str) -> Option<Part<'_>>) =
            if from(text, open).starts_with('[') { (['[', ']'], range) } else { (['{', '}'], words) };
        let inside = from(text, open + 1);
        // Globs don't nest, so the search stops at the next opening bracket: past it, a long row of
        // brackets would take quadratic time.
        let closed = inside.find(ends).filter(|length| !from(inside, *length).starts_with(ends[0]));
        let part = closed.and_then(|length| Some((parse(inside.get(..length)?)?, open + length + 2)));
        match part {
            Some((part, end)) => {
                parts.push(Part::Text(text.get(done..open).unwrap_or_default()));
                parts.push(part);
                (done, at) = (end, end);
            }
            None => at = open + 1,
        }
    }
    parts.push(Part::Text(from(text, done)));
    parts
}

/// The text from an index on that is known to be a character boundary. Slicing would add 3 KB: the
/// words of its panic.
fn from(text: &str, at: usize) -> &str {
    text.get(at..).unwrap_or_default()
}

fn words(inside: &str) -> Option<Part<'_>> {
    let is_list = inside.contains(',') && !inside.contains(['{', '"']);
    is_list.then(|| Part::Words(inside.split(',').collect()))
}

/// `first-last`, `first-last:step`, and DownThemAll's `first:last` and `first:last:step`.
fn range(inside: &str) -> Option<Part<'_>> {
    let (first, rest) = inside.split_once(['-', ':'])?;
    let (last, step) = rest.split_once(':').unwrap_or((rest, "1"));
    if !step.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let step: u64 = step.parse().ok().filter(|step| *step > 0)?;
    if let ([first], [last]) = (first.as_bytes(), last.as_bytes())
        && first.is_ascii_alphabetic()
        && last.is_ascii_alphabetic()
        && first.is_ascii_lowercase() == last.is_ascii_lowercase()
    {
        return Some(Part::Letters { first: *first, last: *last, step: usize::try_from(step).ok()? });
    }
    let number = |text: &str| -> Option<u64> {
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
    };
    // Leading zeros on either side set the width: `[001-100]`, but `[1-010]` as well.
    let width = |text: &str| if text.len() > 1 && text.starts_with('0') { text.len() } else { 0 };
    let digits = width(first).max(width(last));
    Some(Part::Numbers { first: number(first)?, last: number(last)?, step, digits })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_expand_with_the_last_one_varying_fastest() {
        let cases: [(&str, &[&str]); 12] = [
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
        ];
        for (text, expanded) in cases {
            assert_eq!(expand(text, 100).unwrap(), expanded, "{text}");
        }
    }

    #[test]
    fn a_long_row_of_brackets_takes_linear_time() {
        let row = "[{".repeat(200_000);
        assert_eq!(expand(&format!("{row}[1-2]}}"), 9).unwrap().len(), 2);
        assert_eq!(expand(&format!("{row}]}}]"), 9).unwrap().len(), 1);
    }

    #[test]
    fn an_expansion_is_counted_before_it_is_made() {
        assert_eq!(expand("[1-101]", 100), Err(GlobError::TooMany { count: 101 }));
        let huge = "[0-18446744073709551615][0-18446744073709551615]";
        assert_eq!(expand(huge, 100), Err(GlobError::TooMany { count: u64::MAX }));
        assert_eq!(expand("[9-1]", 100), Err(GlobError::Backwards));
    }
}
