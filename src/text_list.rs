//! Lists of texts as bytes, between the page and its worker: as JavaScript strings, the addresses of
//! 70,000 images would hold the page up for a fifth of a second.
//!
//! ```text
//! length u32, or u32::MAX for no text · the text in UTF-8        time and again, little-endian
//! ```

const NONE: u32 = u32::MAX;

/// Adds a text to a list.
pub fn put_text(list: &mut Vec<u8>, text: Option<&str>) {
    let length = text.and_then(|text| u32::try_from(text.len()).ok()).unwrap_or(NONE);
    list.extend_from_slice(&length.to_le_bytes());
    if length != NONE {
        list.extend_from_slice(text.unwrap_or_default().as_bytes());
    }
}

/// The texts of a list, in order. Both ends are the same build, so bytes that make no sense are a
/// fault of ours: reading stops there.
pub fn read_texts(mut list: &[u8]) -> impl Iterator<Item = Option<String>> + '_ {
    std::iter::from_fn(move || {
        let (length, rest) = list.split_first_chunk()?;
        list = rest;
        let length = u32::from_le_bytes(*length);
        if length == NONE {
            return Some(None);
        }
        let (text, rest) = list.split_at_checked(length as usize)?;
        list = rest;
        String::from_utf8(text.to_vec()).ok().map(Some)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_arrive_as_they_were_put_in() {
        let texts = [Some("https://a.example/ä.png"), None, Some(""), Some("a\nb\0c")];
        let mut list = Vec::new();
        texts.iter().for_each(|text| put_text(&mut list, *text));
        let read: Vec<_> = read_texts(&list).collect();
        assert_eq!(read.iter().map(Option::as_deref).collect::<Vec<_>>(), texts);
    }

    #[test]
    fn reading_stops_at_what_makes_no_sense() {
        let mut list = Vec::new();
        put_text(&mut list, Some("whole"));
        put_text(&mut list, Some("cut"));
        for end in 9..list.len() {
            assert_eq!(read_texts(&list[..end]).collect::<Vec<_>>(), [Some("whole".to_owned())], "{end}");
        }
        assert_eq!(read_texts(&[1, 0, 0, 0, 0xFF]).count(), 0);
    }
}
