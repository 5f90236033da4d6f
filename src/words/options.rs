//! Filters and names: what is wrong with what was entered, and what to enter instead.

use super::nouns::NAME;
use super::numbers::{count, number};
use crate::text::text;

/// Announced when the list and the settings are no longer stored.
pub const FORGOTTEN: &str = "The list and the settings are forgotten. Runs on this device stay.";

/// Of a pattern between slashes, in the field of the addresses.
pub fn not_a_regular_expression(pattern: &str) -> String {
    text!["/", pattern, "/ is not a regular expression"]
}

/// Of a range, with examples of valid ones.
pub fn not_a_range(entered: &str, examples: Range) -> String {
    let examples = match examples {
        Range::Bytes => "10kB-2MB, 10kB- or -2MB",
        Range::Pixels => "800-2000, 800- or -2000",
        Range::AspectRatio => "1-1.8, 4:3-16:9, 1- or -1",
    };
    text!["\"", entered, "\" is no range; write ", examples]
}

/// What a range is of.
#[derive(Clone, Copy, Debug)]
pub enum Range {
    /// The size of a file.
    Bytes,
    /// A width or a height.
    Pixels,
    /// Width divided by height.
    AspectRatio,
}

/// Of a word in the field of the formats.
pub fn not_a_format(entered: &str) -> String {
    text!["\"", entered, "\" is no format; write extensions such as jpg, png, webp, heic, tif or dng"]
}

/// After the first names that a template makes.
pub fn names_clash(first_names: &str, names: usize) -> String {
    text![first_names, " · ", count(names, NAME), " would clash, and will be numbered"]
}

/// Of a field of the template that has no value for the image in a line.
pub fn empty_in_line(field: &str, line: usize) -> String {
    text![
        "{",
        field,
        "} is empty in line ",
        number(line),
        "; write {",
        field,
        "|unnamed} for a name in its place"
    ]
}

/// The same for an image whose list has no lines.
pub fn empty_in_image(field: &str, image: usize) -> String {
    text![
        "{",
        field,
        "} is empty in image ",
        number(image),
        "; write {",
        field,
        "|unnamed} for a name in its place"
    ]
}
