//! The progress of a run: as a line of text, as a bar, and in the tab's title.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, HtmlProgressElement};

use super::elements::{by_id, document, focus_in_place, set_shown, window};
use super::run_view::{Activity, RunView};
use crate::report::{
    COMPARISON_ORDER, Comparison, cool_down_text, progress_text, progress_title, tally_text,
};
use crate::words::numbers::percent;
use crate::words::runs;

/// About the height of a run's head and of the first line below it on a phone, in pixels.
const HEAD_HEIGHT: f64 = 200.0;

/// Why a run is paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    Offline,
    /// Nothing more can be stored.
    Full,
}

impl Pause {
    fn words(self) -> &'static str {
        match self {
            Self::Offline => runs::PAUSED_OFFLINE,
            Self::Full => runs::PAUSED_FULL,
        }
    }
}

/// The elements.
pub struct RunLine {
    section: HtmlElement,
    progress: HtmlProgressElement,
    text: HtmlElement,
    /// The current run of a comparison.
    part: RefCell<Option<Part>>,
    /// Whether the list of the first run is being read.
    is_first: Cell<bool>,
    /// Where the section's top was on the screen when the page had last brought it there.
    top: Cell<f64>,
}

/// One run of a comparison.
struct Part {
    /// Its place among the runs, from 0.
    index: usize,
    words: String,
    /// The runs before it.
    before: Comparison,
}

impl RunLine {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self {
            section: by_id("run")?,
            progress: by_id("progress")?,
            text: by_id("run-text")?,
            part: RefCell::default(),
            is_first: Cell::default(),
            top: Cell::default(),
        })
    }

    /// Shows that the list of a run is being read. What an earlier run has left stays until then.
    pub fn prepare(&self) {
        if self.section.hidden() {
            self.is_first.set(true);
            self.say(runs::READING_LIST);
            set_shown(&self.section, true);
        }
    }

    /// Shows that no run begins after all.
    pub fn end_preparation(&self) {
        if self.is_first.take() {
            set_shown(&self.section, false);
        }
    }

    /// Shows that a run begins, with this share of its items done.
    pub fn begin(&self, text: &str, share: f64) {
        self.part.take();
        self.is_first.set(false);
        self.progress.set_value(share);
        set_shown(&self.progress, true);
        set_shown(&self.section, true);
        set_title(&percent(share));
        self.say(text);
    }

    /// From now on the line is about this run of a comparison, from 0, which `words` describe.
    pub fn begin_part(&self, index: usize, words: &str, before: &Comparison) {
        *self.part.borrow_mut() = Some(Part { index, words: words.to_owned(), before: before.clone() });
    }

    /// Whether there has been a run since the page was loaded.
    pub fn is_shown(&self) -> bool {
        !self.section.hidden()
    }

    /// The section of the run.
    pub fn section(&self) -> &HtmlElement {
        &self.section
    }

    /// Scrolls the head of the run into view, if it is out of it.
    pub fn scroll_into_view(&self) {
        let height = || window().ok()?.inner_height().ok()?.as_f64();
        let top = self.top_on_screen();
        if height().is_some_and(|height| top < 0.0 || top + HEAD_HEIGHT > height) {
            self.section.scroll_into_view();
        }
        self.top.set(self.top_on_screen());
    }

    /// Focuses the line, which leaves the page where it is.
    pub fn focus(&self) {
        focus_in_place(&self.text);
    }

    /// Whether the run is still where the page has brought it, since nobody has scrolled.
    pub fn is_in_place(&self) -> bool {
        (self.top_on_screen() - self.top.get()).abs() <= 1.0
    }

    fn top_on_screen(&self) -> f64 {
        self.section.get_bounding_client_rect().top()
    }

    /// Shows how the run is going; returns the text.
    pub fn update(&self, view: &RunView, pause: Option<Pause>) -> String {
        let rows = view.rows.borrow();
        let pause = pause.or(view.is_offline().then_some(Pause::Offline));
        let (share, left) = (view.pace.borrow().done(), view.pace.borrow().time_left());
        let text = match &*self.part.borrow() {
            None => {
                self.show_share(share);
                set_title(&progress_title(share, &rows));
                activity_text(view, pause, left)
            }
            Some(part) => {
                let runs = COMPARISON_ORDER.len() as f64;
                let share = share.map(|share| (part.index as f64 + share) / runs);
                self.show_share(share);
                set_title(&progress_title(share, &rows));
                let left = left.map(|left| left + part.before.time_of_rest(view.now() + left));
                runs::facts(&part.words, &activity_text(view, pause, left))
            }
        };
        self.say(&text);
        text
    }

    /// Fills the bar to this share of the work; without an estimate it only shows that there is work.
    fn show_share(&self, share: Option<f64>) {
        match share {
            Some(share) => self.progress.set_value(share),
            None => {
                let _ = self.progress.remove_attribute("value");
            }
        }
    }

    /// Shows how the run ended.
    pub fn end(&self, text: &str, title: &str) {
        self.say(text);
        set_shown(&self.progress, false);
        set_title(title);
    }

    /// Shows this text.
    pub fn say(&self, text: &str) {
        self.text.set_text_content(Some(text));
    }
}

/// What a run is doing. `left` is the time left, if that can be estimated.
fn activity_text(view: &RunView, pause: Option<Pause>, left: Option<Duration>) -> String {
    let rows = view.rows.borrow();
    match view.activity() {
        Some(Activity::Checking) => runs::CHECKING.into(),
        Some(Activity::Writing) => runs::writing(&tally_text(&rows)),
        Some(Activity::Fetching) | None => {
            if let Some(pause) = pause {
                return runs::facts(pause.words(), &tally_text(&rows));
            }
            let progress = progress_text(&rows, &view.pace.borrow(), left);
            match cool_down_text(&view.plan, &view.cooling.borrow(), view.now()) {
                Some(cooling) => runs::facts(&progress, &cooling),
                None => progress,
            }
        }
    }
}

fn set_title(words: &str) {
    if let Ok(document) = document() {
        document.set_title(&runs::tab_title(words));
    }
}
