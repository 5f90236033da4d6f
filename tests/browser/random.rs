//! Random choices that can be repeated.

use std::env;
use std::time::{SystemTime, UNIX_EPOCH};

/// The seed of a random test: the one in `FETCHZIP_SEED`, which repeats a run, or else a new one. It
/// is printed, and libtest shows it if the test fails.
pub fn seed() -> u64 {
    let seed = match env::var("FETCHZIP_SEED") {
        Ok(seed) => seed.parse().expect("FETCHZIP_SEED is a number"),
        Err(_) => SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros() as u64,
    };
    eprintln!("FETCHZIP_SEED={seed}");
    seed
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number from 0 to `bound` - 1.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (bits ^ (bits >> 31)) % bound
    }
}
