use std::time::Duration;

use super::format::{HEAD, RECORD_HEADER};
use super::*;
use crate::bytes::PutBytes;
use crate::image::{Format, ImageFacts};
use crate::plan::ItemId;
use crate::plan::tests::plan_of;
use crate::run::{Event, EventKind, EventWriter, FetchError, StoredImage};
use crate::spool::{Extent, Place};
use crate::zip::{checksum, crc_buffer};

fn head() -> JournalHead {
    JournalHead {
        source: "https://a.example/ü.jpg".into(),
        options: "{\"mode\":\"concurrent\"}".into(),
        started: 1_790_000_000_123.5,
        items: 5,
        fingerprint: 0xCAFE_BABE,
    }
}

fn place(header_space: u64, offset: u64, length: u64) -> Place {
    Place { header_space, payload: Extent { offset, length } }
}

/// An image of 7 bytes.
fn seven_bytes() -> StoredImage<Place> {
    let facts = ImageFacts {
        modified: Some(-1),
        is_cut_short: true,
        ..ImageFacts::new(7, 0x0102_0304, Format::WebP)
    };
    StoredImage { payload: place(100, 1 << 40, 7), facts }
}

fn image(item: ItemId) -> KeptImage {
    KeptImage { item, image: seven_bytes() }
}

fn kept(item: ItemId) -> KeptImage {
    let payload = place(0, 10 * item as u64, 10);
    KeptImage { item, image: StoredImage { payload, facts: facts(10) } }
}

fn facts(bytes: u64) -> ImageFacts {
    ImageFacts::new(bytes, 0x0102_0304, Format::WebP)
}

/// The event of an image that was stored.
fn stored(kept: &KeptImage) -> EventKind {
    EventKind::Stored(kept.image.facts.clone())
}

/// A journal whose second record has this payload and the CRC-32 of it.
fn with_payload(payload: &[u8]) -> Vec<u8> {
    let mut bytes = JournalWriter::new(&head()).take();
    bytes.put_u32(payload.len() as u32);
    bytes.put_u32(checksum(payload, &mut crc_buffer()));
    bytes.extend_from_slice(payload);
    bytes
}

#[test]
fn a_journal_is_read_as_it_was_written() {
    let mut writer = JournalWriter::new(&head());
    writer.push_image(&image(4));
    writer.push_events(b"one ");
    let other = kept(0);
    writer.push_image(&other);
    writer.push_archive(1234);
    let mut bytes = writer.take();
    assert!(writer.is_empty() && writer.take().is_empty());
    writer.push_events(b"two");
    bytes.extend(writer.take());
    let journal = Journal::read(&bytes).unwrap();
    assert_eq!(journal.head, head());
    assert_eq!(journal.kept, [image(4), other]);
    assert_eq!(journal.events, b"one two");
    assert_eq!(journal.archive, Some(1234));
    writer.push_archive(0);
    assert_eq!(Journal::read(&[&bytes[..], &writer.take()].concat()).unwrap().archive, None);
    assert_eq!(Journal::read(&with_payload(b"\x03\x01\0\0\0\0\0\0\0")).unwrap().archive, Some(1));
    assert_eq!(journal.length, bytes.len() as u64);
}

#[test]
fn the_bytes_of_a_journal() {
    let record = |payload: &[u8]| {
        let header = [payload.len() as u32, crc32fast::hash(payload)].map(u32::to_le_bytes);
        [header.as_flattened(), payload].concat()
    };
    let head = JournalHead { source: "a".into(), options: "bc".into(), started: 1.0, ..head() };
    let mut writer = JournalWriter::new(&head);
    writer.push_image(&image(4));
    writer.push_events(b"events");
    writer.push_archive(9);
    let expected = [
        b"fetchzip\x07\0\0\0".to_vec(),
        record(b"\0\0\0\0\0\0\0\xF0\x3F\x05\0\0\0\0\0\0\0\xBE\xBA\xFE\xCA\x01\0\0\0\0\0\0\0abc"),
        record(
            &[
                &b"\x01\x04\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\x64\0\0\0\0\0\0\0"[..],
                b"\x07\0\0\0\0\0\0\0\x04\x03\x02\x01",
                &[Format::WebP as u8, 1, 0, 1, 0],
                // The time, no address and no name.
                &[0xFF; 16],
            ]
            .concat(),
        ),
        record(b"\x02events"),
        record(b"\x03\x09\0\0\0\0\0\0\0"),
    ];
    assert_eq!(writer.take(), expected.concat());
}

