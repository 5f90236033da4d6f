//! The runs since the page was loaded, side by side.

use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement};

use super::elements::{by_id, document, set_shown};

/// How many runs the list shows: the latest ones.
const MAX_SHOWN: u32 = 8;

/// The list of runs.
pub struct History {
    list: HtmlElement,
    rows: Element,
}

impl History {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self { list: by_id("history")?, rows: by_id("history-rows")? })
    }

    /// Adds a run, given as the texts of its columns. The list is shown from the second run on, since a
    /// single one has nothing to compare with.
    ///
    /// # Errors
    ///
    /// The browser can't create the row.
    pub fn add(&self, columns: &[String]) -> Result<(), JsValue> {
        let document = document()?;
        let row = document.create_element("li")?;
        for text in columns {
            let cell = document.create_element("span")?;
            cell.set_text_content(Some(text));
            row.append_child(&cell)?;
        }
        self.rows.append_child(&row)?;
        let runs = self.rows.child_element_count();
        if runs > MAX_SHOWN
            && let Some(oldest) = self.rows.first_element_child()
        {
            oldest.remove();
        }
        set_shown(&self.list, runs > 1);
        Ok(())
    }
}
