//! The names of the entries, and what their headers say.

use crate::image::ImageFacts;
use crate::job::{ArchivePlace, ArchiveSummary};
use crate::plan::{EntryName, EntryNames, ItemId, NameTemplate, Plan, WebText};
use crate::run::StoredImage;
use crate::zip::Entry;

/// Names the entries of an archive.
pub struct Layout<'a, W> {
    names: EntryNames<'a, W>,
    placed: Vec<Option<EntryName>>,
}

impl<'a, W: WebText> Layout<'a, W> {
    /// An archive without entries.
    pub fn new(plan: &'a Plan, template: &'a NameTemplate, web: &'a W) -> Self {
        let placed = vec![None; plan.len()];
        Self { names: EntryNames::new(plan, template, web), placed }
    }

    /// The entry of an image. To be called in the order in which names are to be given.
    pub fn entry<P>(&mut self, item: ItemId, image: &StoredImage<P>) -> Entry {
        let name = self.names.claim(item, &image.facts);
        self.placed[item] = Some(name.clone());
        let ImageFacts { bytes, crc32, modified, .. } = image.facts;
        Entry { name, size: bytes, crc32, modified }
    }

    /// What is in an archive of this size in bytes; 0 for one without entries.
    pub fn finish(self, size: u64, place: ArchivePlace) -> ArchiveSummary {
        ArchiveSummary { names: self.placed, size, place, protocols: Vec::new() }
    }
}
