//! The pictures inside an SVG. A browser decodes them in their own size, however small it draws them.

use super::characters::ascii_of_utf16;
use super::{DimensionsFinder, Format, Recogniser};

/// The most bytes of a picture that are decoded to find its size.
const MAX_HEAD: usize = 64 << 10;

/// The pixels of all pictures in an SVG, which are `data:` URLs; `None` if they can't be told.
pub fn pixels_inside(svg: &[u8]) -> Option<u64> {
    const SCHEME: &[u8] = b"data:";
    let narrow = ascii_of_utf16(svg);
    let mut rest = narrow.as_deref().unwrap_or(svg);
    // Its text can stand anywhere.
    if rest.windows(8).any(|window| window == b"<!ENTITY") {
        return None;
    }
    let mut pixels = 0_u64;
    while let Some(at) = rest.windows(SCHEME.len()).position(|window| window.eq_ignore_ascii_case(SCHEME)) {
        let is_inside_a_word = at > 0 && rest[at - 1].is_ascii_alphanumeric();
        rest = &rest[at + SCHEME.len()..];
        let end = rest.iter().position(|byte| matches!(byte, b'"' | b'\'' | b')' | b'<' | b'>'));
        let address = &rest[..end.unwrap_or(rest.len())];
        if !is_inside_a_word {
            pixels = pixels.saturating_add(pixels_of(address)?);
        }
        rest = &rest[address.len()..];
    }
    Some(pixels)
}

/// The pixels of what a `data:` URL holds after its scheme; none for a font. `None` for what may be anything.
fn pixels_of(address: &[u8]) -> Option<u64> {
    let comma = address.iter().position(|byte| *byte == b',')?;
    let (media_type, data) = address.split_at(comma);
    if !media_type.to_ascii_lowercase().trim_ascii_end().ends_with(b";base64") {
        return None;
    }
    let file = decoded(data);
    let (mut format, mut dimensions) = (Recogniser::default(), DimensionsFinder::default());
    format.push(&file);
    dimensions.push(&file);
    match format.finish().format {
        Ok(Format::Svg | Format::Svgz) => None,
        Ok(format) if format.is_shown_by_browsers() => dimensions.dimensions().map(|size| size.pixels()),
        _ => Some(0),
    }
}

/// The beginning of what a text in base64 holds; other characters are skipped.
fn decoded(text: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for character in text {
        let value = match character {
            b'A'..=b'Z' => character - b'A',
            b'a'..=b'z' => character - b'a' + 26,
            b'0'..=b'9' => character - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            file.push((bits >> count) as u8);
        }
        if file.len() == MAX_HEAD {
            break;
        }
    }
    file
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn data(media_type: &str, file: &[u8]) -> String {
        format!("data:{media_type};base64,{}", STANDARD.encode(file))
    }

    fn pixels(svg: &str) -> Option<u64> {
        pixels_inside(svg.as_bytes())
    }

    #[test]
    fn pictures_inside_a_drawing_are_counted_by_their_own_sizes() {
        let png = data("image/png", include_bytes!("../../tests/images/plain.png"));
        let jpeg = data("IMAGE/JPEG", include_bytes!("../../tests/images/baseline.jpg"));
        let one = format!("<svg><image width='2' height='2' xlink:href=\"{png}\"/></svg>");
        assert_eq!(pixels(&one), Some(67 * 45));
        let two = format!("<svg><image href='{png}'/><rect style='fill: url({jpeg})'/></svg>");
        assert_eq!(pixels(&two), Some(2 * 67 * 45));
        let lines = one.replace("AAA", "A\n A&#10;A");
        assert_eq!(pixels(&lines.replace("&#10;", "\n")), Some(67 * 45));
        let wide: Vec<u8> =
            [0xFEFF].into_iter().chain(one.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(pixels_inside(&wide), Some(67 * 45));
    }

    #[test]
    fn a_drawing_without_pictures_has_none() {
        let font = data("font/woff2", b"wOF2\0\x01\0\0");
        let drawings = [
            "<svg/>",
            "<svg><metadata>metadata: a, b</metadata></svg>",
            &format!("<style>url({font})</style>"),
        ];
        for drawing in drawings {
            assert_eq!(pixels(drawing), Some(0), "{drawing}");
        }
    }

    #[test]
    fn what_may_hold_anything_is_not_counted() {
        let inner = data("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>");
        let unknown = data("image/png", b"\x89PNG\r\n\x1A\n");
        let drawings = [
            &format!("<svg><image href='{inner}'/></svg>"),
            &format!("<svg><image href='{unknown}'/></svg>"),
            "<svg><image href='data:image/svg+xml,%3Csvg%3E'/></svg>",
            "<!DOCTYPE svg [<!ENTITY a 'da'>]><svg><image href='&a;ta:'/></svg>",
            "<svg><image href='data:'/></svg>",
        ];
        for drawing in drawings {
            assert_eq!(pixels(drawing), None, "{drawing}");
        }
    }
}
