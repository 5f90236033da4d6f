//! The images that a run has kept, for whoever wants to see one.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ImageBitmap};

use super::later::Later;
use super::spool::{Payload, Spool};
use super::worker::Connection;
use crate::image::Format;
use crate::plan::ItemId;

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
    Here(KeptImages),
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

/// The images of a run that are kept here.
#[derive(Clone, Debug, Default)]
pub struct KeptImages {
    kept: Rc<RefCell<Vec<(ItemId, Format, Payload)>>>,
    spool: Rc<Later<Spool>>,
}

impl KeptImages {
    /// Images that will be in that spool.
    pub fn new(spool: Rc<Later<Spool>>) -> Self {
        Self { kept: Rc::default(), spool }
    }

    /// Says where an image is; it may be somewhere else later on.
    pub fn put(&self, item: ItemId, format: Format, payload: Payload) {
        let mut kept = self.kept.borrow_mut();
        match kept.binary_search_by_key(&item, |(item, ..)| *item) {
            Ok(index) => kept[index].2 = payload,
            Err(index) => kept.insert(index, (item, format, payload)),
        }
    }

    /// Nobody will ask for one any more, so the spool may go.
    pub fn let_go(&self) {
        self.kept.borrow_mut().clear();
        self.spool.clear();
    }

    /// As [`Images::preview`].
    pub async fn preview(&self, item: ItemId) -> Option<ImageBitmap> {
        let spool = self.spool.get().await;
        let (format, payload) = {
            let kept = self.kept.borrow();
            let index = kept.binary_search_by_key(&item, |(item, ..)| *item).ok()?;
            (kept[index].1, kept[index].2.clone())
        };
        if let Payload::Extents(extents) = &payload
            && extents.iter().map(|extent| extent.length).sum::<u64>() > MOST_COPIED
        {
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
    JsFuture::from(create_image_bitmap(image, &options)?).await?.dyn_into()
}
