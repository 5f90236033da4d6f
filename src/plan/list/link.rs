//! Addresses in the fragment of a page's own address: `#urls=…`.
//!
//! A program percent-encodes them and puts a line break between two. A person writes them as they are, with
//! spaces or commas between them, and the browser encodes the spaces. Which of the two a link is shows at
//! its beginning: only the second has a colon there.

use super::lines::starts_with;

/// The longest fragment that is read, in bytes: Chromium opens no address that is longer.
const MAX_BYTES: usize = 2 << 20;

/// Why the addresses of a link can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkError {
    /// The link is too long.
    TooLong,
    /// A percent sign is followed by something that it does not encode.
    Encoding,
}

/// The list in the fragment of a link, after `urls=`. `decode` is `decodeURIComponent`.
///
/// # Errors
///
/// The fragment has more than 2 MiB, or `decode` returns `None`.
pub fn list_of_link(value: &str, decode: impl Fn(&str) -> Option<String>) -> Result<String, LinkError> {
    if value.len() > MAX_BYTES {
        return Err(LinkError::TooLong);
    }
    if begins_address(value) {
        // As it is: decoding would change an address that is percent-encoded itself.
        return Ok(split(value, &["%0D%0A", "%0A", "%0D", "%20", "+", ",", " "]));
    }
    let list = decode(value).ok_or(LinkError::Encoding)?;
    let is_one_line = begins_address(&list) && !list.contains(['\n', '\r']);
    Ok(if is_one_line { split(&list, &["+", ",", " "]) } else { list })
}

/// Percent-encoded text as a link holds it, from what `encodeURIComponent` returns: shorter, and easier to
/// read. The first colon stays encoded, as the sign that the rest is.
pub fn link_text(encoded: &str) -> String {
    let (first, rest) =
        encoded.split_once("%3A").map_or((encoded, None), |(first, rest)| (first, Some(rest)));
    let mut text = first.to_owned();
    if let Some(rest) = rest {
        text.push_str("%3A");
        text.push_str(&rest.replace("%3A", ":"));
    }
    let mut text = text.replace("%2F", "/");
    // Programs that find links in a text take these at its end for punctuation.
    for (punctuation, code) in [('!', "%21"), ('\'', "%27"), ('(', "%28"), (')', "%29"), ('*', "%2A")] {
        text = text.replace(punctuation, code);
    }
    text
}

/// An address whose brackets are no range when it is read as plain text.
pub fn literal(address: &str) -> String {
    let path = address.find("://").and_then(|end| Some(end + 3 + address.get(end + 3..)?.find('/')?));
    let (host, path) = address.split_at_checked(path.unwrap_or(address.len())).unwrap_or((address, ""));
    let mut text = host.to_owned();
    for character in path.chars() {
        match character {
            '[' => text.push_str("%5B"),
            ']' => text.push_str("%5D"),
            '{' => text.push_str("%7B"),
            '}' => text.push_str("%7D"),
            other => text.push(other),
        }
    }
    text
}

fn begins_address(text: &str) -> bool {
    starts_with(text, "https://") || starts_with(text, "http://")
}

