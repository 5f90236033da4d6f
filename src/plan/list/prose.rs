//! Addresses inside a line of text, among words, quotes and punctuation.

use super::lines::{from, is_blank, is_of_word, starts_with};
use crate::image::Format;

/// An address in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    /// The address, without what surrounds it.
    pub text: &'a str,
    /// The index of its first byte in the line.
    pub start: usize,
}

impl Found<'_> {
    /// The index of the first byte after it.
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// The addresses of a line, in order: `http:`, `https:`, and `data:` with an image. `delimiters` can't be
/// part of any.
pub fn addresses<'a>(line: &'a str, delimiters: &[char]) -> Vec<Found<'a>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = next_start(line, at) {
        let text = address_at(line, start, delimiters);
        at = start + text.len().max(1);
        found.push(Found { text, start });
    }
    found
}

/// The addresses of a line or of a value. It may be a single one with spaces in it, which should have been
/// `%20`: then only the whole ends like the name of an image.
pub fn addresses_with_spaces(text: &str) -> Vec<Found<'_>> {
    let text = text.trim_end_matches(is_blank);
    let mut found = addresses(text, &[]);
    if let [only] = found.as_mut_slice()
        && only.start == 0
        && from(text, only.end()).starts_with(' ')
        && !names_image(only.text)
        && names_image(text)
    {
        only.text = text;
    }
    found
}

/// Whether a text as a whole is an address, judged by its beginning.
pub fn is_address(text: &str) -> bool {
    ["https://", "http://", "data:image/"].iter().any(|start| starts_with(text, start))
        && (!text.contains(char::is_whitespace) || starts_with(text, "data:"))
}

/// Whether an address ends like the name of an image file.
pub fn names_image(address: &str) -> bool {
    if starts_with(address, "data:") {
        return starts_with(address, "data:image/");
    }
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let path = match path.split_once("://") {
        Some((_, place)) => place.split_once('/').map_or("", |(_, path)| path),
        None => path,
    };
    let segment = path.rsplit('/').next().unwrap_or_default();
    segment.split('.').skip(1).last().is_some_and(|last| {
        let extension = last.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        Format::is_image_extension(extension)
    })
}

/// Removes the quotes and the commas that surround a text in other people's lists.
pub fn unquoted(text: &str) -> &str {
    let text = text.trim_matches(is_blank).trim_end_matches([',', ';']).trim_end();
    for (open, close) in [('"', '"'), ('\'', '\''), ('<', '>')] {
        if let Some(inside) = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)) {
            return inside.trim_matches(is_blank);
        }
    }
    text.trim_matches(['"', '\'', '<', '>', ',', ';'])
}

/// Where the next address begins, at an index or after it.
fn next_start(line: &str, at: usize) -> Option<usize> {
    let web = next_web_start(line, at);
    // Only before the other: the markup of an SVG may contain addresses.
    let head = line.get(at..web.unwrap_or(line.len())).unwrap_or_default();
    let data = head.match_indices("data:image/").map(|(index, _)| at + index);
    let is_word = |start: &usize| {
        !line.get(..*start).is_some_and(|before| before.ends_with(|c: char| c.is_ascii_alphanumeric()))
    };
    data.into_iter().find(is_word).or(web)
}

fn next_web_start(line: &str, least: usize) -> Option<usize> {
    let mut at = least;
    loop {
        let colon = at + from(line, at).find("://")?;
        for scheme in ["https", "http"] {
            let start = colon.checked_sub(scheme.len()).filter(|start| *start >= least);
            if let Some(start) = start
                && line.get(start..colon).is_some_and(|own| own.eq_ignore_ascii_case(scheme))
                && !line.get(..start).is_some_and(is_of_page)
            {
                return Some(start);
            }
        }
        at = colon + 3;
    }
}

/// Whether the address after this text is the origin of something that only its own page can read.
fn is_of_page(before: &str) -> bool {
    before.ends_with("blob:") || before.ends_with("filesystem:")
}

