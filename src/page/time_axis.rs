//! The time axis in the table's head: its scale, its ticks and their labels.

use std::ops::Range;
use std::time::Duration;

use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

use super::elements::{by_id, document, set_property, window};
use super::run_view::RunView;
use crate::report::waterfall::{tick_label, tick_step, ticks_before, ticks_within};
use crate::seconds::{decimal_millis, scaled};
use crate::words::numbers::duration;

/// The least distance between two ticks, in pixels.
const MIN_TICK_DISTANCE: f64 = 76.0;

/// The width of a label, in pixels: that of the longest, such as "150 ms".
const LABEL_WIDTH: f64 = 56.0;

/// The width that the label at the end takes, in pixels.
const END_WIDTH: f64 = 64.0;

/// The axis, and what is drawn of it.
pub struct TimeAxis {
    /// The table, whose style sheet places ticks and bars by the properties that are set here.
    table: HtmlElement,
    ticks: HtmlElement,
    labels: Vec<HtmlElement>,
    /// The label at the end of the axis, and its text.
    end: HtmlElement,
    end_text: String,
    /// The distance between two ticks, and how many of them are before the first that is shown.
    drawn: Option<(Duration, u32)>,
    /// The width of the axis in pixels, until the next change of size.
    width: Option<f64>,
}

impl TimeAxis {
    pub fn find(table: &HtmlElement) -> Result<Self, JsValue> {
        Ok(Self {
            table: table.clone(),
            ticks: by_id("ticks")?,
            labels: Vec::new(),
            end: by_id("axis-end")?,
            end_text: String::new(),
            drawn: None,
            width: None,
        })
    }

    /// Forgets what is drawn, since another run is shown.
    pub fn reset(&mut self) {
        (self.drawn, self.width) = (None, None);
    }

    /// Measures the axis anew, since its size has changed.
    pub fn resize(&mut self) {
        self.width = None;
    }

    /// Draws the axis of a run as it is now: all of it, or the part that is selected.
    pub fn paint(&mut self, run: &RunView, selected: Option<Range<Duration>>) {
        let whole = run.axis(!prefers_reduced_motion());
        let _ = self.table.toggle_attribute_with_force("data-zoomed", selected.is_some());
        let end = duration(selected.as_ref().map_or_else(|| run.now(), |selected| selected.end));
        if self.end_text != end {
            self.end.set_text_content(Some(&end));
            self.end_text = end;
        }
        let Range { start, end } = selected.unwrap_or(Duration::ZERO..whole);
        let axis = end.saturating_sub(start).max(Duration::from_millis(1));
        set_property(&self.table, "--now", &decimal_millis(run.now()));
        set_property(&self.table, "--start", &decimal_millis(start));
        set_property(&self.table, "--axis", &decimal_millis(axis));
        let width = *self.width.get_or_insert_with(|| f64::from(self.ticks.client_width()));
        let step = tick_step(axis, (width / MIN_TICK_DISTANCE) as u32);
        let first = ticks_before(start, step);
        if self.drawn != Some((step, first)) {
            self.drawn = Some((step, first));
            set_property(&self.table, "--step", &decimal_millis(step));
            set_property(&self.table, "--first", &decimal_millis(step * first));
            for (index, label) in self.labels.iter().enumerate() {
                place_label(label, index as u32 + first, step);
            }
        }
        // A label at the very edge would be cut off, and there is the one of the end.
        let last_at = start + scaled(axis, (1.0 - (LABEL_WIDTH + END_WIDTH) / width.max(1.0)).max(0.0));
        let shown = (ticks_within(last_at, step) as u32).saturating_sub(first) as usize;
        while self.labels.len() < shown {
            let Ok(label) = document().and_then(|document| document.create_element("span")) else { return };
            let label: HtmlElement = label.unchecked_into();
            place_label(&label, self.labels.len() as u32 + first, step);
            let _ = self.ticks.append_child(&label);
            self.labels.push(label);
        }
        for (index, label) in self.labels.iter().enumerate() {
            label.set_hidden(index >= shown);
        }
    }
}

/// Places the label of a tick, from 0.
fn place_label(label: &HtmlElement, index: u32, step: Duration) {
    let at = step * index;
    set_property(label, "--at", &decimal_millis(at));
    label.set_text_content(Some(&tick_label(at, step)));
}

fn prefers_reduced_motion() -> bool {
    let query = window().and_then(|window| window.match_media("(prefers-reduced-motion: reduce)"));
    query.ok().flatten().is_some_and(|query| query.matches())
}
