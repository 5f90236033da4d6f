//! A run from Fetch to its end, and what pauses and stops it.

use std::cell::RefCell;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;

use futures::future::{AbortHandle, Aborted, Either, abortable, select};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlElement;

use super::disk::{ChosenFile, chosen};
use super::elements::{by_id, document, has_focus, on, set_shown, window};
use super::fetching::{RunOptions, fetch, fetch_again};
use super::form::RunMode;
use super::outcome::{Finished, Outcome};
use super::run_line::{OFFLINE, tell_all_along};
use super::sheet::RunView;
use super::{Filling, Page};
use crate::browser::{ArchiveError, Control, InterruptedRun, Notes};
use crate::report::{cancelled_text, outcome_text, outcome_title};
use crate::text::text;

/// The buttons of a run, and the run on its way.
pub struct Running {
    fetch: HtmlElement,
    cancel: HtmlElement,
    stop_and_keep: HtmlElement,
    current: RefCell<Option<Current>>,
}

/// A run on its way.
struct Current {
    handle: AbortHandle,
    /// That of the run that is on; a comparison has one after the other.
    control: Control,
    /// What it shows at the moment; none before the list was read.
    sheet: Option<Rc<RunView>>,
    /// Whether it adds to an archive that is there, which a cancel must not cost.
    adds: bool,
    is_stopped: bool,
    is_cancelled: bool,
    is_offline: bool,
}

impl Running {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self {
            fetch: by_id("fetch")?,
            cancel: by_id("cancel")?,
            stop_and_keep: by_id("stop-and-keep")?,
            current: RefCell::default(),
        })
    }

    /// Asks before a run is left, and waits where there is no connection.
    pub fn bind(page: &'static Page) -> Result<(), JsValue> {
        let window = window()?;
        on(&window, "beforeunload", |event| {
            // After a breakdown nothing is running, whatever was.
            if state().is_some_and(|state| state == "running") {
                event.prevent_default();
            }
        })?;
        on(&window, "offline", |_| page.running.lose_connection(page))?;
        on(&window, "online", |_| page.running.regain_connection(page))
    }

    pub fn is_on(&self) -> bool {
        self.current.borrow().is_some()
    }

    pub fn is_offline(&self) -> bool {
        self.current.borrow().as_ref().is_some_and(|current| current.is_offline)
    }

    pub fn is_stopped(&self) -> bool {
        self.current.borrow().as_ref().is_some_and(|current| current.is_stopped)
    }

    /// What the run that is on shows.
    pub fn sheet(&self) -> Option<Rc<RunView>> {
        self.current.borrow().as_ref()?.sheet.clone()
    }

    /// Whether it adds to an archive that is there.
    pub fn adds(&self) -> bool {
        self.current.borrow().as_ref().is_some_and(|current| current.adds)
    }

    /// Cancels the run: its future is dropped, which aborts every request, and nothing is kept. A run
    /// that adds to an archive is stopped instead.
    pub fn cancel(&self, page: &Page) {
        match &mut *self.current.borrow_mut() {
            Some(current) if current.adds => current.is_cancelled = true,
            Some(current) => return current.handle.abort(),
            None => return,
        }
        self.stop_and_keep(page);
    }

    /// Ends the run with what has arrived.
    pub fn stop_and_keep(&self, page: &Page) {
        if let Some(current) = &mut *self.current.borrow_mut() {
            current.is_stopped = true;
            current.control.stop();
        }
        page.stop_question.close();
    }

    /// A run begins, or the next one of a comparison, which shows this sheet.
    pub fn begin_view(&self, sheet: &Rc<RunView>) -> Control {
        let control = Control::default();
        if let Some(current) = &mut *self.current.borrow_mut() {
            // What was wished in between holds for it as well.
            if current.is_stopped {
                control.stop();
            } else if current.is_offline {
                control.pause();
            }
            (current.sheet, current.control) = (Some(Rc::clone(sheet)), control.clone());
        }
        control
    }

    /// Whether the browser is offline is not asked at the start: a machine without a network may
    /// still have a server of its own.
    fn lose_connection(&self, page: &Page) {
        if let Some(current) = &mut *self.current.borrow_mut() {
            current.is_offline = true;
            current.control.pause();
            page.announcer.say(&text![OFFLINE, "; the run goes on as soon as it is back."]);
        }
    }

    fn regain_connection(&self, page: &Page) {
        if let Some(current) = &mut *self.current.borrow_mut()
            && current.is_offline
        {
            current.is_offline = false;
            current.control.resume();
            page.announcer.say("This browser is back online, and the run goes on.");
        }
    }

    /// Shows what stops a run in the place of Fetch, or the other way round, and keeps the focus
    /// there.
    fn swap_buttons(&self, running: bool, loses_focus: bool) {
        let buttons = [&self.fetch, &self.cancel, &self.stop_and_keep];
        let had_focus = loses_focus || buttons.into_iter().any(|button| has_focus(button));
        let (shown, hidden) = if running { (&self.cancel, &self.fetch) } else { (&self.fetch, &self.cancel) };
        set_shown(shown, true);
        if had_focus {
            let _ = shown.focus();
        }
        set_shown(hidden, false);
        set_shown(&self.stop_and_keep, running);
    }
}

/// The state of a run, as it stands on the root element.
fn state() -> Option<String> {
    document().ok()?.document_element()?.get_attribute("data-run")
}

/// Sets the state of a run; gives the one before.
fn set_state(new: &str) -> Option<String> {
    let before = state();
    let _ = document().ok()?.document_element()?.set_attribute("data-run", new);
    before
}

