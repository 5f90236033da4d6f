//! What Fetch does: one run of the list, or those of a comparison.

use std::rc::Rc;

use super::Page;
use super::disk::ChosenFile;
use super::form::Choice;
use super::outcome::Finished;
use super::running;
use super::sheet::Sheet;
use crate::browser::{ArchiveError, Control, Job, Order, Settings, collect};
use crate::plan::{NameTemplate, Plan, Relay};
use crate::report::words::number;
use crate::report::{COMPARISON_ORDER, Comparison, Measured, Mode, State};
use crate::text::text;

/// What was chosen when Fetch was pressed.
pub struct Wanted {
    pub mode: Choice,
    /// The most requests in flight, where that is not found out.
    pub at_once: Option<usize>,
    pub relay: Option<Relay>,
    /// Where the archive goes, where not into a Blob.
    pub file: Option<ChosenFile>,
}

/// Reads the list and fetches what was chosen; gives nothing where the list is empty.
pub async fn fetch(page: &'static Page, wanted: Wanted) -> Result<Option<Finished>, ArchiveError> {
    let mut plan = page.form.plan().await;
    if plan.is_empty() {
        return Ok(None);
    }
    running::begin(page, plan.len());
    if let Some(relay) = wanted.relay {
        plan = Rc::new(Plan::clone(&plan).through(relay));
    }
    page.table.thumbnails_wait.set(wanted.mode == Choice::Compare);
    let finished = match wanted.mode {
        Choice::Concurrent => Some(one(page, &plan, wanted.at_once, wanted.file).await?),
        Choice::Sequential => Some(one(page, &plan, Some(1), wanted.file).await?),
        Choice::Compare => compare(page, &plan, wanted.at_once).await?,
    };
    Ok(finished)
}

/// One run of the plan.
async fn one(
    page: &'static Page,
    plan: &Rc<Plan>,
    limit: Option<usize>,
    file: Option<ChosenFile>,
) -> Result<Finished, ArchiveError> {
    let mut settings = Settings::default();
    if let Some(limit) = limit {
        settings.set_at_once(limit);
    }
    let sheet = Rc::new(Sheet::new(Rc::clone(plan)));
    page.running.tell_of(&sheet);
    page.table.show(Rc::clone(&sheet));
    let job = Job {
        plan,
        template: NameTemplate::default(),
        settings,
        clock: sheet.clock,
        sink: file.as_ref().map(|file| &file.stream),
        order: Order::Input,
        control: Control::default(),
        journal: None,
        resumes: None,
    };
    let archive = collect(&job, &|event| sheet.apply(&event), &|images| sheet.keep(images)).await?;
    let wall = sheet.clock.now();
    sheet.finish(wall, &archive.names);
    let how = match limit {
        Some(1) => "one after the other".into(),
        Some(limit) => text![number(limit), " at once"],
        None => text!["up to ", number(sheet.rows.borrow().totals().most_in_flight), " at once, found out"],
    };
    let saved_as = file.filter(|_| archive.size > 0).map(|file| file.name);
    Ok(Finished { sheet, archive, wall, comparison: None, how, saved_as })
}

/// All runs of a comparison; what is left is the last one, which fetched at once.
async fn compare(
    page: &'static Page,
    plan: &Rc<Plan>,
    limit: Option<usize>,
) -> Result<Option<Finished>, ArchiveError> {
    let mut comparison = Comparison::default();
    let mut last = None;
    for (part, mode) in COMPARISON_ORDER.into_iter().enumerate() {
        let (words, limit) = match mode {
            Mode::Sequential => ("one after the other", Some(1)),
            Mode::Concurrent => ("at once", limit),
        };
        let prefix = text!["Run ", part + 1, " of ", COMPARISON_ORDER.len(), ": ", words];
        page.announcer.progress(&text![prefix, "."]);
        page.running.tell_of_part(part, &prefix);
        // What the run before has stored is let go now, and not while this one is measured.
        drop(last.take());
        let finished = one(page, plan, limit, None).await?;
        let rows = finished.sheet.rows.borrow();
        let stored = rows.as_slice().iter().map(|row| row.state == State::Stored).collect();
        comparison.add(mode, Measured { wall: finished.wall, stored });
        drop(rows);
        last = Some(finished);
    }
    Ok(last.map(|last| Finished { comparison: Some(comparison), ..last }))
}
