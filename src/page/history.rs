//! The runs since the page was loaded, side by side.

use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement};

use super::elements::{by_id, document, set_shown};

/// Older ones make room.
const MOST_SHOWN: u32 = 8;

/// The list of runs.
pub struct History {
    list: HtmlElement,
    rows: Element,
}

impl History {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self { list: by_id("history")?, rows: by_id("history-rows")? })
    }

    /// Adds a run, in the words of its columns. One alone is not worth a list.
    pub fn add(&self, words: &[String]) -> Result<(), JsValue> {
        let document = document()?;
        let row = document.create_element("li")?;
        for word in words {
            let cell = document.create_element("span")?;
            cell.set_text_content(Some(word));
            row.append_child(&cell)?;
        }
        self.rows.append_child(&row)?;
        let runs = self.rows.child_element_count();
        if runs > MOST_SHOWN
            && let Some(oldest) = self.rows.first_element_child()
        {
            oldest.remove();
        }
        set_shown(&self.list, runs > 1);
        Ok(())
    }
}
