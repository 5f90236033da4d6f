//! The stored images of a run, by item, and the changes that its journal does not have yet.

use std::cell::{Cell, RefCell};
use std::mem::take;
use std::rc::Rc;

use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, ImageBitmap};

use super::{Payload, Spool, SpoolFile};
use crate::browser::web::{Shared, promise};
use crate::plan::ItemId;
use crate::run::StoredImage;
use crate::spool::Extent;

/// A preview's width in pixels: twice its size on the page, for high-density screens.
pub const PREVIEW_WIDTH: u32 = 72;

/// A larger image has no preview while its file is being written, since it would have to be copied into
/// memory.
const MAX_COPIED: u64 = 32 << 20;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = createImageBitmap, catch)]
    fn create_image_bitmap(blob: &Blob, options: &Object) -> Result<Promise, JsValue>;
}

/// The stored images of a run and their spool; clones share them.
#[derive(Clone, Debug, Default)]
pub struct ImageStore {
    images: Rc<RefCell<Images>>,
    spool: Rc<Shared<Spool>>,
    unrecorded: Rc<RefCell<Option<Unrecorded>>>,
    is_released: Rc<Cell<bool>>,
}

/// The images by item, in input order.
type Images = Vec<(ItemId, StoredImage<Payload>)>;

/// Changes that the journal does not have yet.
#[derive(Debug, Default)]
struct Unrecorded {
    /// Images that were stored or moved.
    changed: Vec<ItemId>,
    /// Where moved images were before.
    abandoned: Vec<Extent>,
}

impl ImageStore {
    /// The spool, which is opened while the first requests are under way.
    pub fn spool(&self) -> &Rc<Shared<Spool>> {
        &self.spool
    }

    /// Stores an image, or records its new place.
    pub fn insert(&self, item: ItemId, image: &StoredImage<Payload>) {
        let mut images = self.images.borrow_mut();
        match images.binary_search_by_key(&item, |(item, _)| *item) {
            Ok(index) => images[index].1 = image.clone(),
            Err(index) => images.insert(index, (item, image.clone())),
        }
        if let Some(unrecorded) = &mut *self.unrecorded.borrow_mut() {
            unrecorded.changed.push(item);
        }
    }

    /// The image of an item, if it is stored.
    pub fn get(&self, item: ItemId) -> Option<StoredImage<Payload>> {
        let images = self.images.borrow();
        let index = images.binary_search_by_key(&item, |(item, _)| *item).ok()?;
        Some(images[index].1.clone())
    }

    /// The items whose images are stored, in input order.
    pub fn items(&self) -> Vec<ItemId> {
        self.images.borrow().iter().map(|(item, _)| *item).collect()
    }

    /// Removes the image of an item.
    pub fn remove(&self, item: ItemId) {
        self.images.borrow_mut().retain(|(other, _)| *other != item);
    }

    /// Releases the space that an image was moved from: at once, or when the journal has its new place.
    pub fn abandon(&self, file: &SpoolFile, extents: &[Extent]) {
        match &mut *self.unrecorded.borrow_mut() {
            Some(unrecorded) => unrecorded.abandoned.extend_from_slice(extents),
            None => extents.iter().for_each(|extent| file.release(*extent)),
        }
    }

    /// Collects changes for a journal from now on.
    pub fn record_changes(&self) {
        *self.unrecorded.borrow_mut() = Some(Unrecorded::default());
    }

    /// The items stored or moved since the last call.
    pub fn next_changed(&self) -> Vec<ItemId> {
        let mut unrecorded = self.unrecorded.borrow_mut();
        unrecorded.as_mut().map(|unrecorded| take(&mut unrecorded.changed)).unwrap_or_default()
    }

    /// Releases the space that images were moved from; the journal has their new places.
    pub fn release_abandoned(&self, file: &SpoolFile) {
        let mut unrecorded = self.unrecorded.borrow_mut();
        let abandoned = unrecorded.as_mut().map(|unrecorded| take(&mut unrecorded.abandoned));
        abandoned.iter().flatten().for_each(|extent| file.release(*extent));
    }

    /// Opens a finished spool for writing again.
    ///
    /// # Errors
    ///
    /// Fails if the browser does not open the file once more.
    pub async fn reopen(&self) -> Result<(), JsValue> {
        let Spool::File(file) = self.spool.get().await else { return Ok(()) };
        // All space without an image in it becomes free, abandoned space included.
        if let Some(unrecorded) = &mut *self.unrecorded.borrow_mut() {
            unrecorded.abandoned.clear();
        }
        file.reopen(self.extents()).await
    }

    /// The bytes of all images together.
    pub fn bytes(&self) -> u64 {
        self.images.borrow().iter().map(|(_, image)| image.bytes).sum()
    }

    /// Where the images are in the spool's file.
    pub fn extents(&self) -> Vec<Extent> {
        let images = self.images.borrow();
        images.iter().flat_map(|(_, image)| image.payload.extents()).copied().collect()
    }

    /// Sets the spool; it is dropped at once if the images were released meanwhile.
    pub fn set_spool(&self, spool: Spool) {
        if !self.is_released.get() {
            self.spool.set(spool);
        }
    }

    /// Drops all images and the spool.
    pub fn release(&self) {
        self.is_released.set(true);
        self.images.borrow_mut().clear();
        self.spool.clear();
    }

    /// Decodes an image at a width of [`PREVIEW_WIDTH`]; `None` if it is not stored or can't be decoded.
    pub async fn preview(&self, item: ItemId) -> Option<ImageBitmap> {
        let StoredImage { payload, format, bytes, .. } = self.get(item)?;
        if matches!(payload, Payload::File { .. }) && bytes > MAX_COPIED {
            return None;
        }
        let image = payload.to_blob(format.media_type()).await.ok()?;
        decoded(&image).await.ok()
    }
}

async fn decoded(image: &Blob) -> Result<ImageBitmap, JsValue> {
    let options = Object::new();
    Reflect::set(&options, &"resizeWidth".into(), &PREVIEW_WIDTH.into())?;
    Reflect::set(&options, &"resizeQuality".into(), &"medium".into())?;
    promise(create_image_bitmap(image, &options)?).await?.dyn_into()
}
