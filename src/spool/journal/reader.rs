//! Reading a journal, as far as it is intact.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::error::JournalError;
use super::format::{ARCHIVE, EVENTS, HEAD, JournalHead, KEPT, KeptImage, MAGIC, VERSION};
use crate::bytes::ByteReader;
use crate::image::ImageFacts;
use crate::plan::ItemId;
use crate::run::StoredImage;
use crate::spool::allocator::{Extent, Place};
use crate::zip::{CrcBuffer, checksum, crc_buffer};

/// The contents of a journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Journal {
    /// What the run was asked to fetch.
    pub head: JournalHead,
    /// The images in the spool, at most one of each item, in the order in which they were recorded.
    pub kept: Vec<KeptImage>,
    /// The run's events, as bytes for [`read_events`](crate::run::read_events).
    pub events: Vec<u8>,
    /// The size of the archive that the spool is, in bytes; `None` if it is not complete.
    pub archive: Option<u64>,
    /// How many bytes of the file all this takes. The file must be cut to this length before anything is
    /// appended: what follows is torn.
    pub length: u64,
}

impl Journal {
    /// Reads a journal's file up to its first record that is torn, damaged or invalid.
    ///
    /// # Errors
    ///
    /// - [`JournalError::NotAJournal`]: the file does not begin with the magic bytes and a version.
    /// - [`JournalError::Version`]: its version is not this one.
    /// - [`JournalError::NoHead`]: its first record is not an intact [`JournalHead`].
    pub fn read(file: &[u8]) -> Result<Self, JournalError> {
        let length = file.len() as u64;
        let mut rest = ByteReader(file.strip_prefix(MAGIC).ok_or(JournalError::NotAJournal { length })?);
        let found = rest.u32().ok_or(JournalError::NotAJournal { length })?;
        if found != VERSION {
            return Err(JournalError::Version { found });
        }
        let mut buffer = crc_buffer();
        let head = next_payload(&mut rest, &mut buffer).and_then(read_head);
        let head = head.ok_or(JournalError::NoHead { length })?;
        let (mut kept, mut events, mut archive) = (Vec::new(), Vec::new(), None);
        let mut after_intact = rest;
        while let Some(mut payload) = next_payload(&mut rest, &mut buffer) {
            match payload.u8() {
                Some(KEPT) => {
                    let Some(image) = read_kept(payload, head.items) else { break };
                    kept.push(image);
                }
                Some(EVENTS) => events.extend_from_slice(payload.rest()),
                Some(ARCHIVE) => match (payload.u64(), payload.is_empty()) {
                    (Some(size), true) => archive = Some(size).filter(|size| *size > 0),
                    _ => break,
                },
                _ => break,
            }
            after_intact = rest;
        }
        let length = (file.len() - after_intact.rest().len()) as u64;
        Ok(Self { head, kept: latest_of_each(kept), events, archive, length })
    }
}

/// The payload of the next record, if it is complete and its CRC-32 matches.
fn next_payload<'a>(rest: &mut ByteReader<'a>, buffer: &mut CrcBuffer) -> Option<ByteReader<'a>> {
    let length = usize::try_from(rest.u32()?).ok()?;
    let crc32 = rest.u32()?;
    let payload = rest.slice(length)?;
    (checksum(payload, buffer) == crc32).then_some(ByteReader(payload))
}

fn read_head(mut payload: ByteReader<'_>) -> Option<JournalHead> {
    let (HEAD, started) = (payload.u8()?, payload.f64()?) else { return None };
    started.is_finite().then_some(())?;
    let (items, fingerprint) = (payload.u64()?, payload.u32()?);
    let length = payload.usize()?;
    let (source, options) = (payload.slice(length)?, payload.rest());
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
    Some(JournalHead { source: text(source)?, options: text(options)?, started, items, fingerprint })
}

/// An image behind its tag, if it is valid in a plan of this many items.
fn read_kept(mut payload: ByteReader<'_>, items: u64) -> Option<KeptImage> {
    let item = payload.u64().filter(|item| *item < items)?;
    let (offset, header_space) = (payload.u64()?, payload.u64()?);
    let facts = ImageFacts::read(&mut payload)?;
    offset.checked_add(facts.bytes)?;
    offset.checked_sub(header_space)?;
    payload.is_empty().then_some(())?;
    let place = Place { header_space, payload: Extent { offset, length: facts.bytes } };
    let image = StoredImage { payload: place, facts };
    Some(KeptImage { item: ItemId::try_from(item).ok()?, image })
}

/// Drops the images that a later record of the same item replaces. By a heap, since the schedule has
/// compiled one already; sorting would be more to download.
fn latest_of_each(mut kept: Vec<KeptImage>) -> Vec<KeptImage> {
    let mut by_item: BinaryHeap<_> =
        kept.iter().enumerate().map(|(place, image)| Reverse((image.item, place))).collect();
    let mut is_latest = vec![false; kept.len()];
    while let Some(Reverse((item, place))) = by_item.pop() {
        is_latest[place] = by_item.peek().is_none_or(|Reverse((next, _))| *next != item);
    }
    let mut is_latest = is_latest.into_iter();
    kept.retain(|_| is_latest.next() == Some(true));
    kept
}
