//! Which images are entries, their names, and what their headers say.

use crate::image::ImageFacts;
use crate::job::{ArchivePlace, ArchiveSummary, IS_INTERACTIVE, Job};
use crate::plan::{EntryName, EntryNames, ItemId, LeftOut, RepeatedImages, WebText};
use crate::report::{RecordFile, Rows, record_files};
use crate::run::StoredImage;
use crate::zip::{Entry, checksum, crc_buffer};

/// Decides which images are entries, and names them.
pub struct Layout<'a, W> {
    job: &'a Job,
    names: EntryNames<'a, W>,
    placed: Vec<Option<EntryName>>,
    repeated: RepeatedImages,
}

impl<'a, W: WebText> Layout<'a, W> {
    /// An archive without entries.
    pub fn new(job: &'a Job, web: &'a W) -> Self {
        let placed = vec![None; job.plan.len()];
        let names = EntryNames::new(&job.plan, &job.template, web);
        Self { job, names, placed, repeated: RepeatedImages::default() }
    }

    /// The entry of an image, or why it has none. To be called in the order in which names are to be given.
    pub fn entry<P>(&mut self, item: ItemId, image: &StoredImage<P>) -> Result<Entry, LeftOut> {
        let options = &self.job.archive;
        if IS_INTERACTIVE && !options.filter.admits(&image.facts) {
            return Err(LeftOut::Filter);
        }
        if options.skips_repeated_images {
            self.repeated.push(item, &image.facts)?;
        }
        let name = self.names.claim(item, &image.facts);
        self.take_arrived();
        self.placed[item] = Some(name.clone());
        let ImageFacts { bytes, crc32, modified, .. } = image.facts;
        Ok(Entry { name, size: bytes, crc32, modified })
    }

    /// Has a place for each item of the plan, of which more may have arrived.
    fn take_arrived(&mut self) {
        self.placed.resize(self.job.plan.len(), None);
    }

    /// The entries of the record, if there is to be one and there are images, each with its content and a
    /// number behind the plan's items.
    pub fn record(&mut self, rows: &Rows) -> Vec<(ItemId, Entry, Vec<u8>)> {
        self.take_arrived();
        let Self { job, names, placed, .. } = self;
        record_entries(job, rows, placed, &mut |_, name| names.claim_file(&name))
    }

    /// What is in an archive of this size in bytes; 0 for one without entries.
    pub fn finish(mut self, size: u64, place: ArchivePlace) -> ArchiveSummary {
        self.take_arrived();
        ArchiveSummary { names: self.placed, size, place, ..ArchiveSummary::default() }
    }
}

/// The entries of the record of an archive with entries of these names, as [`Layout::record`] has them.
/// `name_of` chooses the name of one by its number and the name that it is to have.
pub fn record_entries(
    job: &Job,
    rows: &Rows,
    names: &[Option<EntryName>],
    name_of: &mut dyn FnMut(ItemId, String) -> EntryName,
) -> Vec<(ItemId, Entry, Vec<u8>)> {
    let Some(options) = &job.archive.manifest else { return Vec::new() };
    if names.iter().all(Option::is_none) {
        return Vec::new();
    }
    let files = record_files(&job.plan, rows, names, options);
    let mut entries = Vec::new();
    for (RecordFile { name, content }, number) in files.into_iter().zip(names.len()..) {
        let content = content.into_bytes();
        let crc32 = checksum(&content, &mut crc_buffer());
        let entry = Entry { name: name_of(number, name), size: content.len() as u64, crc32, modified: None };
        entries.push((number, entry, content));
    }
    entries
}
