//! The candidates of a `srcset`, by the HTML standard ("Parsing a srcset attribute").

/// The address of an image and its size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The address, as it is written.
    pub address: String,
    /// Its width, or how many times its density is the usual one; in hundredths.
    pub size: u32,
    /// Whether the size is a width.
    pub is_width: bool,
}

/// The candidate with the greatest width or density; the first of several.
pub fn largest(srcset: &str) -> Option<Candidate> {
    let mut largest: Option<Candidate> = None;
    for candidate in candidates(srcset) {
        if largest.as_ref().is_none_or(|largest| candidate.size > largest.size) {
            largest = Some(candidate);
        }
    }
    largest
}

fn candidates(srcset: &str) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    let mut rest = srcset;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let Some((word, after)) = rest.split_at_checked(end).filter(|(word, _)| !word.is_empty()) else {
            return candidates;
        };
        // A comma inside a word belongs to the address; one at its end ends the candidate.
        let address = word.trim_end_matches(',');
        let descriptors = if address.len() < word.len() {
            rest = after;
            ""
        } else {
            let (descriptors, tail) = split_descriptors(after);
            rest = tail;
            descriptors
        };
        let (size, is_width) = size_of(descriptors);
        candidates.push(Candidate { address: address.to_owned(), size, is_width });
    }
}

/// The text up to the next comma outside parentheses, and the text after it.
fn split_descriptors(text: &str) -> (&str, &str) {
    let mut depth = 0_u32;
    for (index, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                return (text.get(..index).unwrap_or_default(), text.get(index + 1..).unwrap_or_default());
            }
            _ => {}
        }
    }
    (text, "")
}

/// The size that descriptors such as `480w` or `1.5x` state, in hundredths, and whether it is a width.
fn size_of(descriptors: &str) -> (u32, bool) {
    let mut sizes = descriptors.split_whitespace().filter_map(|word| {
        let is_width = word.ends_with('w');
        let number = word.strip_suffix(['w', 'x'])?;
        Some((hundredths(number)?, is_width))
    });
    sizes.next_back().unwrap_or((100, false))
}

/// Parsing floating-point numbers would add 10 KB of tables to the wasm.
fn hundredths(number: &str) -> Option<u32> {
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    let digit =
        |at: usize| decimals.as_bytes().get(at).map_or(0, |byte| u32::from(byte.wrapping_sub(b'0') % 10));
    let whole: u32 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    whole.checked_mul(100)?.checked_add(digit(0) * 10 + digit(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_candidate_is_found() {
        let cases = [
            ("1.jpg, 2.jpg 2x, 3.jpg 1.5x", "2.jpg"),
            ("1.jpg 1.2x, 2.jpg 1.25x", "2.jpg"),
            ("1.jpg 1200w, 2.jpg 480w", "1.jpg"),
            ("a,b.jpg 1x, c,d.jpg 2x", "c,d.jpg"),
            ("1.jpg,2.jpg 2x", "1.jpg,2.jpg"),
            ("1.jpg, 2.jpg", "1.jpg"),
            ("1.jpg 100w 50h,2.jpg 200w 90h", "2.jpg"),
            (" , , 1x, https://a.example/x.jpg 2x", "https://a.example/x.jpg"),
            ("data:image/gif;base64,R0lGOD 1x", "data:image/gif;base64,R0lGOD"),
            ("1.jpg (a,b) 1x, 2.jpg 2x", "2.jpg"),
            ("1.jpg 99999999999w, 2.jpg 2w", "2.jpg"),
        ];
        for (set, address) in cases {
            assert_eq!(largest(set).map(|largest| largest.address).as_deref(), Some(address), "{set}");
        }
        assert_eq!(largest(" , "), None);
    }
}
