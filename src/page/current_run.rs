//! The current run: its state, the buttons that stop it, and the commands that reach it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures::future::AbortHandle;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

use super::announcer::Announcer;
use super::elements::{
    by_id, focus_in_place, has_focus, is_in_window, is_nothing_focused, on, root, set_shown, window,
};
use super::run_line::Pause;
use super::run_view::RunView;
use crate::browser::RunHandle;
use crate::run::Command;
use crate::words::runs;

/// The state of the page, which `data-run` on the root element shows to style sheets and programs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RunState {
    /// Nothing has been fetched yet.
    #[default]
    Idle,
    Running,
    /// The latest run has ended, with an archive or without one.
    Done,
    /// The latest run was cancelled.
    Cancelled,
}

impl RunState {
    fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Running => "running",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What a run is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To fetch the list.
    Fetch,
    /// To add to an archive that is there, which cancelling must not cost.
    Retry,
}

/// How the user ended a run early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EarlyEnd {
    /// What has arrived is kept.
    Stop,
    /// The same, in a retry that was cancelled.
    CancelRetry,
    /// Nothing is fetched: the images of an interrupted run are saved as they are.
    SaveWhatIsThere,
}

/// The buttons of a run, and the run itself while there is one.
pub struct CurrentRun {
    root: HtmlElement,
    fetch: HtmlElement,
    stop: HtmlElement,
    state: Cell<RunState>,
    active: RefCell<Option<ActiveRun>>,
}

/// A run that has not ended.
pub struct ActiveRun {
    purpose: Purpose,
    /// Drops the run's future, which cancels the run.
    abort: AbortHandle,
    /// Ends the run, and keeps its future for as long as that can be undone.
    throw_away: AbortHandle,
    /// The state to go back to if nothing is fetched after all.
    pub state_before: RunState,
    pub early_end: Option<EarlyEnd>,
    /// The images of the interrupted run that it resumes, which it has not read yet.
    stored_before: usize,
    is_offline: bool,
    /// Whether nothing more can be stored.
    is_full: bool,
    /// What is shown of it; `None` until the list has been read.
    pub view: Option<Rc<RunView>>,
    /// The engine's run, once it has started. A comparison has one after another.
    handle: Option<Rc<RunHandle>>,
}

