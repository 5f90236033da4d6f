//! The question that Escape asks during a run: whether to stop it, and whether to keep what has arrived.

use std::cell::RefCell;

use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlDialogElement, HtmlElement};

use super::elements::{by_id, focused, has_focus};

/// The dialog.
pub struct StopQuestion {
    dialog: HtmlDialogElement,
    text: Element,
    /// The element that had the focus before the dialog opened.
    focus_before: RefCell<Option<HtmlElement>>,
}

impl StopQuestion {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self { dialog: by_id("stop")?, text: by_id("stop-text")?, focus_before: RefCell::default() })
    }

    /// Opens the dialog, or closes it if it is open. Stopping a retry loses nothing, and the question
    /// says so.
    pub fn toggle(&self, is_retry: bool) {
        if self.dialog.open() {
            return self.close();
        }
        *self.focus_before.borrow_mut() = focused();
        self.text.set_text_content(Some(if is_retry {
            "Stop this run? The images fetched so far are kept."
        } else {
            "Stop this run? You can keep what has arrived, or throw it away."
        }));
        self.dialog.show();
    }

    /// Closes the dialog and returns the focus to where it was.
    pub fn close(&self) {
        if !self.dialog.open() {
            return;
        }
        let had_focus = has_focus(&self.dialog);
        self.dialog.close();
        if let Some(before) = self.focus_before.take()
            && had_focus
        {
            let _ = before.focus();
        }
    }
}
