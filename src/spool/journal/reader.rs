//! A journal, as far as it is whole.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{
    EVENTS, EXTENT_BYTES, Extent, HEAD, JournalError, JournalHead, KEPT, KeptImage, MAGIC, VERSION, checksum,
    crc_buffer,
};
use crate::image::Format;
use crate::plan::ItemId;
use crate::zip::CrcBuffer;

/// What a journal holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Journal {
    /// What the run was asked for.
    pub head: JournalHead,
    /// The images in the spool, one of an item, in the order in which they were kept.
    pub kept: Vec<KeptImage>,
    /// What happened, as bytes for [`read_events`](crate::run::read_events).
    pub events: Vec<u8>,
    /// How many bytes of the file hold all this. What is behind them is torn, and to be cut off before
    /// anything is appended.
    pub length: u64,
}

impl Journal {
    /// Reads a journal's file up to its first record that is torn, damaged or senseless.
    ///
    /// # Errors
    ///
    /// What is no journal, or another version's, or does not even say what the run was asked for.
    pub fn read(bytes: &[u8]) -> Result<Self, JournalError> {
        let length = bytes.len() as u64;
        let mut rest = bytes.strip_prefix(MAGIC).ok_or(JournalError::NotAJournal { length })?;
        let found = u32_of(&mut rest).ok_or(JournalError::NotAJournal { length })?;
        if found != VERSION {
            return Err(JournalError::Version { found });
        }
        let mut buffer = crc_buffer();
        let head = take_record(&mut rest, &mut buffer).and_then(head_of);
        let head = head.ok_or(JournalError::NoHead { length })?;
        let (mut kept, mut events) = (Vec::new(), Vec::new());
        let mut whole = rest;
        while let Some(mut record) = take_record(&mut rest, &mut buffer) {
            match take::<1>(&mut record) {
                Some([KEPT]) => {
                    let Some(image) = kept_of(record, head.items) else { break };
                    kept.push(image);
                }
                Some([EVENTS]) => events.extend_from_slice(record),
                _ => break,
            }
            whole = rest;
        }
        let length = (bytes.len() - whole.len()) as u64;
        Ok(Self { head, kept: latest_of_each(kept), events, length })
    }
}

/// The payload of the next record, where there is one and its CRC-32 is right.
fn take_record<'a>(rest: &mut &'a [u8], buffer: &mut CrcBuffer) -> Option<&'a [u8]> {
    let length = usize::try_from(u32_of(rest)?).ok()?;
    let crc32 = u32_of(rest)?;
    let (payload, after) = rest.split_at_checked(length)?;
    *rest = after;
    (checksum(payload, buffer) == crc32).then_some(payload)
}

fn head_of(mut payload: &[u8]) -> Option<JournalHead> {
    let rest = &mut payload;
    let ([HEAD], started) = (take(rest)?, f64::from_bits(u64_of(rest)?)) else { return None };
    started.is_finite().then_some(())?;
    let (items, fingerprint) = (u64_of(rest)?, u32_of(rest)?);
    let (source, options) = {
        let length = usize::try_from(u64_of(rest)?).ok()?;
        rest.split_at_checked(length)?
    };
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
    Some(JournalHead { source: text(source)?, options: text(options)?, started, items, fingerprint })
}

/// An image of one of so many items, as far as it makes sense.
fn kept_of(mut payload: &[u8], items: u64) -> Option<KeptImage> {
    let rest = &mut payload;
    let item = u64_of(rest).filter(|item| *item < items)?;
    let (bytes, crc32) = (u64_of(rest)?, u32_of(rest)?);
    let [format, is_cut_short, has_modified] = take(rest)?;
    let modified = i64::from_le_bytes(take(rest)?);
    let (extents, left) = rest.as_chunks::<EXTENT_BYTES>();
    let extents: Vec<_> = extents.iter().filter_map(|bytes| extent_of(bytes)).collect();
    let mut missing = bytes;
    for extent in &extents {
        extent.offset.checked_add(extent.length)?;
        missing = missing.checked_sub(extent.length)?;
    }
    let is_sound = missing == 0 && left.is_empty() && is_cut_short <= 1 && has_modified <= 1;
    is_sound.then_some(())?;
    Some(KeptImage {
        item: ItemId::try_from(item).ok()?,
        extents,
        bytes,
        crc32,
        format: Format::ALL.get(usize::from(format)).copied()?,
        modified: (has_modified == 1).then_some(modified),
        is_cut_short: is_cut_short == 1,
    })
}

fn extent_of(mut bytes: &[u8]) -> Option<Extent> {
    Some(Extent { offset: u64_of(&mut bytes)?, length: u64_of(&mut bytes)? })
}

/// Without the images of which there is a later record. A heap, for it is there already: the
/// schedule has the same one.
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

fn u32_of(rest: &mut &[u8]) -> Option<u32> {
    take(rest).map(u32::from_le_bytes)
}

fn u64_of(rest: &mut &[u8]) -> Option<u64> {
    take(rest).map(u64::from_le_bytes)
}

fn take<const LENGTH: usize>(rest: &mut &[u8]) -> Option<[u8; LENGTH]> {
    let (bytes, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*bytes)
}
