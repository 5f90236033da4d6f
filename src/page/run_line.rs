//! How a run is going: in a line of words, as a bar, in the tab's title and in the live region.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::time::Duration;

use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, HtmlProgressElement};

use super::Page;
use super::elements::{by_id, document, set_shown};
use super::sheet::RunView;
use crate::browser::Clock;
use crate::report::formatting::percent;
use crate::report::{
    COMPARISON_ORDER, cool_down_text, progress_text, progress_title, share_done, tally_text,
};
use crate::text::text;

/// How often the words about a run are brought up to date. Its bars are at every frame.
const WORDS_EVERY: Duration = Duration::from_millis(250);

/// What is said while there is no connection.
pub const OFFLINE: &str = "Paused while this browser is offline";

/// The elements that tell of a run on its way.
pub struct RunLine {
    section: HtmlElement,
    progress: HtmlProgressElement,
    text: HtmlElement,
    /// Which run of a comparison is on, from 0, and what is said before its progress.
    part: Cell<usize>,
    prefix: RefCell<String>,
}

impl RunLine {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self {
            section: by_id("run")?,
            progress: by_id("progress")?,
            text: by_id("run-text")?,
            part: Cell::default(),
            prefix: RefCell::default(),
        })
    }

    /// A run begins with this share of its work done.
    pub fn begin(&self, text: &str, share: f64) {
        self.part.set(0);
        self.prefix.take();
        self.progress.set_value(share);
        set_shown(&self.progress, true);
        set_shown(&self.section, true);
        set_title(&percent(share));
        self.say(text);
    }

    /// Whether there is, or was, a run since the page was loaded.
    pub fn is_shown(&self) -> bool {
        !self.section.hidden()
    }

    /// The run is over.
    pub fn end(&self, text: &str, title: &str) {
        self.say(text);
        self.hide_progress();
        set_title(title);
    }

    pub fn hide_progress(&self) {
        set_shown(&self.progress, false);
    }

    /// This part of a comparison is on, from 0, and what that is.
    pub fn begin_part(&self, part: usize, words: &str) {
        self.part.set(part);
        *self.prefix.borrow_mut() = text![words, " · "];
    }

    pub fn say(&self, text: &str) {
        self.text.set_text_content(Some(text));
    }

    /// Says how the run is going.
    fn tell(&self, page: &Page, sheet: &RunView) {
        let rows = sheet.rows.borrow();
        let prefix = self.prefix.borrow();
        let mut text = text![*prefix, progress_text(&rows, &sheet.pace.borrow())];
        if rows.totals().finished() == rows.totals().items {
            text = text![*prefix, "Checking the zip, from its first byte to its last"];
        } else if page.running.is_offline() {
            text = text![*prefix, OFFLINE, " · ", tally_text(&rows)];
        } else if let Some(cooling) = cool_down_text(&sheet.plan, &sheet.cooling.borrow(), sheet.now()) {
            text = text![text, " · ", cooling];
        }
        self.say(&text);
        page.announcer.progress(&text![text, "."]);
        let runs = if prefix.is_empty() { 1 } else { COMPARISON_ORDER.len() };
        let share = (self.part.get() as f64 + share_done(&rows)) / runs as f64;
        self.progress.set_value(share);
        set_title(&if runs == 1 { progress_title(&rows) } else { percent(share) });
    }
}

fn set_title(words: &str) {
    if let Ok(document) = document() {
        document.set_title(&text![words, " · fetchzip"]);
    }
}

/// Says how it is going, for as long as it is asked to. By a timer and not by frames, since a
/// hidden tab has none, and its title must go on.
pub async fn tell_all_along(page: &'static Page) -> Infallible {
    let clock = Clock::start();
    loop {
        clock.sleep_until(clock.now() + WORDS_EVERY).await;
        if let Some(sheet) = page.running.sheet() {
            sheet.sample();
            page.line.tell(page, &sheet);
        }
    }
}
