//! The columns of a list, and which of them have the addresses.

use super::prose::{addresses_with_spaces, names_image};
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
        self.images += usize::from(found.iter().any(|found| names_image(found.text)));
    }

    /// Whether at least one value has an address.
    pub fn has_addresses(&self) -> bool {
        self.addressed > 0
    }

    /// How likely its addresses are those of the images: first by its values, then by its name. `None` if
    /// most of its values have no address.
    fn score(&self) -> Option<u32> {
        let is_of_addresses = self.addressed * 2 > self.filled;
        let by_value = if self.images * 2 > self.addressed { 10 } else { 0 };
        is_of_addresses.then(|| by_value + by_name(&self.name))
    }
}

/// How well a name says that a column has the addresses of images, from 0 to 4.
fn by_name(name: &str) -> u32 {
    const LESS: &str =
        "thumb preview small icon avatar profile page landing licen author site source web shop";
    const MORE: &str = "image img photo picture pic src original orig full large media bild foto";
    const ANY: &str = "url uri link href address file download";
    let name = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let has = |words: &str| words.split_ascii_whitespace().any(|word| name.contains(word));
    match (has(LESS), has(MORE), has(ANY)) {
        (true, ..) => 0,
        (_, true, _) => 4,
        (_, _, true) => 3,
        _ => 1,
    }
}

/// Whether a text alone on the first line is the name of a column of addresses.
pub fn is_column_name(text: &str) -> bool {
    text.len() < 40
        && !text.contains(['/', '.', ':'])
        && text.split_whitespace().count() < 4
        && by_name(text) > 1
}

/// The columns with the best score, in their order.
pub fn best(columns: &[Column]) -> Vec<usize> {
    let best = columns.iter().filter_map(Column::score).max();
    let is_best = |column: &Column| best.is_some() && column.score() == best;
    (0..columns.len()).filter(|index| columns.get(*index).is_some_and(is_best)).collect()
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
