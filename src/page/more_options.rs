//! "More options" under the form: what few people need, and nobody should overlook once it is set.

use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement};

use super::elements::{by_id, on, set_shown};
use super::remembered::Remembered;
use crate::browser::BrowserText;
use crate::plan::{Relay, RelayError};
use crate::text::text;

/// The options.
pub struct MoreOptions {
    details: Element,
    relay: Remembered,
    relay_error: HtmlElement,
    leaves_out_cut_short: Remembered,
    largest_image: Remembered,
    most_in_all: Remembered,
}

impl MoreOptions {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self {
            details: by_id("more")?,
            relay: Remembered::find("relay")?,
            relay_error: by_id("relay-error")?,
            leaves_out_cut_short: Remembered::find("leave-out-cut-short")?,
            largest_image: Remembered::find("largest-image")?,
            most_in_all: Remembered::find("most-in-all")?,
        })
    }

    /// Puts back what was there before the page was loaded, and listens.
    pub fn bind(&'static self) -> Result<(), JsValue> {
        for limit in [&self.largest_image, &self.most_in_all] {
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

    fn all(&self) -> [&Remembered; 4] {
        [&self.relay, &self.leaves_out_cut_short, &self.largest_image, &self.most_in_all]
    }

    /// Notes the options with a run.
    pub fn note(&self, options: &mut String) {
        self.all().into_iter().for_each(|option| option.note(options));
    }

    /// Takes the options of a run up again.
    pub fn take_up(&self, options: &str) {
        self.all().into_iter().for_each(|option| option.take_up(options));
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
    pub fn leaves_out_cut_short(&self) -> bool {
        self.leaves_out_cut_short.input.checked()
    }

    /// The most bytes of one image, where they are limited.
    pub fn largest_image(&self) -> Option<u64> {
        bytes_of(&self.largest_image)
    }

    /// The most bytes of all images together, where they are limited.
    pub fn most_in_all(&self) -> Option<u64> {
        bytes_of(&self.most_in_all)
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
fn bytes_of(limit: &Remembered) -> Option<u64> {
    let megabytes = limit.input.value_as_number();
    (megabytes > 0.0).then_some((megabytes * 1e6) as u64)
}
