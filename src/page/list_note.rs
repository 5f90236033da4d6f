//! The note below the list: where the list came from, what was passed over, or why nothing came.

use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

use super::announcer::Announcer;
use super::elements::{by_id, on, set_shown};
use super::extension;
use super::form::Form;
use super::list_reader::OpenedList;
use crate::words::list_box;

/// The note.
pub struct ListNote {
    note: HtmlElement,
}

impl ListNote {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self { note: by_id("list-note")? })
    }

    /// Ends the note when another list is typed, since it would seem to be about that.
    pub fn bind(&'static self, form: &'static Form) -> Result<(), JsValue> {
        on(form.list_box(), "input", |_| self.hide())
    }

    /// Shows a text, and announces it.
    pub fn say(&self, announcer: &Announcer, text: &str) {
        self.note.set_text_content(Some(text));
        set_shown(&self.note, true);
        announcer.say(text);
    }

    pub fn hide(&self) {
        set_shown(&self.note, false);
    }

    /// Fills the list box with a list, if there is one, and says what there is to say.
    pub fn fill(&self, form: &'static Form, announcer: &Announcer, opened: &OpenedList) {
        let OpenedList { text, note, page } = opened;
        if let Some(text) = text {
            extension::forget_sign_in();
            form.replace_with_page(text, page);
        }
        if note.is_empty() {
            self.hide();
            announcer.say(list_box::FILLED_IN);
        } else {
            self.say(announcer, note);
        }
    }
}
