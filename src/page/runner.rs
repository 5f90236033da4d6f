//! What Fetch and Retry run: one run of a list, the runs of a comparison, or a retry.

use std::cell::RefCell;
use std::mem::take;
use std::rc::Rc;
use std::time::Duration;

use super::disk::DiskFile;
use super::extension;
use super::failures::grouped;
use super::finished_run::{FinishedRun, RunArchive};
use super::mode_box::RunMode;
use super::options::RunOptions;
use super::parts::Page;
use super::run_view::RunView;
use crate::browser::{Archive, RunHandle, StreamSink, Yielder};
use crate::job::{ArchiveError, Job, Order, Retry, StoredRun};
use crate::plan::{ItemId, Plan};
use crate::report::{COMPARISON_ORDER, Comparison, Mode, State, TimedRun, at_once_text};
use crate::words::runs;

/// Fetches a plan as the options say: after the interrupted run that it resumes, and straight to
/// disk, if there are any.
///
/// # Errors
///
/// No archive could be made. An image that fails is not an error.
pub async fn fetch(
    page: &'static Page,
    plan: Rc<Plan>,
    options: RunOptions,
    resumes: Option<StoredRun>,
    file: Option<DiskFile>,
) -> Result<FinishedRun, ArchiveError> {
    let plan = extension::begin(asked_as(plan, &options)).await;
    // The pictures of a run that is measured are of less interest than its times, and one that goes straight to
    // disk has none to show.
    let is_measured = options.mode != RunMode::Single(Mode::Concurrent) || file.is_some();
    page.tabs.begin(is_measured, |view| page.show_view(view));
    page.tools.reset();
    match options.mode {
        RunMode::Single(mode) => fetch_once(page, &plan, &options, mode, resumes, file).await,
        RunMode::Compare => compare(page, &plan, &options).await,
    }
}

/// Fetches failed images of a run once more, into the same archive.
///
/// # Errors
///
/// No archive could be made. An image that fails again is not an error.
pub async fn retry(
    page: &'static Page,
    run: FinishedRun,
    handle: Rc<RunHandle>,
    items: Vec<ItemId>,
    options: RunOptions,
) -> Result<FinishedRun, ArchiveError> {
    let plan = extension::begin(asked_as(Rc::clone(&run.view.plan), &options)).await;
    let sign_in = plan.sign_in().clone();
    let view = Rc::new(run.view.of_retry(plan));
    page.current.show(&view);
    page.table.update(Rc::clone(&view));
    page.pictures.update(Rc::clone(&view));
    page.current.attach(&handle);
    let settings = options.settings(options.final_mode());
    let retry = Retry { items, settings, relay: options.relay, sign_in, started: view.clock.epoch() };
    let archive = handle.retry(retry, &|event| view.apply(&event)).await?;
    let (mut archive, wall) = check(&handle, archive, &view).await?;
    let (names, how) = (take(&mut archive.summary.names), runs::then_retried(&run.how));
    let (archive, failures) = (Some(RunArchive { archive, handle }), grouped(&view).await);
    Ok(FinishedRun { view, archive, names, failures, wall, how, ..run })
}

/// The plan with every image requested through the relay, or from its own host, and in the user's name where the
/// user wants that.
fn asked_as(plan: Rc<Plan>, options: &RunOptions) -> Rc<Plan> {
    let RunOptions { relay, sign_in, .. } = options;
    if plan.relay() == relay.as_ref() && plan.sign_in() == sign_in {
        return plan;
    }
    Rc::new(plan.with_relay(relay.clone()).with_sign_in(sign_in.clone()))
}