/// Puts each address on a line of its own. A separator counts only where an address follows it; white space
/// inside an address is encoded.
fn split(text: &str, separators: &[&str]) -> String {
    let mut list = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut after = rest;
        while let Some(shorter) = separators.iter().find_map(|separator| after.strip_prefix(separator)) {
            after = shorter;
        }
        if after.len() == rest.len() {
            let mut characters = rest.chars();
            list.extend(characters.next());
            rest = characters.as_str();
            continue;
        }
        if after.is_empty() || begins_address(after) {
            list.push('\n');
        } else {
            list.push_str(&rest.strip_suffix(after).unwrap_or_default().replace(' ', "%20"));
        }
        rest = after;
    }
    list.truncate(list.trim_end().len());
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `decodeURIComponent`.
    fn decode(text: &str) -> Option<String> {
        let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
        while let Some((first, after)) = rest.split_first() {
            let code = || u8::from_str_radix(std::str::from_utf8(after.get(..2)?).ok()?, 16).ok();
            bytes.push(if *first == b'%' { code()? } else { *first });
            rest = if *first == b'%' { &after[2..] } else { after };
        }
        String::from_utf8(bytes).ok()
    }

    #[test]
    fn encoded_and_handwritten_addresses_are_read() {
        let two = "https://a.example/1.jpg\nhttps://a.example/2.jpg";
        for value in [
            "https%3A%2F%2Fa.example%2F1.jpg%0Ahttps%3A%2F%2Fa.example%2F2.jpg",
            "https%3A//a.example/1.jpg%0Ahttps://a.example/2.jpg",
            "https%3A%2F%2Fa.example%2F1.jpg%20https%3A%2F%2Fa.example%2F2.jpg",
            "https%3A%2F%2Fa.example%2F1.jpg+https%3A%2F%2Fa.example%2F2.jpg",
            "https%3A%2F%2Fa.example%2F1.jpg%2C%20https%3A%2F%2Fa.example%2F2.jpg",
            "https://a.example/1.jpg%0Ahttps://a.example/2.jpg",
            "https://a.example/1.jpg%20https://a.example/2.jpg",
            "https://a.example/1.jpg,https://a.example/2.jpg,",
            "https://a.example/1.jpg,%20%20https://a.example/2.jpg",
        ] {
            assert_eq!(list_of_link(value, decode).as_deref(), Ok(two), "{value}");
        }
    }

    #[test]
    fn what_is_inside_an_address_stays() {
        for (value, list) in [
            ("https://a.example/a%2Fb,c.jpg?x=1&y=%20z", "https://a.example/a%2Fb,c.jpg?x=1&y=%20z"),
            ("https%3A%2F%2Fa.example%2Fa%252Fb%2C%20c.jpg", "https://a.example/a%2Fb,%20c.jpg"),
            (
                "https://p.example/?url=https://a.example/1.jpg",
                "https://p.example/?url=https://a.example/1.jpg",
            ),
            ("%23%20cats%0Ahttps%3A//a.example/[1-3].jpg", "# cats\nhttps://a.example/[1-3].jpg"),
            ("", ""),
            ("cat.jpg", "cat.jpg"),
        ] {
            assert_eq!(list_of_link(value, decode).as_deref(), Ok(list), "{value}");
        }
    }

    #[test]
    fn what_cannot_be_read_has_a_reason() {
        assert_eq!(list_of_link("%E0%A4%A", decode), Err(LinkError::Encoding));
        assert_eq!(list_of_link(&"a".repeat(10_000_000), decode), Err(LinkError::TooLong));
    }

    #[test]
    fn a_link_is_read_as_the_list_that_it_was_made_of() {
        let list = "https://a.example/my%20cat (1).jpg\n# it's\nhttps://[::1]/[1-3].jpg?a=b&c=100%";
        let encoded: String = list
            .bytes()
            .map(|byte| match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => char::from(byte).to_string(),
                b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'\'' | b'(' | b')' => char::from(byte).to_string(),
                _ => format!("%{byte:02X}"),
            })
            .collect();
        let link = link_text(&encoded);
        assert!(link.starts_with("https%3A//a.example/my%2520cat%20%281%29.jpg%0A%23"), "{link}");
        assert_eq!(list_of_link(&link, decode).as_deref(), Ok(list));
    }

    #[test]
    fn brackets_of_an_address_are_no_ranges() {
        assert_eq!(literal("https://a.example/[1-3].jpg?{a,b}"), "https://a.example/%5B1-3%5D.jpg?%7Ba,b%7D");
        assert_eq!(literal("http://[::1]/[a]"), "http://[::1]/%5Ba%5D");
        assert_eq!(literal("https://a.example"), "https://a.example");
    }
}
