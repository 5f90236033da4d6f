//! The question that Stop asks once something has arrived: whether to keep it.

use std::cell::RefCell;

use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlDialogElement, HtmlElement};

use super::elements::{by_id, focused, has_focus};
use crate::words::runs;

/// The dialog.
pub struct StopQuestion {
    dialog: HtmlDialogElement,
    keep: Element,
    /// The element that had the focus before the dialog opened.
    focus_before: RefCell<Option<HtmlElement>>,
}

impl StopQuestion {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self { dialog: by_id("stop-question")?, keep: by_id("keep")?, focus_before: RefCell::default() })
    }

    pub fn is_open(&self) -> bool {
        self.dialog.open()
    }

    /// Opens the dialog about this many images.
    pub fn open(&self, arrived: usize) {
        if self.is_open() {
            return;
        }
        *self.focus_before.borrow_mut() = focused();
        self.show_arrived(arrived);
        self.dialog.show();
    }

    /// Shows how many images can be kept by now.
    pub fn show_arrived(&self, arrived: usize) {
        self.keep.set_text_content(Some(&runs::keep(arrived)));
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
