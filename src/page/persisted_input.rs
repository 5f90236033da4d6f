//! Inputs whose values outlive the page, and are noted with a run.

use wasm_bindgen::prelude::*;
use web_sys::HtmlInputElement;

use super::elements::{by_id, on};
use super::storage;
use crate::text::add;

/// A field or a box to tick, kept under its id.
pub struct PersistedInput {
    id: &'static str,
    pub input: HtmlInputElement,
}

impl PersistedInput {
    pub fn find(id: &'static str) -> Result<Self, JsValue> {
        Ok(Self { id, input: by_id(id)? })
    }

    /// Puts back what was there before the page was loaded, and keeps what comes.
    pub fn bind(&'static self) -> Result<(), JsValue> {
        if let Some(value) = storage::read(self.id) {
            self.set(&value);
        }
        on(&self.input, "change", |_| self.keep())
    }

    /// The value as it is kept; empty for a box that is not ticked.
    pub fn value(&self) -> String {
        match self.input.type_().as_str() {
            "checkbox" if self.input.checked() => "on".into(),
            "checkbox" => String::new(),
            _ => self.input.value(),
        }
    }

    /// Notes the value: a line of its own.
    pub fn note(&self, options: &mut String) {
        add!(options, self.id, '=', self.value(), '\n');
    }

    /// Takes the value up that was noted; what was not noted was not set.
    pub fn restore(&self, options: &str) {
        self.set(noted(options, self.id).unwrap_or_default());
        self.keep();
    }

    fn set(&self, value: &str) {
        self.input.set_value(value);
        self.input.set_checked(value == "on");
    }

    fn keep(&self) {
        storage::write(self.id, &self.value());
    }
}

/// What was noted under a name.
pub fn noted<'a>(options: &'a str, name: &str) -> Option<&'a str> {
    options.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
}
