//! CRC-32 without tables: a sparse multiple of its polynomial folds words forward.
//!
//! x^300 + x^155 + x^117 + x^89 + 1 is a multiple of the CRC-32 polynomial, and squaring keeps such
//! a relation, so it holds for words of 2^k bits as well. A word can therefore be removed from the
//! message if it is added to the words 145, 183, 211 and 300 places later: the CRC stays the same.
//! Repeated for each word, that leaves the last 300. The idea is Chorba's (arXiv 2412.16398).
//!
//! Adding is XOR, which does not depend on the width of words, so the code below works on bytes, in
//! runs short enough that no word is added to another one of the same run.

use super::slicing;

/// The distances at which a word is added, in words.
const DISTANCES: [usize; 4] = [NEAR, 183, 211, REACH];
const NEAR: usize = 145;
const REACH: usize = 300;

/// The size of the widest words, vectors, in bytes.
const WIDEST: usize = 16;

/// Zero bytes before the message, the predecessors of its first words.
const ZEROS: usize = REACH * WIDEST;

/// The least length that can be folded, with space for the zeros before smaller words.
const SHORTEST: usize = 2 * ZEROS;

/// A buffer for bytes whose CRC-32 is wanted. Computing it overwrites them.
#[derive(Debug)]
pub struct CrcBuffer(Box<[u8]>);

impl CrcBuffer {
    /// A buffer of this capacity, in bytes.
    pub fn new(bytes: usize) -> Self {
        Self(vec![0; ZEROS + bytes].into_boxed_slice())
    }

    /// The space for the bytes.
    pub fn bytes(&mut self) -> &mut [u8] {
        &mut self.0[ZEROS..]
    }

    /// The state after the first `length` bytes, which are overwritten.
    pub(super) fn fold(&mut self, state: u32, length: usize) -> u32 {
        if length < SHORTEST {
            return slicing::update(state, &self.bytes()[..length]);
        }
        // To begin with a state is to begin with zero and add the state to the first bytes.
        self.bytes().iter_mut().zip(state.to_le_bytes()).for_each(|(byte, of_state)| *byte ^= of_state);

        let mut message = &mut self.0[..ZEROS + length];
        for word in [WIDEST, 8, 4] {
            let begin = fold_words(message, word);
            // The bytes before the rest are folded, so the zeros of the next words go there.
            let zeros = begin - REACH * word / 2;
            message[zeros..begin].fill(0);
            message = &mut message[zeros..];
        }
        let rest = REACH * 4 / 2;
        slicing::update(0, &message[rest..])
    }
}

/// Folds a message, which begins with its zeros. Returns where the rest of it begins.
fn fold_words(message: &mut [u8], word: usize) -> usize {
    let end = REACH * word + (message.len() - REACH * word) / word * word;
    let rest = end - REACH * word;
    let mut at = REACH * word;
    #[cfg(target_feature = "simd128")]
    if word == WIDEST {
        at = fold_vectors(&mut message[..rest + NEAR * WIDEST]);
    }
    while at < end {
        // Words of the rest are not removed, so they are not added to others: towards the end, one
        // term after the other becomes zero.
        let ends = DISTANCES.map(|distance| rest + distance * word);
        let stop = ends.into_iter().find(|end| at < *end).unwrap_or(end).min(at + NEAR * word);
        let (before, run) = message[..stop].split_at_mut(at);
        let term = |index: usize| {
            let begin = if at < ends[index] { at - DISTANCES[index] * word } else { 0 };
            &before[begin..begin + run.len()]
        };
        let terms = [0, 1, 2, 3].map(term);
        add_terms(run, terms);
        at = stop;
    }
    rest
}

/// Folds the complete vectors after the zeros for which all terms exist. Nearly all of the time is
/// spent in this loop. Returns where it stopped.
///
/// The terms of a vector lie at fixed distances before it, so one pointer is enough, and the distances
/// are part of the instructions. Vectors are folded in pairs, which depend on earlier pairs but not on
/// each other.
#[cfg(target_feature = "simd128")]
fn fold_vectors(message: &mut [u8]) -> usize {
    use core::arch::wasm32::{v128, v128_xor};
    /// The vector [`ZEROS`] bytes after `window`, folded.
    ///
    /// # Safety
    ///
    /// The pointer must be valid for [`ZEROS`] bytes and a vector. It needs no alignment.
    #[inline(always)]
    unsafe fn folded(window: *const u8) -> v128 {
        // SAFETY: the caller guarantees it, and no distance is longer than the zeros.
        let vector = |distance: usize| unsafe {
            window.add(ZEROS - distance * WIDEST).cast::<v128>().read_unaligned()
        };
        let [a, b, c, d] = DISTANCES.map(vector);
        v128_xor(v128_xor(v128_xor(a, b), v128_xor(c, d)), vector(0))
    }
    let pairs = (message.len() - ZEROS) / (2 * WIDEST);
    let mut window = message.as_mut_ptr();
    for _ in 0..pairs {
        // SAFETY: both vectors lie within the message, and so do the zeros before the first.
        unsafe {
            let (first, second) = (folded(window), folded(window.add(WIDEST)));
            let sums = window.add(ZEROS).cast::<v128>();
            sums.write_unaligned(first);
            sums.add(1).write_unaligned(second);
            window = window.add(2 * WIDEST);
        }
    }
    ZEROS + pairs * 2 * WIDEST
}

/// Adds four terms to each byte. All slices have the same length.
#[cfg(not(target_feature = "simd128"))]
fn add_terms(sums: &mut [u8], [a, b, c, d]: [&[u8]; 4]) {
    for (sum, (((a, b), c), d)) in sums.iter_mut().zip(a.iter().zip(b).zip(c).zip(d)) {
        *sum ^= a ^ b ^ c ^ d;
    }
}

/// The same with vectors, two at a time and with one index: when it optimises for size, the compiler
/// does not do this by itself.
#[cfg(target_feature = "simd128")]
fn add_terms(sums: &mut [u8], terms: [&[u8]; 4]) {
    use core::arch::wasm32::{v128, v128_xor};
    /// Adds one vector.
    ///
    /// # Safety
    ///
    /// All pointers must be valid for sixteen bytes from `at` on. They need no alignment.
    #[inline(always)]
    unsafe fn add(sum: *mut u8, [a, b, c, d]: [*const u8; 4], at: usize) {
        // SAFETY: the caller guarantees it.
        unsafe {
            let vector = |pointer: *const u8| pointer.add(at).cast::<v128>().read_unaligned();
            let added = v128_xor(v128_xor(vector(a), vector(b)), v128_xor(vector(c), vector(d)));
            sum.add(at).cast::<v128>().write_unaligned(v128_xor(added, vector(sum)));
        }
    }
    let length = sums.len();
    assert!(terms.iter().all(|term| term.len() == length));
    let (sum, pointers) = (sums.as_mut_ptr(), terms.map(<[u8]>::as_ptr));
    let mut at = 0;
    while at + 2 * WIDEST <= length {
        // SAFETY: all slices have the same length, and at least two vectors of it are left.
        unsafe {
            add(sum, pointers, at);
            add(sum, pointers, at + WIDEST);
        }
        at += 2 * WIDEST;
    }
    for at in at..length {
        sums[at] ^= terms.iter().fold(0, |added, term| added ^ term[at]);
    }
}
