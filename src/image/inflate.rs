//! What a gzip file holds (RFC 1951 and 1952): its beginning, to see what it is, and whether it is there to its end.
//!
//! By hand: a crate that decompresses whole files is ten times as large. The checksum is not compared.

/// The beginning of what a gzip file holds: at most this many bytes, and what these first bytes of it give.
pub fn beginning(file: &[u8], most: usize) -> Vec<u8> {
    let mut out = Vec::new();
    if let Some(start) = header_length(file) {
        let mut bits = Bits { bytes: &file[start..], at: 0 };
        while out.len() < most && read_block(&mut bits, &mut out, most) == Some(false) {}
    }
    out
}

/// Whether the first member of a gzip file is there to its end; `None` if it holds this many bytes, or is not valid.
pub fn is_whole(file: &[u8], most: usize) -> Option<bool> {
    /// The checksum, and the length of what the member holds.
    const TRAILER: usize = 8;
    let Some(start) = header_length(file) else { return Some(false) };
    let mut bits = Bits { bytes: &file[start..], at: 0 };
    let mut out = Vec::new();
    loop {
        match read_block(&mut bits, &mut out, most) {
            _ if out.len() >= most => return None,
            Some(true) => return Some(start + bits.at.div_ceil(8) + TRAILER <= file.len()),
            Some(false) => {}
            None if bits.is_over() => return Some(false),
            None => return None,
        }
    }
}

/// The length of the header (RFC 1952, 2.3).
fn header_length(file: &[u8]) -> Option<usize> {
    let flags = *file.get(3)?;
    let mut length = 10;
    if flags & 4 != 0 {
        length += 2 + usize::from(u16::from_le_bytes([*file.get(10)?, *file.get(11)?]));
    }
    // The file's name, and a comment.
    for flag in [8, 16] {
        if flags & flag != 0 {
            length += 1 + file.get(length..)?.iter().position(|byte| *byte == 0)?;
        }
    }
    length += usize::from(flags & 2);
    (length <= file.len()).then_some(length)
}

/// Bits of which the lowest of each byte comes first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    /// Whether nothing is left.
    fn is_over(&self) -> bool {
        self.at >= 8 * self.bytes.len()
    }

    fn take(&mut self, count: usize) -> Option<usize> {
        let mut number = 0;
        for place in 0..count {
            let byte = usize::from(*self.bytes.get(self.at / 8)?);
            number |= (byte >> (self.at % 8) & 1) << place;
            self.at += 1;
        }
        Some(number)
    }
}

/// The longest code, in bits.
const MAX_BITS: usize = 15;

/// A Huffman code: how many symbols have a code of each length, and the symbols by their codes.
struct Code {
    counts: [usize; MAX_BITS + 1],
    symbols: Vec<usize>,
}

impl Code {
    /// The code in which each symbol has this many bits (RFC 1951, 3.2.2).
    fn new(lengths: &[usize]) -> Self {
        let mut counts = [0; MAX_BITS + 1];
        let mut symbols = Vec::new();
        for (bits, count) in counts.iter_mut().enumerate().skip(1) {
            let of_length = lengths.iter().enumerate().filter(|(_, length)| **length == bits);
            let before = symbols.len();
            symbols.extend(of_length.map(|(symbol, _)| symbol));
            *count = symbols.len() - before;
        }
        Self { counts, symbols }
    }

