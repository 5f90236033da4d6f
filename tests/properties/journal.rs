use fetchzip::image::{FileType, Format, ImageFacts};
use fetchzip::plan::{Plan, Request};
use fetchzip::run::StoredImage;
use fetchzip::spool::{Extent, Journal, JournalHead, JournalWriter, KeptImage, Place};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::cases;
use crate::text::CrateText;

const ITEMS: usize = 6;

/// One append to the file.
#[derive(Clone, Debug)]
enum Appended {
    Image(KeptImage),
    Events(Vec<u8>),
    Archive(u64),
}

fn image() -> impl Strategy<Value = KeptImage> {
    let place = (0..1_u64 << 50, 0..1_u64 << 40, 0..400_u64).prop_map(|(space, length, header_space)| {
        let header_space = header_space.min(space);
        Place { header_space, payload: Extent { offset: space, length } }
    });
    let format = prop::sample::select(&Format::ALL[..]).prop_map(FileType::Image);
    let file_type = prop_oneof![format, any::<Box<str>>().prop_map(FileType::Other)];
    (0..ITEMS, place, any::<u32>(), file_type, any::<Option<i64>>(), any::<bool>()).prop_map(
        |(item, place, crc32, file_type, modified, is_cut_short)| {
            let bytes = place.payload.length;
            let facts = ImageFacts { modified, is_cut_short, ..ImageFacts::new(bytes, crc32, file_type) };
            let image = StoredImage { payload: place, facts };
            KeptImage { item, image }
        },
    )
}

fn appended() -> impl Strategy<Value = Appended> {
    prop_oneof![
        3 => image().prop_map(Appended::Image),
        1 => vec(any::<u8>(), 0..200).prop_map(Appended::Events),
        1 => (0..9_u64).prop_map(Appended::Archive),
    ]
}

fn head() -> impl Strategy<Value = JournalHead> {
    (any::<String>(), any::<String>(), 0.0..1e15, any::<u32>()).prop_map(
        |(source, options, started, fingerprint)| JournalHead {
            source,
            options,
            started,
            items: ITEMS as u64,
            fingerprint,
        },
    )
}

/// The file, and where each of its appends ends. The first one is the head.
fn written(head: &JournalHead, appends: &[Appended]) -> (Vec<u8>, Vec<usize>) {
    let mut writer = JournalWriter::new(head);
    let mut file = writer.take();
    let mut ends = vec![file.len()];
    for append in appends {
        match append {
            Appended::Image(image) => writer.push_image(image),
            Appended::Events(events) => writer.push_events(events),
            Appended::Archive(size) => writer.push_archive(*size),
        }
        file.extend(writer.take());
        ends.push(file.len());
    }
    (file, ends)
}

/// What a reader must find in a file with these appends.
fn expected(head: &JournalHead, appends: &[Appended], length: usize) -> Journal {
    let mut kept: Vec<KeptImage> = Vec::new();
    let (mut events, mut archive) = (Vec::new(), None);
    for append in appends {
        match append {
            Appended::Image(image) => {
                kept.retain(|other| other.item != image.item);
                kept.push(image.clone());
            }
            Appended::Events(bytes) => events.extend_from_slice(bytes),
            Appended::Archive(size) => archive = Some(*size).filter(|size| *size > 0),
        }
    }
    Journal { head: head.clone(), kept, events, archive, length: length as u64 }
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn a_torn_journal_reads_as_the_appends_before_the_tear(
        head in head(),
        appends in vec(appended(), 0..12),
        cut in any::<prop::sample::Index>(),
    ) {
        let (file, ends) = written(&head, &appends);
        prop_assert_eq!(Journal::read(&file).unwrap(), expected(&head, &appends, file.len()));
        let cut = cut.index(file.len() + 1);
        let whole = ends.iter().filter(|end| **end <= cut).count();
        match whole.checked_sub(1) {
            None => prop_assert!(Journal::read(&file[..cut]).is_err()),
            Some(whole) => {
                let expected = expected(&head, &appends[..whole], ends[whole]);
                prop_assert_eq!(Journal::read(&file[..cut]).unwrap(), expected);
            }
        }
    }

    #[test]
    fn a_changed_byte_costs_what_follows_and_changes_nothing_before(
        head in head(),
        appends in vec(appended(), 0..12),
        at in any::<prop::sample::Index>(),
        flip in 1..=u8::MAX,
    ) {
        let (mut file, ends) = written(&head, &appends);
        let at = at.index(file.len());
        file[at] ^= flip;
        match ends.iter().filter(|end| **end <= at).count().checked_sub(1) {
            None => prop_assert!(Journal::read(&file).is_err()),
            Some(whole) => {
                let expected = expected(&head, &appends[..whole], ends[whole]);
                prop_assert_eq!(Journal::read(&file).unwrap(), expected);
            }
        }
    }

    #[test]
    fn a_journal_of_any_bytes_does_not_panic(
        mut bytes in vec(any::<u8>(), 0..2000),
        begins_well in any::<bool>(),
        payload in vec(any::<u8>(), 0..200),
    ) {
        if begins_well {
            bytes.splice(..0, *b"fetchzip\x02\0\0\0");
        }
        if let Ok(journal) = Journal::read(&bytes) {
            prop_assert!(journal.length as usize <= bytes.len());
        }
        // Bytes that are not events, in an intact record.
        let head =
            JournalHead { source: String::new(), options: String::new(), started: 0.0, items: 2, fingerprint: 0 };
        let mut writer = JournalWriter::new(&head);
        writer.push_events(&payload);
        let journal = Journal::read(&writer.take()).unwrap();
        let plan = Plan::new(["https://a.example/1", "https://a.example/2"].map(Request::new), &CrateText);
        prop_assert!(journal.replay(&plan).is_empty());
    }
}
