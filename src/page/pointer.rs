//! Keeps a click from meeting what came under the pointer less than half a second before, such as the second
//! half of a double click.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use wasm_bindgen::prelude::*;
use web_sys::{Element, Event, MouseEvent};

use super::elements::{document, on_capture};
use crate::browser::Clock;

/// How long a user may take to notice that something else is under the pointer.
const REACTION: Duration = Duration::from_millis(500);

/// How far a hand at rest moves the pointer, in pixels.
const TREMOR: i32 = 4;

/// Where the pointer is, and what was there before the page changed.
pub struct Pointer {
    at: Cell<(i32, i32)>,
    /// Whether the last event of a move came from a pointer that had moved.
    has_moved: Cell<bool>,
    before: RefCell<Option<Before>>,
    /// What the first click of a double click met.
    first: RefCell<Option<Element>>,
    /// Whether the button was pressed on what had come under the pointer just before.
    is_late: Cell<bool>,
    clock: Clock,
}

/// The page before it changed.
struct Before {
    element: Option<Element>,
    at: (i32, i32),
    when: Duration,
}

impl Pointer {
    pub fn new() -> Self {
        Self {
            at: Cell::default(),
            has_moved: Cell::default(),
            before: RefCell::default(),
            first: RefCell::default(),
            is_late: Cell::default(),
            clock: Clock::start(),
        }
    }

    pub fn bind(&'static self) -> Result<(), JsValue> {
        let document = document()?;
        on_capture(&document, "pointermove", |event| {
            let at = position(event.unchecked_ref());
            self.has_moved.set(self.at.replace(at) != at);
            // Whoever has gone away and comes back aims anew.
            self.before.borrow_mut().take_if(|before| !before.is_near(at));
        })?;
        on_capture(&document, "pointerdown", |event| {
            self.at.set(position(event.unchecked_ref()));
            self.is_late.set(self.is_new(target(&event)));
        })?;
        // A button that is pressed takes the focus, also from what the first half of a double click has focused.
        on_capture(&document, "mousedown", |event| {
            if self.is_unintended(&event) {
                event.prevent_default();
            }
        })?;
        on_capture(&document, "click", |event| {
            if self.is_unintended(&event) {
                event.prevent_default();
                event.stop_propagation();
            } else if count(&event) == 1 {
                self.first.replace(target(&event));
            }
        })
    }

    /// Whether a press or a click meets what was somewhere else when the user aimed.
    fn is_unintended(&self, event: &Event) -> bool {
        let is_other = || !contains(self.first.borrow().as_ref(), target(event).as_ref());
        count(event) > 0 && self.is_late.get() || count(event) > 1 && is_other()
    }

    /// Whether the pointer has moved, if asked at a "pointermove": WebKit sends one, too, when something else comes
    /// under a pointer at rest.
    pub fn has_moved(&self) -> bool {
        self.has_moved.get()
    }

    /// To be called before something comes, goes or moves that the user has not asked for at this place.
    pub fn note_change(&self) {
        let at = self.at.get();
        let element =
            document().ok().and_then(|document| document.element_from_point(at.0 as f32, at.1 as f32));
        self.before.replace(Some(Before { element, at, when: self.clock.now() }));
    }

    /// Whether the pointer rests where something else was a moment ago.
    fn is_new(&self, target: Option<Element>) -> bool {
        self.before.borrow().as_ref().is_some_and(|before| {
            self.clock.now().saturating_sub(before.when) < REACTION
                && before.is_near(self.at.get())
                && !contains(before.element.as_ref(), target.as_ref())
        })
    }
}

impl Before {
    /// Whether a pointer that was at rest can be here.
    fn is_near(&self, (x, y): (i32, i32)) -> bool {
        (x - self.at.0).abs() <= TREMOR && (y - self.at.1).abs() <= TREMOR
    }
}

/// The place of a click in a series, from 1: 2 for the second half of a double click. A click by a key or a
/// script has 0.
fn count(event: &Event) -> i32 {
    event.unchecked_ref::<MouseEvent>().detail()
}

fn target(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

fn position(event: &MouseEvent) -> (i32, i32) {
    (event.client_x(), event.client_y())
}

/// Whether the second element is the first, or in it.
fn contains(outer: Option<&Element>, inner: Option<&Element>) -> bool {
    outer.zip(inner).is_some_and(|(outer, inner)| outer.contains(Some(inner)))
}
