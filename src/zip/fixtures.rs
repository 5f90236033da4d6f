//! Fixtures of the tests of several records.

use super::entry::Entry;
use crate::plan::EntryName;

/// A small entry whose name is not ASCII.
pub fn entry() -> Entry {
    Entry { name: EntryName::validated("ü.png"), size: 0x1234, crc32: 0xCAFE_BABE, modified: None }
}

/// Bytes from hexadecimal digits, with any white space between them.
pub fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().filter_map(|c| c.to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}
