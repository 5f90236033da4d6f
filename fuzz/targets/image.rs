//! Reads the input as a body, except its last two bytes, which are the lengths of the first chunk and of
//! the others.

#![no_main]

use fetchzip::image::{DimensionsFinder, EndFinder, Ending, Recogniser};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let [body @ .., first, second] = input else { return };

    let mut format = Recogniser::default();
    format.push(body);
    let mut whole = EndFinder::default();
    whole.push(body);
    let mut size = DimensionsFinder::default();
    size.push(body);

    let mut chunked_format = Recogniser::default();
    let mut chunked = EndFinder::default();
    let mut chunked_size = DimensionsFinder::default();
    let mut was_whole = false;
    let (head, mut rest) = body.split_at(body.len().min((*first).into()));
    chunked_format.push(head);
    chunked.push(head);
    chunked_size.push(head);
    while !rest.is_empty() {
        was_whole |= chunked.ending() == Ending::Whole;
        let (chunk, after) = rest.split_at(rest.len().min(usize::from(*second) + 1));
        chunked_format.push(chunk);
        chunked.push(chunk);
        chunked_size.push(chunk);
        rest = after;
    }
    assert_eq!(chunked_format.finish(), format.finish(), "the chunks make a difference to the format");
    assert_eq!(chunked.ending(), whole.ending(), "the chunks make a difference");
    assert_eq!(chunked_size.dimensions(), size.dimensions(), "the chunks make a difference to the size");
    assert!(!was_whole || whole.ending() == Ending::Whole, "whole at first, and then no longer");
});
