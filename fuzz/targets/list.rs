//! The text of a list.

#![no_main]

use fetchzip::plan::{MAX_URLS, parse_list};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let requests = parse_list(text);
    let made = requests.iter().filter(|request| request.glob_error.is_none()).count();
    assert!(made <= MAX_URLS);
    assert!(requests.len() <= MAX_URLS + 1);
    // The links of pasted HTML stand on no line, and what is past the end is told once.
    if requests.iter().any(|request| request.line.is_none()) || requests.len() > MAX_URLS {
        return;
    }
    let mut lines = requests.iter().filter_map(|request| request.line).peekable();
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        let is_there = lines.peek() == Some(&number);
        assert!(is_there || !says_something(line), "{line:?} is lost");
        while lines.next_if_eq(&number).is_some() {}
    }
    assert_eq!(lines.next(), None, "a line that is not there, or out of order");
});

/// More than a comment, and more than what surrounds URLs in other people's lists.
fn says_something(line: &str) -> bool {
    let line = line.trim_start_matches('\u{feff}').trim();
    !line.starts_with('#') && line.chars().any(|c| !c.is_whitespace() && !",;'\"<>\u{feff}".contains(c))
}
