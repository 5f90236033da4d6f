use std::time::Duration;

use super::*;
use crate::plan::tests::plan_of;
use crate::run::{Event, EventKind, EventWriter, FetchError};

fn head() -> JournalHead {
    JournalHead {
        source: "https://a.example/ü.jpg".into(),
        options: "{\"mode\":\"concurrent\"}".into(),
        started: 1_790_000_000_123.5,
        items: 5,
        fingerprint: 0xCAFE_BABE,
    }
}

fn image(item: ItemId) -> KeptImage {
    KeptImage {
        item,
        extents: vec![Extent { offset: 100, length: 3 }, Extent { offset: 1 << 40, length: 4 }],
        bytes: 7,
        crc32: 0x0102_0304,
        format: Format::WebP,
        modified: Some(-1),
        is_cut_short: true,
    }
}

fn kept(item: ItemId) -> KeptImage {
    let extents = vec![Extent { offset: 10 * item as u64, length: 10 }];
    KeptImage { item, extents, bytes: 10, modified: None, is_cut_short: false, ..image(0) }
}

/// A journal with a payload of somebody else's making behind its head, whose CRC-32 is right.
fn with_payload(payload: &[u8]) -> Vec<u8> {
    let mut bytes = JournalWriter::new(&head()).take();
    bytes.extend_from_slice(&(payload.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&checksum(payload, &mut crc_buffer()).to_le_bytes());
    bytes.extend_from_slice(payload);
    bytes
}

#[test]
fn what_is_written_is_read() {
    let mut writer = JournalWriter::new(&head());
    writer.put_kept(&image(4));
    writer.put_events(b"one ");
    writer.put_kept(&KeptImage { modified: None, is_cut_short: false, ..image(0) });
    let mut bytes = writer.take();
    assert!(writer.is_empty() && writer.take().is_empty());
    writer.put_events(b"two");
    bytes.extend(writer.take());
    let journal = Journal::read(&bytes).unwrap();
    assert_eq!(journal.head, head());
    assert_eq!(journal.kept, [image(4), KeptImage { modified: None, is_cut_short: false, ..image(0) }]);
    assert_eq!(journal.events, b"one two");
    assert_eq!(journal.length, bytes.len() as u64);
}

#[test]
fn an_image_that_was_moved_is_where_its_latest_record_says() {
    let mut writer = JournalWriter::new(&head());
    let moved = KeptImage { extents: vec![Extent { offset: 0, length: 7 }], ..image(3) };
    for image in [&image(3), &image(1), &moved, &image(2)] {
        writer.put_kept(image);
    }
    assert_eq!(Journal::read(&writer.take()).unwrap().kept, [image(1), moved, image(2)]);
}

#[test]
fn a_torn_tail_costs_what_it_held() {
    let mut writer = JournalWriter::new(&head());
    writer.put_kept(&image(1));
    let whole = writer.take();
    writer.put_kept(&image(2));
    let tail = writer.take();
    for end in 0..tail.len() {
        let torn = [&whole, &tail[..end]].concat();
        let journal = Journal::read(&torn).unwrap();
        assert_eq!((journal.kept, journal.length), (vec![image(1)], whole.len() as u64), "{end}");
    }
    // A file that grew before its bytes were there.
    let zeros = [&whole[..], &[0; 64]].concat();
    assert_eq!(Journal::read(&zeros).unwrap().length, whole.len() as u64);
    // One damaged record hides those behind it, which it may have been about.
    let mut damaged = [whole.clone(), tail].concat();
    damaged[whole.len() - 1] ^= 1;
    assert_eq!(Journal::read(&damaged).unwrap().kept, []);
}

#[test]
fn a_journal_without_its_head_is_told_apart_from_another_version_and_from_none() {
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
    newer[8] = 2;
    let error = Journal::read(&newer).unwrap_err();
    assert_eq!(error, JournalError::Version { found: 2 });
    assert_eq!(
        error.to_string(),
        "a run was kept in version 2 of the journal, and this page reads version 1: fetch the list again"
    );
    assert_eq!(Journal::read(b"PK\x03\x04"), Err(JournalError::NotAJournal { length: 4 }));
}

#[test]
fn what_makes_no_sense_is_damage_even_where_its_crc_is_right() {
    let mut writer = JournalWriter::default();
    writer.put_kept(&image(1));
    let good = writer.take()[RECORD_HEADER..].to_vec();
    assert_eq!(Journal::read(&with_payload(&good)).unwrap().kept, [image(1)]);
    let changed = |at: usize, to: &[u8]| {
        let mut payload = good.clone();
        payload[at..at + to.len()].copy_from_slice(to);
        payload
    };
    let extents = 1 + KEPT_FIXED;
    let senseless = [
        Vec::new(),
        vec![99],
        vec![HEAD],
        changed(1, &5_u64.to_le_bytes()), // an item that the plan has not
        changed(9, &8_u64.to_le_bytes()), // more bytes than its extents have
        changed(9, &6_u64.to_le_bytes()), // fewer
        changed(21, &[11]),               // no such format
        changed(22, &[2]),                // neither yes nor no
        changed(23, &[2]),                // the same
        changed(extents, &u64::MAX.to_le_bytes()), // past the end of all offsets
        changed(extents + 8, &u64::MAX.to_le_bytes()),
        good[..good.len() - 1].to_vec(), // half an extent
        good[..extents].to_vec(),        // none
        good[..extents - 1].to_vec(),
        JournalWriter::new(&head()).take()[12 + RECORD_HEADER..].to_vec(), // a second head
    ];
    for payload in senseless {
        let journal = Journal::read(&with_payload(&payload)).unwrap();
        assert_eq!((&journal.kept[..], &journal.events[..]), (&[][..], &[][..]), "{payload:?}");
        assert_eq!(journal.length as usize, JournalWriter::new(&head()).take().len());
    }
}

#[test]
fn a_fingerprint_is_of_all_addresses_in_their_order() {
    let one = fingerprint(&plan_of(["https://a.example/1", "https://a.example/2"]));
    assert_eq!(one, crc32fast::hash(b"https://a.example/1\nhttps://a.example/2\n"));
    assert_ne!(one, fingerprint(&plan_of(["https://a.example/2", "https://a.example/1"])));
    let long = format!("https://a.example/{}", "x".repeat(40_000));
    assert_eq!(fingerprint(&plan_of([long.as_str()])), crc32fast::hash(format!("{long}\n").as_bytes()));
}

const MILLISECOND: Duration = Duration::from_millis(1);

/// A journal of some images and events, in the order of the events' times.
fn journal_of(images: &[KeptImage], events: &[(ItemId, EventKind)]) -> Journal {
    let mut writer = JournalWriter::new(&head());
    images.iter().for_each(|image| writer.put_kept(image));
    let mut events_writer = EventWriter::default();
    for (event, at) in events.iter().zip(1..) {
        let (item, kind) = event.clone();
        events_writer.put(&Event { at: MILLISECOND * at, item, kind });
        writer.put_events(&events_writer.take());
    }
    Journal::read(&writer.take()).unwrap()
}

fn stored(image: &KeptImage) -> EventKind {
    let KeptImage { bytes, crc32, format, is_cut_short, .. } = *image;
    EventKind::Stored { bytes, crc32, format, is_cut_short }
}

/// The events told once more: their times in milliseconds, items and kinds; and the time elapsed.
fn told(journal: &Journal) -> (Vec<(u128, ItemId, EventKind)>, u128) {
    let replay = journal.events_of_kept(&plan_of(["https://a.example/"; 5]));
    let events = replay.events.into_iter();
    let told = events.map(|event| (event.at.as_millis(), event.item, event.kind)).collect();
    (told, replay.elapsed.as_millis())
}

#[test]
fn the_events_of_kept_images_are_told_once_more_up_to_their_ends() {
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
    let (told, elapsed) = told(&journal_of(&[kept(1)], &events));
    assert_eq!(told, [(2, 1, queued), (4, 1, started), (7, 1, stored(&kept(1)))]);
    assert_eq!(elapsed, 8);
}

#[test]
fn what_ended_otherwise_before_is_not_told() {
    let (started, queued) = (EventKind::Started { attempt: 1 }, EventKind::Queued);
    let lost = KeptImage { crc32: 1, ..kept(0) };
    let events = [
        // Stored, lost, and stored again.
        (0, queued.clone()),
        (0, started.clone()),
        (0, stored(&lost)),
        (0, queued.clone()),
        (0, stored(&kept(0))),
        // Failed, and asked for again.
        (1, queued.clone()),
        (1, EventKind::Failed { error: FetchError::Network }),
        (1, queued.clone()),
        (1, stored(&kept(1))),
        // On its way when the page went away.
        (2, queued.clone()),
        (2, started),
        (2, queued.clone()),
        (2, stored(&kept(2))),
    ];
    let (told, _) = told(&journal_of(&[kept(0), kept(1), kept(2)], &events));
    let expected = [
        (4, 0, queued.clone()),
        (5, 0, stored(&kept(0))),
        (8, 1, queued.clone()),
        (9, 1, stored(&kept(1))),
        (12, 2, queued),
        (13, 2, stored(&kept(2))),
    ];
    assert_eq!(told, expected);
}

#[test]
fn an_image_whose_events_are_torn_off_still_ends() {
    let queued = EventKind::Queued;
    let events = [(0, queued.clone()), (1, stored(&KeptImage { bytes: 9, ..kept(1) }))];
    let (told, elapsed) = told(&journal_of(&[kept(0), kept(1)], &events));
    let expected =
        [(1, 0, queued.clone()), (2, 0, stored(&kept(0))), (2, 1, queued), (2, 1, stored(&kept(1)))];
    assert_eq!((told, elapsed), (expected.to_vec(), 2));
}

#[test]
fn a_plan_that_has_grown_shorter_has_no_such_images() {
    let journal = journal_of(&[kept(4)], &[]);
    let replay = journal.events_of_kept(&plan_of(["https://a.example/"; 2]));
    assert_eq!((replay.events, replay.elapsed), (Vec::new(), Duration::ZERO));
}
