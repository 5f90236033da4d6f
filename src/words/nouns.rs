//! Nouns in the forms that they have beside numbers.

#![expect(missing_docs, reason = "each noun says what it is")]

use super::locale::plural_category;

/// A noun in the forms that English has. Another language may have more of CLDR's: zero, two, few, many.
#[derive(Clone, Copy, Debug)]
pub struct Noun {
    one: &'static str,
    other: &'static str,
}

impl Noun {
    const fn new(one: &'static str, other: &'static str) -> Self {
        Self { one, other }
    }

    /// The form beside this number.
    pub fn beside(self, value: usize) -> &'static str {
        match plural_category(value as f64).as_str() {
            "one" => self.one,
            _ => self.other,
        }
    }
}

pub const ADDRESS: Noun = Noun::new("address", "addresses");
pub const ATTEMPT: Noun = Noun::new("attempt", "attempts");
pub const CHARACTER: Noun = Noun::new("character", "characters");
pub const HOST: Noun = Noun::new("host", "hosts");
pub const HOUR: Noun = Noun::new("hour", "hours");
pub const IMAGE: Noun = Noun::new("image", "images");
pub const LINE: Noun = Noun::new("line", "lines");
pub const LIST: Noun = Noun::new("list", "lists");
pub const MINUTE: Noun = Noun::new("minute", "minutes");
pub const NAME: Noun = Noun::new("name", "names");
pub const ORIGIN: Noun = Noun::new("origin", "origins");
pub const OTHER: Noun = Noun::new("other", "others");
pub const PAIR: Noun = Noun::new("pair", "pairs");
pub const REQUEST: Noun = Noun::new("request", "requests");
pub const URL: Noun = Noun::new("URL", "URLs");
