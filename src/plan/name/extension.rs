//! The extension of a name, and what servers write behind it.

use crate::image::Format;

/// The most bytes after a dot that count as an extension.
const MAX_EXTENSION_BYTES: usize = 10;

/// Extensions that say how a server made its response rather than what it is.
const NON_IMAGE_EXTENSIONS: &str = "ashx asp aspx axd bin cgi dat do file htm html jsp php tmp txt xml";

/// Splits off the extension, if the part after the last dot looks like one.
pub fn split_extension(name: &str) -> Option<(&str, &str)> {
    let (stem, extension) = name.rsplit_once('.')?;
    let is_extension = !stem.is_empty()
        && (1..=MAX_EXTENSION_BYTES).contains(&extension.len())
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_extension.then_some((stem, extension))
}

/// Splits a name into its stem and the extension for a format: its own if that is a right one. Of two, such
/// as those of a converted image (`cat.jpg.webp`), one is left.
pub fn with_fitting_extension(name: &str, format: Format) -> (String, String) {
    match split_extension(name) {
        Some((stem, extension)) if format.accepts_extension(extension) => {
            (stem.to_owned(), extension.to_owned())
        }
        Some((stem, extension)) if is_replaceable(extension) => match split_extension(stem) {
            Some((_, own)) if Format::is_image_extension(own) => with_fitting_extension(stem, format),
            _ => (stem.to_owned(), format.extension().to_owned()),
        },
        _ => (name.to_owned(), format.extension().to_owned()),
    }
}

/// Whether to replace an extension that does not fit the format. Anything else after a dot (`v1.2`,
/// `picsum.photos`) is part of the name.
fn is_replaceable(extension: &str) -> bool {
    Format::is_image_extension(extension)
        || NON_IMAGE_EXTENSIONS.split(' ').any(|known| known.eq_ignore_ascii_case(extension))
}

/// The name in a URL's last segment without what some servers add to it: a session or other parameters of
/// the path, and the size or the style that some image hosts add after a colon, `!` or `@`. They follow an
/// extension; only a session may follow any name.
pub fn without_suffix(name: &str) -> &str {
    let is_end = |at: &usize| {
        let after = &name.as_bytes()[*at..];
        after.starts_with(b";jsessionid=")
            || matches!(after[0], b';' | b':' | b'!' | b'@')
                && !after.contains(&b' ')
                && name.get(..*at).and_then(split_extension).is_some_and(|(_, own)| is_replaceable(own))
    };
    let end = (0..name.len()).find(is_end);
    end.and_then(|end| name.get(..end)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_servers_add_to_a_name_is_not_part_of_it() {
        let cases = [
            ("cat.jpg;jsessionid=0A1B2C3D.node1", "cat.jpg"),
            ("cat.jpg;v=2;w=100", "cat.jpg"),
            ("cat.PNG;large", "cat.PNG"),
            ("photo.nef;jsessionid=1", "photo.nef"),
            ("image.do;jsessionid=1!2", "image.do"),
            ("view;jsessionid=1", "view"),
            ("a;b.jpg;v=2", "a;b.jpg"),
            ("tom;jerry.jpg", "tom;jerry.jpg"),
            ("cat.jpg; a note", "cat.jpg; a note"),
            ("a.v2;b", "a.v2;b"),
            ("B94kUq7CcAA5_GN.jpg:orig", "B94kUq7CcAA5_GN.jpg"),
            ("cat.jpg:large", "cat.jpg"),
            ("cat.jpg:large;jsessionid=1", "cat.jpg"),
            ("cat.JPEG:900x900", "cat.JPEG"),
            ("cat.png:thumb_2", "cat.png"),
            ("cat.webp:", "cat.webp"),
            ("é.jpg:large", "é.jpg"),
            ("cat.jpg!w700", "cat.jpg"),
            ("cat.png@!thumb", "cat.png"),
            ("cat.jpg@320w_200h.webp", "cat.jpg"),
            ("logo@2x.png", "logo@2x.png"),
            ("hello!.jpg", "hello!.jpg"),
            ("10:30.jpg:small", "10:30.jpg"),
            ("10:30.jpg", "10:30.jpg"),
            ("cat.jpg: a note", "cat.jpg: a note"),
            ("v1.2:large", "v1.2:large"),
            ("cat:large", "cat:large"),
            ("cat.jpg", "cat.jpg"),
            (";", ";"),
            ("", ""),
        ];
        for (segment, name) in cases {
            assert_eq!(without_suffix(segment), name);
        }
    }
}
