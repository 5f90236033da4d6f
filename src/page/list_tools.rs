//! What narrows and sorts both views of a run: the search, the parts as toggle buttons, and the order.

use std::cell::Cell;

use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, HtmlInputElement, HtmlSelectElement};

use super::elements::{by_id, on};
use crate::report::{Listing, Order, Part};
use crate::words::nouns::IMAGE;
use crate::words::numbers::{count, number};

/// The ids of the buttons, in the order of the parts.
const PARTS: [&str; 5] = ["part-all", "part-under-way", "part-done", "part-failed", "part-left-out"];

/// The elements.
pub struct ListTools {
    search: HtmlInputElement,
    parts: [HtmlElement; 5],
    order: HtmlSelectElement,
    part: Cell<Part>,
    counts: Cell<Option<[usize; 5]>>,
}

impl ListTools {
    pub fn find() -> Result<Self, JsValue> {
        let [all, under_way, done, failed, left_out] = PARTS;
        Ok(Self {
            search: by_id("search")?,
            parts: [by_id(all)?, by_id(under_way)?, by_id(done)?, by_id(failed)?, by_id(left_out)?],
            order: by_id("sort")?,
            part: Cell::default(),
            counts: Cell::default(),
        })
    }

    /// Listens; `changed` is called when something else is to be listed.
    pub fn bind(&'static self, changed: impl Fn() + Copy + 'static) -> Result<(), JsValue> {
        // Some programs that empty a field make only the second event.
        for (field, name) in [(&*self.search, "input"), (&*self.search, "change"), (&*self.order, "change")] {
            on(field, name, move |_| changed())?;
        }
        for (button, part) in self.parts.iter().zip(Part::ALL) {
            on(button, "click", move |_| {
                // Pressed again, it lists all of them.
                self.set_part(if self.part.get() == part { Part::All } else { part });
                changed();
            })?;
        }
        Ok(())
    }

    /// Lists everything, since another run is shown.
    pub fn reset(&self) {
        self.search.set_value("");
        self.order.set_selected_index(0);
        self.set_part(Part::All);
    }

    /// What is to be listed.
    pub fn listing(&self) -> Listing {
        let order = Order::ALL.get(self.order.selected_index() as usize).copied().unwrap_or_default();
        Listing { search: self.search.value().trim().to_owned(), part: self.part.get(), order }
    }

    /// Shows how many items are in each part.
    pub fn show_counts(&self, counts: [usize; 5]) {
        if self.counts.replace(Some(counts)) == Some(counts) {
            return;
        }
        for (button, items) in self.parts.iter().zip(counts) {
            let _ = button.dataset().set("count", &number(items));
            button.set_title(&count(items, IMAGE));
        }
    }

    fn set_part(&self, part: Part) {
        self.part.set(part);
        for (button, own) in self.parts.iter().zip(Part::ALL) {
            let _ = button.set_attribute("aria-pressed", if own == part { "true" } else { "false" });
        }
    }
}
