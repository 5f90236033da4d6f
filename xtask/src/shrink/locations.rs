//! Where a panic happened stands in the data: paths of source files, and structures that refer to
//! them. Nothing reads them once panics trap, so they become zeros, which wasm-opt leaves out.
//! No path of the machine that built it is then left in what is published.

use crate::error::Result;
use crate::wasm::Module;

/// The size of `core::panic::Location` on wasm32: a path's address and length, line and column.
const LOCATION_BYTES: usize = 16;

/// Blanks every path of a Rust source file, and every location that refers to one.
pub fn blank(module: &mut Module) -> Result<()> {
    let mut segments = module.data()?;
    let mut paths = Vec::new();
    for segment in &segments {
        if let Some(address) = segment.address {
            paths.extend(
                paths_in(&segment.bytes).map(|(start, end)| {
                    (address.wrapping_add(start as u32), address.wrapping_add(end as u32))
                }),
            );
        }
    }
    // A path may be the end of a longer one, so any address within one will do.
    let is_path = |address: u32, length: u32| {
        let end = address.wrapping_add(length);
        length > 0
            && paths.iter().any(|&(start, path_end)| start <= address && address < end && end == path_end)
    };
    for segment in &mut segments {
        let Some(address) = segment.address else { continue };
        // Locations are aligned, and so must the first one be looked for.
        let mut at = (address as usize).next_multiple_of(4) - address as usize;
        while let Some(location) = segment.bytes.get_mut(at..at + LOCATION_BYTES) {
            if is_path(word(location, 0), word(location, 4)) {
                location.fill(0);
                at += LOCATION_BYTES;
            } else {
                at += 4;
            }
        }
        let found: Vec<_> = paths_in(&segment.bytes).collect();
        for (start, end) in found {
            segment.bytes[start..end].fill(0);
        }
    }
    module.set_data(&segments);
    Ok(())
}

fn word(bytes: &[u8], at: usize) -> u32 {
    bytes[at..at + 4].iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte))
}

/// Start and end of each path: absolute or from `src/` on, up to `.rs`.
fn paths_in(bytes: &[u8]) -> impl Iterator<Item = (usize, usize)> + '_ {
    const END: &[u8] = b".rs";
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let end = at + bytes[at..].windows(END.len()).position(|window| window == END)? + END.len();
            let is_of_path = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-+@".contains(byte);
            let length = bytes[at..end].iter().rev().take_while(|byte| is_of_path(byte)).count();
            let text = &bytes[end - length..end];
            at = end;
            // Strings stand end to end, so what comes before the path may look like a part of it.
            let start = text.windows(4).position(|window| window == b"src/");
            let start = match text.iter().position(|byte| *byte == b'/') {
                Some(slash) if start.is_none_or(|start| slash < start) => Some(slash),
                _ => start,
            };
            if let Some(start) = start {
                return Some((end - length + start, end));
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasm::tests::module_of;

    #[test]
    fn paths_and_what_refers_to_them_become_zeros() {
        let text = b"abortsrc/run/a.rs\0/home/me/b.rscut.";
        let mut data = text.to_vec();
        let location = |address: u32, length: u32| {
            [address, length, 7, 9].into_iter().flat_map(u32::to_le_bytes).collect::<Vec<u8>>()
        };
        // The segment stands at address 100, and its locations at multiples of four.
        data.resize(36, 0);
        data.extend(location(105, 12));
        data.extend(location(118, 13));
        let unrelated = location(100, 5);
        data.extend(&unrelated);
        let mut module = module_of(&["f"], &data);
        blank(&mut module).unwrap();
        let left = module.data().unwrap().remove(0).bytes;
        assert_eq!(&left[..35], b"abort\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0cut.");
        assert_eq!(left[36..68], [0; 32]);
        assert_eq!(left[68..], unrelated);
    }

    #[test]
    fn other_texts_stay() {
        for text in ["example.rs", "no path", "/a/b.css"] {
            assert_eq!(paths_in(text.as_bytes()).count(), 0, "{text}");
        }
    }
}
