//! Another archive, of some of a run's images, from what is kept.
//!
//! The selection is slices of the run's archive. It holds the run's file, so that the file outlives the run, and
//! a retry of the run leaves it as it is.

use std::rc::Rc;

use super::local_run::LocalRun;
use crate::browser::archive::select_entries;
use crate::browser::spool::Spool;
use crate::job::{ArchiveError, ArchiveErrorKind, ArchivePlace};
use crate::plan::ItemId;

/// Makes another archive of these items, of those that are in the run's. Its record reports the others as left
/// out. The run stays as it is.
///
/// # Errors
///
/// Fails if the run has no archive to select from: it went to a sink, is being made anew, or is gone.
pub async fn select(run: &LocalRun, items: &[ItemId]) -> Result<LocalRun, ArchiveError> {
    let nothing = |reason: &str| Err(ArchiveErrorKind::NothingKept.because(reason));
    let (archive, framing) = (run.archive.borrow().clone(), run.framing.borrow().clone());
    let (Some(archive), Some(framing)) = (archive, framing) else {
        return nothing("it went to a sink, or is being made anew");
    };
    let job = run.job();
    let mut selection = LocalRun::new(Rc::clone(&job));
    // Held before anything is awaited: the run may end meanwhile, or a retry of it begin.
    if let Some(spool) = run.images.spool().current() {
        if let Spool::File(file) = &spool {
            selection.hold = file.hold();
            let is_file = matches!(archive.summary.place, ArchivePlace::OneFile | ArchivePlace::Parts);
            if is_file && (selection.hold.is_none() || !file.is_there().await) {
                return nothing("its file is gone, most likely because the site's data was cleared");
            }
        }
        selection.images.set_spool(spool);
    }
    let mut is_selected = vec![false; job.plan.len()];
    for &item in items {
        if let Some(is_selected) = is_selected.get_mut(item) {
            *is_selected = true;
        }
    }
    let rows = run.rows.borrow().selected(&is_selected);
    let (archive, framing) = select_entries(&archive, &framing, &job, &is_selected, &rows).await?;
    selection.is_selection = true;
    selection.archive.replace(Some(archive));
    selection.framing.replace(Some(framing));
    selection.rows.replace(rows);
    Ok(selection)
}
