use std::io::Read;

use fetchzip::image::{Format, ImageFacts};
use fetchzip::plan::{EntryNames, NameTemplate, Plan, Request};
use fetchzip::zip::{Crc32, CrcBuffer, Entry, Framing, Proof, ProofError, Proved, is_padding, local_header};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::cases;
use crate::text::CrateText;
use support::archive::contents;

const BUFFER: usize = 64 << 10;

/// The name in the request, the bytes, and the time.
type Image = (String, Vec<u8>, Option<i64>);

fn image() -> impl Strategy<Value = Image> {
    let time = prop_oneof![Just(None), any::<i64>().prop_map(Some), (0..4_000_000_000_i64).prop_map(Some)];
    (any::<String>(), vec(any::<u8>(), 0..3000), time)
}

fn crc_of(pieces: &[&[u8]]) -> u32 {
    let mut buffer = CrcBuffer::new(BUFFER);
    let mut crc = Crc32::default();
    pieces.iter().for_each(|piece| crc.update(piece, &mut buffer));
    crc.value()
}

/// The archive, and the names of its entries.
fn archive_of(images: &[Image]) -> (Vec<u8>, Vec<String>) {
    let requests = images
        .iter()
        .map(|(name, ..)| Request { name: Some(name.clone()), ..Request::new("https://a.example/photo") });
    let plan = Plan::new(requests, &CrateText);
    let template = NameTemplate::default();
    let mut entry_names = EntryNames::new(&plan, &template, &CrateText);
    let (mut framing, mut archive, mut names) = (Framing::default(), Vec::new(), Vec::new());
    for (id, (_, bytes, modified)) in images.iter().enumerate() {
        let name = entry_names.claim(id, &ImageFacts::new(0, 0, Format::Jpeg));
        names.push(name.to_string());
        let crc32 = crc_of(&[bytes]);
        let entry = Entry { name, size: bytes.len() as u64, crc32, modified: *modified };
        // Any padding does; this one is random and the same each time.
        let padding = Some(u64::from(crc32 % 700)).filter(|padding| is_padding(*padding)).unwrap_or_default();
        framing.push(id, entry.clone(), archive.len() as u64);
        archive.extend(local_header(&entry, padding));
        archive.extend(bytes);
    }
    archive.extend(framing.finish(archive.len() as u64));
    (archive, names)
}

fn read_by_rawzip(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let archive = rawzip::ZipArchive::from_slice(archive).unwrap();
    let mut entries = archive.entries();
    let mut found = Vec::new();
    while let Some(header) = entries.next_entry().unwrap() {
        let entry = archive.get_entry(header.wayfinder()).unwrap();
        let mut bytes = Vec::new();
        entry.verifying_reader(entry.data()).read_to_end(&mut bytes).unwrap();
        let name = header.file_path().try_normalize().unwrap();
        found.push((name.as_ref().to_owned(), bytes));
    }
    found
}

/// The bytes, split at these places.
fn cut<'a>(bytes: &'a [u8], cuts: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut places: Vec<_> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    places.windows(2).map(|ends| &bytes[ends[0]..ends[1]]).collect()
}

fn proof_of(pieces: &[&[u8]]) -> Result<Proved, ProofError> {
    let (mut proof, mut buffer) = (Proof::default(), CrcBuffer::new(BUFFER));
    for piece in pieces {
        proof.push(piece, &mut buffer)?;
    }
    proof.finish()
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn an_archive_passes_its_proof_in_any_pieces_and_a_changed_one_does_not(
        images in vec(image(), 1..12),
        cuts in vec(any::<prop::sample::Index>(), 0..12),
        at in any::<prop::sample::Index>(),
        flip in 1..=u8::MAX,
    ) {
        let (mut archive, names) = archive_of(&images);
        let proved = Proved { entries: names.len() as u64, size: archive.len() as u64 };
        prop_assert_eq!(proof_of(&cut(&archive, &cuts)), Ok(proved));
        let at = at.index(archive.len());
        prop_assert!(proof_of(&[&archive[..at]]).is_err(), "the archive ends after {} bytes", at);
        archive[at] ^= flip;
        let result = proof_of(&cut(&archive, &cuts));
        prop_assert!(result.is_err(), "byte {} was flipped", at);
        prop_assert_eq!(result, proof_of(&[&archive]), "the result depends on the pieces");
    }

    #[test]
    fn two_other_crates_read_the_same_files(images in vec(image(), 1..20)) {
        let (archive, names) = archive_of(&images);
        let expected: Vec<_> = names.into_iter().zip(images.into_iter().map(|(_, bytes, _)| bytes)).collect();
        prop_assert_eq!(&contents::entries(&archive), &expected);
        prop_assert_eq!(&read_by_rawzip(&archive), &expected);
    }

    #[test]
    fn a_crc_is_the_same_in_any_pieces(
        bytes in vec(any::<u8>(), 0..BUFFER),
        cuts in vec(any::<prop::sample::Index>(), 0..6),
    ) {
        prop_assert_eq!(crc_of(&cut(&bytes, &cuts)), crc32fast::hash(&bytes));
    }
}
