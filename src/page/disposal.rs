//! Throws images away, and brings them back as long as that can be undone.

use std::pin::pin;

use futures::future::{Either, select};
use wasm_bindgen_futures::spawn_local;
use web_sys::Element;

use super::current_run::{ActiveRun, RunState};
use super::discard_marks;
use super::parts::Page;
use crate::browser::discard_run;
use crate::job::StoredRun;
use crate::words::{runs, saving};

/// Throws away the images of the shown run. Its timings stay.
pub fn throw_away_shown(page: &'static Page) {
    page.pointer.note_change();
    let Some(archive) = page.outcome.take_archive(&page.line) else { return };
    let started = archive.started().map(discard_marks::mark_of_start);
    started.iter().for_each(|mark| discard_marks::set(mark));
    page.current.set_state(RunState::Cancelled);
    page.announcer.say(saving::IMAGES_THROWN_AWAY);
    let mut offer = page.undo.offer(saving::IMAGES_THROWN_AWAY);
    spawn_local(async move {
        if offer.is_undone().await {
            page.outcome.put_back(archive, &page.line);
            page.announcer.say(saving::IMAGES_BACK);
            page.table.paint();
            page.pictures.paint();
            page.current.set_state(RunState::Done);
        } else {
            drop(archive);
        }
        started.iter().for_each(|mark| discard_marks::clear(mark));
        page.stored_runs.refresh().await;
    });
}

/// Throws away an earlier result, by the button in its line.
pub fn throw_away_previous(page: &'static Page, button: &Element) {
    let Some(run) = page.previous.take(button) else { return };
    let mark = (!run.is_saved).then(|| discard_marks::mark_of_start(run.started));
    mark.iter().for_each(|mark| discard_marks::set(mark));
    page.announcer.say(saving::IMAGES_THROWN_AWAY);
    let mut offer = page.undo.offer(saving::IMAGES_THROWN_AWAY);
    page.undo.focus();
    spawn_local(async move {
        if offer.is_undone().await {
            page.previous.put_back(run);
            page.announcer.say(saving::IMAGES_BACK);
        } else {
            drop(run);
        }
        mark.iter().for_each(|mark| discard_marks::clear(mark));
    });
}

/// Throws away a run of the list of runs.
pub async fn throw_away_stored(page: &'static Page, run: StoredRun) {
    let words = match run.handed_over {
        Some(_) => saving::COPY_THROWN_AWAY,
        None => saving::IMAGES_THROWN_AWAY,
    };
    let had_focus = page.stored_runs.has_focus();
    discard_marks::set(&run.name);
    page.announcer.say(words);
    let mut offer = page.undo.offer(words);
    page.stored_runs.refresh().await;
    if had_focus && !page.stored_runs.has_focus() {
        page.undo.focus();
    }
    let is_undone = offer.is_undone().await;
    if !is_undone {
        discard_run(&run.name).await;
    }
    discard_marks::clear(&run.name);
    page.stored_runs.refresh().await;
    if is_undone {
        let is_back = page.stored_runs.has(&run.name);
        page.announcer.say(if is_back { saving::IMAGES_BACK } else { saving::RUN_GONE });
    }
}

/// Ends a run that was thrown away while `work` was under way; returns what it has come to if that is undone.
pub async fn hold<T>(
    page: &'static Page,
    run: &ActiveRun,
    mut work: impl Future<Output = T> + Unpin,
) -> Option<T> {
    run.stop();
    let mark = run.view.as_ref().map(|view| discard_marks::mark_of_start(view.started()));
    mark.iter().for_each(|mark| discard_marks::set(mark));
    let mut offer = page.undo.offer(saving::IMAGES_THROWN_AWAY);
    page.line.end(runs::THROWN_AWAY, runs::THROWN_AWAY);
    page.announcer.say(saving::IMAGES_THROWN_AWAY);
    page.form.unfold(page.line.section());
    page.current.show_fetch(|| page.undo.focus());
    page.current.set_state(RunState::Cancelled);
    let (result, is_undone) = match select(&mut work, pin!(offer.is_undone())).await {
        Either::Left((result, decision)) => (Some(result), decision.await),
        Either::Right((is_undone, _)) => (None, is_undone),
    };
    mark.iter().for_each(|mark| discard_marks::clear(mark));
    if is_undone {
        return Some(match result {
            Some(result) => result,
            None => work.await,
        });
    }
    if let Some(view) = &run.view {
        view.cancel();
    }
    drop((result, work));
    page.table.paint();
    page.pictures.paint();
    page.stored_runs.refresh().await;
    None
}
