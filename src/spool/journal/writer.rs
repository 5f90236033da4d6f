//! Records, as they are appended.

use super::{
    EVENTS, HEAD, JournalHead, KEPT, KEPT_FIXED, KeptImage, MAGIC, RECORD_HEADER, VERSION, checksum,
    crc_buffer,
};
use crate::zip::CrcBuffer;

/// Makes the bytes that are to be appended to a journal's file.
///
/// The default one goes on with a journal that is there, whose file ends where
/// [`Journal::length`](super::Journal::length) says.
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
    /// Begins a journal, in an empty file.
    pub fn new(head: &JournalHead) -> Self {
        let mut writer = Self::default();
        writer.bytes.extend_from_slice(MAGIC);
        writer.bytes.extend_from_slice(&VERSION.to_le_bytes());
        let JournalHead { source, options, started, items, fingerprint } = head;
        let mut payload = vec![HEAD];
        payload.extend_from_slice(&started.to_bits().to_le_bytes());
        payload.extend_from_slice(&items.to_le_bytes());
        payload.extend_from_slice(&fingerprint.to_le_bytes());
        payload.extend_from_slice(&(source.len() as u64).to_le_bytes());
        payload.extend_from_slice(source.as_bytes());
        payload.extend_from_slice(options.as_bytes());
        writer.record(&payload);
        writer
    }

    /// An image lies in the spool. Of several records of one item the last one counts, so an image
    /// that was moved there is put in once more, before its old room is used again.
    pub fn put_kept(&mut self, image: &KeptImage) {
        let mut payload = Vec::with_capacity(1 + KEPT_FIXED);
        payload.push(KEPT);
        payload.extend_from_slice(&(image.item as u64).to_le_bytes());
        payload.extend_from_slice(&image.bytes.to_le_bytes());
        payload.extend_from_slice(&image.crc32.to_le_bytes());
        payload.push(image.format as u8);
        payload.push(u8::from(image.is_cut_short));
        payload.push(u8::from(image.modified.is_some()));
        payload.extend_from_slice(&image.modified.unwrap_or(0).to_le_bytes());
        for extent in &image.extents {
            payload.extend_from_slice(&extent.offset.to_le_bytes());
            payload.extend_from_slice(&extent.length.to_le_bytes());
        }
        self.record(&payload);
    }

    /// Something happened: bytes of an [`EventWriter`](crate::run::EventWriter), as it gives them.
    pub fn put_events(&mut self, events: &[u8]) {
        let mut payload = Vec::with_capacity(1 + events.len());
        payload.push(EVENTS);
        payload.extend_from_slice(events);
        self.record(&payload);
    }

    /// Whether there is nothing to append.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// What is to be appended, since the last time.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    fn record(&mut self, payload: &[u8]) {
        self.bytes.reserve(RECORD_HEADER + payload.len());
        // In wasm no length has more than 32 bits.
        self.bytes.extend_from_slice(&(payload.len() as u32).to_le_bytes());
        self.bytes.extend_from_slice(&checksum(payload, &mut self.crc_buffer).to_le_bytes());
        self.bytes.extend_from_slice(payload);
    }
}
