//! Values that several records share.

/// APPNOTE 4.4.3: the version of the format that a stored entry needs.
pub const VERSION_STORED: u16 = 10;

/// APPNOTE 4.4.3: the version of the format that Zip64 needs.
pub const VERSION_ZIP64: u16 = 45;

/// APPNOTE 4.4.2: made on Unix, so that readers take the permissions from the external
/// attributes, in the version of the format that has Zip64.
pub const MADE_BY: u16 = 3 << 8 | VERSION_ZIP64;

/// APPNOTE 4.4.4, bit 11: the name is in UTF-8.
pub const FLAG_UTF8: u16 = 1 << 11;

/// The value of a 32-bit field whose real value is in a Zip64 field (APPNOTE 4.4.1.4).
pub const IN_ZIP64: u32 = u32::MAX;

/// A 32-bit field of this value, or [`IN_ZIP64`] if it does not fit.
pub fn field32(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(IN_ZIP64)
}

/// Whether a value needs a Zip64 field. So does the largest 32-bit value, which is [`IN_ZIP64`].
pub fn needs_zip64(value: u64) -> bool {
    field32(value) == IN_ZIP64
}