fn address_at<'a>(line: &'a str, start: usize, delimiters: &[char]) -> &'a str {
    let (before, rest) = (line.get(..start).unwrap_or_default(), from(line, start));
    let open = before.chars().next_back();
    let enclosed = open.and_then(closing).and_then(|closing| rest.split_once(closing));
    // Slack writes the text of a link behind its address.
    let enclosed = match open {
        Some('<') => enclosed.map(|(inside, rest)| (inside.split('|').next().unwrap_or_default(), rest)),
        _ => enclosed,
    };
    if let Some((inside, _)) = enclosed
        && (!inside.contains(char::is_whitespace) || next_start(inside, 1).is_none())
        && !inside.contains(delimiters)
    {
        return inside.trim_matches(is_blank);
    }
    let mut word = word(rest, delimiters);
    if before.ends_with('(')
        && let Some(end) = end_of_parenthesis(word)
    {
        word = word.get(..end).unwrap_or_default();
    }
    if starts_with(word, "data:") {
        return if word.contains('<') {
            rest.trim_end()
        } else {
            word.trim_end_matches([',', ';', '"', '\''])
        };
    }
    let is_alone = !before.contains(|c: char| is_of_word(c) && !c.is_ascii_digit())
        && from(rest, word.len()).chars().all(|c| !is_of_word(c));
    without_punctuation(word, is_alone)
}

/// The index at which the parenthesis around a word closes, if a comma or a semicolon follows.
fn end_of_parenthesis(word: &str) -> Option<usize> {
    let mut depth = 1_u32;
    let mut is_end = |c: char| {
        depth = match c {
            '(' => depth + 1,
            ')' => depth.saturating_sub(1),
            _ => depth,
        };
        depth == 0
    };
    let end = word.find(|c: char| is_end(c))?;
    from(word, end + 1).starts_with([',', ';']).then_some(end)
}

/// The quote that closes after this one.
fn closing(open: char) -> Option<&'static [char]> {
    Some(match open {
        '"' => &['"'],
        '\'' => &['\''],
        '`' => &['`'],
        '<' => &['>'],
        '“' => &['”'],
        '„' => &['“', '”'],
        '‘' => &['’'],
        '‚' => &['‘', '’'],
        '«' => &['»'],
        '»' => &['«'],
        '‹' => &['›'],
        '›' => &['‹'],
        '『' => &['』'],
        '〈' => &['〉'],
        '〔' => &['〕'],
        _ => return None,
    })
}

/// The text up to what can't be part of an address, or separates it from the next.
fn word<'a>(rest: &'a str, delimiters: &[char]) -> &'a str {
    let is_data = starts_with(rest, "data:");
    let is_end = |(index, c): &(usize, char)| {
        let next = || from(rest, index + c.len_utf8());
        match c {
            '"' | '`' | '>' => !is_data,
            '<' => !is_data,
            '，' | '。' | '、' | '；' | '）' | '】' | '》' | '」' | '』' | '”' | '“' | '»' | '«' | '،'
            | '؛' => true,
            ',' | ';' | '|' => !is_data && next_start(next(), 0) == Some(0),
            ']' => next().starts_with('(') || delimiters.contains(c),
            _ => c.is_whitespace() || delimiters.contains(c),
        }
    };
    let end = rest.char_indices().find(is_end).map_or(rest.len(), |(index, _)| index);
    rest.get(..end).unwrap_or_default()
}

