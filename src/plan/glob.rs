//! Globs in URLs, as curl and download managers write them: `[1-10]`, `[001:100]`, `[1-9:2]`,
//! `[a-f]` and `{cat,dog}`.
//!
//! Brackets and braces that are none of these stay as they are, since URLs may contain them
//! (`http://[::1]/`, `?sizes={}`).

use crate::text::{Padded, text};

/// One glob or the text between two.
#[derive(Debug, PartialEq, Eq)]
enum Part<'a> {
    Text(&'a str),
    Words(Vec<&'a str>),
    /// `first`, `first + step`, … up to `last`; `digits` is the least number of digits.
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

/// Why a glob is not expanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GlobError {
    /// A range runs backwards, so that it is empty.
    Backwards,
    /// It makes more than the cap; `count` is how many.
    TooMany {
        /// How many URLs it would make (`u64::MAX` for more than that).
        count: u64,
    },
}

/// Expands every glob in `text`, the last one fastest.
///
/// # Errors
///
/// A range that runs backwards, or an expansion of more than `most` texts, counted beforehand.
pub fn expand(text: &str, most: usize) -> Result<Vec<String>, GlobError> {
    let parts = split(text);
    let mut count: u64 = 1;
    for part in &parts {
        let of_part = part.count();
        if of_part == 0 {
            return Err(GlobError::Backwards);
        }
        count = count.saturating_mul(of_part);
    }
    if count > most as u64 {
        return Err(GlobError::TooMany { count });
    }
    let mut texts = vec![String::new()];
    for part in &parts {
        texts = texts.iter().flat_map(|start| part.each(start)).collect();
    }
    Ok(texts)
}

impl Part<'_> {
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

    fn each(&self, start: &str) -> Vec<String> {
        match self {
            Self::Text(text) => vec![text![start, text]],
            Self::Words(words) => words.iter().map(|word| text![start, word]).collect(),
            Self::Numbers { first, step, digits, .. } => {
                (0..self.count()).map(|n| text![start, Padded(first + n * step, *digits)]).collect()
            }
            Self::Letters { first, last, step } => {
                (*first..=*last).step_by(*step).map(|letter| text![start, char::from(letter)]).collect()
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
        // No glob has another one inside. Looking on behind the next one that opens would take hours
        // for a long row of them.
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

/// The text from a place on that is known to be between two characters. Slicing would bring in what
/// a panic says about texts, which is 3 KB.
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
    // Leading zeros on either side ask for that width: `[001-100]`, and `[1-010]` as well.
    let width = |text: &str| if text.len() > 1 && text.starts_with('0') { text.len() } else { 0 };
    let digits = width(first).max(width(last));
    Some(Part::Numbers { first: number(first)?, last: number(last)?, step, digits })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_expand_with_the_last_one_fastest() {
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
    fn a_long_row_of_brackets_is_read_in_no_time() {
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
