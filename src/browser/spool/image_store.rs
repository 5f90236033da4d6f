//! The stored images of a run, by item, and the changes that its journal does not have yet.

use std::cell::{Cell, RefCell};
use std::mem::take;
use std::rc::Rc;

use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::Blob;

use super::file::slice;
use super::{Payload, Spool, SpoolFile};
use crate::browser::web::{Shared, promise};
use crate::image::Dimensions;
use crate::plan::ItemId;
use crate::run::StoredImage;
use crate::spool::{Extent, Place};

/// The most pixels of an image that is decoded: browsers decode the whole image before they make it smaller,
/// and take 6 bytes for each pixel meanwhile.
pub const MAX_PIXELS: u64 = 50_000_000;

/// A larger image is not shown while its file is being written, since it would have to be copied into
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
    /// Items whose image was stored or moved since the journal was written; `None` without a journal.
    changed: Rc<RefCell<Option<Vec<ItemId>>>>,
    /// Spools whose archive was handed over or is held, and which images are still read from.
    previous: Rc<RefCell<Vec<Rc<SpoolFile>>>>,
    is_released: Rc<Cell<bool>>,
}

/// The images by item, in input order.
type Images = Vec<(ItemId, StoredImage<Payload>)>;

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
        if let Some(changed) = &mut *self.changed.borrow_mut() {
            changed.push(item);
        }
    }

    /// Replaces where an image is, if it is stored.
    pub fn set_payload(&self, item: ItemId, payload: Payload) {
        if let Some(image) = self.get(item) {
            self.insert(item, &StoredImage { payload, ..image });
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

    /// Collects changes for a journal from now on.
    pub fn record_changes(&self) {
        self.changed.borrow_mut().get_or_insert_default();
    }

    /// The items stored or moved since the last call.
    pub fn next_changed(&self) -> Vec<ItemId> {
        self.changed.borrow_mut().as_mut().map(take).unwrap_or_default()
    }

    /// Opens a finished spool for writing again. One that was handed over, or that a selection is read from,
    /// is left as it is: there is another one then, and the images are read from the previous file until they
    /// are copied.
    ///
    /// # Errors
    ///
    /// Fails if the browser opens or creates no file.
    pub async fn reopen(&self) -> Result<(), JsValue> {
        let Spool::File(file) = self.spool.get().await else { return Ok(()) };
        if !file.is_handed_over() && !file.is_held() {
            return file.reopen(self.reserved()).await;
        }
        let Some(finished) = file.finished().await else { return Err("it is still being written".into()) };
        for (_, image) in self.images.borrow_mut().iter_mut() {
            if let Payload::File { place, .. } = image.payload {
                image.payload = Payload::Blob(slice(&finished, place.payload)?);
            }
        }
        let next = file.successor().await?;
        self.previous.borrow_mut().push(file);
        self.set_spool(Spool::File(Rc::new(next)));
        Ok(())
    }

    /// Lets go of spools that were left as they are: all images are elsewhere by now.
    pub fn release_previous(&self) {
        self.previous.borrow_mut().clear();
    }

    /// The bytes of all images together.
    pub fn bytes(&self) -> u64 {
        self.images.borrow().iter().map(|(_, image)| image.facts.bytes).sum()
    }

    /// What is reserved for the images in the spool's file.
    pub fn reserved(&self) -> Vec<Extent> {
        let images = self.images.borrow();
        images.iter().filter_map(|(_, image)| image.payload.place()).map(Place::reserved).collect()
    }

    /// Sets the spool; it is dropped at once if the images were released meanwhile.
    pub fn set_spool(&self, spool: Spool) {
        if !self.is_released.get() {
            self.spool.set(spool);
        }
    }

    /// Drops what the images have in memory, and their spool unless its file is finished: of a complete archive that
    /// is never made anew.
    pub fn release_memory(&self) {
        self.images.borrow_mut().clear();
        if self.finished_name().is_none() {
            self.release();
        }
    }

    /// The name of the spool, if its file is finished.
    pub fn finished_name(&self) -> Option<String> {
        match self.spool.current()? {
            Spool::File(file) => file.finished_name(),
            Spool::Blobs => None,
        }
    }

    /// Drops all images and the spool.
    pub fn release(&self) {
        self.is_released.set(true);
        self.images.borrow_mut().clear();
        self.previous.borrow_mut().clear();
        self.spool.clear();
    }

    /// Decodes an image, as an `ImageBitmap` with no side longer than `edge`; with an `edge` of 0, returns its
    /// bytes as a `Blob`. `None` if it is not stored, can't be decoded or has more than [`MAX_PIXELS`], or
    /// would have to be copied and is too large for that.
    pub async fn preview(&self, item: ItemId, edge: u32) -> Option<JsValue> {
        let StoredImage { payload, facts } = self.get(item)?;
        // What no browser shows would be read from its first byte to its last for nothing.
        if !facts.file_type.is_shown_by_browsers() {
            return None;
        }
        if let Payload::File { file, .. } = &payload
            && facts.bytes > MAX_COPIED
            && file.finished().await.is_none()
        {
            return None;
        }
        let image = payload.to_blob(facts.file_type.media_type()).await.ok()?;
        if edge == 0 {
            return Some(image.into());
        }
        let dimensions = facts.dimensions.filter(|dimensions| dimensions.pixels() <= MAX_PIXELS)?;
        decoded(&image, dimensions, edge).await.ok()
    }
}

async fn decoded(image: &Blob, size: Dimensions, edge: u32) -> Result<JsValue, JsValue> {
    let options = Object::new();
    if size.width.max(size.height) > edge {
        let longer = if size.width < size.height { "resizeHeight" } else { "resizeWidth" };
        Reflect::set(&options, &longer.into(), &edge.into())?;
        Reflect::set(&options, &"resizeQuality".into(), &"medium".into())?;
    }
    promise(create_image_bitmap(image, &options)?).await
}
