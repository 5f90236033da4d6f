//! A journal's file: as it is, and with each of its records' CRC-32 put right, which otherwise hides
//! nearly everything.

#![no_main]

use fetchzip::plan::{Plan, Request, WebText};
use fetchzip::spool::{Journal, JournalWriter, Allocator};
use libfuzzer_sys::fuzz_target;

/// Magic and version.
const BEGINNING: usize = 12;

fuzz_target!(|input: &[u8]| {
    check(input);
    let mut mended = input.to_vec();
    let mut at = BEGINNING;
    while let Some(header) = mended.get(at..at + 8) {
        let length = u32::from_le_bytes([header[0], header[1], header[2], header[3]]) as usize;
        let Some(payload) = mended.get(at + 8..(at + 8).saturating_add(length)) else { break };
        let crc32 = crc32fast::hash(payload);
        mended[at + 4..at + 8].copy_from_slice(&crc32.to_le_bytes());
        at += 8 + length;
    }
    check(&mended);
});

fn check(file: &[u8]) {
    let Ok(journal) = Journal::read(file) else { return };
    let length = journal.length as usize;
    assert_eq!(Journal::read(&file[..length]).as_ref().ok(), Some(&journal), "what is behind it counts");
    for image in &journal.kept {
        assert!((image.item as u64) < journal.head.items);
        let bytes = image.extents.iter().map(|extent| u128::from(extent.length)).sum::<u128>();
        assert_eq!(bytes, image.bytes.into());
    }
    let room = Allocator::of(journal.kept.iter().flat_map(|image| image.extents.iter().copied()));
    let ends = journal.kept.iter().flat_map(|image| &image.extents).filter(|extent| extent.length > 0);
    assert_eq!(room.end(), ends.map(|extent| extent.offset + extent.length).max().unwrap_or(0));

    let plan = Plan::new(journal.head.source.lines().take(9).map(Request::new), &NoUrls);
    let replay = journal.events_of_kept(&plan);
    assert!(replay.events.iter().all(|event| event.at <= replay.elapsed));

    let mut writer = JournalWriter::new(&journal.head);
    journal.kept.iter().for_each(|image| writer.put_kept(image));
    writer.put_events(&journal.events);
    let mut again = Journal::read(&writer.take()).expect("a journal of ours");
    again.length = journal.length;
    assert_eq!(again, journal);
}

/// Items are all that is asked for here.
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
}
