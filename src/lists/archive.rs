//! Lists in a zip. The browser unpacks them, and verifies their CRC-32: each entry is passed to its
//! decompressor as a file of gzip, which ends with one (RFC 1952).

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, ReadableStream};

use super::collection::Collection;
use super::content::add_text;
use super::parts::{Unread, read_slice, read_stream};
use crate::bytes::PutBytes;
use crate::plan::reason_against;
use crate::words::list_files;
use crate::zip::{DirectoryEntries, DirectoryEntry, END_BYTES, LOCAL_BYTES, find_directory, payload_offset};

/// The largest central directory that is read, in bytes: more than that of 100,000 images.
const MAX_DIRECTORY: u64 = 32_000_000;

/// The methods of compression, as APPNOTE 4.4.5 numbers them.
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// The most bytes of a stored block of Deflate (RFC 1951, 3.2.4).
const MAX_BLOCK: u64 = 65_535;

/// The header of a file of gzip without a name and a time.
const GZIP_HEADER: [u8; 10] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF];

#[wasm_bindgen]
extern "C" {
    type DecompressionStream;
    #[wasm_bindgen(constructor, catch)]
    fn new(format: &str) -> Result<DecompressionStream, JsValue>;

    type Packed;
    #[wasm_bindgen(method, js_name = pipeThrough)]
    fn pipe_through(this: &Packed, transform: &DecompressionStream) -> ReadableStream;
}

/// A zip whose directory was read.
pub struct Archive<'a> {
    blob: &'a Blob,
    entries: Vec<DirectoryEntry>,
    /// The number of bytes before the archive.
    shift: u64,
}

impl<'a> Archive<'a> {
    /// Reads the directory of a zip; fails with the reason why the zip can't be read.
    pub async fn open(blob: &'a Blob) -> Result<Self, &'static str> {
        if DecompressionStream::new("gzip").is_err() {
            return Err(list_files::NOT_UNPACKABLE);
        }
        let size = blob.size() as u64;
        let tail = read_slice(blob, size.saturating_sub(END_BYTES as u64), size).await?;
        let place = find_directory(&tail, size).ok_or(list_files::DAMAGED_ZIP)?;
        if place.size > MAX_DIRECTORY {
            return Err(list_files::TOO_MANY_FILES);
        }
        let directory = read_slice(blob, place.offset, place.offset + place.size).await?;
        let mut entries = DirectoryEntries::new(&directory);
        let read = entries.by_ref().filter(|entry| !entry.name.ends_with('/')).collect();
        if !entries.is_complete() {
            return Err(list_files::DAMAGED_ZIP);
        }
        Ok(Self { blob, entries: read, shift: place.shift })
    }

    /// Adds the lists in the zip to the collection; `path` is the zip's own.
    pub async fn read_lists(&self, path: &str, collection: &mut Collection) {
        // To add to such an archive is another thing than to read a list.
        if self.is_own() {
            return collection.pass_over(path, list_files::OWN_ZIP);
        }
        let is_list = |entry: &DirectoryEntry| reason_against(&entry.name).is_none();
        if !self.entries.iter().any(is_list) {
            let has_image = self.entries.iter().any(|entry| reason_against(&entry.name) == Some("an image"));
            let reason = if has_image { list_files::ZIP_OF_IMAGES } else { list_files::ZIP_WITHOUT_LIST };
            return collection.pass_over(path, reason);
        }
        for entry in &self.entries {
            let name = &entry.name;
            if let Some(reason) = reason_against(name) {
                collection.pass_over(name, reason);
            } else if entry.is_encrypted {
                collection.pass_over(name, list_files::ENCRYPTED);
            } else if entry.method != DEFLATED && entry.method != STORED {
                collection.pass_over(name, &list_files::packed_by(entry.method));
            } else {
                match self.read(entry, collection.left()).await {
                    Ok(bytes) => add_text(name, &bytes, collection),
                    Err(Unread::TooLarge) => collection.pass_over_large(name),
                    Err(Unread::Broken) => collection.pass_over(name, list_files::DAMAGED),
                }
            }
        }
    }

    /// Whether fetchzip made it: images with the record beside them.
    fn is_own(&self) -> bool {
        let has = |name: &str| self.entries.iter().any(|entry| entry.name == name);
        has("manifest.json") && has("manifest.csv") && self.entries.len() > 2
    }

    /// The content of an entry, if it has no more than `limit` bytes.
    async fn read(&self, entry: &DirectoryEntry, limit: u64) -> Result<Vec<u8>, Unread> {
        if entry.size > limit {
            return Err(Unread::TooLarge);
        }
        if entry.method == STORED && entry.packed_size != entry.size {
            return Err(Unread::Broken);
        }
        let start = self.shift.saturating_add(entry.offset);
        let local = read_slice(self.blob, start, start.saturating_add(LOCAL_BYTES as u64)).await;
        let offset = local.ok().and_then(|local| payload_offset(&local)).ok_or(Unread::Broken)?;
        let start = start.saturating_add(offset);
        let packed = gzip_of(self.blob, entry, start).map_err(|_| Unread::Broken)?;
        let unpacker = DecompressionStream::new("gzip").map_err(|_| Unread::Broken)?;
        let stream = packed.stream().unchecked_into::<Packed>().pipe_through(&unpacker);
        // No more than it says: what unpacks to more is damaged, or made to fill the memory.
        read_stream(&stream, entry.size).await.map_err(|_| Unread::Broken)
    }
}

/// An entry, whose payload begins at `start`, as a file of gzip.
fn gzip_of(blob: &Blob, entry: &DirectoryEntry, start: u64) -> Result<Blob, JsValue> {
    let parts = Array::new();
    let push = |bytes: &[u8]| parts.push(&Uint8Array::from(bytes));
    let slice = |from: u64, to: u64| blob.slice_with_f64_and_f64(from as f64, to as f64);
    push(&GZIP_HEADER);
    let end = start.saturating_add(entry.packed_size);
    if entry.method == DEFLATED {
        parts.push(&slice(start, end)?.into());
    } else {
        let mut at = start;
        loop {
            let next = end.min(at.saturating_add(MAX_BLOCK));
            let length = (next - at) as u16;
            let mut head = vec![u8::from(next == end)];
            head.put_u16(length);
            head.put_u16(!length);
            push(&head);
            parts.push(&slice(at, next)?.into());
            at = next;
            if at == end {
                break;
            }
        }
    }
    let mut trailer = Vec::new();
    trailer.put_u32(entry.crc32);
    trailer.put_u32(entry.size as u32);
    push(&trailer);
    Blob::new_with_blob_sequence(&parts)
}
