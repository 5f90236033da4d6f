//! "Copy link": a link to this page that brings the current list along.

use std::cell::RefCell;

use js_sys::{Array, encode_uri_component};
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, HtmlInputElement};

use super::announcer::Announcer;
use super::elements::{by_id, set_shown, window};
use super::form::Form;
use super::list_note::ListNote;
use super::list_reader::call;
use super::object_url::{ObjectUrl, download_text};
use crate::text::text;
use crate::words::{list_box, saving};

/// What appears if the link is not in the clipboard.
pub struct CopyLink {
    field_box: HtmlElement,
    field: HtmlInputElement,
    save: HtmlElement,
    /// The file that was saved last, until the browser has read it.
    file: RefCell<Option<ObjectUrl>>,
}

impl CopyLink {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self {
            field_box: by_id("link-box")?,
            field: by_id("link")?,
            save: by_id("save-list")?,
            file: RefCell::default(),
        })
    }

    /// Shows a link in the field, and selects it; without a link, hides the field.
    fn show(&self, link: Option<&str>, is_long: bool) {
        set_shown(&self.field_box, link.is_some());
        set_shown(&self.save, is_long);
        if let Some(link) = link {
            self.field.set_value(link);
            let _ = self.field.focus();
            self.field.select();
        }
    }

    /// Shares or copies a link to the current list, or shows it.
    pub async fn copy(&self, form: &'static Form, note: &ListNote, announcer: &Announcer) {
        self.show(None, false);
        let Some(list) = form.list_for_link().await else {
            return note.say(announcer, list_box::NOTHING_TO_SHARE);
        };
        let address = window().and_then(|window| window.location().href()).unwrap_or_default();
        let base = address.split('#').next().unwrap_or_default();
        let options = form.options_for_link(list.is_whole);
        let settings = match options.as_str() {
            "" => String::new(),
            options => text!["#settings=", String::from(encode_uri_component(options)), "&"],
        };
        let given =
            [text![base, settings].into(), list.text.into(), list.addresses.into(), list.is_whole.into()];
        let Ok(shared) = call("shareLink", given).await else {
            return note.say(announcer, &list_box::no_link(list_box::NOT_LOADED));
        };
        let shared: Array = shared.unchecked_into();
        match shared.get(0).as_string().filter(|words| !words.is_empty()) {
            Some(words) => note.say(announcer, &words),
            None => note.hide(),
        }
        self.show(shared.get(1).as_string().as_deref(), shared.get(2).is_truthy());
    }

    /// Saves the list as a file.
    pub fn save_list(&self, form: &Form, note: &ListNote, announcer: &Announcer) {
        match download_text(&form.list(), "text/plain", "list.txt") {
            Ok(url) => *self.file.borrow_mut() = Some(url),
            Err(_) => note.say(announcer, saving::NO_FILE),
        }
    }
}
