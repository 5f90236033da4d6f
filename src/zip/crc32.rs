//! CRC-32 as zip has it (ISO 3309, reflected, polynomial 0xEDB88320).

use std::sync::OnceLock;

/// How many bytes are taken at once ("slicing by 8").
const SLICE: usize = 8;

type Tables = [[u32; 256]; SLICE];

/// The tables are made at the first use: as static data they would be downloaded.
static TABLES: OnceLock<Box<Tables>> = OnceLock::new();

/// A CRC-32 that grows with its bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Crc32(u32);

impl Crc32 {
    /// Takes in the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        let tables = TABLES.get_or_init(make_tables);
        let mut state = !self.0;
        let mut slices = bytes.chunks_exact(SLICE);
        for slice in &mut slices {
            let mixed: [u8; 4] = state.to_le_bytes();
            state = 0;
            for (at, byte) in slice.iter().enumerate() {
                let byte = byte ^ mixed.get(at).copied().unwrap_or(0);
                state ^= tables[SLICE - 1 - at][usize::from(byte)];
            }
        }
        for byte in slices.remainder() {
            state = step(&tables[0], state, *byte);
        }
        self.0 = !state;
    }

    /// The CRC-32 of the bytes so far.
    pub fn value(self) -> u32 {
        self.0
    }
}

fn step(table: &[u32; 256], state: u32, byte: u8) -> u32 {
    table[usize::from(state as u8 ^ byte)] ^ (state >> 8)
}

/// Table `k` has the CRC of each byte followed by `k` zero bytes.
fn make_tables() -> Box<Tables> {
    const POLYNOMIAL: u32 = 0xEDB8_8320;
    let mut tables = Box::new([[0; 256]; SLICE]);
    for byte in 0..256 {
        let mut state = byte as u32;
        for _ in 0..8 {
            state = (state >> 1) ^ if state & 1 == 1 { POLYNOMIAL } else { 0 };
        }
        tables[0][byte] = state;
    }
    for k in 1..SLICE {
        for byte in 0..256 {
            tables[k][byte] = step(&tables[0], tables[k - 1][byte], 0);
        }
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crc_of(parts: &[&[u8]]) -> u32 {
        let mut crc = Crc32::default();
        parts.iter().for_each(|part| crc.update(part));
        crc.value()
    }

    #[test]
    fn the_check_value_of_the_definition() {
        assert_eq!(crc_of(&[b"123456789"]), 0xCBF4_3926);
        assert_eq!(crc_of(&[]), 0);
    }

    #[test]
    fn it_agrees_with_a_reference_at_every_length() {
        let bytes: Vec<u8> = (0..4096_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        for length in 0..bytes.len() {
            assert_eq!(crc_of(&[&bytes[..length]]), crc32fast::hash(&bytes[..length]), "{length}");
        }
    }

    #[test]
    fn it_does_not_matter_how_the_bytes_are_cut() {
        let bytes: Vec<u8> = (0..=255).cycle().take(1000).collect();
        let whole = crc_of(&[&bytes]);
        for cut in 0..bytes.len() {
            assert_eq!(crc_of(&[&bytes[..cut], &bytes[cut..]]), whole, "{cut}");
        }
    }
}
