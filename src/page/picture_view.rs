//! The element of a picture, which shows different items as the grid scrolls.

use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, HtmlInputElement, HtmlTemplateElement};

use super::run_view::RunView;
use super::thumbnails::Thumbnails;
use super::views::View;
use crate::plan::ItemId;
use crate::report::{picture_text, placeholder_text, split_name};
use crate::text::text;
use crate::words::pictures;

/// A picture's element and what it shows.
pub struct PictureView {
    element: HtmlElement,
    thumb: Element,
    /// The box that chooses the picture.
    pub tick: HtmlInputElement,
    open: HtmlElement,
    name: [Element; 2],
    facts: Element,
    index: usize,
    /// The number of pictures that the element names.
    all: usize,
    item: ItemId,
    /// The version of the item that is shown; `None` if nothing is.
    shown: Option<u32>,
    /// Whether nothing is left to do for the thumbnail.
    has_thumb: bool,
    place: (f64, f64),
    /// Whether Tab leads to it.
    is_reached: bool,
}

impl View for PictureView {
    const TEMPLATE: &'static str = "picture";
    const SELECTOR: &'static str = ".picture";

    fn new(template: &HtmlTemplateElement) -> Result<Self, JsValue> {
        let picture = template.content().first_element_child().ok_or("the picture template is empty")?;
        let element: HtmlElement = picture.clone_node_with_deep(true)?.unchecked_into();
        let part = |selector: &str| -> Result<Element, JsValue> {
            let missing = || JsValue::from(JsError::new(&text!["the picture template has no ", selector]));
            element.query_selector(selector)?.ok_or_else(missing)
        };
        Ok(Self {
            thumb: part(".thumb")?,
            tick: part("input")?.unchecked_into(),
            open: part("button")?.unchecked_into(),
            name: [part(".begin")?, part(".end")?],
            facts: part(".facts")?,
            element,
            index: usize::MAX,
            all: 0,
            item: ItemId::MAX,
            shown: None,
            has_thumb: false,
            place: (f64::NAN, f64::NAN),
            is_reached: false,
        })
    }

    fn element(&self) -> &HtmlElement {
        &self.element
    }

    fn index(&self) -> usize {
        self.index
    }

    fn set_index(&mut self, index: usize) {
        self.index = index;
    }

    fn forget(&mut self) {
        self.shown = None;
        self.has_thumb = false;
    }
}

impl PictureView {
    /// Moves the element to its place in the grid, of which `all` pictures are shown.
    pub fn place(&mut self, index: usize, all: usize, place: (f64, f64)) {
        if self.index != index {
            self.index = index;
            let _ = self.element.set_attribute("aria-posinset", &text![index + 1]);
        }
        if self.all != all {
            self.all = all;
            let _ = self.element.set_attribute("aria-setsize", &text![all]);
        }
        if self.place != place {
            self.place = place;
            let (left, top) = (place.0.round() as i64, place.1.round() as i64);
            let translation = text!["translate(", left, "px,", top, "px)"];
            let _ = self.element.style().set_property("transform", &translation);
        }
    }

    /// Has Tab lead to the picture, or pass it over.
    pub fn set_reached(&mut self, is_reached: bool) {
        if self.is_reached != is_reached {
            self.is_reached = is_reached;
            self.tick.set_tab_index(if is_reached { 0 } else { -1 });
        }
    }

    /// Shows an item, if it shows another or an older version of it.
    pub fn show(&mut self, run: &RunView, item: ItemId) {
        let version = run.version(item);
        if self.item != item || self.shown != Some(version) {
            self.has_thumb &= self.item == item;
            (self.item, self.shown) = (item, Some(version));
            self.show_texts(run, item);
        }
        let is_chosen = run.choice.borrow().is_ticked(item);
        if self.tick.checked() != is_chosen {
            self.tick.set_checked(is_chosen);
        }
    }

    fn show_texts(&self, run: &RunView, item: ItemId) {
        let rows = run.rows.borrow();
        let row = &rows.as_slice()[item];
        if !self.has_thumb {
            self.thumb.set_text_content(None);
        }
        let name = run.name_of(item);
        let (begin, end) = split_name(&name);
        for (part, text) in self.name.iter().zip([begin, end]) {
            part.set_text_content(Some(text));
        }
        self.facts.set_text_content(Some(&picture_text(row)));
        let _ = self.element.set_attribute("title", &name);
        let _ = self.tick.set_attribute("aria-label", &name);
        let _ = self.open.set_attribute("aria-label", &pictures::view(&name));
    }

    /// Shows the thumbnail if there is one; returns whether it has still to be decoded.
    pub fn needs_thumbnail(&mut self, run: &RunView, thumbnails: &Thumbnails) -> bool {
        if self.has_thumb {
            return false;
        }
        let Some(thumbnail) = thumbnails.get(self.item) else { return true };
        match thumbnail {
            Some(thumbnail) => self.thumb.replace_children_with_node_1(&thumbnail),
            None => {
                let rows = run.rows.borrow();
                self.thumb.set_text_content(Some(&placeholder_text(&rows.as_slice()[self.item])));
            }
        }
        self.has_thumb = true;
        false
    }
}
