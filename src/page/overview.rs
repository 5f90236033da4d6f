//! The strip above the time axis that shows a whole run, and selects the part of it that the axis shows.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::time::Duration;

use wasm_bindgen::prelude::*;
use web_sys::{Element, Event, HtmlElement, KeyboardEvent, PointerEvent};

use super::elements::{by_id, on, set_property, set_shown};
use super::run_view::RunView;
use crate::report::in_flight_by_part;
use crate::seconds::{decimal_millis, scaled};
use crate::text::{add, text};
use crate::words::timings;

/// The parts of the run that are distinguished; the width of the drawing in `index.html`.
const PARTS: usize = 240;

/// The height of the drawing.
const HEIGHT: u32 = 100;

/// The share of the run that is selected at least; a pointer that moves less has only been pressed.
const LEAST: f64 = 0.005;

/// The strip.
pub struct Overview {
    element: HtmlElement,
    shape: Element,
    /// The part that is selected.
    brush: HtmlElement,
    /// The button that selects the whole run.
    whole: HtmlElement,
    selected: RefCell<Option<Range<Duration>>>,
    /// The age of the run, or its length.
    length: Cell<Duration>,
    /// Where a pointer that is selecting was pressed, as a share of the strip.
    pressed: Cell<Option<f64>>,
    /// What is drawn: the age of the run in seconds, and whether it is over.
    drawn: Cell<Option<(u64, bool)>>,
    description: RefCell<String>,
}

impl Overview {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self {
            element: by_id("overview")?,
            shape: by_id("overview-shape")?,
            brush: by_id("overview-brush")?,
            whole: by_id("whole-run")?,
            selected: RefCell::default(),
            length: Cell::default(),
            pressed: Cell::default(),
            drawn: Cell::default(),
            description: RefCell::default(),
        })
    }

    /// Listens; `changed` is called when another part is selected.
    pub fn bind(&'static self, changed: impl Fn() + Copy + 'static) -> Result<(), JsValue> {
        // One function for all of them is less code.
        for name in ["pointerdown", "pointermove", "pointerup", "pointercancel", "dblclick", "keydown"] {
            on(&self.element, name, move |event| {
                if self.handle(&event) {
                    changed();
                }
            })?;
        }
        on(&self.whole, "click", move |_| {
            // The button goes.
            let _ = self.element.focus();
            self.selected.take();
            changed();
        })
    }

    /// Handles an event; returns whether another part may be selected.
    fn handle(&self, event: &Event) -> bool {
        if let Some(event) = event.dyn_ref::<KeyboardEvent>() {
            return self.press(event);
        }
        let pointer: &PointerEvent = event.unchecked_ref();
        match event.type_().as_str() {
            "pointerdown" if pointer.button() == 0 => {
                let _ = self.element.set_pointer_capture(pointer.pointer_id());
                self.pressed.set(Some(self.share_at(pointer)));
                false
            }
            "pointermove" => {
                let Some(pressed) = self.pressed.get() else { return false };
                let share = self.share_at(pointer);
                let is_far = (share - pressed).abs() >= LEAST;
                if is_far {
                    self.select(pressed.min(share), pressed.max(share));
                }
                is_far
            }
            "dblclick" => self.selected.take().is_some(),
            _ => {
                self.pressed.set(None);
                false
            }
        }
    }

    /// Shows another run, as a whole.
    pub fn reset(&self) {
        self.selected.take();
        self.drawn.set(None);
    }

    /// Draws a run as it is now; returns the part that the axis shows, if that is not the whole.
    pub fn paint(&self, run: &RunView) -> Option<Range<Duration>> {
        let now = run.now();
        self.length.set(now);
        let wanted = Some((now.as_secs(), run.is_over()));
        if self.drawn.replace(wanted) != wanted {
            let in_flight = in_flight_by_part(&run.rows.borrow(), now, PARTS);
            let _ = self.shape.set_attribute("d", &outline(&in_flight));
        }
        let selected = self.selected.borrow().clone();
        set_shown(&self.whole, selected.is_some());
        set_shown(&self.brush, selected.is_some());
        let words = match &selected {
            None => timings::whole_run(now),
            Some(Range { start, end }) => {
                set_property(&self.brush, "--from", &decimal_millis(*start));
                set_property(&self.brush, "--to", &decimal_millis(*end));
                set_property(&self.brush, "--axis", &decimal_millis(now));
                timings::part_of_run(*start, *end, now)
            }
        };
        if *self.description.borrow() != words {
            let start = selected.as_ref().map_or(Duration::ZERO, |selected| selected.start);
            for (name, value) in [
                ("aria-valuetext", &*words),
                ("aria-valuemax", &decimal_millis(now)),
                ("aria-valuenow", &decimal_millis(start)),
            ] {
                let _ = self.element.set_attribute(name, value);
            }
            *self.description.borrow_mut() = words;
        }
        selected
    }

    /// Selects from one share of the run to another; what is beyond it is cut off.
    fn select(&self, from: f64, to: f64) {
        let (from, to) = (from.max(0.0), to.min(1.0));
        let length = self.length.get();
        let is_part = to - from >= LEAST && to - from < 1.0 && !length.is_zero();
        *self.selected.borrow_mut() = is_part.then(|| scaled(length, from)..scaled(length, to));
    }

    /// Moves the selection by a key, or changes its length; returns whether the key means that.
    fn press(&self, event: &KeyboardEvent) -> bool {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return false;
        }
        let length = self.length.get().as_secs_f64().max(f64::MIN_POSITIVE);
        let (from, to) = self.selected.borrow().as_ref().map_or((0.0, 1.0), |selected| {
            (selected.start.as_secs_f64() / length, selected.end.as_secs_f64() / length)
        });
        let width = to - from;
        let moved = |by: f64| {
            let from = (from + by).clamp(0.0, (1.0 - width).max(0.0));
            (from, from + width)
        };
        let (from, to) = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => moved(-width / 4.0),
            "ArrowRight" | "ArrowUp" => moved(width / 4.0),
            "Home" => moved(-1.0),
            "End" => moved(1.0),
            // Not below what can be selected.
            "+" | "=" if width < 4.0 * LEAST => (from, to),
            "+" | "=" => (from + width / 4.0, to - width / 4.0),
            "-" => (from - width / 2.0, to + width / 2.0),
            _ => return false,
        };
        event.prevent_default();
        self.select(from, to);
        true
    }

    fn share_at(&self, event: &PointerEvent) -> f64 {
        let strip = self.element.get_bounding_client_rect();
        ((f64::from(event.client_x()) - strip.left()) / strip.width().max(1.0)).clamp(0.0, 1.0)
    }
}

/// The outline of these heights as the path of an SVG, scaled to the greatest.
fn outline(heights: &[u32]) -> String {
    let most = heights.iter().copied().max().unwrap_or_default().max(1);
    let mut path = text!["M0,", HEIGHT];
    for (part, height) in heights.iter().enumerate() {
        add!(&mut path, "V", HEIGHT - height * HEIGHT / most, "H", part + 1);
    }
    add!(&mut path, "V", HEIGHT, "Z");
    path
}