impl CurrentRun {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self {
            root: root()?,
            fetch: by_id("fetch")?,
            stop: by_id("stop")?,
            state: Cell::default(),
            active: RefCell::default(),
        })
    }

    /// Has the browser ask before a run is left, and pauses a run while there is no connection.
    pub fn bind(&'static self, announcer: &'static Announcer) -> Result<(), JsValue> {
        let window = window()?;
        on(&window, "beforeunload", |event| {
            // After a crash boot.js sets the attribute back, since nothing is running any more.
            if self.root.dataset().get("run").as_deref() == Some(RunState::Running.name()) {
                event.prevent_default();
            }
        })?;
        // A browser that is offline from the start is not noticed: a machine without a network may have
        // a server of its own.
        on(&window, "offline", |_| {
            if self.set_offline(true) {
                announcer.say(runs::OFFLINE);
            }
        })?;
        on(&window, "online", |_| {
            if self.set_offline(false) {
                announcer.say(runs::ONLINE);
            }
        })
    }

    /// Pauses or resumes the run; returns whether that changed anything.
    fn set_offline(&self, is_offline: bool) -> bool {
        let mut active = self.active.borrow_mut();
        let Some(run) = active.as_mut().filter(|run| run.is_offline != is_offline) else { return false };
        run.is_offline = is_offline;
        run.pause_or_resume();
        true
    }

    /// Pauses or resumes the run since the storage is full, or not any more; returns whether that changed
    /// anything.
    pub fn set_full(&self, is_full: bool) -> bool {
        let mut active = self.active.borrow_mut();
        let Some(run) = active.as_mut().filter(|run| run.is_full != is_full) else { return false };
        run.is_full = is_full;
        run.pause_or_resume();
        true
    }

    /// Why the run is paused, if it is.
    pub fn pause(&self) -> Option<Pause> {
        self.of_active(|run| match run {
            ActiveRun { is_full: true, .. } => Some(Pause::Full),
            ActiveRun { is_offline: true, .. } => Some(Pause::Offline),
            _ => None,
        })
        .flatten()
    }

    /// Focuses the button that ends the run.
    pub fn focus(&self) {
        let _ = self.stop.focus();
    }

    pub fn is_active(&self) -> bool {
        self.active.borrow().is_some()
    }

    /// The images of the run that can be kept. A run that resumes another has not touched it before there is a view.
    pub fn arrived(&self) -> usize {
        let stored = |view: &Rc<RunView>| view.rows.borrow().totals().stored;
        let arrived =
            |run: &ActiveRun| run.view.as_ref().map_or(0, |view| stored(view).max(run.stored_before));
        self.of_active(arrived).unwrap_or_default()
    }

    /// The run resumes one of which this many images are there.
    pub fn set_stored_before(&self, images: usize) {
        if let Some(run) = &mut *self.active.borrow_mut() {
            run.stored_before = images;
        }
    }

    /// Whether the user has ended the run early. One that was thrown away is not the current run any more.
    pub fn is_ending(&self) -> bool {
        self.of_active(|run| run.early_end.is_some()).unwrap_or(true)
    }

    /// What is shown of the run, once its list has been read.
    pub fn view(&self) -> Option<Rc<RunView>> {
        self.of_active(|run| run.view.clone()).flatten()
    }

    fn of_active<T>(&self, get: impl FnOnce(&ActiveRun) -> T) -> Option<T> {
        self.active.borrow().as_ref().map(get)
    }

    /// A run begins, which `abort` cancels and `throw_away` ends.
    pub fn begin(&self, purpose: Purpose, abort: AbortHandle, throw_away: AbortHandle) {
        *self.active.borrow_mut() = Some(ActiveRun {
            purpose,
            abort,
            throw_away,
            state_before: self.state.get(),
            early_end: None,
            stored_before: 0,
            is_offline: false,
            is_full: false,
            view: None,
            handle: None,
        });
        self.set_state(RunState::Running);
    }

    /// From now on the run is shown by this view.
    pub fn show(&self, view: &Rc<RunView>) {
        if let Some(run) = &mut *self.active.borrow_mut() {
            (run.view, run.handle) = (Some(Rc::clone(view)), None);
        }
    }

    /// Connects the engine's run, which learns what was asked for before it started.
    pub fn attach(&self, handle: &Rc<RunHandle>) {
        let mut active = self.active.borrow_mut();
        // A run that was thrown away just now.
        let Some(run) = &mut *active else { return handle.command(Command::Stop) };
        run.handle = Some(Rc::clone(handle));
        if run.early_end.is_some() {
            run.command(Command::Stop);
        } else if run.is_offline || run.is_full {
            run.command(Command::Pause);
        }
    }

    /// Cancels the run. Its future is dropped, which aborts every request and keeps nothing; a retry
    /// keeps the archive that was there, so it is stopped instead.
    pub fn cancel(&self) {
        match &mut *self.active.borrow_mut() {
            Some(run) if run.purpose == Purpose::Retry => run.end_early(EarlyEnd::CancelRetry),
            Some(run) => run.abort.abort(),
            None => {}
        }
    }

    /// Throws away what has arrived, so that this can be undone. Of a file that the user has chosen, nothing
    /// can be brought back.
    pub fn throw_away(&self) {
        match &*self.active.borrow() {
            Some(ActiveRun { view: Some(view), abort, .. }) if view.is_to_disk() => abort.abort(),
            Some(run) => run.throw_away.abort(),
            None => {}
        }
    }

    /// Sends a command that concerns one item.
    pub fn command(&self, command: Command) {
        self.of_active(|run| run.command(command));
    }

    /// Ends the run with what has arrived.
    pub fn stop(&self) {
        if let Some(run) = &mut *self.active.borrow_mut() {
            run.end_early(EarlyEnd::Stop);
        }
    }

    /// Has the run that begins fetch nothing, and save what is there.
    pub fn save_what_is_there(&self) {
        if let Some(run) = &mut *self.active.borrow_mut() {
            run.end_early(EarlyEnd::SaveWhatIsThere);
        }
    }

    /// The run has ended; its state follows, by [`CurrentRun::set_state`].
    pub fn end(&self) -> Option<ActiveRun> {
        self.active.take()
    }

    pub fn set_state(&self, state: RunState) {
        self.state.set(state);
        let _ = self.root.dataset().set("run", state.name());
    }

    /// Shows Stop in place of Fetch, and keeps the focus. It is also moved there if `takes_focus`, or if nothing has
    /// it: some browsers focus no button that is clicked on. Fetch keeps its place, so that nothing else comes there.
    pub fn show_stop(&self, takes_focus: bool) {
        let had_focus = takes_focus || has_focus(&self.fetch) || is_nothing_focused();
        set_shown(&self.stop, true);
        let _ = self.fetch.toggle_attribute_with_force("data-absent", true);
        if had_focus {
            self.focus();
        }
    }

    /// Shows Fetch in place of Stop. A focus on Stop goes where `moves_focus` moves it, and otherwise to Fetch.
    pub fn show_fetch(&self, moves_focus: impl FnOnce() -> bool) {
        let had_focus = has_focus(&self.stop);
        let _ = self.fetch.toggle_attribute_with_force("data-absent", false);
        if had_focus && !moves_focus() {
            focus_in_place(&self.fetch);
        }
        set_shown(&self.stop, false);
    }

    /// Has `moves_focus` move a focus that is on Fetch where nobody sees it, as above a run on a phone.
    pub fn leave_hidden_fetch(&self, moves_focus: impl FnOnce()) {
        if has_focus(&self.fetch) && !is_in_window(&self.fetch) {
            moves_focus();
        }
    }
}

impl ActiveRun {
    /// Has the engine end the run with what has arrived.
    pub fn stop(&self) {
        self.command(Command::Stop);
    }

    fn end_early(&mut self, end: EarlyEnd) {
        self.early_end = Some(end);
        self.command(Command::Stop);
    }

    fn pause_or_resume(&self) {
        let is_paused = self.is_offline || self.is_full;
        self.command(if is_paused { Command::Pause } else { Command::Resume });
    }

    fn command(&self, command: Command) {
        if let Some(handle) = &self.handle {
            handle.command(command);
        }
    }
}
