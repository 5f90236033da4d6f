//! Entry names: safe on every system, unique in the archive, with the extension that fits the bytes.
//!
//! ```text
//! given name ────────────────────────────────────────────┐
//! URL ─ last segment, decoded once ─ stem ─▶ template ───┴▶ extension ─▶ sanitise ─▶ unique ─▶ EntryName
//! ```
//!
//! A name depends on the image's bytes and on the names before it, so it is chosen when the image is
//! placed into the archive. The same input then has the same names, whatever order images arrived in.

mod disposition;
mod extension;
mod fields;
mod folding;
mod sanitise;
mod template;

pub use disposition::disposition_file_name;
pub use fields::{Field, FieldError};
pub(crate) use folding::folded;
pub use template::{NameTemplate, TemplateError};

use super::text_map::TextMap;
use super::{Address, Item, ItemId, Plan, WebText};
use crate::image::{Dimensions, FileType, ImageFacts};
use crate::text::{Append, Padded, display_by_append, text};
use extension::{split_extension, with_fitting_extension, with_kept_extension, without_suffix};
use fields::stem_and_extension;
use sanitise::{MAX_NAME_BYTES, sanitise, within_limit};

pub(super) use sanitise::percent_decoded;
use template::Part;

/// The most bytes of an entry's folders, with their slashes; what is longer is shortened or left out.
const MAX_FOLDER_BYTES: usize = 120;

/// The name of an entry: UTF-8, at most 200 bytes, its folders separated by slashes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryName(String);

impl EntryName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A name that is not checked: [`EntryNames`] made it on another thread, or it was read back from
    /// an archive.
    pub(crate) fn trusted(name: String) -> Self {
        Self(name)
    }

    /// A name for a test, which panics if it is not a safe one.
    #[cfg(test)]
    pub(crate) fn validated(name: &str) -> Self {
        assert_eq!(sanitise(name, &super::address::tests::NativeText), name);
        Self(name.to_owned())
    }
}

impl Append for EntryName {
    fn append_to(&self, whole: &mut String) {
        whole.push_str(&self.0)
    }
}

display_by_append!(EntryName);

/// Hands out the names of one archive.
#[derive(Debug)]
pub struct EntryNames<'a, W> {
    plan: &'a Plan,
    template: &'a NameTemplate,
    web: &'a W,
    /// The number of occurrences of each segment that consists of digits. One that occurs more than
    /// once is not used as a name, such as the 300 of `https://picsum.photos/200/300`, ten times.
    numbers: TextMap,
    /// The items of which that is counted.
    counted: usize,
    /// The names so far, folded, each with the number that its next namesake tries first.
    taken: TextMap,
    /// The folders so far, folded: a file of the same name could not be unpacked beside one.
    folders: TextMap,
}

impl<'a, W: WebText> EntryNames<'a, W> {
    /// Names for the plan's items.
    pub fn new(plan: &'a Plan, template: &'a NameTemplate, web: &'a W) -> Self {
        let (numbers, folders) = <(TextMap, TextMap)>::default();
        let taken = TextMap::with_room_for(plan.len());
        let mut names = Self { plan, template, web, numbers, counted: 0, taken, folders };
        names.count_numbers();
        names
    }

