//! Parses the input as a list of URLs.

#![no_main]

use fetchzip::plan::{MAX_URLS, parse_list};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let requests = parse_list(text);
    let valid = requests.iter().filter(|request| request.glob_error.is_none()).count();
    assert!(valid <= MAX_URLS);
    assert!(requests.len() <= MAX_URLS + 1);
    // The links of pasted HTML have no line numbers, and a list that is too long is not read to its end.
    if requests.iter().any(|request| request.line.is_none()) || requests.len() > MAX_URLS {
        return;
    }
    let mut lines = requests.iter().filter_map(|request| request.line).peekable();
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        let is_read = lines.peek() == Some(&number);
        assert!(is_read || !has_content(line), "{line:?} was lost");
        while lines.next_if_eq(&number).is_some() {}
    }
    assert_eq!(lines.next(), None, "a line that does not exist, or is out of order");
});

/// Whether a line is more than a comment and more than the punctuation that may surround URLs.
fn has_content(line: &str) -> bool {
    let line = line.trim_start_matches('\u{feff}').trim();
    !line.starts_with('#') && line.chars().any(|c| !c.is_whitespace() && !",;'\"<>\u{feff}".contains(c))
}
