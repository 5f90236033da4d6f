//! What narrows the grid of pictures, how large they are, and the buttons that choose.

use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, HtmlInputElement};

use super::elements::{by_id, on};
use super::storage;
use crate::report::Tally;

/// The sizes of pictures: the id of each one's radio button, and the least width of a cell in pixels.
const SIZES: [(&str, f64); 3] = [("size-s", 88.0), ("size-m", 136.0), ("size-l", 248.0)];

/// The key of the size in storage.
const SIZE_KEY: &str = "picture-size";

/// The elements.
pub struct PictureTools {
    /// All of them.
    pub element: HtmlElement,
    smallest: HtmlInputElement,
    sizes: [HtmlInputElement; 3],
    tally: HtmlElement,
    buttons: [(HtmlElement, Option<bool>); 3],
}

impl PictureTools {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self {
            element: by_id("picture-tools")?,
            smallest: by_id("picture-smallest")?,
            sizes: [by_id(SIZES[0].0)?, by_id(SIZES[1].0)?, by_id(SIZES[2].0)?],
            tally: by_id("picture-tally")?,
            buttons: [
                (by_id("choose-all")?, Some(true)),
                (by_id("choose-none")?, Some(false)),
                (by_id("invert")?, None),
            ],
        })
    }

    /// Restores the size, and listens: to what narrows the grid, to the size, and to the buttons, which tick,
    /// untick or, with `None`, invert what is shown.
    pub fn bind(
        &'static self,
        filtered: impl Fn() + Copy + 'static,
        resized: impl Fn() + Copy + 'static,
        choose: impl Fn(Option<bool>) + Copy + 'static,
    ) -> Result<(), JsValue> {
        // Some programs that empty a field make only the second event.
        for name in ["input", "change"] {
            on(&self.smallest, name, move |_| filtered())?;
        }
        let stored = storage::read(SIZE_KEY);
        for (radio, (id, _)) in self.sizes.iter().zip(SIZES) {
            if stored.as_deref() == Some(id) {
                radio.set_checked(true);
            }
            on(radio, "change", move |_| {
                storage::write(SIZE_KEY, id);
                resized();
            })?;
        }
        for (button, is_ticked) in &self.buttons {
            on(button, "click", move |_| choose(*is_ticked))?;
        }
        Ok(())
    }

    /// Empties the field, since another run is shown.
    pub fn reset(&self) {
        self.smallest.set_value("");
    }

    /// The pixels that one side of a picture has at least.
    pub fn smallest(&self) -> u32 {
        self.smallest.value_as_number() as u32
    }

    /// The least width of a cell, in pixels.
    pub fn least_width(&self) -> f64 {
        let chosen = self.sizes.iter().position(HtmlInputElement::checked);
        SIZES[chosen.unwrap_or(1)].1
    }

    /// Shows how many pictures are chosen.
    pub fn show_tally(&self, tally: Tally) {
        let text = tally.text();
        if self.tally.text_content().as_deref() != Some(&text) {
            self.tally.set_text_content(Some(&text));
        }
    }
}
