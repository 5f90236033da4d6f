//! The images that a run has kept, for whoever wants to see one.

use std::cell::{Cell, RefCell};
use std::mem::take;
use std::rc::Rc;

use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, ImageBitmap};

use super::archive::{ArchiveError, not_kept};
use super::later::Shared;
use super::settled::settled;
use super::spool::{Payload, Spool, SpoolFile};
use super::worker::Connection;
use crate::plan::ItemId;
use crate::run::StoredImage;
use crate::spool::Extent;

/// A preview's width in pixels: twice its size on the page, for dense screens.
pub const PREVIEW_WIDTH: u32 = 72;

/// An image of more bytes than this has no preview while its file is being written: it would be
/// copied into memory for it.
const MOST_COPIED: u64 = 32 << 20;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = createImageBitmap, catch)]
    fn create_image_bitmap(blob: &Blob, options: &Object) -> Result<Promise, JsValue>;
}

/// The images of a run, wherever they are.
#[derive(Clone, Debug)]
pub enum Images {
    /// Here.
    Here(ImageStore),
    /// With the worker that fetched them.
    Worker(Rc<Connection>),
}

impl Images {
    /// An image decoded small; `None` for one that was not kept or can't be decoded.
    pub async fn preview(&self, item: ItemId) -> Option<ImageBitmap> {
        match self {
            Self::Here(images) => images.preview(item).await,
            Self::Worker(run) => run.preview(item).await,
        }
    }
}

/// The images of a run that are kept here, and the spool that they are in.
#[derive(Clone, Debug, Default)]
pub struct ImageStore {
    /// By their items, in input order.
    kept: Rc<RefCell<Vec<KeptImage>>>,
    spool: Rc<Shared<Spool>>,
    watched: Rc<RefCell<Option<Watched>>>,
    is_let_go: Rc<Cell<bool>>,
}

/// What a journal was not told yet.
#[derive(Debug, Default)]
struct Watched {
    /// Images that are there, or are somewhere else than before.
    changed: Vec<ItemId>,
    /// Where images were before.
    abandoned: Vec<Extent>,
}

/// An item and what is kept of it.
type KeptImage = (ItemId, StoredImage<Payload>);

impl ImageStore {
    /// Where the images are, as soon as it is open.
    pub fn spool(&self) -> &Rc<Shared<Spool>> {
        &self.spool
    }

    /// Says where an image is; it may be somewhere else later on.
    pub fn put(&self, item: ItemId, image: &StoredImage<Payload>) {
        let mut kept = self.kept.borrow_mut();
        match kept.binary_search_by_key(&item, |(item, _)| *item) {
            Ok(index) => kept[index].1 = image.clone(),
            Err(index) => kept.insert(index, (item, image.clone())),
        }
        if let Some(watched) = &mut *self.watched.borrow_mut() {
            watched.changed.push(item);
        }
    }

    /// The image of an item, where it is kept.
    pub fn get(&self, item: ItemId) -> Option<StoredImage<Payload>> {
        let kept = self.kept.borrow();
        let index = kept.binary_search_by_key(&item, |(item, _)| *item).ok()?;
        Some(kept[index].1.clone())
    }

    /// The items whose images are kept, in input order.
    pub fn items(&self) -> Vec<ItemId> {
        self.kept.borrow().iter().map(|(item, _)| *item).collect()
    }

    /// It is not there any more.
    pub fn remove(&self, item: ItemId) {
        self.kept.borrow_mut().retain(|(other, _)| *other != item);
    }

    /// An image was moved from there, so something else may be written there, as soon as a journal
    /// knows of it.
    pub fn abandon(&self, file: &SpoolFile, extents: &[Extent]) {
        match &mut *self.watched.borrow_mut() {
            Some(watched) => watched.abandoned.extend_from_slice(extents),
            None => extents.iter().for_each(|extent| file.release(*extent)),
        }
    }

    /// Notes what changes, for a journal.
    pub fn watch(&self) {
        *self.watched.borrow_mut() = Some(Watched::default());
    }

    /// What has changed since the last time.
    pub fn changed(&self) -> Vec<ItemId> {
        self.watched.borrow_mut().as_mut().map(|watched| take(&mut watched.changed)).unwrap_or_default()
    }

    /// The journal knows where everything is now.
    pub fn release_abandoned(&self, file: &SpoolFile) {
        let mut watched = self.watched.borrow_mut();
        let abandoned = watched.as_mut().map(|watched| take(&mut watched.abandoned));
        abandoned.iter().flatten().for_each(|extent| file.release(*extent));
    }

    /// Makes room for more in a spool that was finished.
    ///
    /// # Errors
    ///
    /// The browser does not let us write to it any more.
    pub async fn reopen(&self) -> Result<(), ArchiveError> {
        let Spool::File(file) = self.spool.get().await else { return Ok(()) };
        // All that is no image's place is free.
        if let Some(watched) = &mut *self.watched.borrow_mut() {
            watched.abandoned.clear();
        }
        file.reopen(self.extents()).await.map_err(not_kept)
    }

    /// How many bytes the images have together.
    pub fn bytes(&self) -> u64 {
        self.kept.borrow().iter().map(|(_, image)| image.bytes).sum()
    }

    /// Where in the spool's file the images are.
    pub fn extents(&self) -> Vec<Extent> {
        let kept = self.kept.borrow();
        kept.iter().flat_map(|(_, image)| image.payload.extents()).copied().collect()
    }

    /// Here is the spool; it goes at once where nobody asks for images any more.
    pub fn keep_in(&self, spool: Spool) {
        if !self.is_let_go.get() {
            self.spool.set(spool);
        }
    }

    /// Nobody will ask for one any more, so the spool may go.
    pub fn let_go(&self) {
        self.is_let_go.set(true);
        self.kept.borrow_mut().clear();
        self.spool.clear();
    }

    /// As [`Images::preview`].
    pub async fn preview(&self, item: ItemId) -> Option<ImageBitmap> {
        let spool = self.spool.get().await;
        let StoredImage { payload, format, bytes, .. } = self.get(item)?;
        if matches!(payload, Payload::Extents(_)) && bytes > MOST_COPIED {
            return None;
        }
        let image = payload.to_blob(&spool, format.media_type()).await.ok()?;
        decoded(&image).await.ok()
    }
}

async fn decoded(image: &Blob) -> Result<ImageBitmap, JsValue> {
    let options = Object::new();
    Reflect::set(&options, &"resizeWidth".into(), &PREVIEW_WIDTH.into())?;
    Reflect::set(&options, &"resizeQuality".into(), &"medium".into())?;
    settled(create_image_bitmap(image, &options)?).await?.dyn_into()
}
