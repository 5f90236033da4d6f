//! A journal's file, as it is and with the CRC-32 of each record corrected: otherwise nearly every input
//! ends at its first record.

#![no_main]

use fetchzip::plan::{Plan, Request, WebText};
use fetchzip::spool::{Allocator, Journal, JournalWriter};
use libfuzzer_sys::fuzz_target;

/// The length of the magic bytes and the version.
const BEGINNING: usize = 12;

fuzz_target!(|input: &[u8]| {
    check(input);
    let mut corrected = input.to_vec();
    let mut at = BEGINNING;
    while let Some(header) = corrected.get(at..at + 8) {
        let length = u32::from_le_bytes([header[0], header[1], header[2], header[3]]) as usize;
        let Some(payload) = corrected.get(at + 8..(at + 8).saturating_add(length)) else { break };
        let crc32 = crc32fast::hash(payload);
        corrected[at + 4..at + 8].copy_from_slice(&crc32.to_le_bytes());
        at += 8 + length;
    }
    check(&corrected);
});

fn check(file: &[u8]) {
    let Ok(journal) = Journal::read(file) else { return };
    let length = journal.length as usize;
    let intact = Journal::read(&file[..length]);
    assert_eq!(intact.as_ref().ok(), Some(&journal), "bytes after the journal's length count");
    for kept in &journal.kept {
        assert!((kept.item as u64) < journal.head.items);
        assert_eq!(kept.image.payload.payload.length, kept.image.facts.bytes);
    }
    let extents = journal.kept.iter().flat_map(|kept| [kept.image.payload.reserved()]);
    let allocator = Allocator::of(extents.clone());
    let ends = extents.filter(|extent| extent.length > 0).map(|extent| extent.offset + extent.length);
    assert_eq!(allocator.end(), ends.max().unwrap_or(0));

    let plan = Plan::new(journal.head.source.lines().take(9).map(Request::new), &NoUrls);
    let elapsed = journal.elapsed();
    assert!(journal.replay(&plan).iter().all(|event| event.at <= elapsed));

    let mut writer = JournalWriter::new(&journal.head);
    journal.kept.iter().for_each(|kept| writer.push_image(kept));
    writer.push_events(&journal.events);
    writer.push_archive(journal.archive.unwrap_or_default());
    let mut rewritten = Journal::read(&writer.take()).expect("the writer's own journal");
    rewritten.length = journal.length;
    assert_eq!(rewritten, journal);
}

/// A plan of items without addresses: only their number matters here.
struct NoUrls;

impl WebText for NoUrls {
    fn parse_url(&self, _: &str) -> Option<String> {
        None
    }

    fn nfc(&self, text: &str) -> String {
        text.to_owned()
    }

    fn lower_case(&self, text: &str) -> String {
        text.to_owned()
    }

    fn upper_case(&self, text: &str) -> String {
        text.to_owned()
    }
}
