//! The line below the table, with the exact figures of the row that is pointed at.

use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

use super::elements::{by_id, is_touched};
use super::run_view::RunView;
use crate::plan::ItemId;
use crate::report::figures_text;
use crate::text::text;

/// The text while no row is pointed at.
const HINT: &str = "Point at a row for its exact figures, or move through the rows with the arrow keys.";

/// The same for a finger.
const HINT_FOR_TOUCH: &str = "Tap a row for its exact figures.";

/// The line, and what it shows.
pub struct FiguresLine {
    line: HtmlElement,
    /// The item and its version.
    shown: Option<(ItemId, u32)>,
}

impl FiguresLine {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self { line: by_id("figures")?, shown: None })
    }

    /// Shows no figures.
    pub fn clear(&mut self) {
        self.shown = None;
        let hint = if is_touched() { HINT_FOR_TOUCH } else { HINT };
        self.line.set_text_content(Some(hint));
    }

    /// Shows the figures of an item, if they have changed.
    pub fn show(&mut self, run: &RunView, item: Option<ItemId>) {
        let wanted = item.map(|item| (item, run.version(item)));
        if wanted == self.shown {
            return;
        }
        let Some(item) = item else { return self.clear() };
        self.shown = wanted;
        let text = text![run.name_of(item), ": ", figures_text(&run.rows.borrow().as_slice()[item])];
        self.line.set_text_content(Some(&text));
    }
}
