//! "More options" under the form: what few people need, and nobody should overlook once it is set.

use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, HtmlInputElement};

use super::elements::{by_id, on, set_shown};
use super::storage;
use crate::browser::BrowserText;
use crate::plan::{Relay, RelayError};
use crate::text::text;

/// The options.
pub struct MoreOptions {
    details: Element,
    relay: HtmlInputElement,
    relay_error: HtmlElement,
    leaves_out_cut_short: HtmlInputElement,
}

impl MoreOptions {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self {
            details: by_id("more")?,
            relay: by_id("relay")?,
            relay_error: by_id("relay-error")?,
            leaves_out_cut_short: by_id("leave-out-cut-short")?,
        })
    }

    /// Puts back what was there before the page was loaded, and listens.
    pub fn bind(&'static self) -> Result<(), JsValue> {
        if let Some(relay) = storage::read("relay") {
            self.relay.set_value(&relay);
        }
        if storage::read("leave-out-cut-short").is_some_and(|checked| checked == "true") {
            self.leaves_out_cut_short.set_checked(true);
        }
        // What has an effect is in sight.
        if self.leaves_out_cut_short() || !self.relay.value().is_empty() {
            self.open();
        }
        on(&self.leaves_out_cut_short, "change", |_| {
            let checked = if self.leaves_out_cut_short() { "true" } else { "false" };
            storage::write("leave-out-cut-short", checked);
        })?;
        on(&self.relay, "input", |_| self.show_relay_error(None))?;
        on(&self.relay, "change", |_| {
            storage::write("relay", &self.relay.value());
            let _ = self.relay();
        })
    }

    /// The relay that is asked for, if any.
    ///
    /// # Errors
    ///
    /// What stands there is none, and says so now.
    pub fn relay(&self) -> Result<Option<Relay>, RelayError> {
        let text = self.relay.value();
        let relay = match text.trim() {
            "" => Ok(None),
            text => Relay::parse(text, &BrowserText).map(Some),
        };
        self.show_relay_error(relay.as_ref().err());
        relay
    }

    /// Whether images that may be cut short are left out.
    pub fn leaves_out_cut_short(&self) -> bool {
        self.leaves_out_cut_short.checked()
    }

    /// Goes to the field of the relay.
    pub fn focus_relay(&self) {
        self.open();
        let _ = self.relay.focus();
    }

    fn open(&self) {
        let _ = self.details.set_attribute("open", "");
    }

    fn show_relay_error(&self, error: Option<&RelayError>) {
        let is_bad = error.is_some();
        let _ = self.relay.set_attribute("aria-invalid", if is_bad { "true" } else { "false" });
        self.relay_error.set_text_content(error.map(|error| text![error]).as_deref());
        set_shown(&self.relay_error, is_bad);
    }
}