/// One run of a plan.
async fn fetch_once(
    page: &'static Page,
    plan: &Rc<Plan>,
    options: &RunOptions,
    mode: Mode,
    resumes: Option<StoredRun>,
    file: Option<DiskFile>,
) -> Result<FinishedRun, ArchiveError> {
    let resumed = resumes.as_ref().and_then(|stored| stored.run.as_ref());
    let elapsed = resumed.map(|run| run.elapsed).unwrap_or_default();
    // A hundred thousand rows are made, drawn and passed to the worker: each is a piece of work.
    let mut yielder = Yielder::default();
    let view = Rc::new(RunView::new(Rc::clone(plan), options.template.clone(), elapsed, file.is_some()));
    yielder.maybe_yield().await;
    resumed.iter().for_each(|run| view.set_started(run.started));
    page.current.show(&view);
    page.table.show(Rc::clone(&view));
    page.pictures.show(Rc::clone(&view));
    page.list_items(false);
    yielder.maybe_yield().await;
    let update = page.form.update.source().filter(|_| options.mode != RunMode::Compare);
    let job = Job {
        plan: Rc::clone(plan),
        template: options.template.clone(),
        settings: options.settings(mode),
        archive: options.archive.clone(),
        started: view.clock.epoch(),
        // A file can't wait for an early image that comes late.
        order: if file.is_some() { Order::Completion } else { Order::Input },
        reused: update.as_ref().map(|update| update.matches(plan)).unwrap_or_default(),
        // The runs of a comparison are measured, and need not survive a crash.
        journal: (options.mode != RunMode::Compare).then(|| options.journal.clone()),
        resumes: resumes.map(|run| run.name),
    };
    let sink = file.as_ref().map(|file| StreamSink::new(&file.stream)).transpose()?;
    let handle = RunHandle::start(job, sink.map(Rc::new), &RefCell::default()).await;
    if let Some(update) = update {
        handle.provide(&update.archive);
    }
    page.current.attach(&handle);
    view.attach(&handle);
    let archive = handle.finish(&|event| view.apply(&event)).await?;
    let (mut archive, wall) = check(&handle, archive, &view).await?;
    let how = match (options.concurrency(mode), view.rows.borrow().totals()) {
        (Some(1), _) => runs::ONE_AFTER_THE_OTHER.into(),
        (Some(limit), totals) => at_once_text(limit, totals),
        (None, totals) => runs::automatic(&at_once_text(totals.most_in_flight, totals)),
    };
    let saved_as = file.filter(|_| archive.summary.size > 0).map(|file| file.saved);
    let names = take(&mut archive.summary.names);
    let (archive, failures) = (Some(RunArchive { archive, handle }), grouped(&view).await);
    Ok(FinishedRun { view, archive, names, failures, wall, comparison: None, how, saved_as })
}

/// Reads the archive back, leaves out what is damaged, and ends the view. Returns the archive, and how
/// long the run took until it was there.
async fn check(
    handle: &RunHandle,
    archive: Archive,
    view: &RunView,
) -> Result<(Archive, Duration), ArchiveError> {
    let wall = view.clock.now();
    view.begin_check();
    let archive = handle.verify(&|event| view.apply(&event)).await?.unwrap_or(archive);
    view.finish(wall, &archive.summary.names);
    Ok((archive, wall))
}

/// All runs of a comparison; returns the last, with what the runs measured. A comparison that the user
/// ends early compares nothing.
async fn compare(
    page: &'static Page,
    plan: &Rc<Plan>,
    options: &RunOptions,
) -> Result<FinishedRun, ArchiveError> {
    page.table.defer_thumbnails(true);
    page.pictures.defer_thumbnails(true);
    let mut comparison = Comparison::default();
    let (mut part, mut mode) = (0, COMPARISON_ORDER[0]);
    loop {
        let how = match mode {
            Mode::Sequential => runs::ONE_AFTER_THE_OTHER,
            Mode::Concurrent => runs::AT_ONCE,
        };
        let words = runs::part(part + 1, COMPARISON_ORDER.len(), how);
        page.announcer.progress(&runs::sentence(&words));
        page.line.begin_part(part, &words, &comparison);
        let run = fetch_once(page, plan, options, mode, None, None).await?;
        if page.current.is_ending() {
            return Ok(run);
        }
        comparison.push(mode, measured(&run));
        part += 1;
        match COMPARISON_ORDER.get(part) {
            Some(next) => mode = *next,
            None => return Ok(FinishedRun { comparison: Some(comparison), ..run }),
        }
        // The run and its images are dropped here, and not while the next one is measured.
    }
}

fn measured(run: &FinishedRun) -> TimedRun {
    let rows = run.view.rows.borrow();
    let stored = rows.as_slice().iter().map(|row| row.state == State::Stored).collect();
    TimedRun { wall: run.wall, stored }
}