    fn read(&self, bits: &mut Bits<'_>) -> Option<usize> {
        let (mut code, mut first, mut index) = (0, 0, 0);
        for count in &self.counts[1..] {
            code |= bits.take(1)?;
            if code < first + count {
                return self.symbols.get(index + code - first).copied();
            }
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        None
    }
}

/// Reads a block; whether it was the last one, or `None` if it is not here to its end or not valid.
fn read_block(bits: &mut Bits<'_>, out: &mut Vec<u8>, most: usize) -> Option<bool> {
    let is_last = bits.take(1)? == 1;
    match bits.take(2)? {
        0 => {
            bits.at = bits.at.next_multiple_of(8);
            let length = bits.take(16)?;
            bits.take(16)?;
            let rest = &bits.bytes[bits.at / 8..];
            out.extend_from_slice(&rest[..length.min(rest.len())]);
            bits.at += 8 * length;
        }
        1 => {
            let lengths = [[8; 144].as_slice(), &[9; 112], &[7; 24], &[8; 8]].concat();
            read_symbols(bits, out, most, &Code::new(&lengths), &Code::new(&[5; 30]))?;
        }
        2 => {
            let (literals, distances) = read_codes(bits)?;
            read_symbols(bits, out, most, &literals, &distances)?;
        }
        _ => return None,
    }
    Some(is_last)
}

/// The codes of a block that brings its own (RFC 1951, 3.2.7).
fn read_codes(bits: &mut Bits<'_>) -> Option<(Code, Code)> {
    const ORDER: [u8; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
    let (literals, distances) = (257 + bits.take(5)?, 1 + bits.take(5)?);
    let mut lengths = [0; ORDER.len()];
    for place in &ORDER[..(4 + bits.take(4)?).min(ORDER.len())] {
        lengths[usize::from(*place)] = bits.take(3)?;
    }
    let code = Code::new(&lengths);
    let mut lengths = Vec::new();
    while lengths.len() < literals + distances {
        let (length, count) = match code.read(bits)? {
            16 => (*lengths.last()?, 3 + bits.take(2)?),
            17 => (0, 3 + bits.take(3)?),
            18 => (0, 11 + bits.take(7)?),
            length => (length, 1),
        };
        lengths.resize(lengths.len() + count, length);
    }
    Some((Code::new(&lengths[..literals]), Code::new(&lengths[literals..])))
}

fn read_symbols(
    bits: &mut Bits<'_>,
    out: &mut Vec<u8>,
    most: usize,
    literals: &Code,
    distances: &Code,
) -> Option<()> {
    const END: usize = 256;
    while out.len() < most {
        match literals.read(bits)? {
            END => break,
            symbol @ 0..END => out.push(symbol as u8),
            symbol => {
                // Each number of extra bits counts for four lengths, and for two distances.
                let length = match symbol - 257 {
                    code @ 0..8 => 3 + code,
                    28 => 258,
                    code => {
                        let extra = code / 4 - 1;
                        3 + ((4 + code % 4) << extra) + bits.take(extra)?
                    }
                };
                let distance = match distances.read(bits)? {
                    code @ 0..4 => 1 + code,
                    code => {
                        let extra = code / 2 - 1;
                        1 + ((2 + code % 2) << extra) + bits.take(extra)?
                    }
                };
                let from = out.len().checked_sub(distance)?;
                (from..from + length).for_each(|at| out.push(out[at]));
            }
        }
    }
    Some(())
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use std::io::Write;

    use flate2::{Compression, GzBuilder};

    use super::*;

    fn compressed(level: u32, data: &[u8]) -> Vec<u8> {
        let mut encoder = GzBuilder::new().filename("a.svg").comment("b").extra([1, 2, 3]);
        encoder = encoder.mtime(7);
        let mut encoder = encoder.write(Vec::new(), Compression::new(level));
        encoder.write_all(data).and_then(|()| encoder.finish()).unwrap_or_default()
    }

    /// Repetitions at all distances, and bytes that repeat nothing.
    fn data(length: u32) -> Vec<u8> {
        let noise = |index: u32| (index.wrapping_mul(2_654_435_761) >> 24) as u8;
        (0..length)
            .map(|index| if index % 1000 < 700 { b"<g/>"[index as usize % 4] } else { noise(index) })
            .collect()
    }

    #[test]
    fn what_was_compressed_is_read_again() {
        for length in [0, 1, 5, 300, 3000, 100_000] {
            let data = data(length);
            for level in [0, 1, 6, 9] {
                let file = compressed(level, &data);
                assert_eq!(beginning(&file, 1 << 20), data, "{length} {level}");
                let most = data.len() / 2;
                let part = beginning(&file, most);
                assert!(part.len() >= most && data.starts_with(&part), "{length} {level}");
            }
        }
    }

    #[test]
    fn a_part_of_a_file_gives_a_part_of_what_it_holds() {
        let data = data(3000);
        for level in [0, 1, 9] {
            let file = compressed(level, &data);
            let mut longest = 0;
            for length in 0..file.len() {
                let part = beginning(&file[..length], 1 << 20);
                assert!(data.starts_with(&part) && part.len() >= longest, "{level} {length}");
                longest = part.len();
            }
            assert_eq!(longest, data.len());
        }
    }

    #[test]
    fn what_is_no_such_file_gives_nothing_that_matters() {
        let file = compressed(9, &data(3000));
        for at in 0..file.len() {
            for byte in [0, 0x55, 0xFF] {
                let mut damaged = file.clone();
                damaged[at] = byte;
                assert!(beginning(&damaged, 4000).len() <= 70_000);
            }
        }
    }
}
