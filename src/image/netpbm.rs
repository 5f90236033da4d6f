//! The header of Netpbm's files: numbers as text, between white space and comments.

use super::format::Format;

/// What the header says.
#[derive(Clone, Copy, Debug)]
pub struct Header {
    pub format: Format,
    /// Pixels of a row, and rows.
    pub width: u64,
    pub height: u64,
    /// The length of the whole file in bytes; `None` if its pixels are text.
    pub length: Option<u64>,
}

/// The format, if a file begins with one of Netpbm's headers, as far as that is here.
pub fn format(head: &[u8]) -> Option<Format> {
    header(head).map(|header| header.format)
}

/// Reads the header; `None` if there is none, or if it ends elsewhere.
pub fn header(head: &[u8]) -> Option<Header> {
    const FORMATS: [Format; 7] =
        [Format::Pbm, Format::Pgm, Format::Ppm, Format::Pbm, Format::Pgm, Format::Ppm, Format::Pam];
    let [b'P', kind @ b'1'..=b'7', rest @ ..] = head else { return None };
    let kind = usize::from(kind - b'1');
    let format = FORMATS[kind];
    let mut words = Words { rest };
    let (width, height, depth, most);
    if format == Format::Pam {
        (width, height, depth, most) = words.fields()?;
    } else {
        (width, height) = (words.number()?, words.number()?);
        most = if format == Format::Pbm { 1 } else { words.number()? };
        depth = if format == Format::Ppm { 3 } else { 1 };
    }
    // One character of white space ends the header.
    let begins = (head.len() - words.rest.len() + usize::from(format != Format::Pam)) as u64;
    let row = match format {
        Format::Pbm => width.div_ceil(8),
        _ => width.checked_mul(depth)?.checked_mul(if most < 256 { 1 } else { 2 })?,
    };
    let is_plausible = width > 0 && height > 0 && depth > 0 && (1..1 << 16).contains(&most);
    is_plausible.then_some(Header {
        format,
        width,
        height,
        length: if kind < 3 { None } else { Some(row.checked_mul(height)?.checked_add(begins)?) },
    })
}

struct Words<'a> {
    rest: &'a [u8],
}

impl<'a> Words<'a> {
    /// The next word, before which there is white space or a comment.
    fn word(&mut self) -> Option<&'a [u8]> {
        let start = self.rest;
        loop {
            self.rest = self.rest.trim_ascii_start();
            let [b'#', ..] = self.rest else { break };
            let end = self.rest.iter().position(|byte| *byte == b'\n')?;
            self.rest = &self.rest[end..];
        }
        let length = self.rest.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'#')?;
        let (word, rest) = self.rest.split_at(length);
        self.rest = rest;
        (start.len() > length + rest.len()).then_some(word)
    }

    fn number(&mut self) -> Option<u64> {
        const MOST_DIGITS: usize = 10;
        let word = self.word()?;
        let is_number = (1..=MOST_DIGITS).contains(&word.len()) && word.iter().all(u8::is_ascii_digit);
        is_number.then(|| word.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
    }

    /// Width, height, depth and maximum of a PAM; what it says of the channels is not read.
    fn fields(&mut self) -> Option<(u64, u64, u64, u64)> {
        let (mut width, mut height, mut depth, mut most) = (0, 0, 0, 0);
        loop {
            match self.word()? {
                b"WIDTH" => width = self.number()?,
                b"HEIGHT" => height = self.number()?,
                b"DEPTH" => depth = self.number()?,
                b"MAXVAL" => most = self.number()?,
                b"ENDHDR" => break,
                _ => {
                    let end = self.rest.iter().position(|byte| *byte == b'\n')?;
                    self.rest = &self.rest[end..];
                }
            }
        }
        self.rest = self.rest.strip_prefix(b"\n")?;
        Some((width, height, depth, most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Format, width, height and length.
    fn read(head: &str) -> Option<(Format, u64, u64, Option<u64>)> {
        header(head.as_bytes()).map(|header| (header.format, header.width, header.height, header.length))
    }

    #[test]
    fn the_header_says_size_and_length() {
        let cases = [
            ("P1\n3 2\n1 0 1\n", (Format::Pbm, 3, 2, None)),
            ("P2 # made by hand\n# 9 9\n3 2 255\n", (Format::Pgm, 3, 2, None)),
            ("P3\n3\n2\n255\n", (Format::Ppm, 3, 2, None)),
            ("P4\n9 2\n", (Format::Pbm, 9, 2, Some(7 + 4))),
            ("P5\t3 2 65535 ", (Format::Pgm, 3, 2, Some(13 + 12))),
            ("P6\n# a\n#b\n3 2\n255\n", (Format::Ppm, 3, 2, Some(18 + 18))),
            (
                "P7\n# a\nWIDTH 3\nHEIGHT 2\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n",
                (Format::Pam, 3, 2, Some(69 + 24)),
            ),
        ];
        for (head, expected) in cases {
            assert_eq!(read(head), Some(expected), "{head}");
        }
    }

    #[test]
    fn a_text_that_begins_like_one_is_none() {
        let texts = [
            "P1 is the first priority\n",
            "P3",
            "P512 256\n",
            "P5\n3 2\n",
            "P5\n3 0 255\n",
            "P5\n3 2 65536\n",
            "P6\n3 2 255",
            "P6\n99999999999 2 255\n",
            "P6\n9999999999 9999999999 255\n",
            "P7\nWIDTH 3\nHEIGHT 2\n",
            "P7\nWIDTH 3\nHEIGHT 2\nDEPTH 0\nMAXVAL 255\nENDHDR\n",
            "P8\n3 2\n",
            "P4\n# ",
        ];
        for text in texts {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
