//! Thumbnails of the images that are in view, decoded small.

use std::cell::{Cell, RefCell};
use std::ops::Range;

use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageBitmap};

use super::elements::document;
use crate::browser::{Images, PREVIEW_WIDTH};
use crate::plan::ItemId;

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

    /// Has an item's image decoded; `near` are the items around the view, which are kept.
    pub async fn decode(&self, item: ItemId, images: Images, near: Range<ItemId>) {
        let run = self.run.get();
        self.decoding.set(self.decoding.get() + 1);
        let drawn = images.preview(item).await.and_then(|preview| draw(&preview).ok());
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

/// Draws a preview into a canvas, its middle cut out square.
fn draw(preview: &ImageBitmap) -> Result<HtmlCanvasElement, JsValue> {
    let canvas: HtmlCanvasElement = document()?.create_element("canvas")?.unchecked_into();
    canvas.set_concurrency(PREVIEW_WIDTH);
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
