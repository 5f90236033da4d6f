//! The file name in a `Content-Disposition` header (RFC 6266).

use super::sanitise::percent_decoded;

/// The file name that a header's value gives, without folders; `None` if it gives none.
///
/// `filename*` (RFC 8187) goes before `filename`. Many servers send the latter in UTF-8, of which a page sees
/// each byte as a character.
pub fn disposition_file_name(header: &str) -> Option<String> {
    let (mut plain, mut extended) = (None, None);
    let mut rest = header.split_once(';')?.1;
    while let Some((name, value)) = rest.split_once('=') {
        let (value, after) = take_value(value.trim_start());
        match name.trim().to_ascii_lowercase().as_str() {
            "filename" => plain = Some(utf8_of(&value)),
            "filename*" => extended = extended_value(&value),
            _ => {}
        }
        rest = after.split_once(';').map_or("", |(_, rest)| rest);
    }
    let name = extended.or(plain)?;
    let file = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    (!file.is_empty()).then(|| file.to_owned())
}

/// The value that a text begins with, a quoted string or not, and what follows it.
fn take_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        let (value, rest) = text.split_at_checked(end).unwrap_or((text, ""));
        return (value.trim_end().to_owned(), rest);
    };
    let mut value = String::new();
    let mut chars = quoted.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => value.extend(chars.next()),
            c => value.push(c),
        }
    }
    (value, chars.as_str())
}

/// The value of `UTF-8''caf%C3%A9.jpg`; `None` in another encoding, or if it is not valid.
fn extended_value(value: &str) -> Option<String> {
    let (charset, rest) = value.split_once('\'')?;
    let (_language, encoded) = rest.split_once('\'')?;
    let decoded = percent_decoded(encoded);
    (charset.eq_ignore_ascii_case("utf-8") && (!encoded.contains('%') || decoded != encoded))
        .then(|| decoded.into_owned())
}

/// A text whose characters are the bytes of UTF-8, or the text itself.
fn utf8_of(text: &str) -> String {
    let bytes: Option<Vec<_>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_found_in_any_notation() {
        let cases = [
            ("attachment; filename=cat.jpg", Some("cat.jpg")),
            ("inline;filename = \"a; b \\\"c\\\".jpg\" ; size=3", Some("a; b \"c\".jpg")),
            ("attachment; filename=\"EUR.jpg\"; filename*=UTF-8''%e2%82%ac.jpg", Some("€.jpg")),
            ("attachment; filename*=utf-8'de'K%C3%A4se.png; filename=Kaese.png", Some("Käse.png")),
            ("attachment; filename*=ISO-8859-1''%E4.png; filename=a.png", Some("a.png")),
            ("attachment; filename*=UTF-8''%FF.png; filename=a.png", Some("a.png")),
            ("attachment; filename=\"K\u{c3}\u{a4}se.png\"", Some("Käse.png")),
            ("attachment; filename=\"K\u{e4}se.png\"", Some("Käse.png")),
            ("attachment; filename=\"C:\\\\photos\\\\cat.jpg\"", Some("cat.jpg")),
            ("attachment; filename=../../etc/passwd", Some("passwd")),
            ("attachment; filename=\"\"", None),
            ("attachment; filename=", None),
            ("attachment", None),
            ("filename=cat.jpg", None),
            ("", None),
        ];
        for (header, name) in cases {
            assert_eq!(disposition_file_name(header).as_deref(), name, "{header}");
        }
    }
}
