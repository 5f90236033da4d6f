//! "More options" under the form: rarely needed, and in sight once one of them is set.

use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement};

use super::elements::{by_id, on, set_shown};
use super::persisted_input::PersistedInput;
use crate::browser::BrowserText;
use crate::image::Accepted;
use crate::plan::{Relay, RelayError};
use crate::run::Credentials;
use crate::text::text;

/// The options.
pub struct MoreOptions {
    details: Element,
    relay: PersistedInput,
    relay_error: HtmlElement,
    reject_truncated: PersistedInput,
    keep_files: PersistedInput,
    send_sign_in: PersistedInput,
    /// What the privacy line says of it.
    sign_in_note: HtmlElement,
    max_bytes: PersistedInput,
    max_total_bytes: PersistedInput,
}

impl MoreOptions {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self {
            details: by_id("more")?,
            relay: PersistedInput::find("relay")?,
            relay_error: by_id("relay-error")?,
            // Values are stored under these ids: another id would lose them.
            reject_truncated: PersistedInput::find("leave-out-cut-short")?,
            keep_files: PersistedInput::find("keep-files")?,
            send_sign_in: PersistedInput::find("send-sign-in")?,
            sign_in_note: by_id("sign-in-note")?,
            max_bytes: PersistedInput::find("largest-image")?,
            max_total_bytes: PersistedInput::find("most-in-all")?,
        })
    }

    /// Restores what was entered before the page was loaded, and listens.
    pub fn bind(&'static self) -> Result<(), JsValue> {
        for limit in [&self.max_bytes, &self.max_total_bytes] {
            // Bound before the input's own listener, which stores the corrected value.
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
        self.show_sign_in_note();
        on(&self.send_sign_in.input, "change", |_| self.show_sign_in_note())?;
        on(&self.relay.input, "input", |_| self.show_relay_error(None))?;
        on(&self.relay.input, "change", |_| drop(self.relay()))
    }

    fn all(&self) -> [&PersistedInput; 6] {
        [
            &self.relay,
            &self.reject_truncated,
            &self.keep_files,
            &self.send_sign_in,
            &self.max_bytes,
            &self.max_total_bytes,
        ]
    }

    /// Appends the options to the recorded options of a run.
    pub fn record(&self, options: &mut String) {
        self.all().into_iter().for_each(|option| option.record(options));
    }

    /// Restores the recorded options of a run.
    pub fn restore(&self, options: &str) {
        self.all().into_iter().for_each(|option| option.restore(options));
        self.show_relay_error(None);
        self.open_if_set();
        self.show_sign_in_note();
    }

    /// The relay; `None` for an empty field.
    ///
    /// # Errors
    ///
    /// The field holds no valid relay address; the error is now shown beside it.
    pub fn relay(&self) -> Result<Option<Relay>, RelayError> {
        let text = self.relay.value();
        let relay = match text.trim() {
            "" => Ok(None),
            text => Relay::parse(text, &BrowserText).map(Some),
        };
        self.show_relay_error(relay.as_ref().err());
        relay
    }

    /// Whether images that seem to be truncated are left out.
    pub fn reject_truncated(&self) -> bool {
        self.reject_truncated.input.checked()
    }

    /// Whether files that are no images are kept.
    pub fn accepted(&self) -> Accepted {
        if self.keep_files.input.checked() { Accepted::Files } else { Accepted::Images }
    }

    /// Which requests carry the user's sign-in.
    pub fn credentials(&self) -> Credentials {
        if self.send_sign_in.input.checked() { Credentials::SameOrigin } else { Credentials::Omit }
    }

    /// The most bytes of one image, if they are limited.
    pub fn max_bytes(&self) -> Option<u64> {
        bytes_of(&self.max_bytes)
    }

    /// The most bytes of all images together, if they are limited.
    pub fn max_total_bytes(&self) -> Option<u64> {
        bytes_of(&self.max_total_bytes)
    }

    /// Moves the focus to the relay's field.
    pub fn focus_relay(&self) {
        self.open();
        let _ = self.relay.input.focus();
    }

    /// Opens the options if one is set, so that none has an effect unseen.
    fn open_if_set(&self) {
        if self.all().into_iter().any(|option| !option.value().is_empty()) {
            self.open();
        }
    }

    fn show_sign_in_note(&self) {
        set_shown(&self.sign_in_note, self.send_sign_in.input.checked());
    }

    /// Opens the options.
    pub fn open(&self) {
        let _ = self.details.set_attribute("open", "");
    }

    fn show_relay_error(&self, error: Option<&RelayError>) {
        let is_invalid = error.is_some();
        let _ = self.relay.input.set_attribute("aria-invalid", if is_invalid { "true" } else { "false" });
        self.relay_error.set_text_content(error.map(|error| text![error]).as_deref());
        set_shown(&self.relay_error, is_invalid);
    }
}

/// The bytes of a field in MB; `None` if it is empty or not above zero.
fn bytes_of(limit: &PersistedInput) -> Option<u64> {
    let megabytes = limit.input.value_as_number();
    (megabytes > 0.0).then_some((megabytes * 1e6) as u64)
}
