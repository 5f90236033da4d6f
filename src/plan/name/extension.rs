//! The extension of a name, and what servers write behind it.

use crate::image::Format;

/// The most bytes after a dot that count as an extension.
const MAX_EXTENSION_BYTES: usize = 10;

/// Extensions that say how a server made its response rather than what it is.
const SERVER_EXTENSIONS: &str = "ashx asp aspx axd cgi do jsp php";

/// Extensions that no image has.
const NON_IMAGE_EXTENSIONS: &str = "bin dat file htm html tmp txt xml";

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

/// Splits the name of a file that is no image into its stem and its extension, which may be empty.
///
/// The extension is that of `source`, the name of the file where it comes from. If that has none, or one that
/// says nothing of such a file, the media type calls for another.
pub fn with_kept_extension(name: &str, source: &str, media_type: &str) -> (String, String) {
    let called_for = usual_extension(media_type);
    let says_nothing =
        |extension: &str| is_misleading(extension) || extension.bytes().all(|byte| byte.is_ascii_digit());
    let fitting = match split_extension(source) {
        Some((_, own)) if called_for.is_empty() || !says_nothing(own) => own,
        _ => called_for,
    };
    let is_right =
        |extension: &str| [fitting, called_for].iter().any(|own| own.eq_ignore_ascii_case(extension));
    match split_extension(name) {
        Some((stem, extension)) if is_right(extension) => (stem.to_owned(), extension.to_owned()),
        Some((stem, extension)) if is_misleading(extension) && !fitting.is_empty() => {
            (stem.to_owned(), fitting.to_owned())
        }
        _ => (name.to_owned(), fitting.to_owned()),
    }
}

/// The extension that files of a media type, other than an image's, usually have; empty if that can't be
/// told. Many types are called by it, such as `video/webm`.
fn usual_extension(media_type: &str) -> &str {
    match media_type {
        "application/gzip" => "gz",
        "audio/mp4" => "m4a",
        "audio/mpeg" => "mp3",
        "text/plain" => "txt",
        "video/quicktime" => "mov",
        _ => {
            let subtype = media_type.rsplit('/').next().unwrap_or_default();
            let is_short = subtype.len() <= 4 && subtype.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if is_short { subtype } else { "" }
        }
    }
}

/// Whether a file that is no image can't be called so.
fn is_misleading(extension: &str) -> bool {
    Format::is_image_extension(extension) || is_listed(extension, SERVER_EXTENSIONS)
}

/// Whether to replace an extension that does not fit the format. Anything else after a dot (`v1.2`,
/// `picsum.photos`) is part of the name.
fn is_replaceable(extension: &str) -> bool {
    is_misleading(extension) || is_listed(extension, NON_IMAGE_EXTENSIONS)
}

fn is_listed(extension: &str, list: &str) -> bool {
    list.split(' ').any(|known| known.eq_ignore_ascii_case(extension))
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
    fn a_file_that_is_no_image_keeps_its_extension_if_that_says_something() {
        let cases = [
            ("report.PDF", "application/pdf", "report.PDF"),
            ("report", "application/pdf", "report.pdf"),
            ("download.php", "application/pdf", "download.pdf"),
            ("cat.jpg", "application/pdf", "cat.pdf"),
            ("2101.00001", "application/pdf", "2101.00001.pdf"),
            ("clip.mkv", "video/webm", "clip.mkv"),
            ("DSC_1.RAF", "application/octet-stream", "DSC_1.RAF"),
            ("DSC_1.raw", "application/octet-stream", "DSC_1.raw"),
            ("part.001", "application/octet-stream", "part.001"),
            ("blob", "application/octet-stream", "blob"),
            ("index.htm", "text/html", "index.htm"),
            ("index.php", "text/html", "index.html"),
            ("style.css", "text/plain", "style.css"),
            ("data.txt", "application/json", "data.txt"),
            ("notes", "text/plain", "notes.txt"),
            ("talk", "audio/mpeg", "talk.mp3"),
            ("feed", "application/rss+xml", "feed"),
        ];
        for (name, media_type, expected) in cases {
            let (stem, extension) = with_kept_extension(name, name, media_type);
            let whole = if extension.is_empty() { stem } else { format!("{stem}.{extension}") };
            assert_eq!(whole, expected, "{name}, {media_type}");
        }
    }

    #[test]
    fn an_extension_of_the_format_stays_as_it_was_written() {
        let cases = [
            ("a0001.dng", Format::Dng, "a0001.dng"),
            ("a0001.tif", Format::Dng, "a0001.dng"),
            ("DSC_1.NEF", Format::Nef, "DSC_1.NEF"),
            ("DSC_1.NEF", Format::Tiff, "DSC_1.NEF"),
            ("scan.tif", Format::Nef, "scan.tif"),
            ("IMG_1.CR2", Format::Cr2, "IMG_1.CR2"),
            ("IMG_1.CR3", Format::Cr3, "IMG_1.CR3"),
            ("DSCF1.RAF", Format::Raf, "DSCF1.RAF"),
            ("photo.jpe", Format::Jpeg, "photo.jpe"),
            ("photo.jfif", Format::Jpeg, "photo.jfif"),
            ("arrow.cur", Format::Cur, "arrow.cur"),
            ("arrow.ico", Format::Cur, "arrow.ico"),
            ("arrow.png", Format::Cur, "arrow.cur"),
            ("favicon.cur", Format::Ico, "favicon.cur"),
            ("drawing.svgz", Format::Svgz, "drawing.svgz"),
            ("drawing.svg", Format::Svgz, "drawing.svgz"),
            ("map.jpf", Format::Jpx, "map.jpf"),
            ("map.jp2", Format::J2k, "map.j2k"),
            ("a.pnm", Format::Ppm, "a.pnm"),
            ("a.jpg.dds", Format::Dds, "a.jpg.dds"),
            ("a.dds", Format::Jpeg, "a.jpg"),
        ];
        for (name, format, expected) in cases {
            let (stem, extension) = with_fitting_extension(name, format);
            assert_eq!(format!("{stem}.{extension}"), expected, "{name}, {format:?}");
        }
    }

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
