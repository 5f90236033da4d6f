//! What is there after a run: the archive, the failures, the timings.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlAnchorElement, HtmlElement, HtmlInputElement};

use super::elements::{by_id, document, has_focus, on, set_property, set_shown, window};
use super::object_url::{ObjectUrl, download_text};
use super::sheet::RunView;
use crate::browser::Archive;
use crate::plan::{EntryName, Network};
use crate::report::formatting::{count, duration, number, protocols, rate, ratio, size};
use crate::report::{Comparison, Export, TimedRun, failure_groups, group_text, median_wall};
use crate::text::text;

/// The archive's file name.
pub const FILE_NAME: &str = "images.zip";

/// More reasons than this are left to the table.
const MOST_REASONS: usize = 6;

/// A run that ended by itself.
pub struct Finished {
    pub sheet: Rc<RunView>,
    /// None once it was thrown away.
    pub archive: Option<Archive>,
    /// The names of the entries, in input order.
    pub names: Vec<Option<EntryName>>,
    /// From its beginning to the archive.
    pub wall: Duration,
    pub comparison: Option<Comparison>,
    /// How it fetched, in a few words.
    pub how: String,
    /// The file that the archive went to, where it went straight there.
    pub saved_as: Option<String>,
}

/// The elements that show a finished run.
pub struct Outcome {
    save_box: HtmlElement,
    save: HtmlAnchorElement,
    save_size: Element,
    failures: HtmlElement,
    failure_list: Element,
    retry: HtmlElement,
    pub failed_only: HtmlInputElement,
    timings: HtmlElement,
    wall: Element,
    busy: Element,
    overlap: Element,
    throughput: Element,
    protocol: Element,
    storage: HtmlElement,
    throw_away: HtmlElement,
    saved: HtmlElement,
    speed_up: HtmlElement,
    measures_of: HtmlElement,
    speed_up_text: Element,
    speed_up_note: Element,
    sequential: Bar,
    concurrent: Bar,
    shown: RefCell<Option<Shown>>,
}

/// A bar of the comparison and the words beside it.
struct Bar {
    bar: HtmlElement,
    words: Element,
}

struct Shown {
    finished: Finished,
    /// The archive's address; revoked with the rest when a new run begins.
    archive_url: Option<ObjectUrl>,
    /// The address of the timings that were downloaded last.
    export_url: Option<ObjectUrl>,
}

