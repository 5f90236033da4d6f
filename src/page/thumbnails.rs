//! Thumbnails of the images in view, decoded at a small size.

use std::cell::{Cell, RefCell};
use std::ops::Range;

use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageBitmap};

use super::elements::document;
use crate::browser::{PREVIEW_WIDTH, RunHandle};
use crate::plan::ItemId;

/// Images decoded at the same time: photographs of several megabytes keep the processor busy.
const MAX_DECODING: usize = 2;

/// Thumbnails kept, of 20 kB each.
const MAX_KEPT: usize = 400;

/// The thumbnails of a run.
#[derive(Default)]
pub struct Thumbnails {
    /// `None` for an image that can't be decoded, so that this is not tried again.
    kept: RefCell<Vec<(ItemId, Option<HtmlCanvasElement>)>>,
    decoding: Cell<usize>,
    /// Counts runs, so that a late thumbnail of the previous run is not taken for one of this.
    run: Cell<u32>,
}

impl Thumbnails {
    /// Forgets all thumbnails, since a new run begins.
    pub fn clear(&self) {
        self.kept.borrow_mut().clear();
        self.run.set(self.run.get().wrapping_add(1));
    }

    /// The thumbnail of an item: `None` if it has not been decoded yet, `Some(None)` if it can't be.
    pub fn get(&self, item: ItemId) -> Option<Option<HtmlCanvasElement>> {
        self.kept.borrow().iter().find(|(kept, _)| *kept == item).map(|(_, canvas)| canvas.clone())
    }

    /// Whether another image may be decoded now.
    pub fn can_decode(&self) -> bool {
        self.decoding.get() < MAX_DECODING
    }

    /// Decodes the image of an item. If there are too many thumbnails, only those of the items `near`
    /// the view are kept.
    pub async fn decode(&self, item: ItemId, handle: &RunHandle, near: Range<ItemId>) {
        let run = self.run.get();
        self.decoding.set(self.decoding.get() + 1);
        let canvas = handle.preview(item).await.and_then(|preview| draw(&preview).ok());
        self.decoding.set(self.decoding.get() - 1);
        if self.run.get() != run {
            return;
        }
        let mut kept = self.kept.borrow_mut();
        if kept.len() >= MAX_KEPT {
            kept.retain(|(kept, _)| near.contains(kept));
        }
        kept.push((item, canvas));
    }
}

/// Draws a preview into a square canvas, cropped around its centre.
fn draw(preview: &ImageBitmap) -> Result<HtmlCanvasElement, JsValue> {
    let canvas: HtmlCanvasElement = document()?.create_element("canvas")?.unchecked_into();
    canvas.set_width(PREVIEW_WIDTH);
    canvas.set_height(PREVIEW_WIDTH);
    let context: CanvasRenderingContext2d =
        canvas.get_context("2d")?.ok_or("no canvas context")?.unchecked_into();
    let edge = f64::from(PREVIEW_WIDTH);
    let (width, height) = (f64::from(preview.width()), f64::from(preview.height()));
    let scale = (edge / width).max(edge / height);
    let (width, height) = (width * scale, height * scale);
    context.draw_image_with_image_bitmap_and_dw_and_dh(
        preview,
        (edge - width) / 2.0,
        (edge - height) / 2.0,
        width,
        height,
    )?;
    preview.close();
    Ok(canvas)
}
