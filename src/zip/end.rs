//! The end of an archive: the end of central directory record (APPNOTE 4.3.16). If one of its fields
//! is too small, Zip64's own end record and the locator of that (4.3.14, 4.3.15) precede it.

use super::fields::{MADE_BY, VERSION_ZIP64, field32, needs_zip64};
use crate::bytes::PutBytes;

/// The signature of the end record.
pub(super) const SIGNATURE: u32 = 0x0605_4b50;
/// The signature of Zip64's end record.
pub(super) const ZIP64_SIGNATURE: u32 = 0x0606_4b50;
/// The signature of the locator of Zip64's end record.
pub(super) const LOCATOR_SIGNATURE: u32 = 0x0706_4b50;

/// The size of Zip64's end record without its first two fields, in bytes.
const ZIP64_REST: u64 = 44;

/// The place of the central directory.
#[derive(Clone, Copy, Debug)]
pub struct Directory {
    /// The number of its entries.
    pub entries: u64,
    /// Where it begins, in bytes from the archive's start.
    pub offset: u64,
    /// Its size in bytes.
    pub size: u64,
}

/// The records that end an archive.
pub fn end_records(directory: &Directory) -> Vec<u8> {
    let Directory { entries, offset, size } = *directory;
    // The largest 16-bit count refers to Zip64: JSZip rejects an archive of exactly 65,535 entries
    // without a Zip64 record.
    let count = u16::try_from(entries).unwrap_or(u16::MAX);
    let mut record = Vec::new();
    if count == u16::MAX || needs_zip64(offset) || needs_zip64(size) {
        zip64_records(directory, &mut record);
    }
    record.put_u32(SIGNATURE);
    record.put_u16(0); // this disk
    record.put_u16(0); // the directory's disk
    record.put_u16(count); // on this disk
    record.put_u16(count); // in total
    record.put_u32(field32(size));
    record.put_u32(field32(offset));
    record.put_u16(0); // comment length
    record
}

fn zip64_records(directory: &Directory, record: &mut Vec<u8>) {
    record.put_u32(ZIP64_SIGNATURE);
    record.put_u64(ZIP64_REST);
    record.put_u16(MADE_BY);
    record.put_u16(VERSION_ZIP64);
    record.put_u32(0); // this disk
    record.put_u32(0); // the directory's disk
    record.put_u64(directory.entries); // on this disk
    record.put_u64(directory.entries); // in total
    record.put_u64(directory.size);
    record.put_u64(directory.offset);

    record.put_u32(LOCATOR_SIGNATURE);
    record.put_u32(0); // the disk of Zip64's end record
    record.put_u64(directory.offset + directory.size);
    record.put_u32(1); // disks in all
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::hex;
    use super::*;

    const ZIP64_OF_65_535: &str = "504b0606 2c00000000000000 2d03 2d00 00000000 00000000
        ffff000000000000 ffff000000000000 7856341200000000 4433221100000000
        504b0607 00000000 bc89562300000000 01000000";

    fn directory() -> Directory {
        Directory { entries: 2, offset: 0x1122_3344, size: 0x1234_5678 }
    }

    #[test]
    fn a_small_archive_has_one_record() {
        let expected = "504b0506 0000 0000 0200 0200 78563412 44332211 0000";
        assert_eq!(end_records(&directory()), hex(expected));
        let most = Directory { entries: 65_534, ..directory() };
        assert_eq!(end_records(&most), hex("504b0506 0000 0000 feff feff 78563412 44332211 0000"));
    }

    #[test]
    fn zip64_begins_at_65_535_entries() {
        let end = "504b0506 0000 0000 ffff ffff 78563412 44332211 0000";
        let records = end_records(&Directory { entries: 65_535, ..directory() });
        assert_eq!(records, hex(&format!("{ZIP64_OF_65_535}{end}")));
        let records = end_records(&Directory { entries: 65_536, ..directory() });
        let of_65_536 = ZIP64_OF_65_535.replace("ffff000000000000", "0000010000000000");
        assert_eq!(records, hex(&format!("{of_65_536}{end}")));
    }

    #[test]
    fn zip64_holds_an_offset_past_4_gib() {
        let records = end_records(&Directory { offset: 0x1_0000_0000, ..directory() });
        let expected = "504b0606 2c00000000000000 2d03 2d00 00000000 00000000
            0200000000000000 0200000000000000 7856341200000000 0000000001000000
            504b0607 00000000 7856341201000000 01000000
            504b0506 0000 0000 0200 0200 78563412 ffffffff 0000";
        assert_eq!(records, hex(expected));
        assert_eq!(end_records(&Directory { offset: 0xFFFF_FFFE, ..directory() }).len(), 22);
        assert_eq!(end_records(&Directory { offset: 0xFFFF_FFFF, ..directory() }).len(), 22 + 20 + 56);
    }
}
