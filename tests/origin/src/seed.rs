//! Numbers that look random and follow from a seed, the same ones for ever.

/// 2015-01-01 in seconds since 1970, and the ten years after it in which pictures claim to be modified.
const MODIFIED_FROM: u64 = 1_420_070_400;
const MODIFIED_WITHIN: u64 = 315_360_000;

/// The number that a text is, or else its hash.
pub fn of(text: &str) -> u64 {
    text.parse().unwrap_or_else(|_| hash(text))
}

/// The CRC-32 of a text, spread over all bits.
pub fn hash(text: &str) -> u64 {
    mix(crc32fast::hash(text.as_bytes()).into())
}

/// The finaliser of SplitMix64: neighbouring numbers become unrelated ones.
pub fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// The Last-Modified of the picture of a seed, in seconds since 1970.
pub fn modified(seed: u64) -> u64 {
    MODIFIED_FROM + mix(seed ^ 0xDA7E) % MODIFIED_WITHIN
}

/// A stream of numbers from a seed.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The stream of a seed. A seed has one stream per `purpose`.
    pub fn new(seed: u64, purpose: u64) -> Self {
        Self(mix(seed ^ mix(purpose)))
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(1);
        mix(self.0)
    }

    /// A number from `from` to `to`.
    pub fn between(&mut self, from: f32, to: f32) -> f32 {
        // An f32 holds 24 bits exactly.
        from + (to - from) * ((self.next() >> 40) as f32 / (1u64 << 24) as f32)
    }
}
