//! The parts of one image, for a run without a file.

use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::Blob;

use super::BlobParts;
use crate::browser::web::promise;
use crate::job::IS_INTERACTIVE;

#[wasm_bindgen(module = "/src/browser/spool/growing_blob.js")]
extern "C" {
    #[derive(Debug)]
    type GrowingBlob;
    #[wasm_bindgen(constructor, catch)]
    fn new() -> Result<GrowingBlob, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn push(this: &GrowingBlob, pieces: &Array) -> Result<(), JsValue>;
    #[wasm_bindgen(method, getter, js_name = isRead)]
    fn is_read(this: &GrowingBlob) -> Promise;
    #[wasm_bindgen(method, catch)]
    fn finish(this: &GrowingBlob) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method)]
    fn discard(this: &GrowingBlob);
}

/// The parts, in order. Now and then the loose ones are gathered: into a Blob that grows on the browser's disk, or else
/// into one more Blob in its memory. On the page, whose images are in a file wherever it has one, they stay in memory, so
/// that it need not load the script.
#[derive(Debug)]
pub struct ImageParts {
    may_grow: bool,
    growing: Option<GrowingBlob>,
    parts: BlobParts,
}

impl ImageParts {
    /// No parts yet; `may_grow` says whether they may go to the browser's disk.
    pub fn new(may_grow: bool) -> Self {
        Self { may_grow, growing: None, parts: BlobParts::default() }
    }

    /// Adds bytes that will not change.
    pub fn push(&self, part: &Uint8Array) {
        self.parts.push(part);
    }

    /// Gathers the loose parts.
    ///
    /// # Errors
    ///
    /// Fails if the browser has no space for them.
    pub fn gather(&mut self) -> Result<(), JsValue> {
        if !IS_INTERACTIVE && self.may_grow && self.growing.is_none() {
            self.growing = GrowingBlob::new().ok();
            // A page may have replaced what it is made with.
            self.may_grow = self.growing.is_some();
        }
        match self.growing.as_ref().filter(|_| !IS_INTERACTIVE) {
            Some(growing) => growing.push(&std::mem::take(&mut self.parts).all()),
            None => self.parts.gather(),
        }
    }

    /// Resolves when what was gathered has left the page's memory; `None` if it stays there.
    pub fn is_read(&self) -> Option<Promise> {
        self.growing().map(GrowingBlob::is_read)
    }

    fn growing(&self) -> Option<&GrowingBlob> {
        self.growing.as_ref().filter(|_| !IS_INTERACTIVE)
    }

    /// All parts as one Blob.
    ///
    /// # Errors
    ///
    /// Fails if the browser has no space for it.
    pub async fn finish(mut self) -> Result<Blob, JsValue> {
        let rest = self.parts.all();
        let Some(growing) = self.growing() else { return Blob::new_with_blob_sequence(&rest) };
        growing.push(&rest)?;
        let blob = promise(growing.finish()?).await?.unchecked_into();
        self.growing = None;
        Ok(blob)
    }
}

impl Drop for ImageParts {
    fn drop(&mut self) {
        self.growing().into_iter().for_each(GrowingBlob::discard);
    }
}
