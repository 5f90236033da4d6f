//! Files, folders and zips become the text of one list.
//!
//! ```text
//! chosen or dropped ─▶ folders: files in the order of their names ─▶ by its bytes, a text or a zip of texts
//!                                    │ passed over, with the reason        │
//!                                    ▼                                     ▼
//!                                  note                 one text as it is; of several, lines and addresses
//! ```

use js_sys::{Array, Promise, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, File};

use super::archive::Archive;
use super::collection::Collection;
use super::content::{add_text, reason_of};
use super::parts::read_slice;
use crate::browser::promise;
use crate::plan::{FileKind, reason_against};
use crate::text::{Padded, text};
use crate::words::list_files;

/// The most bytes of lists that are read together. A hundred thousand long addresses take about 20 MB.
pub const MAX_BYTES: u64 = 64_000_000;

/// How many bytes of a file tell what it is.
const HEAD: u64 = 4096;

#[wasm_bindgen]
extern "C" {
    /// A file or a folder that was dropped.
    type Dropped;
    #[wasm_bindgen(method, getter, js_name = fullPath)]
    fn full_path(this: &Dropped) -> String;
    #[wasm_bindgen(method, getter, js_name = isDirectory)]
    fn is_directory(this: &Dropped) -> bool;
    #[wasm_bindgen(method)]
    fn file(this: &Dropped, push: &js_sys::Function, fail: &js_sys::Function);
    #[wasm_bindgen(method, js_name = createReader)]
    fn create_reader(this: &Dropped) -> FolderReader;

    type FolderReader;
    /// Not all at once: an empty array is the end.
    #[wasm_bindgen(method, js_name = readEntries)]
    fn read_entries(this: &FolderReader, push: &js_sys::Function, fail: &js_sys::Function);
}

/// Something that may be a list.
pub struct Source {
    pub path: String,
    pub blob: Blob,
    /// Whether the user named it, and not only the folder that it is in.
    pub is_chosen: bool,
}

/// Reads what was chosen, dropped or opened: an array of files, of entries that are folders, and of pairs of a
/// name and why there is no such file. Resolves to an array of the list's text, or `undefined` if there is no
/// list; what to say about it, if anything; and the address of the page that the list is from, which is not
/// known here.
#[wasm_bindgen(js_name = readFiles, skip_typescript)]
pub async fn read_files(sources: Array) -> Array {
    let mut collection = Collection::new(MAX_BYTES);
    let mut found = Vec::new();
    for source in sources.iter() {
        if let Some(file) = source.dyn_ref::<File>() {
            found.push(chosen(file));
        } else if let Some(missing) = source.dyn_ref::<Array>() {
            let text = |index| missing.get(index).as_string().unwrap_or_default();
            collection.pass_over(&text(0), &text(1));
        } else if walk(source.unchecked_into(), &mut found).await.is_err() {
            collection.pass_over(list_files::A_FOLDER, list_files::UNREADABLE);
        }
    }
    for source in in_order(found) {
        read_source(&source, &mut collection).await;
    }
    collection.finish().await.to_array("")
}

fn chosen(file: &File) -> Source {
    // Of a file in a chosen folder; web-sys does not have it.
    let path = Reflect::get(file, &"webkitRelativePath".into()).ok().and_then(|path| path.as_string());
    let path = path.filter(|path| !path.is_empty());
    let is_chosen = path.is_none();
    Source { path: path.unwrap_or_else(|| file.name()), blob: file.clone().into(), is_chosen }
}

/// Appends the files in a dropped folder, in any order.
async fn walk(folder: Dropped, found: &mut Vec<Source>) -> Result<(), JsValue> {
    let mut rest = vec![folder];
    while let Some(next) = rest.pop() {
        if !next.is_directory() {
            let file = promise(Promise::new(&mut |push, fail| next.file(&push, &fail))).await?;
            let path = next.full_path().trim_start_matches('/').to_owned();
            found.push(Source { path, blob: file.unchecked_into(), is_chosen: false });
            continue;
        }
        let reader = next.create_reader();
        loop {
            let read = promise(Promise::new(&mut |push, fail| reader.read_entries(&push, &fail))).await?;
            let read: Array = read.unchecked_into();
            if read.length() == 0 {
                break;
            }
            rest.extend(read.iter().map(JsCast::unchecked_into::<Dropped>));
        }
    }
    Ok(())
}

/// The chosen files as they were chosen, and then those of folders in the order of their paths. The browser
/// sorts: Rust's own would be a tenth of this module.
fn in_order(found: Vec<Source>) -> Vec<Source> {
    let key = |(index, source): (usize, &Source)| {
        // Below every character of a name, so that a folder's files stay together.
        let path = if source.is_chosen { String::new() } else { source.path.replace('/', "\u{1}") };
        JsValue::from(text![path, "\0", Padded(index as u64, 9)])
    };
    let sorted = found.iter().enumerate().map(key).collect::<Array>().sort();
    let mut found: Vec<_> = found.into_iter().map(Some).collect();
    let index = |key: JsValue| key.as_string()?.rsplit('\0').next()?.parse::<usize>().ok();
    sorted.iter().filter_map(index).filter_map(|index| found.get_mut(index)?.take()).collect()
}

/// Adds a file, or the lists in a zip, to the collection.
pub async fn read_source(source: &Source, collection: &mut Collection) {
    let Source { path, blob, is_chosen } = source;
    if !is_chosen && let Some(reason) = reason_against(path) {
        return collection.pass_over(path, reason);
    }
    match kind_of(blob).await {
        Err(reason) => collection.pass_over(path, reason),
        Ok(FileKind::Zip) => match Archive::open(blob).await {
            Ok(archive) => archive.read_lists(path, collection).await,
            Err(reason) => collection.pass_over(path, reason),
        },
        Ok(FileKind::Text(_)) => {
            let bytes = blob.size() as u64;
            if bytes > MAX_BYTES {
                return collection.pass_over(path, &list_files::too_large(bytes));
            }
            match read_slice(blob, 0, bytes).await {
                Ok(bytes) => add_text(path, &bytes, collection),
                Err(reason) => collection.pass_over(path, reason),
            }
        }
        Ok(kind) => collection.pass_over(path, reason_of(kind)),
    }
}

/// What a file is, as far as its beginning says; or why it can't be read.
async fn kind_of(blob: &Blob) -> Result<FileKind, &'static str> {
    if blob.type_().starts_with("image/") {
        return Err(list_files::IMAGE);
    }
    let head = read_slice(blob, 0, (blob.size() as u64).min(HEAD)).await?;
    Ok(FileKind::of(&head))
}
