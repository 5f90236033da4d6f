//! An entry of the archive, and the fields that both of its headers share.

use super::dos_time::DosTime;
use super::fields::{FLAG_UTF8, VERSION_STORED, VERSION_ZIP64, field32, needs_zip64};
use crate::bytes::PutBytes;
use crate::plan::EntryName;

/// Info-ZIP's extended timestamp (APPNOTE 4.6.1): unlike DOS time, it is defined
/// to be in UTC.
pub(super) const EXTENDED_TIMESTAMP: u16 = 0x5455;

/// The flag of an extended timestamp that the modification time is present.
const HAS_MODIFIED: u8 = 1;

/// A stored entry.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name.
    pub name: EntryName,
    /// Its size in bytes.
    pub size: u64,
    /// The CRC-32 of its bytes.
    pub crc32: u32,
    /// When the image was last modified, in seconds since 1970, if the server said so.
    pub modified: Option<i64>,
}

impl Entry {
    /// The fields from "version needed" to "extra field length", which both headers have in
    /// this order (APPNOTE 4.3.7 and 4.3.12).
    pub(super) fn common_fields(&self, zip64: &[u64], extra: &[u8]) -> Vec<u8> {
        const STORED: u16 = 0;
        let time = DosTime::from_unix(self.modified);
        let mut record = Vec::new();
        record.put_u16(if zip64.is_empty() { VERSION_STORED } else { VERSION_ZIP64 });
        record.put_u16(FLAG_UTF8);
        record.put_u16(STORED);
        record.put_u16(time.time);
        record.put_u16(time.date);
        record.put_u32(self.crc32);
        record.put_u32(field32(self.size));
        record.put_u32(field32(self.size));
        record.put_u16(self.name.as_str().len() as u16);
        record.put_u16(extra.len() as u16);
        record
    }

    /// The extra fields: Zip64's values and the time, if the entry has them.
    pub(super) fn extra_fields(&self, zip64: &[u64]) -> Vec<u8> {
        const ZIP64: u16 = 1;
        let mut extra = Vec::new();
        if !zip64.is_empty() {
            extra.put_u16(ZIP64);
            extra.put_u16(8 * zip64.len() as u16);
            zip64.iter().for_each(|value| extra.put_u64(*value));
        }
        if let Some(seconds) = self.modified.and_then(|seconds| i32::try_from(seconds).ok()) {
            extra.put_u16(EXTENDED_TIMESTAMP);
            extra.put_u16(5);
            extra.put_u8(HAS_MODIFIED);
            extra.put_u32(seconds.cast_unsigned());
        }
        extra
    }

    /// The sizes that need Zip64: both or none, since a local header must have both (APPNOTE 4.5.3).
    pub(super) fn zip64_sizes(&self) -> Vec<u64> {
        if needs_zip64(self.size) { vec![self.size; 2] } else { Vec::new() }
    }
}