#[test]
fn an_image_that_was_moved_is_where_its_latest_record_says() {
    let mut writer = JournalWriter::new(&head());
    let moved = KeptImage { item: 3, image: seven_bytes().map_payload(|_| place(0, 0, 7)) };
    for image in [&image(3), &image(1), &moved, &image(2)] {
        writer.push_image(image);
    }
    assert_eq!(Journal::read(&writer.take()).unwrap().kept, [image(1), moved, image(2)]);
}

#[test]
fn a_torn_record_costs_only_its_contents() {
    let mut writer = JournalWriter::new(&head());
    writer.push_image(&image(1));
    let whole = writer.take();
    writer.push_image(&image(2));
    let tail = writer.take();
    for end in 0..tail.len() {
        let torn = [&whole, &tail[..end]].concat();
        let journal = Journal::read(&torn).unwrap();
        assert_eq!((journal.kept, journal.length), (vec![image(1)], whole.len() as u64), "{end}");
    }
    // The file grew, but its last bytes were never written.
    let zeros = [&whole[..], &[0; 64]].concat();
    assert_eq!(Journal::read(&zeros).unwrap().length, whole.len() as u64);
    // A damaged record hides the ones after it, whose meaning may depend on it.
    let mut damaged = [whole.clone(), tail].concat();
    damaged[whole.len() - 1] ^= 1;
    assert_eq!(Journal::read(&damaged).unwrap().kept, []);
}

#[test]
fn a_missing_head_another_version_and_another_file_are_different_errors() {
    let bytes = JournalWriter::new(&head()).take();
    for end in 0..bytes.len() {
        let length = end as u64;
        let expected =
            if end < 12 { JournalError::NotAJournal { length } } else { JournalError::NoHead { length } };
        assert_eq!(Journal::read(&bytes[..end]), Err(expected));
    }
    let without_time = JournalWriter::new(&JournalHead { started: f64::NAN, ..head() }).take();
    let length = without_time.len() as u64;
    assert_eq!(Journal::read(&without_time), Err(JournalError::NoHead { length }));
    let mut newer = bytes.clone();
    newer[8] = 8;
    let error = Journal::read(&newer).unwrap_err();
    assert_eq!(error, JournalError::Version { found: 8 });
    assert_eq!(
        error.to_string(),
        "this run was saved in version 8 of the journal, but this page reads version 7: fetch the list again"
    );
    assert_eq!(Journal::read(b"PK\x03\x04"), Err(JournalError::NotAJournal { length: 4 }));
}

#[test]
fn an_invalid_record_ends_the_journal_even_if_its_crc_32_matches() {
    let mut writer = JournalWriter::default();
    writer.push_image(&image(1));
    let good = writer.take()[RECORD_HEADER..].to_vec();
    assert_eq!(Journal::read(&with_payload(&good)).unwrap().kept, [image(1)]);
    let changed = |at: usize, to: &[u8]| {
        let mut payload = good.clone();
        payload[at..at + to.len()].copy_from_slice(to);
        payload
    };
    let (offset, facts) = (9, 25);
    let invalid = [
        Vec::new(),
        vec![99],
        vec![HEAD],
        changed(1, &5_u64.to_le_bytes()),         // an item beyond the plan
        changed(facts + 12, &[200]),              // no such format
        changed(facts + 13, &[2]),                // neither 0 nor 1
        changed(facts + 14, &[2]),                // as before
        changed(offset, &u64::MAX.to_le_bytes()), // an end beyond 64 bits
        changed(offset + 8, &u64::MAX.to_le_bytes()), // more space than there is before it
        good[..good.len() - 1].to_vec(),
        good[..facts].to_vec(),
        [&good[..], &[0]].concat(),
        b"\x03\x01".to_vec(),                                              // half a size
        JournalWriter::new(&head()).take()[12 + RECORD_HEADER..].to_vec(), // a second head
    ];
    for payload in invalid {
        let journal = Journal::read(&with_payload(&payload)).unwrap();
        assert_eq!((&journal.kept[..], &journal.events[..]), (&[][..], &[][..]), "{payload:?}");
        assert_eq!(journal.length as usize, JournalWriter::new(&head()).take().len());
    }
}

