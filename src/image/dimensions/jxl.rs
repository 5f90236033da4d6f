//! The size of a JPEG XL.

/// Width and height by the bytes after the signature, of which not more than nine count.
pub fn size_of(bytes: &[u8]) -> (u64, u64) {
    let mut at = 0;
    let mut take = |count: u8| {
        let number = (0..count).fold(0, |number, place| {
            let byte = bytes.get(at / 8).copied().unwrap_or_default();
            let bit = u64::from(byte >> (at % 8) & 1);
            at += 1;
            number | bit << place
        });
        Some(number)
    };
    size(&mut take).unwrap_or_default()
}

/// Width and height by the bits after the signature (ISO/IEC 18181-1, D.2), of which the lowest of each byte
/// comes first; `None` if there are not enough.
pub fn size(take: &mut impl FnMut(u8) -> Option<u64>) -> Option<(u64, u64)> {
    /// Widths in relation to heights.
    const RATIOS: [(u8, u8); 7] = [(1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1)];
    let is_small = take(1)? == 1;
    let height = length(take, is_small)?;
    let width = match take(3)? as usize {
        0 => length(take, is_small)?,
        ratio => {
            let (width, of) = RATIOS[(ratio - 1) % RATIOS.len()];
            height * u64::from(width) / u64::from(of)
        }
    };
    Some((width, height))
}

fn length(take: &mut impl FnMut(u8) -> Option<u64>, is_small: bool) -> Option<u64> {
    const BITS: [u8; 4] = [9, 13, 18, 30];
    if is_small {
        return Some(8 * (take(5)? + 1));
    }
    let count = BITS[take(2)? as usize % BITS.len()];
    Some(take(count)? + 1)
}