    /// Counts the numbers of items that were appended to the plan since.
    fn count_numbers(&mut self) {
        while let Some(item) = self.plan.items().get(self.counted) {
            self.counted += 1;
            let segment = item.address.as_ref().map_or("", |address| &address.segment);
            if !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit()) {
                let count = self.numbers.get(segment).unwrap_or(0);
                self.numbers.set(segment.to_owned(), count + 1);
            }
        }
    }

    /// The likely name of an item whose bytes have not arrived.
    pub fn expected(&self, id: ItemId) -> String {
        let (folders, file) = self.parts_of(&self.raw_name(id, None));
        let file = if file.is_empty() && !folders.is_empty() { self.fallback(id) } else { file };
        let folder: String = folders.iter().flat_map(|folder| [folder.as_str(), "/"]).collect();
        text![folder, within_limit(&file, "", MAX_NAME_BYTES.saturating_sub(folder.len()))]
    }

    /// Takes the likely name of an item whose bytes have not arrived; false if another has it.
    pub fn try_claim_expected(&mut self, id: ItemId) -> bool {
        let key = folded(&self.expected(id), self.web);
        let is_free = self.taken.get(&key).is_none();
        self.taken.set(key, 0);
        is_free
    }

    /// Chooses the name of an item's image in the archive. To be called in the order of the archive.
    pub fn claim(&mut self, id: ItemId, image: &ImageFacts) -> EntryName {
        self.count_numbers();
        let raw = self.raw_name(id, Some(image));
        let (folders, file) = self.parts_of(&raw);
        let folder = self.claim_folders(&folders);
        let (stem, extension) = self.with_extension(&file, id, image);
        let stem = sanitise(&stem, self.web);
        let stem = if stem.is_empty() { self.fallback(id) } else { stem };
        let dotted = if extension.is_empty() { extension } else { text![".", extension] };
        self.claim_unique(&folder, &stem, &dotted)
    }

    /// Splits a name of an item into its stem and the extension that fits its bytes. The name that a caller gives to an
    /// entry of its own stays as it is.
    fn with_extension(&self, name: &str, id: ItemId, image: &ImageFacts) -> (String, String) {
        if self.plan.items()[id].is_own_data() && self.given_name(id).is_some() {
            return stem_and_extension(name);
        }
        match &image.file_type {
            FileType::Image(format) => with_fitting_extension(name, *format),
            FileType::Other(media_type) => {
                let given = self.plan.items()[id].name.as_deref();
                let given = given.filter(|given| split_extension(given).is_some());
                let source = given.map_or_else(|| self.source_name(id, Some(image)), str::to_owned);
                with_kept_extension(name, &source, media_type)
            }
        }
    }

    /// Chooses a name that no other has, in a folder that ends with a slash or is empty.
    fn claim_unique(&mut self, folder: &str, stem: &str, dotted: &str) -> EntryName {
        let most = MAX_NAME_BYTES.saturating_sub(folder.len());
        let plain = text![folder, within_limit(stem, dotted, most)];
        let plain_key = folded(&plain, self.web);
        if self.is_free(&plain_key) {
            self.taken.set(plain_key, 2);
            return EntryName(plain);
        }
        let mut number = self.taken.get(&plain_key).unwrap_or(2);
        let (name, key) = loop {
            let name = text![folder, within_limit(stem, &text![" (", number, ")", dotted], most)];
            let key = folded(&name, self.web);
            number += 1;
            if self.is_free(&key) {
                break (name, key);
            }
        };
        self.taken.set(plain_key, number);
        self.taken.set(key, 2);
        EntryName(name)
    }

    /// Chooses a name like this one for a file of the archive that is no image.
    pub fn claim_file(&mut self, name: &str) -> EntryName {
        let (stem, extension) = stem_and_extension(name);
        self.claim_unique("", &sanitise(&stem, self.web), &text![".", extension])
    }

    fn is_free(&self, key: &str) -> bool {
        self.taken.get(key).is_none() && self.folders.get(key).is_none()
    }

    /// Joins folders, each followed by a slash. One that is named like a file gets an underscore.
    fn claim_folders(&mut self, folders: &[String]) -> String {
        let mut path = String::new();
        for folder in folders {
            path += folder;
            while self.taken.get(&folded(&path, self.web)).is_some() {
                path.push('_');
            }
            self.folders.set(folded(&path, self.web), 0);
            path.push('/');
        }
        path
    }

    /// The safe names of a raw name's folders, and that of its file.
    fn parts_of(&self, raw: &str) -> (Vec<String>, String) {
        let (folders, file) = raw.rsplit_once('/').unwrap_or(("", raw));
        let mut left = MAX_FOLDER_BYTES;
        let safe = |folder: &str| {
            let folder = within_limit(&sanitise(folder, self.web), "", left.saturating_sub(1));
            left -= if folder.is_empty() { 0 } else { folder.len() + 1 };
            // Shortened, it may be a device's name.
            Some(sanitise(&folder, self.web)).filter(|folder| !folder.is_empty())
        };
        (folders.split('/').filter_map(safe).collect(), sanitise(file, self.web))
    }

    /// The given name, if more than a folder is left of it.
    fn given_name(&self, id: ItemId) -> Option<&'a str> {
        self.plan.items()[id].name.as_deref().filter(|given| !self.parts_of(given).1.is_empty())
    }

    /// The given name, or else the template filled; not yet sanitised. A given name that ends in a slash
    /// is a folder for the other.
    fn raw_name(&self, id: ItemId, image: Option<&ImageFacts>) -> String {
        let item = &self.plan.items()[id];
        if let Some(given) = self.given_name(id) {
            return given.to_owned();
        }
        let given = item.name.as_deref().unwrap_or_default();
        let folder = if given.ends_with('/') { given } else { "" };
        let mut raw = text![folder];
        let mut list_values = item.values.iter();
        for part in self.template.parts() {
            match part {
                Part::Text(text) => raw += text,
                Part::Field(field, fallback) => {
                    let listed = if field.is_of_list() { list_values.next() } else { None };
                    let value = match listed {
                        Some(value) => value.clone(),
                        None => self.value(field, id, item, image),
                    };
                    let fallback = fallback.as_deref().unwrap_or_default();
                    let value = if value.trim().is_empty() { fallback } else { &value };
                    // Only the template and the path of an address make folders.
                    raw += &if *field == Field::Path { value.to_owned() } else { value.replace('/', "_") };
                }
            }
        }
        raw
    }

    fn value(&self, field: &Field, id: ItemId, item: &Item, image: Option<&ImageFacts>) -> String {
        let address = item.address.as_ref().ok();
        let own = || {
            let own = self.source_name(id, image);
            match image {
                Some(image) => self.with_extension(&own, id, image),
                None => stem_and_extension(&own),
            }
        };
        match field {
            Field::Name => {
                let (stem, extension) = own();
                if extension.is_empty() { stem } else { text![stem, ".", extension] }
            }
            Field::Stem => own().0,
            Field::Extension => own().1,
            Field::Host => address.map(|address| address.host.clone()).unwrap_or_default(),
            Field::Path => address.map(fields::folders).unwrap_or_default(),
            Field::Index { first, width } => {
                let last = self.plan.len().max(1) as u64 - 1 + first;
                text![Padded(id as u64 + first, width.unwrap_or_else(|| text![last].len()))]
            }
            Field::Query(key) => address.map(|address| fields::query_value(address, key)).unwrap_or_default(),
            Field::Date(format) => image
                .and_then(|image| image.modified)
                .map_or_else(String::new, |moment| fields::date(format, moment)),
            Field::Type => {
                let media_type = image.map_or("", |image| image.file_type.media_type());
                media_type.rsplit('/').next().unwrap_or_default().to_owned()
            }
            Field::Width => pixels(image, |size| size.width),
            Field::Height => pixels(image, |size| size.height),
            Field::Sha256(digits) => {
                let mut sum = image.and_then(ImageFacts::sha256_text).unwrap_or_default();
                sum.truncate(*digits);
                sum
            }
            Field::Glob(_) | Field::Column(_) | Field::Title => field.value_in_list(item),
        }
    }

    /// The first field without a fallback that is empty for an item; `None` for a template without one, which
    /// names every item as it says.
    pub fn empty_field(&self, id: ItemId) -> Option<&'a Field> {
        let item = self.plan.items().get(id).filter(|item| item.name.is_none())?;
        let is_empty = |field: &Field| self.value(field, id, item, None).trim().is_empty();
        self.template.parts().iter().find_map(|part| match part {
            Part::Field(field, None) if field.must_be_filled() && is_empty(field) => Some(field),
            _ => None,
        })
    }

    /// The name that the server gives, or else the address.
    fn source_name(&self, id: ItemId, image: Option<&ImageFacts>) -> String {
        let given = image.and_then(|image| image.file_name.as_deref()).map(|name| sanitise(name, self.web));
        let given = given.filter(|name| !name.is_empty());
        given.unwrap_or_else(|| self.own_name(id, &self.plan.items()[id]))
    }

    /// The name that the address has, or the fallback.
    fn own_name(&self, id: ItemId, item: &Item) -> String {
        let segment = item.address.as_ref().map_or("", |address| &address.segment);
        let name = sanitise(without_suffix(&percent_decoded(segment)), self.web);
        let is_shared_number = self.numbers.get(segment).is_some_and(|count| count > 1);
        if name.is_empty() || is_shared_number { self.fallback(id) } else { name }
    }

    fn fallback(&self, id: ItemId) -> String {
        text!["image-", self.index(id)]
    }

    /// The item's number from 0, padded to the width of the last one.
    fn index(&self, id: ItemId) -> String {
        let digits = text![self.plan.len().max(1) - 1].len();
        text![Padded(id as u64, digits)]
    }
}

fn pixels(image: Option<&ImageFacts>, side: fn(&Dimensions) -> u32) -> String {
    let dimensions = image.and_then(|image| image.dimensions.as_ref());
    dimensions.map(side).map_or_else(String::new, |pixels| text![pixels])
}

/// The extension of an address's last segment, decoded; `None` if it has none.
pub(super) fn extension_of(address: &Address) -> Option<String> {
    let name = percent_decoded(&address.segment);
    split_extension(without_suffix(&name)).map(|(_, extension)| extension.to_owned())
}

/// Sanitises the file name of an archive as an entry's name is; empty if nothing of it is left.
pub fn file_name_of(name: &str, web: &impl WebText) -> String {
    within_limit(&sanitise(name, web), "", MAX_NAME_BYTES)
}

#[cfg(test)]
mod tests;
