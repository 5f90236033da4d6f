//! JPEG files of an exact length: a small picture with comment segments before its frame, where
//! every decoder skips them (ITU-T T.81, B.2.4.5), so that the file still ends with its EOI.

use std::sync::LazyLock;

use bytes::Bytes;

use crate::body::Body;
use crate::seed::{Dice, mix};

/// The pictures inside, largest first: the shortest file that each is used for, and its size in pixels.
pub const BASES: [(u64, u32, u32); 5] =
    [(1_000_000, 960, 640), (100_000, 480, 320), (12_000, 120, 80), (2_000, 24, 16), (0, 8, 8)];

/// The number of pictures inside padded files. The files differ by their padding, so that thousands of
/// them don't need thousands of encodings.
pub const LOOKS: u64 = 48;

/// The shortest padding: a marker and a length.
pub const SHORTEST: u64 = 4;

/// The longest segment: a marker of 2 bytes and the largest 16-bit length.
const LONGEST: u64 = 2 + 0xFFFF;

/// Bytes of padding that belong to one file; the rest is shared, so that files cost hardly any memory.
const OWN: u64 = 64;

/// Marker COM (T.81, table B.1).
const COMMENT: [u8; 2] = [0xFF, 0xFE];

/// Full segments of noise, shared by all files. There are several, so that swapped chunks change the
/// file's checksum.
static SEGMENTS: LazyLock<Vec<Bytes>> =
    LazyLock::new(|| (0..16).map(|number| segment(number, LONGEST)).collect());

/// Pads a JPEG file to a length. `None` if it is longer, or shorter by less than a segment.
pub fn pad(base: &Body, seed: u64, length: u64) -> Option<Body> {
    let mut left = length.checked_sub(base.len())?;
    if left == 0 {
        return Some(base.clone());
    }
    if left < SHORTEST {
        return None;
    }
    let start_of_image = 2;
    let mut parts = base.slice(0..start_of_image).parts().to_vec();
    let own = if left < OWN + SHORTEST { left } else { OWN };
    parts.push(segment(mix(seed), own));
    left -= own;
    let mut turn = seed as usize;
    while left > 0 {
        turn = turn.wrapping_add(1);
        let shared = &SEGMENTS[turn % SEGMENTS.len()];
        let next = if left <= LONGEST {
            left
        } else if left - LONGEST >= SHORTEST {
            LONGEST
        } else {
            // A full segment would leave too little for another.
            LONGEST / 2
        };
        if next == LONGEST {
            parts.push(shared.clone());
        } else {
            let content_from = SHORTEST as usize;
            parts.push(Bytes::copy_from_slice(&beginning(next)));
            parts.push(shared.slice(content_from..next as usize));
        }
        left -= next;
    }
    parts.extend_from_slice(base.slice(start_of_image..base.len()).parts());
    Some(Body::from_parts(parts))
}

/// A comment segment of `length` bytes, full of noise.
fn segment(seed: u64, length: u64) -> Bytes {
    let mut dice = Dice::new(seed, length);
    let mut bytes = Vec::with_capacity(length as usize + 8);
    bytes.extend_from_slice(&beginning(length));
    while (bytes.len() as u64) < length {
        // No byte of 0xFF, so that nothing in it looks like a marker.
        bytes.extend(dice.next().to_le_bytes().map(|byte| byte & 0x7F));
    }
    bytes.truncate(length as usize);
    bytes.into()
}

/// The marker and length at the start of a segment of `length` bytes.
fn beginning(length: u64) -> [u8; SHORTEST as usize] {
    // At most LONGEST, so what follows the marker fits 16 bits.
    let [high, low] = ((length - 2) as u16).to_be_bytes();
    [COMMENT[0], COMMENT[1], high, low]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SOI and EOI only, which is all that padding looks at.
    fn base() -> Body {
        Body::from(vec![0xFF, 0xD8, 0xFF, 0xD9])
    }

    #[test]
    fn every_length_from_the_shortest_on_consists_of_whole_segments() {
        let interesting = (8..200).chain(65_530..65_560).chain(131_060..131_100).chain([1_000_003]);
        for length in interesting {
            let bytes = pad(&base(), 7, length).unwrap().to_vec();
            assert_eq!(bytes.len() as u64, length);
            let mut at = 2;
            while bytes[at..at + 2] == COMMENT {
                at += 2 + usize::from(u16::from_be_bytes([bytes[at + 2], bytes[at + 3]]));
            }
            assert_eq!(bytes[at..], [0xFF, 0xD9], "{length}");
        }
    }

    #[test]
    fn a_gap_smaller_than_a_segment_cannot_be_filled() {
        assert!(pad(&base(), 7, 3).is_none());
        assert_eq!(pad(&base(), 7, 4).unwrap().len(), 4);
        assert!(pad(&base(), 7, 6).is_none());
    }

    #[test]
    fn files_of_two_seeds_differ_at_any_length() {
        for length in [40, 70_000, 500_000] {
            assert_ne!(pad(&base(), 1, length).unwrap().to_vec(), pad(&base(), 49, length).unwrap().to_vec());
        }
    }
}
