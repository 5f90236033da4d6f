//! A run from Fetch to its end, and what stops it.

use std::cell::{Cell, RefCell};
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use futures::future::{AbortHandle, Aborted, Either, abortable, select};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlDialogElement, HtmlElement};

use super::Page;
use super::disk::chosen;
use super::elements::{by_id, document, focused, has_focus, set_shown};
use super::fetching::{Wanted, fetch};
use super::form::Choice;
use super::outcome::{Finished, Outcome};
use super::sheet::Sheet;
use crate::browser::{ArchiveError, Clock};
use crate::report::words::{count, percent};
use crate::report::{
    COMPARISON_ORDER, cancelled_text, outcome_text, progress_text, progress_title, share_done,
};
use crate::text::text;

/// How often the words about a run are brought up to date. Its bars are at every frame.
const WORDS_EVERY: Duration = Duration::from_millis(250);

/// The elements of a run on its way.
pub struct Running {
    section: HtmlElement,
    progress: web_sys::HtmlProgressElement,
    text: HtmlElement,
    fetch: HtmlElement,
    cancel: HtmlElement,
    stop: HtmlDialogElement,
    /// Where the focus was before the question whether to stop.
    focus_before: RefCell<Option<HtmlElement>>,
    current: RefCell<Option<Current>>,
    /// Which run of a comparison is on, from 0, and what is said before its progress.
    part: Cell<usize>,
    prefix: RefCell<String>,
}

/// A run on its way.
struct Current {
    handle: AbortHandle,
    /// What it shows at the moment; none before the list was read.
    sheet: Option<Rc<Sheet>>,
}

impl Running {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self {
            section: by_id("run")?,
            progress: by_id("progress")?,
            text: by_id("run-text")?,
            fetch: by_id("fetch")?,
            cancel: by_id("cancel")?,
            stop: by_id("stop")?,
            focus_before: RefCell::default(),
            current: RefCell::default(),
            part: Cell::default(),
            prefix: RefCell::default(),
        })
    }

    pub fn is_on(&self) -> bool {
        self.current.borrow().is_some()
    }

    /// Stops the run: its future is dropped, which aborts every request.
    pub fn cancel(&self) {
        if let Some(current) = &*self.current.borrow() {
            current.handle.abort();
        }
    }

    /// Asks whether to stop, or takes the question back.
    pub fn ask_to_stop(&self) {
        if self.stop.open() {
            self.keep_going();
        } else {
            *self.focus_before.borrow_mut() = focused();
            self.stop.show();
        }
    }

    /// Closes the question and puts the focus back.
    pub fn keep_going(&self) {
        if !self.stop.open() {
            return;
        }
        let had_focus = has_focus(&self.stop);
        self.stop.close();
        if let Some(before) = self.focus_before.take()
            && had_focus
        {
            let _ = before.focus();
        }
    }

    /// Shows Cancel in place of Fetch, or the other way round, and keeps the focus there.
    fn swap_buttons(&self, running: bool) {
        let (shown, hidden) = if running { (&self.cancel, &self.fetch) } else { (&self.fetch, &self.cancel) };
        let had_focus = has_focus(hidden);
        set_shown(shown, true);
        if had_focus {
            let _ = shown.focus();
        }
        set_shown(hidden, false);
    }

    fn say(&self, text: &str) {
        self.text.set_text_content(Some(text));
    }

    /// Tells of this sheet from now on.
    pub fn tell_of(&self, sheet: &Rc<Sheet>) {
        if let Some(current) = &mut *self.current.borrow_mut() {
            current.sheet = Some(Rc::clone(sheet));
        }
    }

    /// Tells that this is the part of a comparison that is on, from 0, and what that is.
    pub fn tell_of_part(&self, part: usize, words: &str) {
        self.part.set(part);
        *self.prefix.borrow_mut() = text![words, " · "];
    }
}

/// Sets the state of a run, as it stands on the root element; gives the one before.
fn set_state(state: &str) -> Option<String> {
    let root = document().ok()?.document_element()?;
    let before = root.get_attribute("data-run");
    let _ = root.set_attribute("data-run", state);
    before
}

fn set_title(title: &str) {
    if let Ok(document) = document() {
        document.set_title(title);
    }
}

/// Fetches what the list says.
pub fn start(page: &'static Page) {
    let running = &page.running;
    if running.is_on() {
        return;
    }
    let relay = match page.more.relay() {
        Ok(relay) => relay,
        Err(error) => {
            page.more.focus_relay();
            page.announcer.say(&text!["Nothing was fetched: ", error, "."]);
            return;
        }
    };
    let wanted = Wanted { mode: page.form.choice(), at_once: page.form.limit(), relay, file: None };
    // Now and not later: a browser asks for a file only in answer to what the user has just done.
    let is_to_disk = wanted.mode != Choice::Compare && !page.form.is_blank();
    let asked = if is_to_disk { page.disk.ask() } else { None };
    // At once, too: who waits for "done" must not see the last run's.
    let before = set_state("running").unwrap_or_default();
    let Some(asked) = asked else { return begin_run(page, wanted, before) };
    spawn_local(async move {
        match chosen(asked).await {
            Ok(file) => begin_run(page, Wanted { file: Some(file), ..wanted }, before),
            Err(words) => {
                set_state(&before);
                page.form.say(&words);
                page.announcer.say(&words);
            }
        }
    });
}

