//! What a file is, detected from its bytes.

/// What a file is that may hold a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A text in this encoding, named by its label in the Encoding Standard.
    Text(&'static str),
    /// A spreadsheet of Excel or LibreOffice.
    Workbook,
    /// A zip, which may hold lists.
    Zip,
    /// Anything else that is no text.
    Binary,
}

impl FileKind {
    /// Tells what a file is: UTF-16 by its byte order mark or by its zeros, UTF-8 if it is valid, and
    /// otherwise Windows-1252, which old programs write.
    pub fn of(bytes: &[u8]) -> Self {
        const OLD_WORKBOOK: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0];
        // The second is the end record of an empty zip.
        if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
            let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
            let has = |part: &[u8]| head.windows(part.len()).any(|own| own == part);
            let is_workbook = has(b"[Content_Types].xml") || has(b"xl/") || has(b"opendocument.spreadsheet");
            return if is_workbook { Self::Workbook } else { Self::Zip };
        }
        if bytes.starts_with(OLD_WORKBOOK) {
            return Self::Workbook;
        }
        match bytes {
            [0xFF, 0xFE, ..] => return Self::Text("utf-16le"),
            [0xFE, 0xFF, ..] => return Self::Text("utf-16be"),
            _ => {}
        }
        let head = bytes.get(..bytes.len().min(1024)).unwrap_or_default();
        let zeros = |offset: usize| head.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
        match (zeros(0) * 4 > head.len(), zeros(1) * 4 > head.len()) {
            (true, false) => Self::Text("utf-16be"),
            (false, true) => Self::Text("utf-16le"),
            _ if head.contains(&0) => Self::Binary,
            _ if std::str::from_utf8(bytes).is_ok() => Self::Text("utf-8"),
            _ => Self::Text("windows-1252"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_detected_by_its_bytes() {
        let cases: [(&[u8], FileKind); 12] = [
            (b"", FileKind::Text("utf-8")),
            (b"https://a.example/1.jpg", FileKind::Text("utf-8")),
            (b"\xEF\xBB\xBFhttps://a.example/1.jpg", FileKind::Text("utf-8")),
            (b"\xFF\xFEh\0", FileKind::Text("utf-16le")),
            (b"\xFE\xFF\0h", FileKind::Text("utf-16be")),
            (b"h\0t\0t\0p\0", FileKind::Text("utf-16le")),
            (b"caf\xE9", FileKind::Text("windows-1252")),
            (b"PK\x03\x04..[Content_Types].xml", FileKind::Workbook),
            (b"PK\x03\x04..mimetypeapplication/vnd.oasis.opendocument.spreadsheet", FileKind::Workbook),
            (b"PK\x03\x04..a.txt", FileKind::Zip),
            (b"PK\x05\x06\0\0", FileKind::Zip),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", FileKind::Binary),
        ];
        for (bytes, kind) in cases {
            assert_eq!(FileKind::of(bytes), kind, "{bytes:?}");
        }
    }
}
