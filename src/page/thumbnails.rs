//! Thumbnails of the images in view, decoded at a small size.

use std::cell::{Cell, RefCell};

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{
    Blob, HtmlCanvasElement, HtmlElement, HtmlImageElement, ImageBitmap, ImageBitmapRenderingContext,
};

use super::elements::{document, window};
use super::frame::Frame;
use super::object_url::ObjectUrl;
use super::run_view::RunView;
use crate::browser::{MAX_PIXELS, promise};
use crate::image::{FileType, Format, pixels_inside};
use crate::plan::ItemId;
use crate::report::{Row, dimensions};

/// Images decoded at the same time: photographs of several megabytes keep the processor busy.
const MAX_DECODING: usize = 2;

/// The pixels of the images that are decoded at the same time, unless one alone has more.
const MAX_PIXELS_DECODING: u64 = 16_000_000;

/// The bytes of the thumbnails that are kept. Those in view are kept in any case.
const MAX_KEPT_BYTES: usize = 48 << 20;

/// The sides of thumbnails are multiples of this, in pixels, so that few changes of the window's size have
/// all of them decoded anew.
const EDGE_STEP: f64 = 64.0;

/// The longest side of a thumbnail, in pixels.
const MAX_EDGE: f64 = 640.0;

/// The thumbnails of a run.
#[derive(Default)]
pub struct Thumbnails {
    /// The longest side of a thumbnail, in pixels of the screen.
    edge: Cell<u32>,
    kept: RefCell<Vec<Kept>>,
    /// The items whose images are being decoded.
    decoding: RefCell<Vec<ItemId>>,
    pixels_decoding: Cell<u64>,
    /// Counts runs, so that a late thumbnail of the previous run is not taken for one of this.
    run: Cell<u32>,
}

struct Kept {
    item: ItemId,
    /// `None` for an image that can't be decoded, so that this is not tried again.
    element: Option<HtmlElement>,
    /// What the element is read from, if it is not decoded once and for all.
    _url: Option<ObjectUrl>,
}

impl Thumbnails {
    /// Forgets all thumbnails, since a new run begins or others are wanted, with no side longer than this.
    pub fn restart(&self, edge: u32) {
        self.edge.set(edge);
        self.kept.borrow_mut().clear();
        self.run.set(self.run.get().wrapping_add(1));
    }

    /// The thumbnail of an item: `None` if it has not been decoded yet, `Some(None)` if it can't be.
    pub fn get(&self, item: ItemId) -> Option<Option<HtmlElement>> {
        self.kept.borrow().iter().find(|kept| kept.item == item).map(|kept| kept.element.clone())
    }

    /// Begins to decode the image of an item, if there is one and not too many are being decoded; requests a
    /// frame at the end. If there are too many thumbnails, only those of the items that are `near` the view now are kept.
    pub fn decode_if_possible(
        &'static self,
        view: &RunView,
        item: ItemId,
        near: &dyn Fn() -> Vec<ItemId>,
        frame: &'static Frame,
    ) {
        let Some(handle) = view.source_of(item) else { return };
        let (pixels, is_svg) = {
            let rows = view.rows.borrow();
            (pixels_of(&rows.as_slice()[item]), is_svg(&rows.as_slice()[item]))
        };
        if !self.can_decode(item, pixels) {
            return;
        }
        // Now and not in the future, which begins only when all rows have been asked for.
        self.decoding.borrow_mut().push(item);
        self.pixels_decoding.set(self.pixels_decoding.get() + pixels);
        let (run, near) = (self.run.get(), near());
        spawn_local(async move {
            let (preview, svg) = if is_svg {
                let svg = handle.image(item).await;
                let is_light = match &svg {
                    Some(svg) => is_light(svg, MAX_PIXELS_DRAWN).await,
                    None => false,
                };
                (None, svg.filter(|_| is_light))
            } else {
                (handle.preview(item, self.edge.get()).await, None)
            };
            self.decoding.borrow_mut().retain(|other| *other != item);
            self.pixels_decoding.set(self.pixels_decoding.get() - pixels);
            if self.run.get() == run {
                let made = match svg {
                    Some(svg) => drawn_by_browser(&svg).ok(),
                    None => preview.and_then(|preview| shown(&preview).ok()),
                };
                self.keep(item, made, &near);
            }
            frame.request();
        });
    }

