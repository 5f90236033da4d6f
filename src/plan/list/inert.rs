//! HTML in which nothing is left that a page's Content Security Policy forbids.
//!
//! A parsed document is inert, but it inherits the policy of its page. A browser reports each `base` and each
//! style in it as a violation, although neither has any effect.

use super::lines::{from, starts_with};

/// The same HTML with `x-base` and `x-style` for `base` and `style`, as elements and attributes.
pub fn inert(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + 64);
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        out.push('<');
        let end = end_of_tag(after);
        let tag = after.get(..end).unwrap_or_default();
        push_tag(&mut out, tag);
        rest = from(after, end);
    }
    out.push_str(rest);
    out
}

/// The length of a tag up to its `>`, which may be quoted; of a comment up to its end.
fn end_of_tag(tag: &str) -> usize {
    if tag.starts_with("!--") {
        return tag.find("-->").unwrap_or(tag.len());
    }
    if !tag.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return tag.find(['<', '>']).unwrap_or(tag.len());
    }
    let mut quote = None;
    let mut before = ' ';
    for (index, c) in tag.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            None if matches!(c, '"' | '\'') && before == '=' => quote = Some(c),
            None if c == '>' => return index,
            _ => {}
        }
        if !c.is_whitespace() {
            before = c;
        }
    }
    // A quote that is not closed holds everything after it, for a browser, too.
    tag.len()
}

fn push_tag(out: &mut String, tag: &str) {
    if !tag.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') {
        return out.push_str(tag);
    }
    let name = tag.strip_prefix('/').unwrap_or(tag);
    if is_word(name, "base") || is_word(name, "style") {
        out.push_str(if tag.len() > name.len() { "/x-" } else { "x-" });
        return out.push_str(name);
    }
    let mut quote = None;
    let mut before = ' ';
    for (index, c) in tag.char_indices() {
        let is_begin = quote.is_none() && (before.is_whitespace() || matches!(before, '"' | '\''));
        if is_begin && matches!(c, 's' | 'S') && index > 0 && is_word(from(tag, index), "style") {
            out.push_str("x-");
        }
        match quote {
            Some(open) if c == open => quote = None,
            None if matches!(c, '"' | '\'') && before == '=' => quote = Some(c),
            _ => {}
        }
        out.push(c);
        before = c;
    }
}

/// Whether a text begins with a word.
fn is_word(text: &str, word: &str) -> bool {
    starts_with(text, word)
        && from(text, word.len()).chars().next().is_none_or(|c| !c.is_ascii_alphanumeric() && c != '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bases_and_styles_are_renamed_and_nothing_else() {
        let cases = [
            ("<base href='x'>", "<x-base href='x'>"),
            ("<STYLE>a{}</STYLE>", "<x-STYLE>a{}</x-STYLE>"),
            ("<p style=\"a\" id=x>style=1</p>", "<p x-style=\"a\" id=x>style=1</p>"),
            ("<p id=\"a\"style='b'>", "<p id=\"a\"x-style='b'>"),
            ("<p title='> style=a'>", "<p title='> style=a'>"),
            ("<basefont><styled-x data-style=1>", "<basefont><styled-x data-style=1>"),
            ("<!-- <p style=a> --><p\nstyle = a>", "<!-- <p style=a> --><p\nx-style = a>"),
            ("a < b <i style=c>", "a < b <i x-style=c>"),
            ("<p title=\"a <i style=b>", "<p title=\"a <i style=b>"),
            ("<", "<"),
        ];
        for (html, expected) in cases {
            assert_eq!(inert(html), expected);
        }
    }

    #[test]
    fn a_long_row_of_torn_tags_takes_linear_time() {
        let row = "<p title='".repeat(30_000);
        assert_eq!(inert(&row), row);
    }
}
