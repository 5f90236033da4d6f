//! A body: the two bytes behind it say where its chunks end.

#![no_main]

use fetchzip::image::{EndFinder, Ending, HEAD_BYTES, recognise};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let [body @ .., first, second] = input else { return };
    let _ = recognise(&body[..body.len().min(HEAD_BYTES)]);

    let mut whole = EndFinder::default();
    whole.push(body);

    let mut chunked = EndFinder::default();
    let mut ended = false;
    let (head, mut rest) = body.split_at(body.len().min((*first).into()));
    chunked.push(head);
    while !rest.is_empty() {
        ended |= chunked.ending() == Ending::Whole;
        let (chunk, after) = rest.split_at(rest.len().min(usize::from(*second) + 1));
        chunked.push(chunk);
        rest = after;
    }
    assert_eq!(chunked.ending(), whole.ending(), "the chunks made a difference");
    assert!(!ended || whole.ending() == Ending::Whole, "it ended, and then it did not");
});
