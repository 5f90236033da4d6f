use super::super::fixtures::entry;
use super::super::framing::Framing;
use super::*;

fn buffer() -> CrcBuffer {
    CrcBuffer::new(64)
}

fn with_payload(name: &str, bytes: &[u8], modified: Option<i64>) -> (Entry, Vec<u8>) {
    let entry = Entry {
        name: EntryName::validated(name),
        size: bytes.len() as u64,
        crc32: crc32fast::hash(bytes),
        modified,
    };
    (entry, bytes.to_vec())
}

fn archive_of(entries: &[(Entry, Vec<u8>)]) -> Vec<u8> {
    let order: Vec<_> = (0..entries.len()).map(|key| (key, 0)).collect();
    archive_in_order(entries, &order)
}

/// An archive whose entries lie in this order, each with so many bytes of padding.
fn archive_in_order(entries: &[(Entry, Vec<u8>)], order: &[(usize, u64)]) -> Vec<u8> {
    let (mut framing, mut archive) = (Framing::default(), Vec::new());
    for (key, padding) in order {
        let (entry, bytes) = &entries[*key];
        framing.push(*key, entry.clone(), archive.len() as u64);
        archive.extend(local_header(entry, *padding));
        archive.extend(bytes);
    }
    archive.extend(framing.finish(archive.len() as u64));
    archive
}

/// Entries with a time, with no time and no bytes, and with a time that only DOS time can hold; one of
/// them is padded, and they lie in another order than the directory's.
fn small_archive() -> Vec<u8> {
    let entries = [
        with_payload("cat.jpg", b"a cat", Some(1_580_608_922)),
        with_payload("ü.png", b"", None),
        with_payload("later.gif", b"a picture of the year 2050", Some(2_540_000_000)),
    ];
    archive_in_order(&entries, &[(2, 0), (0, 9), (1, 6)])
}

fn proof_of<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<Proved, ProofError> {
    let (mut proof, mut buffer) = (Proof::default(), buffer());
    for piece in pieces {
        proof.push(piece, &mut buffer)?;
    }
    proof.finish()
}

#[test]
fn an_archive_is_proved_however_it_is_split() {
    let archive = small_archive();
    let proved = Ok(Proved { entries: 3, size: archive.len() as u64 });
    for length in 1..=archive.len() {
        assert_eq!(proof_of(archive.chunks(length)), proved, "{length}");
    }
    let without_entries = Framing::default().finish(0);
    assert_eq!(proof_of([&without_entries[..]]), Ok(Proved { entries: 0, size: 22 }));
}

