//! What Fetch does: one run of the list, or those of a comparison.

use std::mem::take;
use std::rc::Rc;
use std::time::Duration;

use super::Page;
use super::disk::ChosenFile;
use super::form::RunMode;
use super::outcome::Finished;
use super::running;
use super::sheet::RunView;
use crate::browser::{
    Archive, ArchiveError, Attended, InterruptedRun, Job, Notes, Order, Settings, collect, prove, refetch,
};
use crate::plan::{NameTemplate, Plan, Relay};
use crate::report::formatting::{count, number};
use crate::report::{COMPARISON_ORDER, Comparison, Mode, State, TimedRun};
use crate::text::text;

/// What was chosen when Fetch was pressed.
pub struct RunOptions {
    pub mode: RunMode,
    /// The most requests in flight, where that is not found out.
    pub at_once: Option<usize>,
    pub relay: Option<Relay>,
    /// Whether images that may be cut short fail.
    pub reject_truncated: bool,
    /// Bytes of one image, and of all together, where they are limited.
    pub max_bytes: Option<u64>,
    pub max_total_bytes: Option<u64>,
    /// The list's text and all options, for whoever takes the run up after a crash.
    pub notes: Notes,
    /// The interrupted run that this goes on with.
    pub resumes: Option<InterruptedRun>,
}

impl RunOptions {
    /// How many requests a run that is no comparison has in flight at most.
    fn most_at_once(&self) -> Option<usize> {
        if self.mode == RunMode::Sequential { Some(1) } else { self.at_once }
    }

    /// The settings of a run that asks for so many at once.
    fn settings(&self, at_once: Option<usize>) -> Settings {
        let mut settings = Settings { reject_truncated: self.reject_truncated, ..Settings::default() };
        settings.limits.max_bytes = self.max_bytes;
        settings.limits.max_total_bytes = self.max_total_bytes;
        if let Some(at_once) = at_once {
            settings.fix_concurrency(at_once);
        }
        settings
    }
}

/// Reads the list and fetches what was chosen, into a file where there is one; gives nothing where
/// the list is empty.
pub async fn fetch(
    page: &'static Page,
    wanted: RunOptions,
    file: Option<ChosenFile>,
) -> Result<Option<Finished>, ArchiveError> {
    let mut plan = page.form.plan().await;
    if plan.is_empty() {
        return Ok(None);
    }
    running::begin(page, &text!["Fetching ", count(plan.len(), "image")], 0.0);
    plan = asked_of(plan, wanted.relay.as_ref());
    page.table.thumbnails_wait.set(wanted.mode == RunMode::Compare);
    let finished = match wanted.mode {
        RunMode::Concurrent | RunMode::Sequential => {
            Some(one(page, &plan, &wanted, wanted.most_at_once(), file).await?)
        }
        RunMode::Compare => compare(page, &plan, &wanted).await?,
    };
    Ok(finished)
}

/// Fetches what failed once more, as it is wanted now, into the same archive.
pub async fn fetch_again(
    page: &'static Page,
    before: Finished,
    wanted: RunOptions,
) -> Result<Option<Finished>, ArchiveError> {
    let items = before.sheet.worth_retrying();
    let plan = asked_of(Rc::clone(&before.sheet.plan), wanted.relay.as_ref());
    let sheet = Rc::new(before.sheet.going_on(Rc::clone(&plan)));
    let share = 1.0 - items.len() as f64 / plan.len() as f64;
    running::begin(page, &text!["Fetching ", count(items.len(), "image"), " again"], share);
    let control = page.running.begin_view(&sheet);
    page.table.resume(Rc::clone(&sheet));
    let job = Job {
        plan: &plan,
        template: NameTemplate::default(),
        settings: wanted.settings(wanted.most_at_once()),
        clock: sheet.clock,
        sink: None,
        order: Order::Input,
        attended: Attended { control, ..Attended::default() },
    };
    let Some(archive) = before.archive else { return Ok(None) };
    let archive = refetch(&job, archive, &items, &|event| sheet.apply(&event)).await?;
    let (mut archive, wall) = proved(&job, archive, &sheet).await?;
    let (how, names) = (text![before.how, ", and what failed again"], take(&mut archive.names));
    Ok(Some(Finished { sheet, archive: Some(archive), names, wall, how, ..before }))
}

