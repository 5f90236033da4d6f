//! Starts, resumes, retries, stops and cancels runs, and shows how they end.

use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;

use futures::future::{Either, LocalBoxFuture, abortable, select};
use wasm_bindgen_futures::spawn_local;

use super::current_run::{ActiveRun, EarlyEnd, Purpose, RunState};
use super::disk::OpeningFile;
use super::disposal;
use super::extension::{self, Answer};
use super::finished_run::FinishedRun;
use super::mode_box::RunMode;
use super::options::RunOptions;
use super::parts::Page;
use super::runner;
use crate::browser::Clock;
use crate::job::{ArchiveError, StoredRun};
use crate::plan::ItemId;
use crate::report::{cancelled_text, outcome_title};
use crate::text::text;
use crate::words::runs;

/// How often the text about a run is updated. Its bars are drawn every frame.
const UPDATE_INTERVAL: Duration = Duration::from_millis(250);

/// How often the items are listed anew, if what is listed depends on what becomes of them.
const LIST_INTERVAL: Duration = Duration::from_secs(1);

/// How long a run takes before the form makes room for it.
const FOLDED_AFTER: Duration = Duration::from_millis(500);

/// Why there is no finished run.
enum Unfinished {
    /// The list names no address, or no name for one; in words for the user.
    NothingToFetch(String),
    /// The user's file could not be had; in words for the user.
    NoFile(String),
    Failed(ArchiveError),
    Cancelled,
}

/// What a run does until it ends. Boxed, so that the code around it is compiled once.
type Work = LocalBoxFuture<'static, Result<FinishedRun, Unfinished>>;

/// Fetches the list.
pub fn start(page: &'static Page) {
    if page.presets.defer_fetch() {
        return;
    }
    let Some(options) = read_options(page) else { return };
    if page.form.has_nothing() {
        let words = page.form.nothing_text();
        page.form.say(&words);
        page.announcer.say(&words);
        return page.form.focus();
    }
    let origins = page.form.origins();
    let answer = extension::ask(origins.iter().map(String::as_str));
    // Opened right away, while the browser still handles the user's click or key press.
    let may_ask = options.mode != RunMode::Compare;
    let file = if may_ask { page.disk.open() } else { None };
    run(page, Purpose::Fetch, loses_focus(page), Box::pin(fetch(page, options, None, file, answer)));
}

/// What a run is resumed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterResume {
    /// To fetch what is missing.
    Fetch,
    /// To save what is there.
    SaveWhatIsThere,
}

/// Resumes an interrupted run.
pub fn resume(page: &'static Page, stored: StoredRun, then: AfterResume) {
    if page.current.is_active() {
        return;
    }
    let Some(interrupted) = &stored.run else { return };
    extension::forget_sign_in();
    page.form.restore(&interrupted.source, &interrupted.options);
    page.more.restore(&interrupted.options);
    let Some(options) = read_options(page) else { return };
    let stored_before = interrupted.stored;
    // Its list is read later, so what it lacks shows in the end.
    let work = fetch(page, options, Some(stored), None, extension::ask([]));
    run(page, Purpose::Fetch, loses_focus(page), Box::pin(work));
    page.current.set_stored_before(stored_before);
    if then == AfterResume::SaveWhatIsThere {
        page.current.save_what_is_there();
    }
}

/// Fetches failed images of the shown run once more, into the same archive: these, or all that may arrive.
pub fn retry(page: &'static Page, items: Option<Vec<ItemId>>) {
    let Some(options) = read_options(page) else { return };
    let takes_focus = page.outcome.has_focus();
    let settings = options.settings(options.final_mode());
    let Some(items) = items.or_else(|| page.outcome.retryable_items(&settings, options.relay.as_ref()))
    else {
        return;
    };
    if items.is_empty() {
        return page.announcer.say(runs::NOTHING_TO_RETRY);
    }
    let answer = page.outcome.ask_for_permission(&items);
    let Some((previous, handle)) = page.outcome.take() else { return };
    let share = 1.0 - items.len() as f64 / previous.view.plan.len() as f64;
    show_beginning(page, &runs::fetching_again(items.len()), share);
    let work = async move {
        answer.given().await;
        runner::retry(page, previous, handle, items, options).await.map_err(Unfinished::Failed)
    };
    run(page, Purpose::Retry, takes_focus, Box::pin(work));
}

/// Asks what becomes of the images that have arrived, or cancels the run at once if there are none.
pub fn ask_to_stop(page: &Page) {
    match page.current.arrived() {
        0 => cancel(page),
        arrived => {
            page.pointer.note_change();
            page.stop_question.open(arrived);
        }
    }
}