#[test]
fn every_flipped_bit_is_found() {
    let archive = small_archive();
    for at in 0..archive.len() {
        for bit in 0..8 {
            let mut damaged = archive.clone();
            damaged[at] ^= 1 << bit;
            assert!(proof_of([&damaged[..]]).is_err(), "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn an_archive_with_missing_or_added_bytes_is_found() {
    let archive = small_archive();
    for end in 0..archive.len() {
        let error = proof_of([&archive[..end]]).unwrap_err();
        assert!(matches!(error, ProofError::CutShort { size, .. } if size == end as u64), "{end}: {error:?}");
    }
    let longer = [&archive[..], b"\0"].concat();
    assert_eq!(proof_of([&longer[..]]), Err(ProofError::TrailingData { size: archive.len() as u64 }));
    let sooner = [b"\0", &archive[..]].concat();
    assert_eq!(proof_of([&sooner[..]]), Err(ProofError::EndRecords { offset: 0 }));
}

#[test]
fn damage_is_reported_with_its_entry() {
    let entries = [
        with_payload("cat.jpg", b"a cat", None),
        with_payload("dog.jpg", b"a dog", None),
        with_payload("owl.jpg", b"an owl", None),
    ];
    let archive = archive_of(&entries);
    let local = 30 + "cat.jpg".len();
    let second = local + 5;
    let directory = 3 * local + 5 + 5 + 6;
    let central = 46 + "cat.jpg".len();
    let end = directory + 3 * central;
    let flipped = |at: usize| {
        let mut damaged = archive.clone();
        damaged[at] ^= 1;
        proof_of([&damaged[..]]).unwrap_err()
    };
    let payload = ProofError::Payload { entry: 1, name: "dog.jpg".into() };
    let cases = [
        (second, ProofError::UnknownRecord { offset: second as u64 }), // its signature
        (second + 4, ProofError::LocalHeader { entry: 1 }),            // the version needed
        (second + 8, ProofError::LocalHeader { entry: 1 }),            // the method
        (second + 14, payload.clone()),                                // the expected CRC-32
        (second + 22, ProofError::LocalHeader { entry: 1 }),           // one of its two sizes
        (second + 30, ProofError::CentralHeader { entry: 1 }),         // its name
        (second + local, payload.clone()),                             // its bytes
        (directory + central, ProofError::UnknownRecord { offset: (directory + central) as u64 }),
        (directory + central + 42, ProofError::CentralHeader { entry: 1 }), // its offset
        (directory + 2 * central + 38, ProofError::CentralHeader { entry: 2 }), // its permissions
        (end, ProofError::EndRecords { offset: end as u64 }),
        (end + 8, ProofError::EndRecords { offset: end as u64 }), // the count
    ];
    for (at, error) in cases {
        assert_eq!(flipped(at), error, "at {at}");
    }
    assert_eq!(payload.entry(), Some(1));
    assert_eq!(
        payload.to_string(),
        "the bytes of \"dog.jpg\" (entry 2) were damaged in the archive: free some space, and fetch again"
    );

    // Two swapped payloads, an entry missing from the directory, and one that is there twice.
    let swapped = [&archive[..local], b"a dog", &archive[second..second + local], b"a cat"].concat();
    assert_eq!(proof_of([&swapped[..]]), Err(ProofError::Payload { entry: 0, name: "cat.jpg".into() }));
    let unlisted = [&archive[..directory + central], &archive[end..]].concat();
    let missing = ProofError::UnknownRecord { offset: (directory + central) as u64 };
    assert_eq!(proof_of([&unlisted[..]]), Err(missing));
    let twice = [&archive[..end], &archive[end - central..]].concat();
    assert_eq!(proof_of([&twice[..]]), Err(ProofError::EndRecords { offset: end as u64 }));
    let first = &archive[directory..directory + central];
    let repeated = [&archive[..directory + central], first, &archive[directory + 2 * central..]].concat();
    assert_eq!(proof_of([&repeated[..]]), Err(ProofError::CentralHeader { entry: 1 }));
    assert_eq!(
        proof_of([&archive[..second + local + 2]]),
        Err(ProofError::CutShort { size: (second + local + 2) as u64, entry: Some(1) })
    );
}

/// These headers are complete and consistent.
#[test]
fn a_local_header_that_framing_does_not_write_is_rejected() {
    let entry = entry();
    let ours = local_header(&entry, 0);
    assert!(entry_of(&ours).is_some());
    let put = |at: usize, bytes: &[u8]| {
        let mut header = ours.clone();
        header[at..at + bytes.len()].copy_from_slice(bytes);
        header
    };
    let others = [
        put(4, &[20]),                                               // a version that is not needed
        put(6, &[8]),                                                // a data descriptor
        put(7, &[0]),                                                // a name without a character set
        put(8, &[8]),                                                // deflated
        put(10, &[1]),                                // a time that would come with a timestamp
        put(12, &[0, 0]),                             // no date
        put(18, &[0; 4]),                             // two sizes
        put(18, &[0xFF; 8]),                          // Zip64 without its field
        put(30, &[0xFF]),                             // a name that is not UTF-8
        [&put(28, &[4])[..], &[0, 0, 0, 0]].concat(), // an empty extra field
        [&put(28, &[6])[..], &[0x35, 0xD9, 2, 0, 4, 0]].concat(), // padding to another alignment
        [&put(28, &[7])[..], &[0x35, 0xD9, 3, 0, 1, 0, 9]].concat(), // padding that is not zero
    ];
    for header in others {
        assert!(entry_of(&header).is_none(), "{header:x?}");
    }
    let early = local_header(&Entry { modified: Some(-5), ..entry.clone() }, 0);
    assert_eq!(entry_of(&early).and_then(|entry| entry.modified), Some(-5));
    // DOS time counts in steps of two seconds.
    let late = local_header(&Entry { modified: Some(i64::from(i32::MAX) + 2), ..entry }, 0);
    assert_eq!(entry_of(&late).and_then(|entry| entry.modified), Some(i64::from(i32::MAX) + 1));
}

#[test]
fn zip64_is_expected_exactly_where_a_size_or_an_offset_needs_it() {
    let large = Entry { size: 0x1_0000_0002, ..entry() };
    let small = Entry { size: 0, crc32: 0, ..entry() };
    let mut buffer = buffer();
    let mut proof = Proof::default();
    proof.push(&local_header(&large, 0), &mut buffer).unwrap();
    // Skips the four gibibytes of a payload.
    let State::ReadPayload(payload) = &mut proof.state else { panic!("a payload follows") };
    assert_eq!(payload.left, large.size);
    proof.size += payload.left - 1;
    (payload.left, payload.expected) = (1, crc32fast::hash(b"x"));
    proof.push(b"x", &mut buffer).unwrap();
    let far = proof.size;
    proof.push(&local_header(&small, 0), &mut buffer).unwrap();
    let directory = [central_header(&large, 0), central_header(&small, far)].concat();
    let offset = far + local_header(&small, 0).len() as u64;
    let end = end_records(&Directory { entries: 2, offset, size: directory.len() as u64 });
    assert_eq!(end.len(), 56 + 20 + 22);
    proof.push(&[directory, end].concat(), &mut buffer).unwrap();
    assert_eq!(proof.finish().map(|proved| proved.entries), Ok(2));

    let mut header = local_header(&large, 0);
    // Both sizes, in the extra field after the name.
    for at in [40, 48] {
        header[at..at + 8].copy_from_slice(&5_u64.to_le_bytes());
    }
    assert!(entry_of(&header).is_none(), "Zip64 for a size that does not need it");
}

#[test]
fn archives_with_just_enough_entries_for_zip64_are_proved() {
    for entries in [65_534, 65_535] {
        let entry = Entry { size: 0, crc32: 0, ..entry() };
        let (mut framing, mut archive) = (Framing::default(), Vec::new());
        for key in 0..entries {
            framing.push(key, entry.clone(), archive.len() as u64);
            archive.extend(local_header(&entry, 0));
        }
        archive.extend(framing.finish(archive.len() as u64));
        let size = archive.len() as u64;
        let proved = Proved { entries: entries as u64, size };
        assert_eq!(proof_of(archive.chunks(100_000)), Ok(proved));
    }
}