/// Fetches what the list says.
pub fn start(page: &'static Page) {
    if page.filling.get() != Filling::Done {
        return page.filling.set(Filling::AwaitedToFetch);
    }
    let Some(wanted) = wanted(page, None) else { return };
    // Now and not later: a browser asks for a file only in answer to what the user has just done.
    let is_to_disk = wanted.mode != RunMode::Compare && !page.form.is_blank();
    let asked = if is_to_disk { page.disk.ask() } else { None };
    // At once, too: who waits for "done" must not see the last run's.
    let before = set_state("running").unwrap_or_default();
    let Some(asked) = asked else { return fetch_now(page, wanted, None, before) };
    spawn_local(async move {
        match chosen(asked).await {
            Ok(file) => fetch_now(page, wanted, Some(file), before),
            Err(words) => {
                set_state(&before);
                page.form.say(&words);
                page.announcer.say(&words);
            }
        }
    });
}

/// Goes on with a run whose page is gone; says whether it could.
pub fn resume(page: &'static Page, interrupted: InterruptedRun) -> bool {
    if page.running.is_on() {
        return false;
    }
    page.form.restore(&interrupted.source, &interrupted.options);
    page.more.restore(&interrupted.options);
    let Some(wanted) = wanted(page, Some(interrupted)) else { return false };
    let before = set_state("running").unwrap_or_default();
    fetch_now(page, wanted, None, before);
    true
}

/// Fetches what failed once more, into the same archive.
pub fn retry(page: &'static Page) {
    let Some(wanted) = wanted(page, None) else { return };
    let loses_focus = page.outcome.has_focus();
    let Some(finished) = page.outcome.take() else { return };
    let before = set_state("running").unwrap_or_default();
    run(page, fetch_again(page, finished, wanted), true, before);
    page.running.swap_buttons(true, loses_focus);
}

/// What stands in the form; `None` where that makes no sense, which it then says, and during a run.
fn wanted(page: &Page, resumes: Option<InterruptedRun>) -> Option<RunOptions> {
    if page.running.is_on() {
        return None;
    }
    let relay = match page.more.relay() {
        Ok(relay) => relay,
        Err(error) => {
            page.more.focus_relay();
            page.announcer.say(&text!["Nothing was fetched: ", error, "."]);
            return None;
        }
    };
    let mut options = String::new();
    page.form.note(&mut options);
    page.more.note(&mut options);
    Some(RunOptions {
        mode: page.form.choice(),
        at_once: page.form.limit(),
        relay,
        reject_truncated: page.more.reject_truncated(),
        max_bytes: page.more.max_bytes(),
        max_total_bytes: page.more.max_total_bytes(),
        notes: Notes { source: page.form.list(), options },
        resumes,
    })
}

fn fetch_now(page: &'static Page, wanted: RunOptions, file: Option<ChosenFile>, before: String) {
    run(page, fetch(page, wanted, file), false, before);
}

/// Runs to the end, or until it is cancelled. `before` is the state to go back to where there is
/// nothing to run.
fn run(
    page: &'static Page,
    work: impl Future<Output = Result<Option<Finished>, ArchiveError>> + 'static,
    adds: bool,
    before: String,
) {
    let running = &page.running;
    if running.is_on() {
        return;
    }
    let (work, handle) = abortable(work);
    *running.current.borrow_mut() = Some(Current {
        handle,
        control: Control::default(),
        sheet: None,
        adds,
        is_stopped: false,
        is_cancelled: false,
        is_offline: false,
    });
    spawn_local(async move {
        // The words go on for as long as the work does.
        let ended = match select(pin!(work), pin!(tell_all_along(page))).await {
            Either::Left((ended, _)) => ended,
            Either::Right((never, _)) => match never {},
        };
        let current = page.running.current.take();
        let is_cancelled = current.as_ref().is_some_and(|current| current.is_cancelled);
        end(page, ended, current.and_then(|current| current.sheet), is_cancelled, &before);
    });
}

/// Shows that a run begins, with this share of its work done.
pub fn begin(page: &'static Page, text: &str, share: f64) {
    let loses_focus = page.outcome.has_focus() || page.interruption.has_focus();
    page.outcome.clear();
    page.interruption.hide();
    page.line.begin(text, share);
    page.running.swap_buttons(true, loses_focus);
    page.announcer.say(&text![text, "."]);
}

/// Shows how a run ended; where there was nothing to run, everything stays as it was before.
fn end(
    page: &'static Page,
    ended: Result<Result<Option<Finished>, ArchiveError>, Aborted>,
    sheet: Option<Rc<RunView>>,
    is_cancelled: bool,
    before: &str,
) {
    page.stop_question.close();
    page.table.thumbnails_wait.set(false);
    let (state, text, title) = match ended {
        Ok(Ok(None)) => {
            page.line.hide_progress();
            set_state(before);
            page.form.focus();
            page.form.say("There is nothing to fetch yet: paste some addresses, or try the Demo.");
            page.announcer.say("There is nothing to fetch yet.");
            return;
        }
        Ok(Ok(Some(finished))) => {
            let (text, title) = {
                let rows = finished.sheet.rows.borrow();
                (outcome_text(&rows), outcome_title(&rows))
            };
            let words = Outcome::words(&finished);
            // A list of runs that can't be added to is no reason to hide this one.
            let _ = page.history.add(&words);
            match page.outcome.show(finished) {
                Ok(()) if is_cancelled => ("cancelled", text, title),
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
    page.line.end(&text, &title);
    page.announcer.say(&text![text, "."]);
    page.running.swap_buttons(false, false);
    page.table.paint();
    // Last of all: a program that waits for the state reads the page right then.
    set_state(state);
}
