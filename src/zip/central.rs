//! The central directory's file header (APPNOTE 4.3.12).

use super::entry::Entry;
use super::fields::{MADE_BY, field32, needs_zip64};
use crate::bytes::PutBytes;

/// The signature that begins it.
pub(super) const SIGNATURE: u32 = 0x0201_4b50;

/// A regular file that its owner can write and everyone can read (`S_IFREG | 0644`), in the upper
/// half, where Info-ZIP and its successors look for it.
const EXTERNAL_ATTRIBUTES: u32 = 0o100_644 << 16;

/// The header of an entry whose local header is at `offset`.
pub fn central_header(entry: &Entry, offset: u64) -> Vec<u8> {
    let mut zip64 = entry.zip64_sizes();
    if needs_zip64(offset) {
        zip64.push(offset);
    }
    let extra = entry.extra_fields(&zip64);
    let mut record = Vec::new();
    record.put_u32(SIGNATURE);
    record.put_u16(MADE_BY);
    record.extend(entry.common_fields(&zip64, &extra));
    record.put_u16(0); // comment length
    record.put_u16(0); // disk number
    record.put_u16(0); // internal attributes
    record.put_u32(EXTERNAL_ATTRIBUTES);
    record.put_u32(field32(offset));
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
        let expected = "504b0102 2d03 0a00 0008 0000 0000 2100 bebafeca 34120000 34120000 0600 0000
                        0000 0000 0000 0000a481 78563412 c3bc2e706e67";
        assert_eq!(central_header(&entry(), 0x1234_5678), hex(expected));
    }

    #[test]
    fn only_values_that_do_not_fit_go_to_zip64() {
        let far = "504b0102 2d03 2d00 0008 0000 0000 2100 bebafeca 34120000 34120000 0600 0c00
                   0000 0000 0000 0000a481 ffffffff c3bc2e706e67 0100 0800 0000000001000000";
        assert_eq!(central_header(&entry(), 1 << 32), hex(far));
        let large = Entry { size: 0x1_0000_0002, ..entry() };
        let large_near = "504b0102 2d03 2d00 0008 0000 0000 2100 bebafeca ffffffff ffffffff 0600 1400
                          0000 0000 0000 0000a481 00000000 c3bc2e706e67
                          0100 1000 0200000001000000 0200000001000000";
        assert_eq!(central_header(&large, 0), hex(large_near));
        let large_far = "504b0102 2d03 2d00 0008 0000 0000 2100 bebafeca ffffffff ffffffff 0600 1c00
                         0000 0000 0000 0000a481 ffffffff c3bc2e706e67
                         0100 1800 0200000001000000 0200000001000000 ffffffff00000000";
        assert_eq!(central_header(&large, 0xFFFF_FFFF), hex(large_far));
    }

    #[test]
    fn a_stored_entry_with_a_time() {
        let entry = Entry { modified: Some(1_580_608_922), ..entry() };
        let expected = "504b0102 2d03 0a00 0008 0000 4110 4250 bebafeca 34120000 34120000 0600 0900
                        0000 0000 0000 0000a481 00000000 c3bc2e706e67 5554 0500 01 9a2d365e";
        assert_eq!(central_header(&entry, 0), hex(expected));
    }
}