/// The plan with every image asked of the relay, or of its own host.
fn asked_of(plan: Rc<Plan>, relay: Option<&Relay>) -> Rc<Plan> {
    if plan.relay() == relay { plan } else { Rc::new(plan.with_relay(relay.cloned())) }
}

/// One run of the plan.
async fn one(
    page: &'static Page,
    plan: &Rc<Plan>,
    wanted: &RunOptions,
    at_once: Option<usize>,
    file: Option<ChosenFile>,
) -> Result<Finished, ArchiveError> {
    let elapsed = wanted.resumes.as_ref().map(|run| run.elapsed).unwrap_or_default();
    let sheet = Rc::new(RunView::new(Rc::clone(plan), elapsed));
    let control = page.running.begin_view(&sheet);
    page.table.show(Rc::clone(&sheet));
    let job = Job {
        plan,
        template: NameTemplate::default(),
        settings: wanted.settings(at_once),
        clock: sheet.clock,
        sink: file.as_ref().map(|file| &file.stream),
        order: Order::Input,
        attended: Attended {
            control,
            // The runs of a comparison are measured, and not kept.
            journal: (wanted.mode != RunMode::Compare).then(|| wanted.notes.clone()),
            resumes: wanted.resumes.as_ref().map(|run| run.name.clone()),
        },
    };
    let archive = collect(&job, &|event| sheet.apply(&event), &|images| sheet.keep(images)).await?;
    let (mut archive, wall) = proved(&job, archive, &sheet).await?;
    let how = match at_once {
        Some(1) => "one after the other".into(),
        Some(limit) => text![number(limit), " at once"],
        None => text!["up to ", number(sheet.rows.borrow().totals().most_in_flight), " at once, found out"],
    };
    let saved_as = file.filter(|_| archive.size > 0).map(|file| file.name);
    let names = take(&mut archive.names);
    Ok(Finished { sheet, archive: Some(archive), names, wall, comparison: None, how, saved_as })
}

/// Ends a run's sheet with its archive, proved; gives how long the run took until it was there.
async fn proved(
    job: &Job<'_>,
    archive: Archive,
    sheet: &RunView,
) -> Result<(Archive, Duration), ArchiveError> {
    let wall = sheet.clock.now();
    let archive = prove(job, archive, &|event| sheet.apply(&event)).await?;
    sheet.finish(wall, &archive.names);
    Ok((archive, wall))
}

/// All runs of a comparison; what is left is the last one, which fetched at once. One that is
/// stopped compares nothing.
async fn compare(
    page: &'static Page,
    plan: &Rc<Plan>,
    wanted: &RunOptions,
) -> Result<Option<Finished>, ArchiveError> {
    let mut comparison = Comparison::default();
    let mut last = None;
    for (part, mode) in COMPARISON_ORDER.into_iter().enumerate() {
        let (words, at_once) = match mode {
            Mode::Sequential => ("one after the other", Some(1)),
            Mode::Concurrent => ("at once", wanted.at_once),
        };
        let prefix = text!["Run ", part + 1, " of ", COMPARISON_ORDER.len(), ": ", words];
        page.announcer.progress(&text![prefix, "."]);
        page.line.begin_part(part, &prefix);
        // What the run before has stored is let go now, and not while this one is measured.
        drop(last.take());
        let finished = one(page, plan, wanted, at_once, None).await?;
        if page.running.is_stopped() {
            return Ok(Some(finished));
        }
        let rows = finished.sheet.rows.borrow();
        let stored = rows.as_slice().iter().map(|row| row.state == State::Stored).collect();
        comparison.push(mode, TimedRun { wall: finished.wall, stored });
        drop(rows);
        last = Some(finished);
    }
    Ok(last.map(|last| Finished { comparison: Some(comparison), ..last }))
}
