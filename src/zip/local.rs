//! The local file header (APPNOTE 4.3.7), which may be longer than its entry needs.

use super::entry::Entry;
use crate::bytes::PutBytes;

/// The extra field with which Android's `zipalign` pads local headers; readers skip fields that they do
/// not know (APPNOTE 4.5.1). It begins with the alignment, here one byte, and continues with zeros.
const PADDING: u16 = 0xD935;

/// The size of a padding field without zeros, in bytes.
const PADDING_FIXED: u64 = 6;

/// The most bytes by which a header can be padded: the length of all extra fields has 16 bits.
pub const MAX_PADDING: u64 = 65_000;

/// The signature that begins it.
pub(super) const SIGNATURE: u32 = 0x0403_4b50;

/// Whether a header can be padded by this many bytes.
pub fn is_padding(bytes: u64) -> bool {
    bytes == 0 || (PADDING_FIXED..=MAX_PADDING).contains(&bytes)
}

/// The header before an entry's payload, longer by `padding` bytes than it needs to be, for which
/// [`is_padding`] must hold.
pub fn local_header(entry: &Entry, padding: u64) -> Vec<u8> {
    let zip64 = entry.zip64_sizes();
    let mut extra = entry.extra_fields(&zip64);
    if padding > 0 {
        extra.put_u16(PADDING);
        extra.put_u16((padding - 4) as u16);
        extra.put_u16(1);
        extra.resize(extra.len() + (padding - PADDING_FIXED) as usize, 0);
    }
    let mut record = Vec::new();
    record.put_u32(SIGNATURE);
    record.extend(entry.common_fields(&zip64, &extra));
    record.extend(entry.name.as_str().bytes());
    record.extend(extra);
    record
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{entry, hex};
    use super::*;

    #[test]
    fn a_stored_entry_without_a_time() {
        let expected = "504b0304 0a00 0008 0000 0000 2100 bebafeca 34120000 34120000 0600 0000 c3bc2e706e67";
        assert_eq!(local_header(&entry(), 0), hex(expected));
    }

    #[test]
    fn a_stored_entry_with_a_time() {
        // 2020-02-02T02:02:02Z
        let entry = Entry { modified: Some(1_580_608_922), ..entry() };
        let expected = "504b0304 0a00 0008 0000 4110 4250 bebafeca 34120000 34120000 0600 0900 c3bc2e706e67
                        5554 0500 01 9a2d365e";
        assert_eq!(local_header(&entry, 0), hex(expected));
    }

    #[test]
    fn a_header_is_padded_behind_its_other_fields() {
        let entry = Entry { modified: Some(1_580_608_922), ..entry() };
        let expected = "504b0304 0a00 0008 0000 4110 4250 bebafeca 34120000 34120000 0600 1100 c3bc2e706e67
                        5554 0500 01 9a2d365e 35d9 0400 0100 0000";
        assert_eq!(local_header(&entry, 8), hex(expected));
        for padding in [6, 7, MAX_PADDING] {
            assert!(is_padding(padding));
            assert_eq!(
                local_header(&entry, padding).len() as u64,
                local_header(&entry, 0).len() as u64 + padding
            );
        }
        assert!(!is_padding(5) && !is_padding(MAX_PADDING + 1));
    }

    #[test]
    fn zip64_begins_at_4_gib_less_one_byte() {
        let entry = Entry { size: 0xFFFF_FFFF, ..entry() };
        let expected = "504b0304 2d00 0008 0000 0000 2100 bebafeca ffffffff ffffffff 0600 1400 c3bc2e706e67
                        0100 1000 ffffffff00000000 ffffffff00000000";
        assert_eq!(local_header(&entry, 0), hex(expected));
        let entry = Entry { size: 0xFFFF_FFFE, ..entry };
        let expected = "504b0304 0a00 0008 0000 0000 2100 bebafeca feffffff feffffff 0600 0000 c3bc2e706e67";
        assert_eq!(local_header(&entry, 0), hex(expected));
    }
}
