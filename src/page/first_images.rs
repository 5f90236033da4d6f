//! The first images that a list asks for, with the names that they will have.

use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

use super::elements::{by_id, set_shown};
use crate::plan::Item;

/// The most images that are shown. `www/index.html` has a line for each.
pub const SHOWN: usize = 3;

/// The lines below the summary of the list.
pub struct FirstImages {
    list: HtmlElement,
}

impl FirstImages {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self { list: by_id("first-images")? })
    }

    /// Shows images with their names, which are the first of a list; none if there is no list.
    pub fn show(&self, images: &[(&Item, &str)]) {
        let lines = self.list.children();
        for index in 0..lines.length() {
            let Some(line) = lines.item(index) else { continue };
            let image = images.get(index as usize);
            let texts = image.map_or_else(Default::default, |(item, name)| [*name, item.display_text()]);
            let (name, address) = (line.first_element_child(), line.last_element_child());
            for (element, text) in [name, address].into_iter().flatten().zip(texts) {
                element.set_text_content(Some(text));
            }
            let _ = line.toggle_attribute_with_force("hidden", image.is_none());
        }
        set_shown(&self.list, !images.is_empty());
    }
}
