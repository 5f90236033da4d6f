//! An archive of some entries of another one, of whose Blob it is slices.
//!
//! ```text
//! Framing::select ─▶ ranges ─▶ slices: headers and payloads as they are ─┐
//!                └─▶ the directory of these entries ─────────────────────┴▶ a Blob; nothing is copied
//! ```

use std::rc::Rc;

use js_sys::Uint8Array;

use super::Archive;
use super::blob::{GATHERED_PARTS, blob_of_parts, check_end};
use super::layout::record_entries;
use crate::browser::error::because;
use crate::browser::spool::BlobParts;
use crate::browser::web::Yielder;
use crate::job::{ArchiveError, ArchiveErrorKind, ArchivePlace, ArchiveSummary, Job};
use crate::plan::EntryName;
use crate::report::Rows;
use crate::zip::{Framing, Selection, local_header};

/// Selects the entries of these items, and makes the record anew if the archive has one; `rows` is for that.
/// `framing` says where its entries are, and so does what is returned of the selection.
///
/// If all are selected, it is the same archive.
///
/// # Errors
///
/// Fails if the browser can't read the archive.
pub async fn select_entries(
    archive: &Archive,
    framing: &Rc<Framing>,
    job: &Job,
    is_selected: &[bool],
    rows: &Rows,
) -> Result<(Archive, Rc<Framing>), ArchiveError> {
    let Archive { blob, summary } = archive;
    let selection = framing.select(|key| is_selected.get(key).copied().unwrap_or_default());
    let is_whole = !is_selected.contains(&false) || selection.framing.entries() == framing.entries();
    let Some(blob) = blob.as_ref().filter(|_| !is_whole) else {
        return Ok((archive.clone(), Rc::clone(framing)));
    };
    let place = match summary.place {
        ArchivePlace::OneFile => ArchivePlace::Parts,
        place => place,
    };
    let names = summary.names.iter().zip(is_selected);
    let names: Vec<_> = names.map(|(name, is_selected)| name.clone().filter(|_| *is_selected)).collect();
    let Selection { ranges, framing: mut selected, mut size } = selection;
    if ranges.is_empty() {
        let summary = ArchiveSummary { names, place, ..ArchiveSummary::default() };
        return Ok((Archive { blob: None, summary }, Rc::new(selected)));
    }
    let unreadable = because(ArchiveErrorKind::Unreadable);
    let (mut parts, mut yielder) = (BlobParts::default(), Yielder::default());
    for range in ranges {
        let slice = blob.slice_with_f64_and_f64(range.start as f64, range.end as f64).map_err(&unreadable)?;
        if parts.push(&slice) >= GATHERED_PARTS {
            // Parts that can't be gathered now are gathered with the next ones.
            let _ = parts.gather();
        }
        yielder.maybe_yield().await;
    }
    // The record keeps its name, too.
    let mut name_of = |key, name| framing.name(key).cloned().unwrap_or_else(|| EntryName::trusted(name));
    for (key, entry, content) in record_entries(job, rows, &names, &mut name_of) {
        let header = local_header(&entry, 0);
        let offset = size;
        size += header.len() as u64 + entry.size;
        selected.push(key, entry, offset);
        parts.push(&Uint8Array::from([header, content].concat().as_slice()));
    }
    let tail = selected.finish(size);
    parts.push(&Uint8Array::from(tail.as_slice()));
    let blob = blob_of_parts(&parts.all()).map_err(&unreadable)?;
    check_end(&blob, tail.len()).await.map_err(&unreadable)?;
    let size = size + tail.len() as u64;
    let summary = ArchiveSummary { names, size, place, protocols: Vec::new(), spool: summary.spool.clone() };
    Ok((Archive { blob: Some(blob), summary }, Rc::new(selected)))
}
