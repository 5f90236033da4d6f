//! The live region, which screen readers read aloud: politely, and at most every few seconds.

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
    latest: RefCell<Announcement>,
    clock: Clock,
}

#[derive(Default)]
struct Announcement {
    text: String,
    at: Duration,
}

impl Announcer {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self { status: by_id("status")?, latest: RefCell::default(), clock: Clock::start() })
    }

    /// Announces what must be heard: a beginning, an end, the answer to an action.
    pub fn say(&self, text: &str) {
        let mut latest = self.latest.borrow_mut();
        if latest.text == text {
            return;
        }
        self.status.set_text_content(Some(text));
        *latest = Announcement { text: text.to_owned(), at: self.clock.now() };
    }

    /// Announces progress, if the latest announcement was long enough ago.
    pub fn progress(&self, text: &str) {
        let quiet_for = self.clock.now().saturating_sub(self.latest.borrow().at);
        if quiet_for >= PAUSE {
            self.say(text);
        }
    }
}
