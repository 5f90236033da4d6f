//! Little-endian fields, written and read: the notation of the zip records, the journal, the events and
//! the messages between the threads.

use std::time::Duration;

/// The length that stands for "no text".
const NO_TEXT: u32 = u32::MAX;

/// Appends fields in the order of a record's definition.
pub trait PutBytes {
    /// Appends one byte.
    fn put_u8(&mut self, value: u8);
    /// Appends 2 bytes.
    fn put_u16(&mut self, value: u16);
    /// Appends 4 bytes.
    fn put_u32(&mut self, value: u32);
    /// Appends 8 bytes.
    fn put_u64(&mut self, value: u64);
    /// Appends 8 bytes.
    fn put_f64(&mut self, value: f64);
    /// Appends a duration as 8 bytes of nanoseconds, which hold 584 years.
    fn put_duration(&mut self, value: Duration);
    /// Appends the length of a text in 4 bytes, and the text; or the mark that there is none.
    fn put_text(&mut self, text: Option<&str>);
}

impl PutBytes for Vec<u8> {
    fn put_u8(&mut self, value: u8) {
        self.push(value);
    }

    fn put_u16(&mut self, value: u16) {
        self.extend_from_slice(&value.to_le_bytes());
    }

    fn put_u32(&mut self, value: u32) {
        self.extend_from_slice(&value.to_le_bytes());
    }

    fn put_u64(&mut self, value: u64) {
        self.extend_from_slice(&value.to_le_bytes());
    }

    fn put_f64(&mut self, value: f64) {
        self.put_u64(value.to_bits());
    }

    fn put_duration(&mut self, value: Duration) {
        self.put_u64(u64::try_from(value.as_nanos()).unwrap_or(u64::MAX));
    }

    fn put_text(&mut self, text: Option<&str>) {
        let length = text.and_then(|text| u32::try_from(text.len()).ok()).unwrap_or(NO_TEXT);
        self.put_u32(length);
        if length != NO_TEXT {
            self.extend_from_slice(text.unwrap_or_default().as_bytes());
        }
    }
}

/// Reads fields from the front. Every method returns `None` if the bytes end too early or are invalid.
#[derive(Clone, Copy, Debug)]
pub struct ByteReader<'a>(pub &'a [u8]);

impl<'a> ByteReader<'a> {
    /// Whether no bytes are left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next `LENGTH` bytes.
    pub fn array<const LENGTH: usize>(&mut self) -> Option<[u8; LENGTH]> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*bytes)
    }

    /// The next `length` bytes.
    pub fn slice(&mut self, length: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    /// All bytes that are left.
    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }

    /// One byte.
    pub fn u8(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    /// 2 bytes.
    pub fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    /// 4 bytes.
    pub fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// 8 bytes.
    pub fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    /// 8 bytes that are a length or an index, if they fit into a `usize`.
    pub fn usize(&mut self) -> Option<usize> {
        usize::try_from(self.u64()?).ok()
    }

    /// 8 bytes.
    pub fn f64(&mut self) -> Option<f64> {
        self.u64().map(f64::from_bits)
    }

    /// One byte, 0 or 1.
    pub fn bool(&mut self) -> Option<bool> {
        match self.u8()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    /// 8 bytes of nanoseconds.
    pub fn duration(&mut self) -> Option<Duration> {
        self.u64().map(Duration::from_nanos)
    }

    /// A text, or `Some(None)` for the mark that there is none.
    pub fn text(&mut self) -> Option<Option<String>> {
        let length = self.u32()?;
        if length == NO_TEXT {
            return Some(None);
        }
        let text = self.slice(usize::try_from(length).ok()?)?;
        String::from_utf8(text.to_vec()).ok().map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.put_u8(1);
        bytes.put_u16(0x0302);
        bytes.put_u32(u32::MAX);
        bytes.put_u64(70_000);
        bytes.put_f64(0.5);
        bytes.put_duration(Duration::from_millis(7));
        bytes.put_text(Some("ä\n"));
        bytes.put_text(None);
        bytes.put_text(Some(""));
        bytes
    }

    fn read(bytes: &[u8]) -> Option<bool> {
        let mut reader = ByteReader(bytes);
        let is_same = reader.bool()?
            & (reader.u16()? == 0x0302)
            & (reader.u32()? == u32::MAX)
            & (reader.usize()? == 70_000)
            & (reader.f64()? == 0.5)
            & (reader.duration()? == Duration::from_millis(7))
            & (reader.text()?.as_deref() == Some("ä\n"))
            & (reader.text()?.is_none())
            & (reader.text()?.as_deref() == Some(""));
        Some(is_same && reader.is_empty())
    }

    #[test]
    fn fields_are_read_as_they_were_written() {
        assert_eq!(read(&record()), Some(true));
    }

    #[test]
    fn a_record_that_ends_early_is_not_read() {
        let record = record();
        for end in 0..record.len() {
            assert_eq!(read(&record[..end]), None, "{end} bytes");
        }
    }

    #[test]
    fn a_text_that_is_not_utf_8_is_refused() {
        assert_eq!(ByteReader(&[1, 0, 0, 0, 0xFF]).text(), None);
        assert_eq!(ByteReader(&[2]).bool(), None);
    }
}
