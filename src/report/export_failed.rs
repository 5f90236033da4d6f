//! The failed images as a list of addresses, which can be pasted into the page.

use super::Rows;
use crate::plan::Plan;
use crate::text::{add, text};

/// One address a line, with the reason behind it as a comment, or below it if the address is the image itself.
/// A reader of lists finds exactly these addresses in it.
pub fn failed_list(plan: &Plan, rows: &Rows) -> String {
    let mut list = String::new();
    for (item, row) in plan.items().iter().zip(rows.as_slice()) {
        let Some(error) = row.error() else { continue };
        let reason = text![error].replace(char::is_control, " ");
        let address = item.display_text();
        if item.address.as_ref().is_ok_and(|address| address.is_data()) {
            // Behind it, a comment could be part of it.
            add!(&mut list, address, "\n# ", reason, "\n");
        } else {
            add!(&mut list, quoted(address), " # ", reason, "\n");
        }
    }
    list
}

/// The address, in quotes if a reader could take punctuation for that of a sentence.
fn quoted(address: &str) -> String {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || "-_~/%?=&+:@.#".contains(c);
    let ends_safely = address.ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '='));
    if ends_safely && address.chars().all(is_safe) {
        return address.to_owned();
    }
    text!["\"", without_ranges(&address.replace(char::is_control, " ")), "\""]
}

/// The address, written so that a reader finds no range in its brackets: a letter or digit inside becomes a
/// range of itself alone, since ranges do not nest. `[1-3]` becomes `[{1..1}-3]`. Only brackets without a
/// letter or digit, such as `{-,_}`, are percent-encoded.
fn without_ranges(address: &str) -> String {
    let bytes = address.as_bytes();
    let host = address.find("://").map(|colon| colon + 3);
    let mut single = Vec::new();
    for (at, open) in address.match_indices(['[', '{']) {
        let (close, signs) = if open == "[" { ("]", ["-", ":"]) } else { ("}", [",", ".."]) };
        let inside =
            address.get(at + 1..).and_then(|rest| rest.split_once(close)).map_or("", |(inside, _)| inside);
        // The brackets around an IPv6 address begin the host.
        if Some(at) == host || inside.contains(open) || !signs.iter().any(|sign| inside.contains(sign)) {
            continue;
        }
        // Before these two, a range in a query is left alone: it may be the name of a parameter.
        let is_usable = |at: &usize| {
            bytes.get(*at).is_some_and(u8::is_ascii_alphanumeric)
                && !matches!(bytes.get(at + 1), Some(b'=' | b'['))
        };
        match (at + 1..at + 1 + inside.len()).find(is_usable) {
            Some(at) => single.push(at),
            None => return address.replace('{', "%7B").replace('[', "%5B"),
        }
    }
    let mut written = String::new();
    for (at, c) in address.char_indices() {
        if single.contains(&at) {
            add!(&mut written, "{", c, "..", c, "}");
        } else {
            written.push(c);
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::plan::tests::plan_of;
    use crate::run::{Event, EventKind, FetchError};

    #[test]
    fn each_failed_address_is_followed_by_its_reason() {
        let texts = [
            "https://a.example/1.jpg",
            "https://a.example/2.jpg",
            "https://a.example/3.jpg?sig=a,b.",
            "data:image/gif;base64,R0lGOD",
        ];
        let plan = plan_of(texts);
        let mut rows = Rows::new(plan.len());
        for item in [1, 2, 3] {
            let error = if item == 3 { FetchError::Network } else { FetchError::http(404) };
            rows.apply(&Event { at: Duration::ZERO, item, kind: EventKind::Failed { error } });
        }
        let expected = format!(
            "https://a.example/2.jpg # {0}\n\"https://a.example/3.jpg?sig=a,b.\" # {0}\n\
             data:image/gif;base64,R0lGOD\n# {1}\n",
            FetchError::http(404),
            FetchError::Network,
        );
        assert_eq!(failed_list(&plan, &rows), expected);
    }

    #[test]
    fn what_looks_like_a_range_is_written_as_one_of_a_single_value() {
        let cases = [
            ("https://a.example/[1-3].jpg", "\"https://a.example/[{1..1}-3].jpg\""),
            ("https://a.example/?x={a,b}", "\"https://a.example/?x={{a..a},b}\""),
            ("https://a.example/?{a=1,b}", "\"https://a.example/?{a={1..1},b}\""),
            ("https://a.example/?x={-,_}", "\"https://a.example/?x=%7B-,_}\""),
            ("https://a.example/?x={}&y=[0]", "\"https://a.example/?x={}&y=[0]\""),
            ("http://[::1]/[a-c]", "\"http://[::1]/[{a..a}-c]\""),
            ("https://a.example/a_b-c.jpg?w=1&h=2", "https://a.example/a_b-c.jpg?w=1&h=2"),
            ("https://a.example/a?", "\"https://a.example/a?\""),
        ];
        for (address, written) in cases {
            assert_eq!(quoted(address), written);
        }
    }
}
