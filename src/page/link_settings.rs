//! The settings of the form that a link may bring.
//!
//! Anybody can make a link. So it sets what the form shows and what is harmless: no relay, sign-in or limit, nothing of
//! the record, which may disclose addresses, and no regular expression, which may take for ever on the link's own list.

use super::persisted_input::recorded;
use super::{list_choice, mode_box};

/// The names of the recorded options that may be in a link.
const LINKED: [&str; 15] = [
    mode_box::MODE,
    "at-once",
    list_choice::NAME,
    "keep-ranges",
    NAMES,
    ADDRESS,
    "filter-host",
    "filter-extension",
    "filter-format",
    "filter-bytes",
    "filter-width",
    "filter-height",
    "filter-ratio",
    "skip-addresses",
    "skip-images",
];

const NAMES: &str = "names";
const ADDRESS: &str = "filter-address";

/// Of the recorded options, those for a link: what differs from a form that nobody has changed. A link that does not
/// have the whole list has no columns, so how those are read and named stays here.
pub fn of_form(options: &str, has_whole_list: bool) -> String {
    let goes_along = |line: &&str| {
        let (name, value) = parts(line);
        let is_changed = match name {
            mode_box::MODE => value != mode_box::DEFAULT_MODE,
            // It consists of parts.
            list_choice::NAME => value.chars().any(|part| part != '|'),
            _ => !value.is_empty(),
        };
        is_linked(line) && is_changed && (has_whole_list || ![list_choice::NAME, NAMES].contains(&name))
    };
    options.lines().filter(goes_along).collect::<Vec<_>>().join("\n")
}

/// The recorded options with those of a link in their place; of what may be in a link, the rest is as in the beginning.
pub fn merged(options: &str, linked: &str) -> String {
    // Else an address that was found with the list would be lost, against which its relative ones are resolved.
    let keeps_reading = recorded(linked, list_choice::NAME).is_none();
    let stays = |line: &&str| {
        let (name, _) = parts(line);
        !LINKED.contains(&name) || keeps_reading && name == list_choice::NAME
    };
    let lines = options.lines().filter(stays).chain(linked.lines().filter(is_linked));
    lines.collect::<Vec<_>>().join("\n")
}

fn is_linked(line: &&str) -> bool {
    let (name, value) = parts(line);
    LINKED.contains(&name) && !(name == ADDRESS && value.trim_start().starts_with('/'))
}

fn parts<'a>(line: &&'a str) -> (&'a str, &'a str) {
    line.split_once('=').unwrap_or_default()
}
