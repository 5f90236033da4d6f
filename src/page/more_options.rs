//! "More options" under the form: what few people need, and nobody should overlook once it is set.

use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement};

use super::elements::{by_id, on, set_shown};
use super::remembered::PersistedInput;
use crate::browser::BrowserText;
use crate::plan::{Relay, RelayError};
use crate::text::text;

/// The options.
pub struct MoreOptions {
    details: Element,
    relay: PersistedInput,
    relay_error: HtmlElement,
    reject_truncated: PersistedInput,
    max_bytes: PersistedInput,
    max_total_bytes: PersistedInput,
}

impl MoreOptions {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self {
            details: by_id("more")?,
            relay: PersistedInput::find("relay")?,
            relay_error: by_id("relay-error")?,
            reject_truncated: PersistedInput::find("leave-out-cut-short")?,
            max_bytes: PersistedInput::find("largest-image")?,
            max_total_bytes: PersistedInput::find("most-in-all")?,
        })
    }

    /// Puts back what was there before the page was loaded, and listens.
    pub fn bind(&'static self) -> Result<(), JsValue> {
        for limit in [&self.max_bytes, &self.max_total_bytes] {
            // Before it is kept.
            on(&limit.input, "change", move |_| {
                if bytes_of(limit).is_none() {
                    limit.input.set_value("");
                }
            })?;
        }
        for option in self.all() {
            option.bind()?;
        }
        self.open_if_set();
        on(&self.relay.input, "input", |_| self.show_relay_error(None))?;
        on(&self.relay.input, "change", |_| drop(self.relay()))
    }

    fn all(&self) -> [&PersistedInput; 4] {
        [&self.relay, &self.reject_truncated, &self.max_bytes, &self.max_total_bytes]
    }

    /// Notes the options with a run.
    pub fn note(&self, options: &mut String) {
        self.all().into_iter().for_each(|option| option.note(options));
    }

    /// Takes the options of a run up again.
    pub fn restore(&self, options: &str) {
        self.all().into_iter().for_each(|option| option.restore(options));
        self.open_if_set();
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
    pub fn reject_truncated(&self) -> bool {
        self.reject_truncated.input.checked()
    }

    /// The most bytes of one image, where they are limited.
    pub fn max_bytes(&self) -> Option<u64> {
        bytes_of(&self.max_bytes)
    }

    /// The most bytes of all images together, where they are limited.
    pub fn max_total_bytes(&self) -> Option<u64> {
        bytes_of(&self.max_total_bytes)
    }

    /// Goes to the field of the relay.
    pub fn focus_relay(&self) {
        self.open();
        let _ = self.relay.input.focus();
    }

    /// What has an effect is in sight.
    fn open_if_set(&self) {
        if self.all().into_iter().any(|option| !option.value().is_empty()) {
            self.open();
        }
    }

    fn open(&self) {
        let _ = self.details.set_attribute("open", "");
    }

    fn show_relay_error(&self, error: Option<&RelayError>) {
        let is_bad = error.is_some();
        let _ = self.relay.input.set_attribute("aria-invalid", if is_bad { "true" } else { "false" });
        self.relay_error.set_text_content(error.map(|error| text![error]).as_deref());
        set_shown(&self.relay_error, is_bad);
    }
}

/// The bytes of a field in MB; `None` for one that is empty, or holds nothing that limits.
fn bytes_of(limit: &PersistedInput) -> Option<u64> {
    let megabytes = limit.input.value_as_number();
    (megabytes > 0.0).then_some((megabytes * 1e6) as u64)
}
