//! CRC-32 by tables, eight bytes at a time ("slicing by 8").

use std::sync::OnceLock;

/// The number of bytes processed at once.
const SLICE: usize = 8;

type Tables = [[u32; 256]; SLICE];

/// The tables are computed at the first use: static data would have to be downloaded.
static TABLES: OnceLock<Box<Tables>> = OnceLock::new();

/// The state after these bytes. A state is the inverted CRC-32.
pub fn update(mut state: u32, bytes: &[u8]) -> u32 {
    let tables = TABLES.get_or_init(make_tables);
    let mut slices = bytes.chunks_exact(SLICE);
    for slice in &mut slices {
        let mixed = state.to_le_bytes();
        state = 0;
        for (at, byte) in slice.iter().enumerate() {
            let byte = byte ^ mixed.get(at).copied().unwrap_or(0);
            state ^= tables[SLICE - 1 - at][usize::from(byte)];
        }
    }
    slices.remainder().iter().fold(state, |state, byte| step(&tables[0], state, *byte))
}

fn step(table: &[u32; 256], state: u32, byte: u8) -> u32 {
    table[usize::from(state as u8 ^ byte)] ^ (state >> 8)
}

/// Table `k` holds the CRC of each byte followed by `k` zero bytes.
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