/// The word without the punctuation of the sentence around it. An address that is alone may end in a
/// question mark: a signed one is not the same without it.
fn without_punctuation(word: &str, is_alone: bool) -> &str {
    let excess =
        |open: char, close: char| word.matches(close).count().saturating_sub(word.matches(open).count());
    let (mut round, mut square, mut curly) = (excess('(', ')'), excess('[', ']'), excess('{', '}'));
    let mut is_outside = |last: char| {
        let bracket = match last {
            ')' => &mut round,
            ']' => &mut square,
            '}' => &mut curly,
            ',' | ';' | '.' | '…' | '\'' | '’' | '*' | '\\' => return true,
            ':' | '!' | '?' => return !is_alone,
            _ => return is_blank(last),
        };
        let is_unbalanced = *bracket > 0;
        *bracket = bracket.saturating_sub(1);
        is_unbalanced
    };
    word.trim_end_matches(|c: char| is_outside(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> Vec<&str> {
        addresses(line, &[]).into_iter().map(|found| found.text).collect()
    }

    #[test]
    fn an_address_ends_where_the_sentence_goes_on() {
        let cases = [
            ("See https://a.example/1.jpg.", "https://a.example/1.jpg"),
            ("(https://a.example/1.jpg)", "https://a.example/1.jpg"),
            ("(see https://a.example/a_(1).jpg), and", "https://a.example/a_(1).jpg"),
            ("1. https://a.example/1.jpg,", "https://a.example/1.jpg"),
            ("<https://a.example/1.jpg?>", "https://a.example/1.jpg?"),
            ("\"https://a.example/1.jpg,\",", "https://a.example/1.jpg,"),
            ("'https://a.example/my cat.jpg'", "https://a.example/my cat.jpg"),
            ("really https://a.example/1.jpg?!", "https://a.example/1.jpg"),
            ("https://a.example/1.jpg?", "https://a.example/1.jpg?"),
            ("**https://a.example/1.jpg**", "https://a.example/1.jpg"),
            ("\u{200b}https://a.example/1.jpg\u{200b}", "https://a.example/1.jpg"),
            ("见https://a.example/1.jpg，谢谢", "https://a.example/1.jpg"),
            ("url=HTTPS://a.example/1.jpg", "HTTPS://a.example/1.jpg"),
            ("http://[::1]:80/1.jpg", "http://[::1]:80/1.jpg"),
            ("https://a.example/[1-3].jpg", "https://a.example/[1-3].jpg"),
            ("https://r.example/?u=https://a.example/1.jpg", "https://r.example/?u=https://a.example/1.jpg"),
            ("data:image/gif;base64,R0lGOD", "data:image/gif;base64,R0lGOD"),
            (
                "data:image/svg+xml,<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
                "data:image/svg+xml,<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            ),
        ];
        for (line, address) in cases {
            assert_eq!(found(line), [address], "{line}");
        }
    }

    #[test]
    fn a_line_may_have_several_addresses_and_none() {
        let two = ["https://a.example/1.jpg", "https://a.example/2.jpg"];
        for line in [
            "https://a.example/1.jpg https://a.example/2.jpg",
            "https://a.example/1.jpg,https://a.example/2.jpg",
            "https://a.example/1.jpg; https://a.example/2.jpg;",
            "\"https://a.example/1.jpg\",\"https://a.example/2.jpg\"",
            "https://a.example/1.jpg<br>https://a.example/2.jpg",
            "[https://a.example/1.jpg](https://a.example/2.jpg)",
        ] {
            assert_eq!(found(line), two, "{line}");
        }
        for line in ["", "cat.jpg", "ftp://a.example/1.jpg", "blob:https://a.example/1", "https:/a"] {
            assert!(found(line).is_empty(), "{line}");
        }
    }

    #[test]
    fn the_name_of_an_image_is_detected_by_its_extension() {
        for address in
            ["https://a/1.jpg", "https://a/1.JPEG?x=.html", "https://a/1.jpg:orig", "data:image/gif,"]
        {
            assert!(names_image(address), "{address}");
        }
        for address in ["https://a.jpg", "https://a/1", "https://a/1.html?x=1.jpg", "https://a/jpg"] {
            assert!(!names_image(address), "{address}");
        }
    }
}
