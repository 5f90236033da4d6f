//! Image links out of pasted HTML.

/// Whether a pasted text is HTML rather than a list: it has a tag with a link in it.
pub fn is_html(text: &str) -> bool {
    links(text).next().is_some()
}

/// The absolute addresses in `src`, `href` and `srcset` of the tags that show or link images, in
/// document order. A page's relative links can't be followed without its address, so they are
/// given as they stand, and fail as what they are.
pub fn links(text: &str) -> impl Iterator<Item = String> + '_ {
    tags(text).flat_map(|tag| {
        let name_end = tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len());
        let (name, rest) = tag.split_at(name_end);
        let wanted: &[&str] = match name.to_ascii_lowercase().as_str() {
            "img" | "source" => &["src", "srcset", "data-src"],
            "a" => &["href"],
            _ => &[],
        };
        attributes(rest)
            .filter(|(name, _)| wanted.iter().any(|known| known.eq_ignore_ascii_case(name)))
            .flat_map(|(name, value)| {
                let is_set = name.eq_ignore_ascii_case("srcset");
                let value = value.replace("&amp;", "&");
                if is_set { largest_of(&value) } else { Some(value) }
            })
            .collect::<Vec<_>>()
    })
}

fn tags(text: &str) -> impl Iterator<Item = &str> {
    text.split('<').skip(1).filter_map(|piece| piece.split_once('>').map(|(tag, _)| tag))
}

/// The attributes of a tag's inside: `name=value`, quoted or not.
fn attributes(mut rest: &str) -> impl Iterator<Item = (&str, &str)> {
    std::iter::from_fn(move || {
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
            let end = rest.find(|c: char| c == '=' || c.is_whitespace())?;
            let name = &rest[..end];
            let Some(after) = rest[end..].trim_start().strip_prefix('=') else {
                rest = &rest[end..];
                continue;
            };
            let after = after.trim_start();
            let (value, tail) = match after.chars().next()? {
                quote @ ('"' | '\'') => after[1..].split_once(quote)?,
                _ => after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())),
            };
            rest = tail;
            return Some((name, value.trim()));
        }
    })
}

/// The candidate of a `srcset` with the greatest width or density.
fn largest_of(srcset: &str) -> Option<String> {
    let candidates = srcset.split(", ").filter_map(|candidate| {
        let mut words = candidate.split_whitespace();
        let url = words.next()?.trim_end_matches(',');
        let size = words.next().and_then(|size| size.trim_end_matches(['w', 'x', ',']).parse::<f32>().ok());
        Some((url, size.unwrap_or(1.0)))
    });
    candidates.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(url, _)| url.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_come_in_document_order_from_every_kind_of_tag() {
        let html = r#"<p>Two <a class="x" href='https://a.example/1.jpg?a=1&amp;b=2'>pictures</a>
            <IMG loading=lazy SRC=https://a.example/2.jpg><br/>
            <source srcset="https://a.example/s.jpg 480w, https://a.example/l.jpg 1200w"></p>
            <script src="https://a.example/x.js"></script>"#;
        let found: Vec<_> = links(html).collect();
        assert_eq!(
            found,
            ["https://a.example/1.jpg?a=1&b=2", "https://a.example/2.jpg", "https://a.example/l.jpg"]
        );
    }

    #[test]
    fn a_list_is_not_taken_for_html() {
        for text in ["https://a.example/1.jpg", "a < b > c", "<img>", "https://a.example/?a=<b>"] {
            assert!(!is_html(text), "{text}");
        }
        assert!(is_html("<img src='https://a.example/1.jpg'>"));
    }

    #[test]
    fn torn_tags_end_quietly() {
        for text in ["<img src=", "<img src='x", "<a href", "<", "<img src=>", "<img =>"] {
            let _ = links(text).count();
        }
    }
}
