//! The local file header (APPNOTE 4.3.7).

use super::entry::Entry;
use crate::bytes::PutBytes;

/// The signature that begins it.
pub(super) const SIGNATURE: u32 = 0x0403_4b50;

/// The header before an entry's payload.
pub fn local_header(entry: &Entry) -> Vec<u8> {
    let zip64 = entry.zip64_sizes();
    let extra = entry.extra_fields(&zip64);
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
        assert_eq!(local_header(&entry()), hex(expected));
    }

    #[test]
    fn a_stored_entry_with_a_time() {
        // 2020-02-02T02:02:02Z
        let entry = Entry { modified: Some(1_580_608_922), ..entry() };
        let expected = "504b0304 0a00 0008 0000 4110 4250 bebafeca 34120000 34120000 0600 0900 c3bc2e706e67
                        5554 0500 01 9a2d365e";
        assert_eq!(local_header(&entry), hex(expected));
    }

    #[test]
    fn zip64_begins_at_4_gib_less_one_byte() {
        let entry = Entry { size: 0xFFFF_FFFF, ..entry() };
        let expected = "504b0304 2d00 0008 0000 0000 2100 bebafeca ffffffff ffffffff 0600 1400 c3bc2e706e67
                        0100 1000 ffffffff00000000 ffffffff00000000";
        assert_eq!(local_header(&entry), hex(expected));
        let entry = Entry { size: 0xFFFF_FFFE, ..entry };
        let expected = "504b0304 0a00 0008 0000 0000 2100 bebafeca feffffff feffffff 0600 0000 c3bc2e706e67";
        assert_eq!(local_header(&entry), hex(expected));
    }
}
