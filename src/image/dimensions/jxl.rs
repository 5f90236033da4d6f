//! The size of a JPEG XL.

/// Width and height by the bytes after the signature (ISO/IEC 18181-1, D.2). Not more than nine of them
/// count.
pub fn size(bytes: &[u8]) -> (u64, u64) {
    /// Widths in relation to heights.
    const RATIOS: [(u8, u8); 7] = [(1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1)];
    let mut bits = Bits { bytes, at: 0 };
    let is_small = bits.take(1) == 1;
    let height = length(&mut bits, is_small);
    let width = match bits.take(3) as usize {
        0 => length(&mut bits, is_small),
        ratio => {
            let (width, of) = RATIOS[(ratio - 1) % RATIOS.len()];
            height * u64::from(width) / u64::from(of)
        }
    };
    (width, height)
}

fn length(bits: &mut Bits<'_>, is_small: bool) -> u64 {
    const BITS: [u8; 4] = [9, 13, 18, 30];
    if is_small {
        return 8 * (bits.take(5) + 1);
    }
    let count = BITS[bits.take(2) as usize % BITS.len()];
    bits.take(count) + 1
}

/// Bits of which the lowest of each byte comes first; zeros after the last one.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: u8) -> u64 {
        (0..count).fold(0, |number, place| {
            let byte = self.bytes.get(self.at / 8).copied().unwrap_or_default();
            let bit = u64::from(byte >> (self.at % 8) & 1);
            self.at += 1;
            number | bit << place
        })
    }
}
