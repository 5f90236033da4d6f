//! What is said to those who can't see it: politely, and not more than every few seconds.

use std::cell::RefCell;
use std::time::Duration;

use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

use super::elements::by_id;
use crate::browser::Clock;

/// The least time between two announcements of progress.
const PAUSE: Duration = Duration::from_secs(4);

/// The live region.
pub struct Announcer {
    status: HtmlElement,
    said: RefCell<Said>,
    clock: Clock,
}

#[derive(Default)]
struct Said {
    text: String,
    at: Duration,
}

impl Announcer {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self { status: by_id("status")?, said: RefCell::default(), clock: Clock::start() })
    }

    /// Says what must be heard: a beginning, an end, an answer to what was asked for.
    pub fn say(&self, text: &str) {
        let mut said = self.said.borrow_mut();
        if said.text == text {
            return;
        }
        self.status.set_text_content(Some(text));
        *said = Said { text: text.to_owned(), at: self.clock.now() };
    }

    /// Says how it is going, if the last word was long enough ago.
    pub fn progress(&self, text: &str) {
        let quiet_for = self.clock.now().saturating_sub(self.said.borrow().at);
        if quiet_for >= PAUSE {
            self.say(text);
        }
    }
}
