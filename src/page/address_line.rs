//! The whole address of an item: to be read, opened and copied.

use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlAnchorElement, HtmlDocument, HtmlElement};

use super::elements::{by_id, document, set_shown, window};
use crate::plan::Item;
use crate::text::text;
use crate::words::pictures;

/// The most characters of an address that are shown: a `data:` URL may have millions.
const MAX_SHOWN: usize = 2000;

/// The elements.
pub struct AddressLine {
    address: Element,
    link: HtmlAnchorElement,
    /// The button that copies.
    pub copy: HtmlElement,
}

impl AddressLine {
    /// Finds the elements, whose ids begin with `prefix`.
    pub fn find(prefix: &str) -> Result<Self, JsValue> {
        Ok(Self {
            address: by_id(&text![prefix, "-address"])?,
            link: by_id(&text![prefix, "-link"])?,
            copy: by_id(&text![prefix, "-copy"])?,
        })
    }

    /// Shows the address of an item, or the text that is none.
    pub fn show(&self, item: &Item) {
        let address = item.display_text();
        let end = address.char_indices().nth(MAX_SHOWN).map_or(address.len(), |(at, _)| at);
        self.address.set_text_content(address.get(..end));
        // What is shown of a data: URL may be a part, and no tab opens one.
        let is_data = item.address.as_ref().is_ok_and(|address| address.is_data());
        let is_link = item.address.is_ok() && !is_data;
        set_shown(&self.link, is_link);
        set_shown(&self.copy, !is_data);
        self.link.set_href(if is_link { address } else { "" });
    }

    /// Copies the address; returns what to say of it.
    pub fn copy(&self) -> &'static str {
        let copy = || -> Option<bool> {
            // Unlike the clipboard of `navigator`, this needs no secure context, and leaves the address selected.
            let selection = window().ok()?.get_selection().ok()??;
            selection.select_all_children(&self.address).ok()?;
            document().ok()?.unchecked_into::<HtmlDocument>().exec_command("copy").ok()
        };
        match copy() {
            Some(true) => pictures::ADDRESS_COPIED,
            _ => pictures::ADDRESS_NOT_COPIED,
        }
    }
}