const MILLISECOND: Duration = Duration::from_millis(1);

/// A journal of these images and then these events, one per millisecond.
fn journal_of(images: &[KeptImage], events: &[(ItemId, EventKind)]) -> Journal {
    let mut writer = JournalWriter::new(&head());
    images.iter().for_each(|image| writer.push_image(image));
    let mut events_writer = EventWriter::default();
    for (event, at) in events.iter().zip(1..) {
        let (item, kind) = event.clone();
        events_writer.push(&Event { at: MILLISECOND * at, item, kind });
        writer.push_events(&events_writer.take());
    }
    Journal::read(&writer.take()).unwrap()
}

/// The replayed events, as their times in milliseconds, items and kinds.
fn replayed(journal: &Journal) -> Vec<(u128, ItemId, EventKind)> {
    let events = journal.replay(&plan_of(["https://a.example/"; 5])).into_iter();
    events.map(|event| (event.at.as_millis(), event.item, event.kind)).collect()
}

#[test]
fn the_events_of_kept_images_are_replayed_up_to_their_stored() {
    let (started, queued) = (EventKind::Started { attempt: 1 }, EventKind::Queued);
    let failed = EventKind::Failed { error: FetchError::Empty };
    let events = [
        (0, queued.clone()),
        (1, queued.clone()),
        (2, queued.clone()),
        (1, started.clone()),
        (2, failed),
        (0, started.clone()),
        (1, stored(&kept(1))),
        (0, EventKind::Received { bytes: 4 }),
    ];
    let journal = journal_of(&[kept(1)], &events);
    assert_eq!(replayed(&journal), [(2, 1, queued), (4, 1, started), (7, 1, stored(&kept(1)))]);
    assert_eq!(journal.elapsed(), MILLISECOND * 8);
}

#[test]
fn events_before_the_latest_queued_are_not_replayed() {
    let (started, queued) = (EventKind::Started { attempt: 1 }, EventKind::Queued);
    let lost = EventKind::Stored(ImageFacts::new(10, 1, Format::WebP));
    let events = [
        // Stored, lost, and stored again.
        (0, queued.clone()),
        (0, started.clone()),
        (0, lost),
        (0, queued.clone()),
        (0, stored(&kept(0))),
        // Failed, and retried.
        (1, queued.clone()),
        (1, EventKind::Failed { error: FetchError::Network }),
        (1, queued.clone()),
        (1, stored(&kept(1))),
        // In flight when the page was closed.
        (2, queued.clone()),
        (2, started),
        (2, queued.clone()),
        (2, stored(&kept(2))),
    ];
    let replayed = replayed(&journal_of(&[kept(0), kept(1), kept(2)], &events));
    let expected = [
        (4, 0, queued.clone()),
        (5, 0, stored(&kept(0))),
        (8, 1, queued.clone()),
        (9, 1, stored(&kept(1))),
        (12, 2, queued),
        (13, 2, stored(&kept(2))),
    ];
    assert_eq!(replayed, expected);
}

#[test]
fn an_image_whose_last_events_are_torn_off_is_replayed_to_its_end() {
    let queued = EventKind::Queued;
    let events = [(0, queued.clone()), (1, EventKind::Stored(facts(9)))];
    let journal = journal_of(&[kept(0), kept(1)], &events);
    let expected =
        [(1, 0, queued.clone()), (2, 0, stored(&kept(0))), (2, 1, queued), (2, 1, stored(&kept(1)))];
    assert_eq!((replayed(&journal), journal.elapsed()), (expected.to_vec(), MILLISECOND * 2));
}

#[test]
fn images_beyond_the_plan_are_not_replayed() {
    let journal = journal_of(&[kept(4)], &[]);
    assert_eq!(journal.replay(&plan_of(["https://a.example/"; 2])), []);
    assert_eq!(journal.elapsed(), Duration::ZERO);
}

#[test]
fn the_time_elapsed_is_known_without_a_plan() {
    let failed = EventKind::Failed {
        error: FetchError::Address(plan_of(["nonsense"]).items()[0].address.clone().unwrap_err()),
    };
    let journal = journal_of(&[], &[(0, EventKind::Queued), (1, failed), (4, EventKind::Queued)]);
    assert_eq!(journal.elapsed(), MILLISECOND * 3);
}
