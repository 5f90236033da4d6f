//! The details of one row, in a box beside it: its exact figures, its whole address, and what can be done.

use wasm_bindgen::prelude::*;
use web_sys::{DomRect, Element, HtmlElement};

use super::address_line::AddressLine;
use super::elements::{by_id, document, set_property, set_shown, window};
use super::run_view::RunView;
use crate::plan::ItemId;
use crate::report::{State, figures, is_final};
use crate::run::FetchError;
use crate::text::text;
use crate::words::retries;

/// The id of the figures, which describe the row that they are of.
pub const FIGURES: &str = "row-figures";

/// The box, and what it shows.
pub struct RowDetails {
    pub element: HtmlElement,
    panel: HtmlElement,
    name: Element,
    figures: Element,
    address: AddressLine,
    retry: HtmlElement,
    skip: HtmlElement,
    item: Option<ItemId>,
    /// The values of the figures that are shown.
    text: String,
}

/// Where the box goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// Whether to leave the rows next to it uncovered.
    pub spares_neighbours: bool,
    /// Whether to keep to the right, because the pointer is on the left.
    pub is_right: bool,
}

impl RowDetails {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self {
            element: by_id("row-details")?,
            panel: by_id("timeline-panel")?,
            name: by_id("row-name")?,
            figures: by_id("row-list")?,
            address: AddressLine::find("row")?,
            retry: by_id("row-retry")?,
            skip: by_id("row-skip")?,
            item: None,
            text: String::new(),
        })
    }

    /// The item whose details are in the box, be it shown or not.
    pub fn item(&self) -> Option<ItemId> {
        self.item
    }

    /// Whether the box is shown.
    pub fn is_shown(&self) -> bool {
        !self.element.hidden()
    }

    /// Hides the box, which still describes its row.
    pub fn hide(&self) {
        set_shown(&self.element, false);
    }

    /// Hides the box, and forgets what is in it.
    pub fn clear(&mut self) {
        self.hide();
        self.item = None;
    }

    /// Copies the address; returns what to say of it.
    pub fn copy_address(&self) -> &'static str {
        self.address.copy()
    }

    /// Fills the box, if what is known of the item has changed.
    pub fn fill(&mut self, run: &RunView, item: ItemId) {
        if self.item != Some(item) {
            self.item = Some(item);
            self.text.clear();
            self.name.set_text_content(Some(&run.name_of(item)));
            self.address.show(&run.plan.items()[item]);
        }
        let rows = run.rows.borrow();
        let row = &rows.as_slice()[item];
        let is_silent = row.silence(run.now()).is_some();
        let can_retry = match &row.state {
            State::Failed(error) => !is_final(error) && run.can_retry(),
            _ => is_silent && !run.is_over(),
        };
        let needs_permission = row.state == State::Failed(FetchError::NeedsPermission);
        self.retry.set_text_content(Some(if needs_permission { retries::ALLOW } else { retries::RETRY }));
        set_shown(&self.retry, can_retry);
        set_shown(&self.skip, row.finished.is_none() && !run.is_over());
        let figures = figures(row, run.now());
        let text = figures.iter().map(|(name, value)| text![*name, value.as_str(), "\n"]).collect::<String>();
        if text == self.text {
            return;
        }
        self.text = text;
        self.figures.set_text_content(None);
        for (name, value) in &figures {
            let is_shown = self.append("dt", name).and_then(|()| self.append("dd", value));
            if is_shown.is_err() {
                return; // the page is being closed
            }
        }
    }

    fn append(&self, tag: &str, text: &str) -> Result<(), JsValue> {
        let element = document()?.create_element(tag)?;
        element.set_text_content(Some(text));
        self.figures.append_child(&element).map(drop)
    }

    /// Shows the box beside a row that is in sight between `top` and `bottom`, in pixels of the window: below
    /// the row, or above it where there is more room. Hides it if the row is out of sight.
    pub fn place(&self, row: &DomRect, top: f64, bottom: f64, beside: Beside) {
        let is_in_sight = row.bottom() > top + 1.0 && row.top() < bottom - 1.0;
        set_shown(&self.element, is_in_sight);
        let window_height = window().and_then(|window| window.inner_height()).ok().and_then(|it| it.as_f64());
        let (true, Some(window_height)) = (is_in_sight, window_height) else { return };
        let gap = if beside.spares_neighbours { row.height() } else { 0.0 };
        let height = f64::from(self.element.offset_height());
        let below = row.bottom() + gap;
        let is_below = below + height <= window_height || row.top() < window_height - row.bottom();
        let at = if is_below { below } else { row.top() - gap - height };
        let top = at - self.panel.get_bounding_client_rect().top();
        set_property(&self.element, "top", &text![top.round() as i64, "px"]);
        self.element.set_class_name(if beside.is_right { "right" } else { "" });
    }
}