/// Cancels the current run.
pub fn cancel(page: &Page) {
    page.current.cancel();
    close_question(page);
}

/// Throws away what has arrived of the current run.
pub fn throw_away_run(page: &Page) {
    page.current.throw_away();
    close_question(page);
}

/// Ends the current run with what has arrived.
pub fn keep(page: &Page) {
    page.current.stop();
    close_question(page);
}

/// Goes on with the current run.
pub fn close_question(page: &Page) {
    page.pointer.note_change();
    page.stop_question.close();
}

/// Goes on with a run that is paused because the storage is full, with the space of what was thrown away.
pub async fn resume_storing(page: &Page) {
    page.undo.finish().await;
    let had_focus = page.storage_notice.has_focus();
    page.storage_notice.hide();
    page.stored_runs.hide();
    if let Some(view) = page.current.view() {
        view.clear_storage_full();
    }
    page.current.set_full(false);
    if had_focus {
        page.current.focus();
    }
}

/// Waits for the slow images of the current run.
pub fn wait_for_slow(page: &Page) {
    page.pointer.note_change();
    if page.slow_notice.dismiss() {
        page.current.focus();
    }
}

/// Reads the form; `None` during a run, and if one is not valid, which is then reported.
fn read_options(page: &Page) -> Option<RunOptions> {
    if page.current.is_active() {
        return None;
    }
    match RunOptions::read(&page.form, &page.more) {
        Ok(options) => Some(options),
        Err(error) => {
            page.announcer.say(&runs::nothing_fetched(&error));
            None
        }
    }
}

/// Fetches the list, which is read first, into the file that is being opened, if there is one.
async fn fetch(
    page: &'static Page,
    options: RunOptions,
    resumes: Option<StoredRun>,
    file: Option<OpeningFile>,
    answer: Answer,
) -> Result<FinishedRun, Unfinished> {
    let file = match file {
        Some(file) => Some(file.opened().await.map_err(Unfinished::NoFile)?),
        None => None,
    };
    let plan = page.form.plan().await;
    if plan.is_empty() {
        return Err(Unfinished::NothingToFetch(page.form.nothing_text()));
    }
    if plan.items().iter().all(|item| item.left_out.is_some()) {
        return Err(Unfinished::NothingToFetch(runs::all_filtered(plan.len())));
    }
    answer.given().await;
    page.form.names.check(&plan).await.map_err(|error| {
        page.more.open();
        Unfinished::NothingToFetch(runs::nothing_fetched(&error))
    })?;
    page.undo.finish().await;
    page.outcome.take_unsaved().into_iter().for_each(|run| page.previous.add(run));
    page.outcome.clear();
    show_beginning(page, &runs::fetching(plan.len()), 0.0);
    runner::fetch(page, plan, options, resumes, file).await.map_err(Unfinished::Failed)
}

/// Shows that a run begins, with this share of its items done.
fn show_beginning(page: &Page, words: &str, share: f64) {
    page.pointer.note_change();
    page.stored_runs.hide();
    page.storage_notice.begin();
    page.slow_notice.reset();
    page.line.begin(words, share);
    page.line.scroll_into_view();
    page.announcer.say(&runs::sentence(words));
}

/// Whether the focus is in what is hidden once a run has begun.
fn loses_focus(page: &Page) -> bool {
    page.outcome.has_focus() || page.stored_runs.has_focus()
}

/// Runs `work` until it ends or is cancelled, and shows its progress and its end. The focus goes to the
/// button that cancels it if `takes_focus`.
fn run(page: &'static Page, purpose: Purpose, takes_focus: bool, work: Work) {
    let (mut work, abort) = abortable(work);
    let (progress, throw_away) = abortable(show_progress(page));
    page.pointer.note_change();
    page.line.prepare();
    page.current.show_stop(takes_focus);
    // At once, so that a program which waits for "done" never sees the previous run's.
    page.current.begin(purpose, abort, throw_away);
    spawn_local(async move {
        let ended = match select(&mut work, pin!(progress)).await {
            Either::Left((result, _)) => Some(result),
            Either::Right(_) => None,
        };
        extension::end();
        close_question(page);
        page.storage_notice.hide();
        page.slow_notice.reset();
        page.table.defer_thumbnails(false);
        page.pictures.defer_thumbnails(false);
        let Some(run) = page.current.end() else { return };
        let result = match ended {
            Some(result) => result,
            None => match disposal::hold(page, &run, work).await {
                Some(result) => result,
                None => return,
            },
        };
        match result.unwrap_or(Err(Unfinished::Cancelled)) {
            // What was thrown away is back, while another run is under way.
            Ok(finished) if page.current.is_active() => page.previous.add(finished),
            result => show_end(page, run, result),
        }
    });
}

