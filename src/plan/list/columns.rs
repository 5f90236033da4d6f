//! The columns of a list, and which of them have the addresses.

use super::lines::trimmed;
use super::prose::{addresses_with_spaces, is_address, names_image};
use crate::text::text;

/// The records that are looked at before the columns are chosen.
pub const SAMPLE: usize = 200;

/// A column, with what was found in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    /// Its name; `column 2` if the list does not name it.
    pub name: String,
    /// The values that are not empty.
    filled: usize,
    /// Those that contain an address.
    addressed: usize,
    /// Those that are one, or several without words between them.
    whole: usize,
    /// Those of which an address ends like the name of an image.
    images: usize,
}

impl Column {
    /// A column without values.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Counts a value.
    pub fn push(&mut self, value: &str) {
        let found = addresses_with_spaces(value);
        self.filled += usize::from(!value.trim().is_empty());
        self.addressed += usize::from(!found.is_empty());
        self.whole += usize::from(is_address(trimmed(value)));
        self.images += usize::from(found.iter().any(|found| names_image(found.text)));
    }

    /// Whether at least one value has an address.
    pub fn has_addresses(&self) -> bool {
        self.addressed > 0
    }

    /// Whether most of its addresses end like the name of an image.
    pub fn has_images(&self) -> bool {
        self.images * 2 > self.addressed
    }

    /// Whether its name and another's differ in numbers at most, as `Image 1` and `Image 2` do.
    pub fn is_numbered_like(&self, other: &Self) -> bool {
        let is_part_of_number = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '_' | '-' | '.');
        let letters = |column: &Self| column.name.replace(is_part_of_number, "");
        letters(self) == letters(other)
    }

    /// Whether it has nothing but images, and its name does not say that they are thumbnails.
    fn is_of_images(&self) -> bool {
        self.has_images() && self.addressed == self.filled && self.whole == self.filled && self.by_name() > 0
    }

    /// How likely its addresses are those of the images: first by its values, then by its name. `None` if
    /// it has no address.
    fn score(&self) -> Option<u32> {
        let is_of_addresses = if self.addressed * 2 > self.filled { 40 } else { 0 };
        let is_of_images = if self.has_images() { 20 } else { 0 };
        let is_whole = if self.whole * 2 > self.addressed { 10 } else { 0 };
        self.has_addresses().then(|| is_of_addresses + is_of_images + is_whole + self.by_name())
    }

    fn by_name(&self) -> u32 {
        by_name(&self.name, self.has_images())
    }
}

/// How well a name says that a column has the addresses of images, from 0 to 4. A thumbnail's may be anywhere in
/// a path; one that names a page does not count against addresses that end like images.
fn by_name(name: &str, has_images: bool) -> u32 {
    const COPY: &str = "thumb preview small medium tiny mini square portrait landscape icon avatar profile \
        description html";
    const PAGE: &str = "page landing licen author site source web shop";
    const MORE: &str =
        "image img photo picture pic src original orig full large media bild foto download_url";
    const ANY: &str = "url uri link href address file download";
    let path = name.to_ascii_lowercase();
    let name = path.rsplit('.').next().unwrap_or_default();
    let is_copy = COPY.split_ascii_whitespace().any(|word| path.contains(word));
    let has = |words: &str| words.split_ascii_whitespace().any(|word| name.contains(word));
    match (is_copy || !has_images && has(PAGE), has(MORE), has(ANY)) {
        (true, ..) => 0,
        (_, true, _) => 4,
        (_, _, true) => 3,
        _ => 1,
    }
}

/// Why an address is not asked for that a record hides a part of.
pub const HIDDEN: &str =
    "what signs this address is hidden in the record; use the original list, or the exported timings";

/// Whether a value is an address of which a record hides what signs or opens it.
pub fn is_hidden(value: &str) -> bool {
    value.contains("=***") && addresses_with_spaces(value).len() == 1
}

/// Whether a text alone on the first line is the name of a column of addresses.
pub fn is_column_name(text: &str) -> bool {
    text.len() < 40
        && !text.contains(['/', '.', ':'])
        && text.split_whitespace().count() < 4
        && by_name(text, false) > 1
}

/// The columns with the best score, in their order.
pub fn best(columns: &[Column]) -> Vec<usize> {
    let best = columns.iter().filter_map(Column::score).max();
    let is_best = |column: &Column| best.is_some() && column.score() == best;
    (0..columns.len()).filter(|index| columns.get(*index).is_some_and(is_best)).collect()
}

/// The columns of which all images are read, where records have several: those that have nothing else, or the
/// best.
pub fn of_images(columns: &[Column]) -> Vec<usize> {
    let best = best(columns);
    let is_of_images = |index: &usize| columns.get(*index).is_some_and(Column::is_of_images);
    if best.iter().any(is_of_images) { (0..columns.len()).filter(is_of_images).collect() } else { best }
}

/// Why a record is rejected that has no address in the chosen columns.
pub fn no_address(columns: &[Column], chosen: &[usize]) -> String {
    let names =
        chosen.iter().filter_map(|index| columns.get(*index)).filter(|column| !column.name.is_empty());
    let names: Vec<_> = names.map(|column| text!["“", column.name, "”"]).collect();
    if names.is_empty() { "no address".into() } else { text!["no address in ", names.join(" or ")] }
}

/// The number of the column with this name.
pub fn position_of(columns: &[Column], name: &str) -> Option<usize> {
    let position =
        |is_named: fn(&str, &str) -> bool| columns.iter().position(|column| is_named(&column.name, name));
    position(|own, name| own.eq_ignore_ascii_case(name)).or_else(|| position(is_named))
}

/// Whether a column is meant by a name. Whatever their case, a field of JSON may be named by the last part of
/// its path.
pub fn is_named(column: &str, name: &str) -> bool {
    column.eq_ignore_ascii_case(name)
        || column.rsplit('.').next().is_some_and(|last| last.eq_ignore_ascii_case(name))
}
