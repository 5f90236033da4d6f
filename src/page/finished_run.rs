//! A run that has ended with an archive, and what can be had of it.

use std::rc::Rc;
use std::time::Duration;

use wasm_bindgen::JsValue;

use super::disk::SavedAs;
use super::object_url::{ObjectUrl, download_text};
use super::run_view::RunView;
use crate::browser::{Archive, RunHandle};
use crate::plan::EntryName;
use crate::report::{Comparison, Export, FailureGroup, failed_list};
use crate::words::numbers::{duration, protocols, rate};
use crate::words::timings;

/// A run that has ended with an archive.
pub struct FinishedRun {
    pub view: Rc<RunView>,
    /// `None` once the images were thrown away.
    pub archive: Option<RunArchive>,
    /// The names of the entries, in input order.
    pub names: Vec<Option<EntryName>>,
    /// The failures by reason, until they are shown.
    pub failures: Vec<FailureGroup>,
    /// From its beginning until the archive was there.
    pub wall: Duration,
    pub comparison: Option<Comparison>,
    /// How it fetched, in a few words.
    pub how: String,
    /// Where the archive went, if that was straight to disk.
    pub saved_as: Option<SavedAs>,
}

/// An archive with the run that keeps its images.
pub struct RunArchive {
    pub archive: Archive,
    pub handle: Rc<RunHandle>,
}

/// What can be exported of a run.
#[derive(Clone, Copy, Debug)]
pub enum Exported {
    /// The timings.
    Csv,
    Json,
    /// The failed images: their addresses, or their timings.
    FailedList,
    FailedCsv,
    FailedJson,
}

impl FinishedRun {
    /// The columns of the run in the list of runs.
    pub fn columns(&self) -> [String; 5] {
        let rows = self.view.rows.borrow();
        let totals = rows.totals();
        [
            timings::arrived(totals.stored, totals.items),
            self.how.clone(),
            self.archive.as_ref().map(|run| protocols(&run.archive.summary.protocols)).unwrap_or_default(),
            duration(self.wall),
            self.throughput(),
        ]
    }

    /// Stored bytes per second, if anything was stored.
    pub fn throughput(&self) -> String {
        let rows = self.view.rows.borrow();
        let totals = rows.totals();
        let throughput = rate(totals.stored_bytes, self.wall).filter(|_| totals.stored > 0);
        throughput.unwrap_or_else(|| "–".into())
    }

    /// Downloads an export; the URL must be kept for a while.
    ///
    /// # Errors
    ///
    /// The browser refuses to create the file.
    pub fn download(&self, what: Exported) -> Result<ObjectUrl, JsValue> {
        let (plan, rows) = (&*self.view.plan, &*self.view.rows.borrow());
        let export = Export {
            plan,
            rows,
            names: &self.names,
            wall: self.wall,
            comparison: self.comparison.as_ref(),
            only_failed: matches!(what, Exported::FailedCsv | Exported::FailedJson),
        };
        let (text, media_type, file_name) = match what {
            Exported::Csv => (export.csv(), "text/csv", "timings.csv"),
            Exported::Json => (export.json(), "application/json", "timings.json"),
            Exported::FailedList => (failed_list(plan, rows), "text/plain", "failed.txt"),
            Exported::FailedCsv => (export.csv(), "text/csv", "failed.csv"),
            Exported::FailedJson => (export.json(), "application/json", "failed.json"),
        };
        download_text(&text, media_type, file_name)
    }
}
