//! Panics name the place in the source that they come from: the wasm's data holds the paths of source
//! files, and structures that refer to them. Once panics trap nothing reads either, so both become
//! zeros, which wasm-opt leaves out. Nor does a release then reveal paths of the machine that built it.

use anyhow::{Result, bail};

use crate::wasm::Module;

/// The size of `core::panic::Location` on wasm32: a path's address and length, line and column.
const LOCATION_BYTES: usize = 16;

/// Fills with zeros every path of a Rust source file, and every location that refers to one.
///
/// # Errors
///
/// No location is found: this rustc lays them out differently, or they were stripped before.
pub fn blank(module: &mut Module) -> Result<()> {
    let mut paths = Vec::new();
    for segment in &module.data {
        if let Some(address) = segment.address {
            let in_memory = |offset: usize| address.wrapping_add(offset as u32);
            paths.extend(paths_in(&segment.bytes).map(|(start, end)| (in_memory(start), in_memory(end))));
        }
    }
    // A path may be the end of a longer one, so a location may refer to any address within one.
    let is_path = |address: u32, length: u32| {
        let end = address.wrapping_add(length);
        length > 0
            && paths.iter().any(|&(start, path_end)| start <= address && address < end && end == path_end)
    };
    let mut found = 0;
    for segment in &mut module.data {
        let Some(address) = segment.address else { continue };
        // Locations are aligned in memory, not in the segment.
        let mut at = (address as usize).next_multiple_of(4) - address as usize;
        while let Some(location) = segment.bytes.get_mut(at..at + LOCATION_BYTES) {
            if is_path(word(location, 0), word(location, 4)) {
                location.fill(0);
                found += 1;
                at += LOCATION_BYTES;
            } else {
                at += 4;
            }
        }
        for (start, end) in paths_in(&segment.bytes).collect::<Vec<_>>() {
            segment.bytes[start..end].fill(0);
        }
    }
    if found == 0 {
        bail!(
            "the wasm's data has no location of a panic, so none can be removed: this rustc lays them out \
             differently (xtask/src/shrink/locations.rs)"
        );
    }
    Ok(())
}

fn word(bytes: &[u8], at: usize) -> u32 {
    bytes[at..at + 4].iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte))
}

/// Start and end of each path: absolute or beginning with `src/`, and ending with `.rs`.
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
            // Strings are stored without separators, so the one before a path may look like a part of it.
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
    fn paths_and_the_locations_that_refer_to_them_become_zeros() {
        let text = b"abortsrc/run/a.rs\0/home/me/b.rscut.";
        let mut data = text.to_vec();
        let location = |address: u32, length: u32| {
            [address, length, 7, 9].into_iter().flat_map(u32::to_le_bytes).collect::<Vec<u8>>()
        };
        // The segment begins at address 100, and its locations at multiples of four.
        data.resize(36, 0);
        data.extend(location(105, 12));
        data.extend(location(118, 13));
        let unrelated = location(100, 5);
        data.extend(&unrelated);
        let mut module = module_of(&["f"], &data);
        blank(&mut module).unwrap();
        let left = &module.data[0].bytes;
        assert_eq!(&left[..35], b"abort\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0cut.");
        assert_eq!(left[36..68], [0; 32]);
        assert_eq!(left[68..], unrelated);
    }

    #[test]
    fn data_without_locations_is_refused() {
        let error = blank(&mut module_of(&["f"], b"no path")).unwrap_err();
        assert!(error.to_string().contains("location"), "{error}");
    }

    #[test]
    fn other_texts_stay() {
        for text in ["example.rs", "no path", "/a/b.css"] {
            assert_eq!(paths_in(text.as_bytes()).count(), 0, "{text}");
        }
    }
}
