//! Escape during a run: whether to stop it, and what then becomes of what has arrived.

use std::cell::RefCell;

use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlDialogElement, HtmlElement};

use super::elements::{by_id, focused, has_focus};

/// The question.
pub struct StopQuestion {
    dialog: HtmlDialogElement,
    text: Element,
    /// Where the focus was before it was asked.
    focus_before: RefCell<Option<HtmlElement>>,
}

impl StopQuestion {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self { dialog: by_id("stop")?, text: by_id("stop-text")?, focus_before: RefCell::default() })
    }

    /// Asks, or takes the question back. A run that adds to an archive loses nothing.
    pub fn ask(&self, adds: bool) {
        if self.dialog.open() {
            self.close();
        } else {
            *self.focus_before.borrow_mut() = focused();
            self.text.set_text_content(Some(if adds {
                "Stop this run? What is there is kept."
            } else {
                "Stop this run? What has arrived can be kept, or is thrown away."
            }));
            self.dialog.show();
        }
    }

    /// Closes the question and puts the focus back.
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
