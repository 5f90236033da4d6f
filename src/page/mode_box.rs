//! The mode, and "At once".

use wasm_bindgen::prelude::*;
use web_sys::HtmlInputElement;

use super::elements::{by_id, on};
use super::persisted_input::{PersistedInput, recorded};
use super::storage;
use crate::report::Mode;
use crate::text::add;

/// The key of the mode in the browser's storage, and in the recorded options of a run.
pub const MODE: &str = "mode";

/// The value of the mode in a form that nobody has changed.
pub const DEFAULT_MODE: &str = "concurrent";

/// The most requests at once that can be asked for. No host or browser answers that many, and each takes memory.
const MOST_AT_ONCE: f64 = 1000.0;

/// What to run, as chosen in the radio group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunMode {
    Single(Mode),
    /// Runs in both modes, alternating.
    Compare,
}

/// The radio group and the field beside it.
pub struct ModeBox {
    modes: [HtmlInputElement; 3],
    concurrency: PersistedInput,
}

impl ModeBox {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self {
            modes: [by_id("concurrent")?, by_id("sequential")?, by_id("compare")?],
            concurrency: PersistedInput::find("at-once")?,
        })
    }

    /// Restores what was chosen before the page was loaded, and listens.
    pub fn bind(&'static self) -> Result<(), JsValue> {
        // Bound before the input's own listener, which stores the corrected value.
        on(&self.concurrency.input, "change", |_| self.correct_at_once())?;
        self.concurrency.bind()?;
        self.correct_at_once();
        if let Some(mode) = storage::read(MODE) {
            self.choose(&mode);
        }
        for mode in &self.modes {
            on(mode, "change", |_| {
                storage::write(MODE, &mode.value());
                self.enable_at_once();
            })?;
        }
        self.enable_at_once();
        Ok(())
    }

    /// Appends the mode and the concurrency to the recorded options of a run.
    pub fn record(&self, options: &mut String) {
        let mode = self.modes.iter().find(|mode| mode.checked());
        add!(options, MODE, '=', mode.map_or_else(String::new, HtmlInputElement::value), '\n');
        self.concurrency.record(options);
    }

    /// Restores the recorded options of a run.
    pub fn restore(&self, options: &str) {
        let mode = recorded(options, MODE).unwrap_or(DEFAULT_MODE);
        self.choose(mode);
        storage::write(MODE, mode);
        self.concurrency.restore(options);
        self.correct_at_once();
        self.enable_at_once();
    }

    /// Removes what is stored of the mode.
    pub fn forget(&self) {
        storage::remove(MODE);
    }

    fn correct_at_once(&self) {
        let requests = self.concurrency.input.value_as_number();
        if !requests.is_nan() {
            self.concurrency.input.set_value_as_number(requests.clamp(1.0, MOST_AT_ONCE));
        }
    }

    pub fn mode(&self) -> RunMode {
        let checked = self.modes.iter().position(HtmlInputElement::checked);
        match checked {
            Some(1) => RunMode::Single(Mode::Sequential),
            Some(2) => RunMode::Compare,
            _ => RunMode::Single(Mode::Concurrent),
        }
    }

    /// The most requests in flight; `None` for an empty field, which leaves the number to the run.
    pub fn concurrency(&self) -> Option<usize> {
        let requests = self.concurrency.input.value_as_number();
        (!requests.is_nan()).then(|| requests.clamp(1.0, MOST_AT_ONCE) as usize)
    }

    fn choose(&self, value: &str) {
        for mode in self.modes.iter().filter(|mode| mode.value() == value) {
            mode.set_checked(true);
        }
    }

    /// One after the other, there is nothing to set.
    fn enable_at_once(&self) {
        self.concurrency.input.set_disabled(self.mode() == RunMode::Single(Mode::Sequential));
    }
}
