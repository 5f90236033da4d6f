//! The characters of a text that may be UTF-16, of which only those of ASCII matter here.

/// Stands for every character beyond ASCII.
const OTHER: u8 = 0xFF;

/// Turns bytes into characters. The default has a byte for each.
#[derive(Clone, Copy, Debug, Default)]
pub struct Characters {
    encoding: Encoding,
    /// The first byte of a character of two.
    first: Option<u8>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Encoding {
    /// UTF-8, or another that has ASCII's characters in their places.
    #[default]
    Bytes,
    Utf16BigEndian,
    Utf16LittleEndian,
}

impl Characters {
    /// The encoding by the first bytes: a byte order mark, or `<` (XML 1.0, appendix F).
    pub fn of(head: &[u8]) -> Self {
        let encoding = match head {
            [0xFE, 0xFF, ..] | [0, b'<', ..] => Encoding::Utf16BigEndian,
            [0xFF, 0xFE, ..] | [b'<', 0, ..] => Encoding::Utf16LittleEndian,
            _ => Encoding::Bytes,
        };
        Self { encoding, first: None }
    }

    /// The character that a byte completes.
    pub fn push(&mut self, byte: u8) -> Option<u8> {
        if self.encoding == Encoding::Bytes {
            return Some(byte);
        }
        let Some(first) = self.first.take() else {
            self.first = Some(byte);
            return None;
        };
        let (high, low) = match self.encoding {
            Encoding::Utf16LittleEndian => (byte, first),
            _ => (first, byte),
        };
        match (high, low) {
            // The byte order mark.
            (0xFE, 0xFF) => None,
            (0, 0..0x80) => Some(low),
            _ => Some(OTHER),
        }
    }
}

/// The text of UTF-16 with a byte for each character; `None` if the first bytes say nothing of UTF-16.
pub fn ascii_of_utf16(head: &[u8]) -> Option<Vec<u8>> {
    let mut characters = Characters::of(head);
    let is_utf16 = characters.encoding != Encoding::Bytes;
    is_utf16.then(|| head.iter().filter_map(|byte| characters.push(*byte)).collect())
}
