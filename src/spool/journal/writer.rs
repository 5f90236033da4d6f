//! Writing a journal, record by record.

use super::format::{ARCHIVE, EVENTS, HEAD, JournalHead, KEPT, KeptImage, MAGIC, RECORD_HEADER, VERSION};
use crate::bytes::PutBytes;
use crate::run::StoredImage;
use crate::zip::{CrcBuffer, checksum, crc_buffer};

/// Makes the bytes to append to a journal's file.
///
/// The default writer continues an existing journal, whose file must be cut to
/// [`Journal::length`](super::Journal::length) before.
#[derive(Debug)]
pub struct JournalWriter {
    bytes: Vec<u8>,
    crc_buffer: CrcBuffer,
}

impl Default for JournalWriter {
    fn default() -> Self {
        Self { bytes: Vec::new(), crc_buffer: crc_buffer() }
    }
}

impl JournalWriter {
    /// Begins a journal in an empty file.
    pub fn new(head: &JournalHead) -> Self {
        let mut writer = Self::default();
        writer.bytes.extend_from_slice(MAGIC);
        writer.bytes.put_u32(VERSION);
        let JournalHead { source, options, started, items, fingerprint } = head;
        let mut payload = vec![HEAD];
        payload.put_f64(*started);
        payload.put_u64(*items);
        payload.put_u32(*fingerprint);
        payload.put_u64(source.len() as u64);
        payload.extend_from_slice(source.as_bytes());
        payload.extend_from_slice(options.as_bytes());
        writer.push_record(&payload);
        writer
    }

    /// Records where an image lies in the spool. The last record of an item counts, so an image that
    /// was moved is recorded again before its old place is reused.
    pub fn push_image(&mut self, kept: &KeptImage) {
        let StoredImage { payload: place, facts } = &kept.image;
        let mut payload = vec![KEPT];
        payload.put_u64(kept.item as u64);
        payload.put_u64(place.payload.offset);
        payload.put_u64(place.header_space);
        facts.put(&mut payload);
        self.push_record(&payload);
    }

    /// Records that the spool's first `size` bytes are a complete archive of the images so far, or with
    /// a size of 0 that they are not any more.
    pub fn push_archive(&mut self, size: u64) {
        let mut payload = vec![ARCHIVE];
        payload.put_u64(size);
        self.push_record(&payload);
    }

    /// Records events, as bytes of an [`EventWriter`](crate::run::EventWriter).
    pub fn push_events(&mut self, events: &[u8]) {
        let mut payload = Vec::with_capacity(1 + events.len());
        payload.put_u8(EVENTS);
        payload.extend_from_slice(events);
        self.push_record(&payload);
    }

    /// Whether nothing has been recorded since the last [`JournalWriter::take`].
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Takes out the bytes to append, of all records since the last call.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    fn push_record(&mut self, payload: &[u8]) {
        self.bytes.reserve(RECORD_HEADER + payload.len());
        // In wasm32, lengths have 32 bits.
        self.bytes.put_u32(payload.len() as u32);
        self.bytes.put_u32(checksum(payload, &mut self.crc_buffer));
        self.bytes.extend_from_slice(payload);
    }
}
