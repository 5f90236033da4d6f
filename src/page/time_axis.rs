//! The time axis in the table's head: its scale, its ticks and their labels.

use std::time::Duration;

use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

use super::elements::{by_id, document, set_property, window};
use super::run_view::RunView;
use crate::report::formatting::decimal_millis;
use crate::report::waterfall::{tick_label, tick_step, ticks_within};
use crate::seconds::scaled;

/// The least distance between two ticks, in pixels.
const MIN_TICK_DISTANCE: f64 = 76.0;

/// The width of a label, in pixels: that of the longest, such as "150 ms".
const LABEL_WIDTH: f64 = 56.0;

/// The axis, and what is drawn of it.
pub struct TimeAxis {
    /// The table, whose style sheet places ticks and bars by the properties that are set here.
    table: HtmlElement,
    ticks: HtmlElement,
    labels: Vec<HtmlElement>,
    /// The distance between two ticks.
    step: Option<Duration>,
    /// The width of the axis in pixels, until the next change of size.
    width: Option<f64>,
}

impl TimeAxis {
    pub fn find(table: &HtmlElement) -> Result<Self, JsValue> {
        Ok(Self { table: table.clone(), ticks: by_id("ticks")?, labels: Vec::new(), step: None, width: None })
    }

    /// Forgets what is drawn, since another run is shown.
    pub fn reset(&mut self) {
        (self.step, self.width) = (None, None);
    }

    /// Measures the axis anew, since its size has changed.
    pub fn resize(&mut self) {
        self.width = None;
    }

    /// Draws the axis of a run as it is now.
    pub fn paint(&mut self, run: &RunView) {
        let axis = run.axis(!prefers_reduced_motion());
        set_property(&self.table, "--now", &decimal_millis(run.now()));
        set_property(&self.table, "--axis", &decimal_millis(axis));
        let width = *self.width.get_or_insert_with(|| f64::from(self.ticks.client_width()));
        let step = tick_step(axis, (width / MIN_TICK_DISTANCE) as u32);
        if self.step != Some(step) {
            self.step = Some(step);
            set_property(&self.table, "--step", &decimal_millis(step));
            for (index, label) in self.labels.iter().enumerate() {
                place_label(label, index, step);
            }
        }
        // A label at the very edge would be cut off.
        let last_at = scaled(axis, 1.0 - LABEL_WIDTH / width.max(1.0));
        let shown = ticks_within(last_at, step);
        while self.labels.len() < shown {
            let Ok(label) = document().and_then(|document| document.create_element("span")) else { return };
            let label: HtmlElement = label.unchecked_into();
            place_label(&label, self.labels.len(), step);
            let _ = self.ticks.append_child(&label);
            self.labels.push(label);
        }
        for (index, label) in self.labels.iter().enumerate() {
            label.set_hidden(index >= shown);
        }
    }
}

/// Places the label of a tick, from 0.
fn place_label(label: &HtmlElement, index: usize, step: Duration) {
    let at = step * index as u32;
    set_property(label, "--at", &decimal_millis(at));
    label.set_text_content(Some(&tick_label(at, step)));
}

fn prefers_reduced_motion() -> bool {
    let query = window().and_then(|window| window.match_media("(prefers-reduced-motion: reduce)"));
    query.ok().flatten().is_some_and(|query| query.matches())
}