impl Outcome {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self {
            save_box: by_id("save-box")?,
            save: by_id("save")?,
            save_size: by_id("save-size")?,
            failures: by_id("failures")?,
            failure_list: by_id("failure-list")?,
            retry: by_id("retry")?,
            failed_only: by_id("failed-only")?,
            timings: by_id("timings")?,
            wall: by_id("wall")?,
            busy: by_id("busy")?,
            overlap: by_id("overlap")?,
            throughput: by_id("throughput")?,
            protocol: by_id("protocol")?,
            storage: by_id("storage")?,
            throw_away: by_id("throw-away")?,
            saved: by_id("saved")?,
            speed_up: by_id("speed-up")?,
            measures_of: by_id("measures-of")?,
            speed_up_text: by_id("speed-up-text")?,
            speed_up_note: by_id("speed-up-note")?,
            sequential: Bar { bar: by_id("sequential-bar")?, words: by_id("sequential-wall")? },
            concurrent: Bar { bar: by_id("concurrent-bar")?, words: by_id("concurrent-wall")? },
            shown: RefCell::default(),
        })
    }

    /// The user has the archive, as far as a page can tell.
    pub fn bind(&'static self) -> Result<(), JsValue> {
        on(&self.save, "click", |_| {
            if let Some(shown) = &*self.shown.borrow() {
                shown.finished.archive.iter().for_each(Archive::saved);
            }
        })
    }

    /// Whether the focus is on something that goes when a new run begins.
    pub fn has_focus(&self) -> bool {
        [&self.save_box, &self.failures, &self.timings].into_iter().any(|element| has_focus(element))
    }

    /// Takes the run that is shown away, to go on with it.
    pub fn take(&self) -> Option<Finished> {
        let shown = self.shown.borrow_mut().take_if(|shown| shown.finished.archive.is_some())?;
        self.clear();
        Some(shown.finished)
    }

    /// Lets the images go of the run that is shown; its figures stay.
    pub fn throw_away(&self) {
        let mut shown = self.shown.borrow_mut();
        let Some(shown) = &mut *shown else { return };
        shown.finished.sheet.let_images_go();
        shown.finished.archive = None;
        shown.archive_url = None;
        let _ = self.save.remove_attribute("href");
        for element in [&*self.save, &self.save_box, &self.retry, &self.throw_away] {
            set_shown(element, false);
        }
        self.storage.set_text_content(Some("nowhere: they were thrown away"));
        // The button that had it is gone.
        let _ = self.storage.focus();
    }

    /// A new run begins: nothing of the last one is offered any more.
    pub fn clear(&self) {
        let _ = self.save.remove_attribute("href");
        let comparison = [&self.speed_up, &self.measures_of];
        for element in [&*self.save, &self.save_box, &self.saved, &self.failures, &self.timings]
            .into_iter()
            .chain(comparison)
        {
            set_shown(element, false);
        }
        self.failed_only.set_checked(false);
        *self.shown.borrow_mut() = None;
    }

    /// Shows a run that ended.
    pub fn show(&self, finished: Finished) -> Result<(), JsValue> {
        let Some(archive) = &finished.archive else { return Ok(()) };
        let archive_url = match &archive.blob {
            Some(blob) => {
                let url = ObjectUrl::new(blob)?;
                self.save.set_href(url.as_str());
                self.save.set_download(FILE_NAME);
                self.save_size.set_text_content(Some(&size(blob.size() as u64)));
                set_shown(&self.save, true);
                set_shown(&self.save_box, true);
                Some(url)
            }
            None => None,
        };
        if let Some(name) = &finished.saved_as {
            let words = text!["Saved as ", name, ", ", size(archive.size)];
            self.saved.set_text_content(Some(&words));
            set_shown(&self.saved, true);
        }
        self.show_failures(&finished.sheet)?;
        // What went to a file can't be added to.
        let can_retry = finished.saved_as.is_none() && !finished.sheet.worth_retrying().is_empty();
        set_shown(&self.retry, can_retry);
        self.show_timings(&finished, archive);
        *self.shown.borrow_mut() = Some(Shown { finished, archive_url, export_url: None });
        Ok(())
    }

    fn show_failures(&self, sheet: &RunView) -> Result<(), JsValue> {
        let groups = failure_groups(&sheet.plan, &sheet.rows.borrow());
        self.failure_list.set_text_content(None);
        let document = document()?;
        let page = Network::of_host(&window()?.location().hostname()?);
        for group in groups.iter().take(MOST_REASONS) {
            let line = document.create_element("li")?;
            line.set_text_content(Some(&group_text(group, &sheet.plan, page)));
            self.failure_list.append_child(&line)?;
        }
        if groups.len() > MOST_REASONS {
            let line = document.create_element("li")?;
            line.set_text_content(Some("More reasons stand in the table, each beside its image."));
            self.failure_list.append_child(&line)?;
        }
        set_shown(&self.failures, !groups.is_empty());
        Ok(())
    }

    fn show_timings(&self, finished: &Finished, archive: &Archive) {
        let rows = finished.sheet.rows.borrow();
        let totals = rows.totals();
        let none = || "–".to_owned();
        let overlap =
            (!finished.wall.is_zero()).then(|| totals.busy.as_secs_f64() / finished.wall.as_secs_f64());
        self.wall.set_text_content(Some(&duration(finished.wall)));
        self.busy.set_text_content(Some(&duration(totals.busy)));
        self.overlap.set_text_content(Some(&overlap.map_or_else(none, ratio)));
        self.throughput.set_text_content(Some(&throughput(finished)));
        self.protocol.set_text_content(Some(&protocols(&archive.protocols)));
        let storage = if finished.saved_as.is_some() {
            "in the file that you chose"
        } else if archive.storage.is_file() {
            "in a temporary file"
        } else {
            "with the browser"
        };
        self.storage.set_text_content(Some(storage));
        set_shown(&self.throw_away, archive.blob.is_some());
        if let Some(comparison) = &finished.comparison {
            self.show_comparison(comparison);
        }
        set_shown(&self.timings, true);
    }

    fn show_comparison(&self, comparison: &Comparison) {
        let text = comparison.speed_up().map_or_else(
            || "The runs took no time that could be compared.".to_owned(),
            |speed_up| speed_up.text(),
        );
        self.speed_up_text.set_text_content(Some(&text));
        let note = comparison.difference();
        self.speed_up_note.set_text_content(note.as_deref());
        let medians = [median_wall(&comparison.sequential), median_wall(&comparison.concurrent)];
        let longest = medians.iter().flatten().max().copied().unwrap_or_default().as_secs_f64();
        let runs = [&comparison.sequential, &comparison.concurrent];
        for ((bar, median), runs) in [&self.sequential, &self.concurrent].into_iter().zip(medians).zip(runs) {
            let Some(median) = median else { continue };
            let permille = (median.as_secs_f64() / longest.max(f64::MIN_POSITIVE) * 1000.0) as u32;
            set_property(&bar.bar, "--permille", &text![permille]);
            bar.words.set_text_content(Some(&text![duration(median), " (", all_walls(runs), ")"]));
        }
        set_shown(&self.speed_up, true);
        set_shown(&self.measures_of, true);
    }

    /// The words of a run for the list of runs.
    pub fn words(finished: &Finished) -> [String; 5] {
        let rows = finished.sheet.rows.borrow();
        let totals = rows.totals();
        [
            text![number(totals.stored), " of ", count(totals.items, "image")],
            finished.how.clone(),
            finished.archive.as_ref().map(|archive| protocols(&archive.protocols)).unwrap_or_default(),
            duration(finished.wall),
            throughput(finished),
        ]
    }

    /// Downloads the timings of the run that is shown.
    pub fn download(&self, format: Format) -> Result<(), JsValue> {
        let mut shown = self.shown.borrow_mut();
        let Some(shown) = &mut *shown else { return Ok(()) };
        let Finished { sheet, names, wall, comparison, .. } = &shown.finished;
        let export = Export {
            plan: &sheet.plan,
            rows: &sheet.rows.borrow(),
            names,
            wall: *wall,
            comparison: comparison.as_ref(),
        };
        let url = match format {
            Format::Csv => download_text(&export.csv(), "text/csv", "timings.csv"),
            Format::Json => download_text(&export.json(), "application/json", "timings.json"),
        }?;
        shown.export_url = Some(url);
        Ok(())
    }

    /// The items that failed in the run that is shown.
    pub fn failed(&self) -> Option<Vec<usize>> {
        self.shown.borrow().as_ref().map(|shown| shown.finished.sheet.failed())
    }
}

/// What the timings are written as.
#[derive(Clone, Copy, Debug)]
pub enum Format {
    Csv,
    Json,
}

/// Stored bytes a second, where there are any.
fn throughput(finished: &Finished) -> String {
    let rows = finished.sheet.rows.borrow();
    let totals = rows.totals();
    let throughput = rate(totals.stored_bytes, finished.wall).filter(|_| totals.stored > 0);
    throughput.unwrap_or_else(|| "–".into())
}

/// Every run's time, beside the median of them.
fn all_walls(runs: &[TimedRun]) -> String {
    runs.iter().map(|run| duration(run.wall)).collect::<Vec<_>>().join(", ")
}
