use std::fs;
use std::sync::LazyLock;

use fetchzip::image::{EndFinder, Ending, Recogniser, Recognition};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::cases;

/// The files of every format.
static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let paths = fs::read_dir("tests/images").unwrap().map(|file| file.unwrap().path());
    let mut paths: Vec<_> = paths.filter(|path| path.extension().is_none_or(|own| own != "py")).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
});

/// A part of a file, of which some bytes are others, with other bytes behind it.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let changes = vec((any::<Index>(), any::<u8>()), 0..6);
    let rest = prop_oneof![Just(Vec::new()), vec(any::<u8>(), 0..40)];
    (select(&FILES[..]), changes, any::<Index>(), rest).prop_map(|(mut body, changes, end, rest)| {
        let head = body.len().min(600);
        changes.into_iter().for_each(|(at, byte)| body[at.index(head)] = byte);
        body.truncate(end.index(2 * body.len()));
        [body, rest].concat()
    })
}

fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Recognition, Ending) {
    let (mut format, mut end) = (Recogniser::default(), EndFinder::default());
    for piece in pieces {
        format.push(piece);
        end.push(piece);
    }
    (format.finish(), end.ending())
}

proptest! {
    #![proptest_config(cases(5000))]

    #[test]
    fn format_and_end_of_any_body_are_the_same_wherever_its_chunks_are_cut(
        body in body(),
        cut in any::<Index>(),
        length in 1..200_usize,
    ) {
        let whole = read([&body[..]]);
        let (start, rest) = body.split_at(cut.index(body.len() + 1));
        prop_assert_eq!(read([start, rest]), whole);
        prop_assert_eq!(read(body.chunks(length)), whole);
        prop_assert_eq!(read(body.chunks(1)), whole);
    }

    #[test]
    fn a_body_that_was_whole_is_not_cut_short_by_what_follows(body in body()) {
        let mut end = EndFinder::default();
        let mut was_whole = false;
        for byte in &body {
            end.push(std::slice::from_ref(byte));
            prop_assert!(!was_whole || end.ending() == Ending::Whole);
            was_whole = end.ending() == Ending::Whole;
        }
    }
}
