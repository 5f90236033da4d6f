//! The name, the local header and the offset of each entry.

use crate::job::ArchiveSummary;
use crate::plan::{EntryName, EntryNames, ItemId, NameTemplate, Plan, WebText};
use crate::run::StoredImage;
use crate::zip::{Entry, Framing};

/// Lays out an archive, entry by entry.
pub struct Layout<'a, W> {
    names: EntryNames<'a, W>,
    framing: Framing,
    placed: Vec<Option<EntryName>>,
}

impl<'a, W: WebText> Layout<'a, W> {
    /// An archive without entries.
    pub fn new(plan: &'a Plan, template: &'a NameTemplate, web: &'a W) -> Self {
        let placed = vec![None; plan.len()];
        Self { names: EntryNames::new(plan, template, web), framing: Framing::default(), placed }
    }

    /// Adds an image; returns the local header that precedes its payload.
    pub fn push<P>(&mut self, item: ItemId, image: &StoredImage<P>) -> Vec<u8> {
        let name = self.names.claim(item, image.format);
        self.placed[item] = Some(name.clone());
        let StoredImage { bytes, crc32, modified, .. } = *image;
        self.framing.entry(&Entry { name, size: bytes, crc32, modified })
    }

    /// Returns the records that end the archive, `None` for one without entries, and what is in it.
    pub fn finish(self, is_file: bool) -> (Option<Vec<u8>>, ArchiveSummary) {
        let before_tail = self.framing.size();
        let tail = (self.framing.entries() > 0).then(|| self.framing.finish());
        let size = before_tail + tail.as_ref().map_or(0, |tail| tail.len() as u64);
        (tail, ArchiveSummary { names: self.placed, size, is_file, protocols: Vec::new() })
    }
}
