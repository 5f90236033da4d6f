use fetchzip::image::{Dimensions, DimensionsFinder};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::cases;

/// Files in which the size is found in as many ways as there are.
const FILES: [&[u8]; 12] = [
    include_bytes!("../images/progressive.jpg"),
    include_bytes!("../images/plain.png"),
    include_bytes!("../images/plain.gif"),
    include_bytes!("../images/lossy.webp"),
    include_bytes!("../images/alpha.avif"),
    include_bytes!("../images/second.heic"),
    include_bytes!("../images/odd.jxl"),
    include_bytes!("../images/container.jxl"),
    include_bytes!("../images/plain.bmp"),
    include_bytes!("../images/big.tif"),
    include_bytes!("../images/icon.ico"),
    b"<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a '>'>]><svg width='3e1mm' viewBox='0 0 24 12.5'><g/></svg>",
];

/// A file of which some bytes are others, or any bytes after a beginning that promises an image.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let changes = vec((any::<Index>(), any::<u8>()), 0..6);
    let damaged = (select(&FILES[..]), changes, any::<Index>()).prop_map(|(file, changes, end)| {
        let mut body = file.to_vec();
        changes.into_iter().for_each(|(at, byte)| body[at.index(file.len().min(600))] = byte);
        body.truncate(end.index(2 * file.len()));
        body
    });
    let begun = (select(&FILES[..]), 0..40_usize, vec(any::<u8>(), 0..200))
        .prop_map(|(file, length, rest)| [&file[..length], &rest].concat());
    prop_oneof![4 => damaged, 1 => begun]
}

fn size_of<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Option<Dimensions> {
    let mut finder = DimensionsFinder::default();
    pieces.into_iter().for_each(|piece| finder.push(piece));
    finder.dimensions()
}

proptest! {
    #![proptest_config(cases(5000))]

    #[test]
    fn the_size_of_any_body_is_the_same_wherever_its_chunks_are_cut(
        body in body(),
        mut cuts in vec(any::<Index>(), 0..8),
    ) {
        let whole = size_of([&body[..]]);
        prop_assert_eq!(size_of(body.chunks(1)), whole);
        cuts.sort_by_key(|cut| cut.index(body.len() + 1));
        let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(body.len() + 1)).collect();
        ends.push(body.len());
        let starts = [0].into_iter().chain(ends.iter().copied());
        prop_assert_eq!(size_of(starts.zip(&ends).map(|(start, end)| &body[start..*end])), whole);
        if let Some(Dimensions { width, height }) = whole {
            prop_assert!((1..1 << 31).contains(&width) && (1..1 << 31).contains(&height));
        }
    }

    #[test]
    fn a_size_that_was_found_does_not_change(body in body()) {
        let mut finder = DimensionsFinder::default();
        let mut found = None;
        for byte in &body {
            finder.push(std::slice::from_ref(byte));
            prop_assert!(found.is_none() || finder.dimensions() == found);
            found = finder.dimensions();
        }
    }
}
