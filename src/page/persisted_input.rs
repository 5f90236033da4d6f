//! Inputs whose values outlive the page and are recorded with each run.

use wasm_bindgen::prelude::*;
use web_sys::HtmlInputElement;

use super::elements::{by_id, on};
use super::storage;
use crate::text::add;

/// A field or a check box, stored under its id.
pub struct PersistedInput {
    id: &'static str,
    pub input: HtmlInputElement,
}

impl PersistedInput {
    pub fn find(id: &'static str) -> Result<Self, JsValue> {
        Ok(Self { id, input: by_id(id)? })
    }

    /// Restores the stored value, and stores each new one.
    pub fn bind(&'static self) -> Result<(), JsValue> {
        if let Some(value) = storage::read(self.id) {
            self.set(&value);
        }
        on(&self.input, "change", |_| self.store())
    }

    /// The value as it is stored; empty for a box that is not checked.
    pub fn value(&self) -> String {
        match self.input.type_().as_str() {
            "checkbox" if self.input.checked() => "on".into(),
            "checkbox" => String::new(),
            _ => self.input.value(),
        }
    }

    /// Appends the value to the recorded options of a run, on a line of its own.
    pub fn record(&self, options: &mut String) {
        add!(options, self.id, '=', self.value(), '\n');
    }

    /// Restores the value from the recorded options of a run; a missing one was empty.
    pub fn restore(&self, options: &str) {
        self.set(recorded(options, self.id).unwrap_or_default());
        self.store();
    }

    /// Sets another value, and stores it.
    pub fn replace(&self, value: &str) {
        self.set(value);
        self.store();
    }

    fn set(&self, value: &str) {
        self.input.set_value(value);
        self.input.set_checked(value == "on");
    }

    fn store(&self) {
        storage::write(self.id, &self.value());
    }
}

/// The value of a name in the recorded options of a run.
pub fn recorded<'a>(options: &'a str, name: &str) -> Option<&'a str> {
    options.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
}