/// Runs what was chosen. `before` is the state to go back to where there is nothing to run.
fn begin_run(page: &'static Page, wanted: Wanted, before: String) {
    let running = &page.running;
    if running.is_on() {
        return;
    }
    let (work, handle) = abortable(fetch(page, wanted));
    *running.current.borrow_mut() = Some(Current { handle, sheet: None });
    spawn_local(async move {
        // The words go on for as long as the work does.
        let ended = match select(pin!(work), pin!(words(page))).await {
            Either::Left((ended, _)) => ended,
            Either::Right((never, _)) => match never {},
        };
        let sheet = page.running.current.take().and_then(|current| current.sheet);
        end(page, ended, sheet, &before);
    });
}

/// Shows that so many images are being fetched.
pub fn begin(page: &'static Page, items: usize) {
    let running = &page.running;
    page.outcome.clear();
    running.part.set(0);
    running.prefix.take();
    running.progress.set_value(0.0);
    set_shown(&running.progress, true);
    set_shown(&running.section, true);
    running.swap_buttons(true);
    set_title("0 % · fetchzip");
    let text = text!["Fetching ", count(items, "image")];
    running.say(&text);
    page.announcer.say(&text![text, "."]);
}

/// Says how it is going, for as long as it is asked to. By a timer and not by frames, since a
/// hidden tab has none, and its title must go on.
async fn words(page: &'static Page) -> std::convert::Infallible {
    let clock = Clock::start();
    loop {
        clock.sleep_until(clock.now() + WORDS_EVERY).await;
        let running = &page.running;
        let sheet = running.current.borrow().as_ref().and_then(|current| current.sheet.clone());
        let Some(sheet) = sheet else { continue };
        sheet.sample();
        let rows = sheet.rows.borrow();
        let text = progress_text(&rows, &sheet.pace.borrow());
        let prefix = running.prefix.borrow();
        running.say(&text![*prefix, text]);
        page.announcer.progress(&text![*prefix, text, "."]);
        let runs = if prefix.is_empty() { 1 } else { COMPARISON_ORDER.len() };
        let share = (running.part.get() as f64 + share_done(&rows)) / runs as f64;
        running.progress.set_value(share);
        let title = if runs == 1 { progress_title(&rows) } else { percent(share) };
        set_title(&text![title, " · fetchzip"]);
    }
}

/// Shows how a run ended; where there was nothing to run, everything stays as it was before.
fn end(
    page: &'static Page,
    ended: Result<Result<Option<Finished>, ArchiveError>, Aborted>,
    sheet: Option<Rc<Sheet>>,
    before: &str,
) {
    let running = &page.running;
    running.keep_going();
    page.table.thumbnails_wait.set(false);
    set_shown(&running.progress, false);
    let (state, text, title) = match ended {
        Ok(Ok(None)) => {
            set_state(before);
            page.form.focus();
            page.form.say("There is nothing to fetch yet: paste some addresses, or try the Demo.");
            page.announcer.say("There is nothing to fetch yet.");
            return;
        }
        Ok(Ok(Some(finished))) => {
            let text = outcome_text(&finished.sheet.rows.borrow());
            let failed = finished.sheet.rows.borrow().totals().failed;
            let title = if failed > 0 { text!["done, ", failed, " failed"] } else { "done".into() };
            let words = Outcome::words(&finished);
            // A list of runs that can't be added to is no reason to hide this one.
            let _ = page.history.add(&words);
            match page.outcome.show(finished) {
                Ok(()) => ("done", text, title),
                Err(_) => (
                    "done",
                    "The archive is there, but the browser gives no address for it; \
                     load the page again"
                        .to_owned(),
                    "stopped".into(),
                ),
            }
        }
        Ok(Err(error)) => {
            if let Some(sheet) = sheet {
                sheet.cancel();
            }
            ("done", text!["No zip was made: ", error], "failed".into())
        }
        Err(Aborted) => {
            let text = sheet.map_or_else(
                || "Cancelled".into(),
                |sheet| {
                    sheet.cancel();
                    cancelled_text(&sheet.rows.borrow())
                },
            );
            ("cancelled", text, "cancelled".into())
        }
    };
    running.say(&text);
    page.announcer.say(&text![text, "."]);
    set_title(&text![title, " · fetchzip"]);
    running.swap_buttons(false);
    page.table.paint();
    // Last of all: a program that waits for the state reads the page right then.
    set_state(state);
}
