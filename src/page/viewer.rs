//! The dialog that shows one picture large.

use std::cell::{Cell, RefCell};

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, HtmlDialogElement, HtmlElement, HtmlImageElement, HtmlInputElement, KeyboardEvent};

use super::address_line::AddressLine;
use super::elements::{by_id, on, set_shown};
use super::object_url::ObjectUrl;
use super::run_view::RunView;
use super::thumbnails::{is_light, is_svg};
use crate::plan::ItemId;
use crate::report::{dimensions, picture_text};
use crate::words::pictures;

/// The most pixels of a picture that is shown large: browsers take 4 bytes for each, and have no smaller copy
/// beside them as a thumbnail has.
const MAX_PIXELS: u64 = 60_000_000;

/// The dialog.
pub struct Viewer {
    pub dialog: HtmlDialogElement,
    /// The box that chooses the picture.
    pub tick: HtmlInputElement,
    pub previous: HtmlElement,
    pub next: HtmlElement,
    image: HtmlImageElement,
    /// What stands in the place of an image that is not shown.
    problem: HtmlElement,
    name: Element,
    facts: Element,
    address: AddressLine,
    close: HtmlElement,
    status: Element,
    url: RefCell<Option<ObjectUrl>>,
    /// Counts the images, so that a late one is not shown in the place of another.
    shown: Cell<u32>,
}

impl Viewer {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self {
            dialog: by_id("viewer")?,
            tick: by_id("viewer-tick")?,
            previous: by_id("viewer-previous")?,
            next: by_id("viewer-next")?,
            image: by_id("viewer-image")?,
            problem: by_id("viewer-problem")?,
            name: by_id("viewer-name")?,
            facts: by_id("viewer-facts")?,
            address: AddressLine::find("viewer")?,
            close: by_id("viewer-close")?,
            status: by_id("viewer-status")?,
            url: RefCell::default(),
            shown: Cell::default(),
        })
    }

    pub fn bind(&'static self) -> Result<(), JsValue> {
        on(&self.image, "load", |_| set_shown(&self.image, true))?;
        on(&self.image, "error", |_| self.say(pictures::NOT_SHOWN))?;
        on(&self.dialog, "keydown", |event| {
            let key = event.dyn_ref::<KeyboardEvent>().map(KeyboardEvent::key);
            match key.as_deref() {
                Some("ArrowLeft") => self.previous.click(),
                Some("ArrowRight") => self.next.click(),
                _ => {}
            }
        })?;
        on(&self.close, "click", |_| self.dialog.close())?;
        on(&self.address.copy, "click", |_| {
            self.status.set_text_content(Some(self.address.copy()));
        })
    }

    /// Shows the picture of an item, and opens the dialog if it is not open.
    pub fn show(&'static self, run: &RunView, item: ItemId) {
        self.clear();
        let name = run.name_of(item);
        self.name.set_text_content(Some(&name));
        let _ = self.image.set_attribute("alt", &name);
        self.tick.set_checked(run.choice.borrow().is_ticked(item));
        self.address.show(&run.plan.items()[item]);
        let can_be_shown = {
            let rows = run.rows.borrow();
            let row = &rows.as_slice()[item];
            self.facts.set_text_content(Some(&picture_text(row)));
            let is_known = row.image.as_ref().is_some_and(|image| image.file_type.is_shown_by_browsers());
            let is_small = || dimensions(row).is_some_and(|size| size.pixels() <= MAX_PIXELS);
            is_known && (is_svg(row) || is_small())
        };
        if can_be_shown {
            self.load(run, item);
        } else {
            self.say(pictures::TOO_LARGE);
        }
        if !self.dialog.open() {
            // It throws only if the dialog is open already.
            let _ = self.dialog.show_modal();
        }
    }

    fn load(&'static self, run: &RunView, item: ItemId) {
        let shown = self.shown.get();
        let is_drawing = is_svg(&run.rows.borrow().as_slice()[item]);
        let Some(handle) = run.source_of(item) else { return self.say(pictures::NOT_KEPT) };
        spawn_local(async move {
            let image = handle.image(item).await;
            let is_heavy = match &image {
                Some(image) if is_drawing => !is_light(image, MAX_PIXELS).await,
                _ => false,
            };
            let url = image.and_then(|image| ObjectUrl::new(&image).ok());
            if self.shown.get() != shown {
                return;
            }
            match url {
                _ if is_heavy => self.say(pictures::TOO_LARGE),
                Some(url) => {
                    self.image.set_src(url.as_str());
                    *self.url.borrow_mut() = Some(url);
                }
                None => self.say(pictures::NOT_YET),
            }
        });
    }

    /// Lets go of the image.
    pub fn clear(&self) {
        self.shown.set(self.shown.get().wrapping_add(1));
        let _ = self.image.remove_attribute("src");
        for element in [&*self.image, &self.problem] {
            set_shown(element, false);
        }
        self.status.set_text_content(None);
        self.url.take();
    }

    fn say(&self, words: &str) {
        self.problem.set_text_content(Some(words));
        set_shown(&self.problem, true);
    }
}