/// Shows the progress of the current run, for as long as it is polled. A timer drives it, since a
/// hidden tab has no frames but its title must keep up.
async fn show_progress(page: &'static Page) -> Infallible {
    let clock = Clock::start();
    let (mut is_folded, mut listed) = (false, Duration::ZERO);
    loop {
        clock.sleep_until(clock.now() + UPDATE_INTERVAL).await;
        if let Some(view) = page.current.view() {
            // A run of a moment moves nothing.
            if !is_folded && clock.now() >= FOLDED_AFTER {
                page.pointer.note_change();
                let is_in_place = page.line.is_in_place();
                is_folded = page.form.fold(page.line.section());
                if is_in_place {
                    page.line.scroll_into_view();
                }
            }
            if clock.now() >= listed + LIST_INTERVAL {
                listed = clock.now();
                page.list_what_has_changed(&view);
            }
            view.sample();
            page.storage_notice.check(&view, &page.announcer);
            if view.is_storage_full() && page.current.set_full(true) {
                page.storage_notice.show_full(&view, &page.announcer);
                spawn_local(page.stored_runs.refresh());
            }
            page.slow_notice.update(&view.rows.borrow(), view.now(), &page.pointer, &page.announcer);
            page.stop_question.show_arrived(page.current.arrived());
            let text = page.line.update(&view, page.current.pause());
            page.announcer.progress(&runs::sentence(&text));
        }
    }
}

/// Shows how a run ended. If it never began, the page stays as it was.
fn show_end(page: &'static Page, run: ActiveRun, result: Result<FinishedRun, Unfinished>) {
    let is_in_place = page.line.is_in_place();
    let (state, text, title) = match result {
        Ok(finished) => show_finished(page, finished, run.early_end),
        Err(Unfinished::NothingToFetch(text)) => {
            show_not_begun(page, &run, &text);
            return page.form.focus();
        }
        Err(Unfinished::NoFile(words)) => return show_not_begun(page, &run, &words),
        Err(Unfinished::Failed(error)) => {
            run.view.iter().for_each(|view| view.cancel());
            (RunState::Done, runs::no_zip(&text![error]), runs::FAILED.into())
        }
        Err(Unfinished::Cancelled) => {
            let text = match run.view {
                Some(view) => {
                    view.cancel();
                    cancelled_text(&view.rows.borrow())
                }
                None => runs::CANCELLED_EARLY.into(),
            };
            (RunState::Cancelled, text, runs::CANCELLED.into())
        }
    };
    page.line.end(&text, &title);
    page.announcer.say(&runs::sentence(&text));
    // With all of the outcome below it, the page is long enough to stay where it is.
    page.form.unfold(page.line.section());
    page.current.show_fetch(|| page.outcome.focus_save());
    if is_in_place {
        page.line.scroll_into_view();
        page.current.leave_hidden_fetch(|| page.line.focus());
    }
    page.list_items(true);
    page.table.paint();
    page.pictures.paint();
    spawn_local(page.stored_runs.refresh());
    // Last of all, since a program that waits for the state then reads the page.
    page.current.set_state(state);
}

/// Shows why a run never began.
fn show_not_begun(page: &Page, run: &ActiveRun, words: &str) {
    page.line.end_preparation();
    page.form.unfold(page.line.section());
    page.form.say(words);
    page.announcer.say(words);
    page.current.show_fetch(|| false);
    page.current.set_state(run.state_before);
}

/// Shows a run with an archive; returns the state, the text and the title.
fn show_finished(
    page: &'static Page,
    run: FinishedRun,
    early_end: Option<EarlyEnd>,
) -> (RunState, String, String) {
    let title = outcome_title(&run.view.rows.borrow());
    // A run that can't be added to the list of runs is shown all the same.
    let _ = page.history.add(&run.columns());
    if page.outcome.show(run).is_err() {
        return (RunState::Done, runs::NO_LINK.into(), runs::STOPPED.into());
    }
    if early_end == Some(EarlyEnd::SaveWhatIsThere) {
        page.outcome.save();
    }
    let is_cancelled = early_end == Some(EarlyEnd::CancelRetry);
    let state = if is_cancelled { RunState::Cancelled } else { RunState::Done };
    (state, page.outcome.headline(), title)
}
