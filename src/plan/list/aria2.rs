//! Input files of aria2: addresses by the line, several for one file separated by tabs, and below each its
//! options, which are indented (<https://aria2.github.io/manual/en/html/aria2c.html#input-file>).

use std::iter::Peekable;

use super::lines::{Lines, trimmed};
use super::output::Output;
use super::prose::is_address;
use super::request::Request;
use crate::text::text;

/// Reads an input file, one address line with its options at each step.
pub struct Aria2Reader<'a>(Peekable<Lines<'a>>);

impl<'a> Aria2Reader<'a> {
    /// Reads a text.
    pub fn new(text: &'a str) -> Self {
        Self(Lines::of(text).peekable())
    }

    /// Reads the next file; false at the end.
    pub fn step(&mut self, out: &mut Output) -> bool {
        let Some((number, line)) = self.0.next() else { return false };
        let line = trimmed(line);
        if line.is_empty() || line.starts_with('#') {
            return true;
        }
        let (mut name, mut folder) = (None, None);
        while let Some((_, line)) = self.0.next_if(|(_, line)| is_option(line)) {
            match trimmed(line).split_once('=') {
                Some(("out", value)) => name = Some(value.trim()),
                Some(("dir", value)) => folder = Some(value.trim().trim_matches('/')),
                _ => {}
            }
        }
        let name = match (folder.filter(|folder| !folder.is_empty()), name) {
            (Some(folder), Some(name)) => Some(text![folder, "/", name]),
            (Some(folder), None) => Some(text![folder, "/"]),
            (None, name) => name.map(str::to_owned),
        };
        let mut addresses: Vec<_> =
            line.split('\t').map(str::trim).filter(|address| !address.is_empty()).collect();
        // If none is an address, the first one says so.
        if addresses.iter().any(|text| is_address(text)) {
            addresses.retain(|text| {
                let is_kept = is_address(text);
                if !is_kept {
                    out.reject(Some(number), text, "not a URL; the other addresses of this line are used");
                }
                is_kept
            });
        }
        let first = addresses.first().copied().unwrap_or(line);
        let fallbacks = addresses.iter().skip(1).map(|text| (*text).to_owned()).collect();
        out.push(Request { name, fallbacks, ..Request::on_line(number, first) });
        true
    }
}

/// Whether a line is an option of the address above it.
fn is_option(line: &str) -> bool {
    line.starts_with([' ', '\t']) && !trimmed(line).is_empty()
}

/// Whether a text looks like an input file: below an address, an indented line sets an option.
pub fn is_aria2(text: &str) -> bool {
    let mut is_below_address = false;
    for (_, line) in Lines::of(text).take(200) {
        let option = trimmed(line).split_once('=').filter(|_| is_option(line));
        let is_name =
            |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        if is_below_address && option.is_some_and(|(name, _)| is_name(name)) {
            return true;
        }
        is_below_address = is_address(line.split('\t').next().unwrap_or_default());
    }
    false
}
