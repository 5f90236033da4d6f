//! Everything that follows from a seed: numbers that look random and never change.

/// Seconds of 2015-01-01 and the ten years after it, in which pictures claim to have been changed.
const MODIFIED_FROM: u64 = 1_420_070_400;
const MODIFIED_WITHIN: u64 = 315_360_000;

/// A number from a text: itself if it is one, else its FNV-1a hash.
pub fn of(text: &str) -> u64 {
    text.parse().unwrap_or_else(|_| hash(text))
}

/// FNV-1a, spread over all bits.
pub fn hash(text: &str) -> u64 {
    let hash = text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    mix(hash)
}

/// The finaliser of SplitMix64: neighbouring numbers become unrelated ones.
pub fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// When the picture of a seed claims to have been changed, in seconds since 1970.
pub fn modified(seed: u64) -> u64 {
    MODIFIED_FROM + mix(seed ^ 0xDA7E) % MODIFIED_WITHIN
}

/// A stream of numbers from a seed.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The stream of a seed; `purpose` tells streams of one seed apart.
    pub fn new(seed: u64, purpose: u64) -> Self {
        Self(mix(seed ^ mix(purpose)))
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(1);
        mix(self.0)
    }

    /// A number from `from` up to `to`.
    pub fn between(&mut self, from: f32, to: f32) -> f32 {
        // 24 bits are what an f32 holds exactly.
        from + (to - from) * ((self.next() >> 40) as f32 / (1u64 << 24) as f32)
    }

    /// Whether something happens that does so this often.
    pub fn chance(&mut self, probability: f32) -> bool {
        self.between(0.0, 1.0) < probability
    }
}
