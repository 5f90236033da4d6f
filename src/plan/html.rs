//! Image links in pasted HTML.
//!
//! A scan by hand rather than the page's `DOMParser`, so that the core stays pure and a list reads
//! alike in the browser and in native tests. It knows the few tags and attributes that hold addresses,
//! and the one character reference that they need, `&amp;`.

/// The addresses in the attributes of the tags that show or link images, in document order. A text
/// that has any is HTML rather than a list.
///
/// Relative links can't be resolved without the page's address. They are returned as they are, so
/// that they fail visibly.
pub fn links(text: &str) -> Vec<String> {
    let mut links = Vec::new();
    for piece in text.split('<').skip(1) {
        let Some((tag, _)) = piece.split_once('>') else { continue };
        let name_end = tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len());
        let (name, mut rest) = tag.split_at_checked(name_end).unwrap_or_default();
        let wanted: &[&str] = match name.to_ascii_lowercase().as_str() {
            "img" | "source" => &["src", "srcset", "data-src"],
            "a" => &["href"],
            _ => continue,
        };
        while let Some((name, value)) = next_attribute(&mut rest) {
            if wanted.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                let value = with_ampersands(value);
                let is_set = name.eq_ignore_ascii_case("srcset");
                links.extend(if is_set { largest_of(&value) } else { Some(value) });
            }
        }
    }
    links
}

/// Replaces each `&amp;` by `&`.
fn with_ampersands(value: &str) -> String {
    let mut pieces = value.split('&');
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        plain.push('&');
        plain.push_str(piece.strip_prefix("amp;").unwrap_or(piece));
    }
    plain
}

/// Removes the next attribute that has a value, quoted or not, from the rest of a tag, and returns
/// its name and value.
fn next_attribute<'a>(rest: &mut &'a str) -> Option<(&'a str, &'a str)> {
    loop {
        *rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        let end = rest.find(|c: char| c == '=' || c.is_whitespace())?;
        let (name, after) = rest.split_at_checked(end)?;
        let Some(after) = after.trim_start().strip_prefix('=') else {
            *rest = after;
            continue;
        };
        let after = after.trim_start();
        let mut characters = after.chars();
        let (value, tail) = match characters.next()? {
            quote @ ('"' | '\'') => characters.as_str().split_once(quote)?,
            _ => after.split_at_checked(after.find(char::is_whitespace).unwrap_or(after.len()))?,
        };
        *rest = tail;
        return Some((name, value.trim()));
    }
}

/// The URL of a `srcset`'s candidate with the greatest width or density.
fn largest_of(srcset: &str) -> Option<String> {
    let mut words = srcset.split_whitespace();
    let mut largest = None;
    while let Some(mut word) = words.next() {
        let (url, mut size) = (word.trim_end_matches(','), None);
        // A comma ends a candidate only if white space follows: URLs contain commas, too.
        while !word.ends_with(',')
            && let Some(descriptor) = words.next()
        {
            size = size.or_else(|| Some(size_of(descriptor)));
            word = descriptor;
        }
        let size = size.unwrap_or((1, 0));
        if largest.is_none_or(|(_, most)| size >= most) {
            largest = Some((url, size));
        }
    }
    largest.map(|(url, _)| url.to_owned())
}

/// The number of a descriptor such as `480w` or `1.5x`, as its whole part and first decimal. Parsing
/// floating-point numbers would add 10 KB of tables to the wasm.
fn size_of(descriptor: &str) -> (u32, u8) {
    let number = descriptor.trim_end_matches(['w', 'x', ',']);
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    (whole.parse().unwrap_or(0), decimals.bytes().next().unwrap_or(b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_all_known_tags_are_found_in_document_order() {
        let html = r#"<p>Two <a class="x" href='https://a.example/1.jpg?a=1&amp;b=2'>pictures</a>
            <IMG loading=lazy SRC=https://a.example/2.jpg><br/>
            <source srcset="https://a.example/s.jpg 480w, https://a.example/l.jpg 1200w"></p>
            <script src="https://a.example/x.js"></script>"#;
        let found = links(html);
        assert_eq!(
            found,
            ["https://a.example/1.jpg?a=1&b=2", "https://a.example/2.jpg", "https://a.example/l.jpg"]
        );
    }

    #[test]
    fn the_largest_candidate_of_a_srcset_is_chosen() {
        let cases = [
            ("https://a.example/1, https://a.example/2 2x, https://a.example/3 1.5x", "https://a.example/2"),
            ("https://a.example/1 1.2x, https://a.example/2 1.5x", "https://a.example/2"),
            ("https://a.example/1 1200w, https://a.example/2 480w", "https://a.example/1"),
        ];
        for (set, url) in cases {
            assert_eq!(largest_of(set).as_deref(), Some(url), "{set}");
        }
    }

    #[test]
    fn a_list_is_not_mistaken_for_html() {
        for text in ["https://a.example/1.jpg", "a < b > c", "<img>", "https://a.example/?a=<b>"] {
            assert!(links(text).is_empty(), "{text}");
        }
        assert_eq!(links("<img src='https://a.example/1.jpg'>").len(), 1);
    }

    #[test]
    fn a_torn_tag_has_only_the_links_before_the_tear() {
        for text in ["<img src=", "<img src='x", "<a href", "<", "<img src=>", "<img =>", "<img src='x>"] {
            assert!(links(text).is_empty(), "{text}");
        }
        assert_eq!(links("<img src=a><img src="), ["a"]);
        assert_eq!(links("<img src='a' data-src='b>"), ["a"]);
        assert_eq!(links("<img src=a <img src=b>"), ["b"]);
    }
}
