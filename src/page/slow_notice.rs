//! What the page says when only slow images are left, and what can be done.

use std::cell::Cell;
use std::time::Duration;

use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement};

use super::announcer::Announcer;
use super::elements::{by_id, has_focus, set_shown};
use super::pointer::Pointer;
use crate::report::{Rows, slow_rest_text};
use crate::words::runs;

/// The notice.
pub struct SlowNotice {
    section: HtmlElement,
    text: Element,
    /// Whether the user waits for the slow images of this run.
    is_dismissed: Cell<bool>,
}

impl SlowNotice {
    pub fn find() -> Result<Self, JsValue> {
        let (section, text) = (by_id("slow")?, by_id("slow-text")?);
        Ok(Self { section, text, is_dismissed: Cell::new(false) })
    }

    /// A run begins or ends.
    pub fn reset(&self) {
        self.is_dismissed.set(false);
        set_shown(&self.section, false);
    }

    /// Waits for the slow images of this run. Returns whether the focus was in the notice, which is gone now.
    pub fn dismiss(&self) -> bool {
        let had_focus = has_focus(&self.section);
        self.is_dismissed.set(true);
        set_shown(&self.section, false);
        had_focus
    }

    /// Shows what is slow, once nothing else is left.
    pub fn update(&self, rows: &Rows, now: Duration, pointer: &Pointer, announcer: &Announcer) {
        let words = slow_rest_text(rows, now).filter(|_| !self.is_dismissed.get());
        let was_shown = !self.section.hidden();
        if was_shown != words.is_some() {
            pointer.note_change();
            set_shown(&self.section, words.is_some());
        }
        let Some(words) = words else { return };
        if !was_shown {
            announcer.say(&runs::only_slow_are_left(&words));
        }
        if self.text.text_content().as_ref() != Some(&words) {
            self.text.set_text_content(Some(&words));
        }
    }
}
