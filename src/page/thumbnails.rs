//! Thumbnails of the images that are in view, decoded small.

use std::cell::{Cell, RefCell};
use std::ops::Range;

use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, CanvasRenderingContext2d, HtmlCanvasElement, ImageBitmap};

use super::elements::document;
use crate::plan::ItemId;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = createImageBitmap, catch)]
    fn create_image_bitmap(blob: &Blob, options: &Object) -> Result<Promise, JsValue>;
}

/// A thumbnail's edge in pixels: twice its size on the page, for dense screens.
const EDGE: u32 = 72;

/// Decoded at a time: photographs of several megabytes keep the processor busy.
const MOST_DECODING: usize = 2;

/// Kept at a time, of 20 kB each.
const MOST_KEPT: usize = 400;

/// The thumbnails of a run.
#[derive(Default)]
pub struct Thumbnails {
    /// `None` for what can't be decoded, so that it is not tried again.
    kept: RefCell<Vec<(ItemId, Option<HtmlCanvasElement>)>>,
    decoding: Cell<usize>,
    /// Counts runs, so that a thumbnail of the one before is not taken for one of this.
    run: Cell<u32>,
}

impl Thumbnails {
    /// A new run begins.
    pub fn clear(&self) {
        self.kept.borrow_mut().clear();
        self.run.set(self.run.get().wrapping_add(1));
    }

    /// The thumbnail of an item: `None` where it was not decoded yet, `Some(None)` where it can't
    /// be.
    pub fn get(&self, item: ItemId) -> Option<Option<HtmlCanvasElement>> {
        self.kept.borrow().iter().find(|(kept, _)| *kept == item).map(|(_, canvas)| canvas.clone())
    }

    /// Whether another one may be decoded now.
    pub fn has_room(&self) -> bool {
        self.decoding.get() < MOST_DECODING
    }

    /// Decodes an item's image; `near` are the items around the view, which are kept.
    pub async fn decode(&self, item: ItemId, image: Blob, near: Range<ItemId>) {
        let run = self.run.get();
        self.decoding.set(self.decoding.get() + 1);
        let drawn = draw(&image).await.ok();
        self.decoding.set(self.decoding.get() - 1);
        if self.run.get() != run {
            return;
        }
        let mut kept = self.kept.borrow_mut();
        if kept.len() >= MOST_KEPT {
            kept.retain(|(kept, _)| near.contains(kept));
        }
        kept.push((item, drawn));
    }
}

/// Draws an image into a small canvas, its middle cut out square.
async fn draw(image: &Blob) -> Result<HtmlCanvasElement, JsValue> {
    let options = Object::new();
    Reflect::set(&options, &"resizeWidth".into(), &EDGE.into())?;
    Reflect::set(&options, &"resizeQuality".into(), &"medium".into())?;
    let bitmap: ImageBitmap = JsFuture::from(create_image_bitmap(image, &options)?).await?.dyn_into()?;
    let canvas: HtmlCanvasElement = document()?.create_element("canvas")?.unchecked_into();
    canvas.set_width(EDGE);
    canvas.set_height(EDGE);
    let context: CanvasRenderingContext2d =
        canvas.get_context("2d")?.ok_or("no canvas context")?.unchecked_into();
    let (edge, width, height) = (f64::from(EDGE), f64::from(bitmap.width()), f64::from(bitmap.height()));
    let scale = (edge / width).max(edge / height);
    let (width, height) = (width * scale, height * scale);
    context.draw_image_with_image_bitmap_and_dw_and_dh(
        &bitmap,
        (edge - width) / 2.0,
        (edge - height) / 2.0,
        width,
        height,
    )?;
    bitmap.close();
    Ok(canvas)
}
