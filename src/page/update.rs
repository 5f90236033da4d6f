//! A zip that fetchzip has made, dropped on the page: what its record has and the list asks for is taken over
//! from it, without a request.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, JSON, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, Element, File, HtmlElement};

use super::elements::{by_id, set_shown};
use crate::browser::promise;
use crate::job::Reused;
use crate::plan::{Plan, TextMap, without_secrets};
use crate::words::list_box;
use crate::zip::{DirectoryEntries, DirectoryEntry, END_BYTES, find_directory, stored_offsets};

/// The name of the record in a zip.
const RECORD: &str = "manifest.json";

/// The largest directory or record that is read, in bytes.
const MAX_BYTES: u64 = 256 << 20;

/// The line about the zip, and the zip.
pub struct Update {
    line: HtmlElement,
    words: Element,
    source: RefCell<Option<Rc<UpdateSource>>>,
}

/// A zip, and the images in it.
pub struct UpdateSource {
    pub archive: File,
    /// In the order of the record.
    images: Vec<RecordedImage>,
}

struct RecordedImage {
    /// Its address as the record shows it.
    url: String,
    final_url: Option<String>,
    media_type: Option<String>,
    entry: DirectoryEntry,
    /// Where its bytes begin in the zip.
    offset: u64,
}

impl UpdateSource {
    /// Reads a zip's directory and record; `None` if it is no zip of fetchzip's that has one.
    pub async fn read(file: &File) -> Option<Self> {
        let size = file.size() as u64;
        let begin = size.saturating_sub(END_BYTES as u64);
        let place = find_directory(&bytes_of(file, begin, size - begin).await?, size)?;
        let bytes = bytes_of(file, place.offset, place.size).await?;
        let entries: Vec<_> = DirectoryEntries::new(&bytes).collect();
        let offsets = stored_offsets(&entries, &place)?;
        let record = entries.iter().position(|entry| entry.name == RECORD)?;
        let text = bytes_of(file, *offsets.get(record)?, entries.get(record)?.size).await?;
        let text = String::from_utf8(text).ok()?;
        let items: Array = field(&JSON::parse(&text).ok()?, "items").dyn_into().ok()?;
        let mut places = TextMap::default();
        for (place, entry) in entries.iter().enumerate() {
            places.set(entry.name.clone(), place);
        }
        let images = items.iter().filter_map(|item| {
            let name = field(&item, "entryName").as_string()?;
            let place = places.get(&name)?;
            let (entry, offset) = (entries.get(place)?.clone(), *offsets.get(place)?);
            let (url, final_url) = (field(&item, "url").as_string()?, field(&item, "finalUrl").as_string());
            let media_type = field(&item, "type").as_string();
            Some(RecordedImage { url, final_url, media_type, entry, offset })
        });
        Some(Self { archive: file.clone(), images: images.collect() })
    }

    /// The addresses of its images, as far as they are whole.
    pub fn addresses(&self) -> Vec<&str> {
        let urls = self.images.iter().map(|image| image.url.as_str());
        urls.filter(|url| without_secrets(url) == *url && !url.contains("=***")).collect()
    }

    /// The images that a plan asks for. An address that is there several times has as many.
    pub fn matches(&self, plan: &Plan) -> Vec<Reused> {
        let mut by_url = TextMap::default();
        let mut waiting: Vec<Vec<&RecordedImage>> = Vec::new();
        for image in self.images.iter().rev() {
            // An address that is signed anew each time is the same image.
            let url = without_secrets(&image.url);
            match by_url.get(&url).and_then(|place| waiting.get_mut(place)) {
                Some(images) => images.push(image),
                None => {
                    by_url.set(url, waiting.len());
                    waiting.push(vec![image]);
                }
            }
        }
        let mut matches = Vec::new();
        for (item, planned) in plan.items().iter().enumerate() {
            if planned.left_out.is_some() {
                continue;
            }
            let Ok(address) = &planned.address else { continue };
            let place = by_url.get(&without_secrets(&address.href));
            let image = place.and_then(|place| waiting.get_mut(place)).and_then(Vec::pop);
            matches.extend(image.map(|image| {
                let DirectoryEntry { size, crc32, modified, .. } = image.entry;
                Reused {
                    item,
                    offset: image.offset,
                    size,
                    crc32,
                    modified,
                    final_url: image.final_url.clone(),
                    media_type: image.media_type.clone(),
                }
            }));
        }
        matches
    }
}

impl Update {
    pub fn find() -> Result<Self, JsValue> {
        let source = RefCell::default();
        Ok(Self { line: by_id("update")?, words: by_id("update-text")?, source })
    }

    /// Takes a zip for the runs to come.
    pub fn set(&self, source: UpdateSource) {
        *self.source.borrow_mut() = Some(Rc::new(source));
    }

    /// Forgets the zip.
    pub fn forget(&self) {
        self.source.take();
        set_shown(&self.line, false);
    }

    /// The zip, if there is one.
    pub fn source(&self) -> Option<Rc<UpdateSource>> {
        self.source.borrow().clone()
    }

    /// Says how many images of a plan are in the zip.
    pub fn show(&self, plan: &Plan) {
        let Some(source) = self.source() else { return };
        let words = list_box::updating(&source.archive.name(), source.matches(plan).len());
        self.words.set_text_content(Some(&words));
        set_shown(&self.line, true);
    }
}

fn field(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or_default()
}

/// Bytes of a file; `None` if they are too many, or it can't be read.
async fn bytes_of(file: &Blob, offset: u64, length: u64) -> Option<Vec<u8>> {
    if length > MAX_BYTES {
        return None;
    }
    let slice = file.slice_with_f64_and_f64(offset as f64, (offset + length) as f64).ok()?;
    let buffer = promise(slice.array_buffer()).await.ok()?;
    Some(Uint8Array::new(&buffer).to_vec())
}