    /// Whether an image of this many pixels may be decoded now.
    fn can_decode(&self, item: ItemId, pixels: u64) -> bool {
        let decoding = self.decoding.borrow();
        let has_room =
            decoding.len() < MAX_DECODING && self.pixels_decoding.get() + pixels <= MAX_PIXELS_DECODING;
        decoding.is_empty() || has_room && !decoding.contains(&item)
    }

    fn keep(&self, item: ItemId, made: Option<Made>, near: &[ItemId]) {
        let mut kept = self.kept.borrow_mut();
        let edge = self.edge.get() as usize;
        if kept.len() * edge * edge * 4 >= MAX_KEPT_BYTES {
            kept.retain(|kept| near.contains(&kept.item));
        }
        let (element, url) = made.unzip();
        kept.push(Kept { item, element, _url: url.flatten() });
    }
}

/// The longest side of a thumbnail that is shown at this width, in pixels of the screen; not 0, even if there
/// is no width, as in a frame that is hidden.
///
/// # Errors
///
/// This is not a page.
pub fn edge_for(width: f64) -> Result<u32, JsValue> {
    let density = window()?.device_pixel_ratio().clamp(1.0, 2.0);
    let edge = (width * density / EDGE_STEP).ceil() * EDGE_STEP;
    Ok(edge.clamp(EDGE_STEP, MAX_EDGE) as u32)
}

/// A thumbnail, and the URL that it is read from, if it is not decoded once and for all.
type Made = (HtmlElement, Option<ObjectUrl>);

/// The pixels that decoding an image takes; none for one that is not decoded.
fn pixels_of(row: &Row) -> u64 {
    let pixels = dimensions(row).map_or(0, |size| size.pixels());
    if pixels > MAX_PIXELS || is_svg(row) { 0 } else { pixels }
}

/// Whether an image is an SVG, which browsers do not decode outside of a document.
pub fn is_svg(row: &Row) -> bool {
    row.image.as_ref().is_some_and(|image| image.file_type == FileType::Image(Format::Svg))
}

/// The most bytes of an SVG that is drawn.
const MAX_DRAWING: f64 = 8e6;

/// The most pixels of the pictures in an SVG that is drawn as a thumbnail: all that are in sight are drawn at the
/// same time.
const MAX_PIXELS_DRAWN: u64 = 2_000_000;

/// Whether an SVG is small, and the pictures in it have no more than this many pixels.
pub async fn is_light(svg: &Blob, most: u64) -> bool {
    if svg.size() > MAX_DRAWING {
        return false;
    }
    let bytes = promise(svg.array_buffer()).await.map(|bytes| Uint8Array::new(&bytes).to_vec());
    bytes.ok().and_then(|bytes| pixels_inside(&bytes)).is_some_and(|pixels| pixels <= most)
}

/// A canvas with a preview, which it takes.
fn shown(preview: &ImageBitmap) -> Result<Made, JsValue> {
    let canvas: HtmlCanvasElement = document()?.create_element("canvas")?.unchecked_into();
    canvas.set_width(preview.width());
    canvas.set_height(preview.height());
    let context = canvas.get_context("bitmaprenderer")?.ok_or("the canvas shows no bitmaps")?;
    context.unchecked_into::<ImageBitmapRenderingContext>().transfer_from_image_bitmap(preview);
    Ok((canvas.into(), None))
}

/// An image that the browser draws at the size at which it is shown.
fn drawn_by_browser(svg: &Blob) -> Result<Made, JsValue> {
    let url = ObjectUrl::new(svg)?;
    let image: HtmlImageElement = document()?.create_element("img")?.unchecked_into();
    image.set_alt("");
    image.set_src(url.as_str());
    Ok((image.into(), Some(url)))
}
