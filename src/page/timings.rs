//! The section "Timings": the measures of a run, and the comparison that it ended.

use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement};

use super::elements::{by_id, has_focus, set_property, set_shown};
use super::finished_run::FinishedRun;
use crate::browser::Archive;
use crate::job::ArchivePlace;
use crate::report::{Comparison, TimedRun, allowed_text, at_once_text, median_wall};
use crate::text::text;
use crate::words::numbers::{duration, protocols, ratio};
use crate::words::{saving, timings as words};

/// The elements.
pub struct Timings {
    section: HtmlElement,
    wall: Element,
    busy: Element,
    overlap: Element,
    throughput: Element,
    protocol: Element,
    storage: HtmlElement,
    throw_away: HtmlElement,
    speed_up: HtmlElement,
    measures_of: HtmlElement,
    speed_up_text: Element,
    speed_up_note: Element,
    sequential: Bar,
    concurrent: Bar,
}

/// A bar of the comparison and the text beside it.
struct Bar {
    bar: HtmlElement,
    text: Element,
}

impl Timings {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self {
            section: by_id("timings")?,
            wall: by_id("wall")?,
            busy: by_id("busy")?,
            overlap: by_id("overlap")?,
            throughput: by_id("throughput")?,
            protocol: by_id("protocol")?,
            storage: by_id("storage")?,
            throw_away: by_id("throw-away")?,
            speed_up: by_id("speed-up")?,
            measures_of: by_id("measures-of")?,
            speed_up_text: by_id("speed-up-text")?,
            speed_up_note: by_id("speed-up-note")?,
            sequential: Bar { bar: by_id("sequential-bar")?, text: by_id("sequential-wall")? },
            concurrent: Bar { bar: by_id("concurrent-bar")?, text: by_id("concurrent-wall")? },
        })
    }

    pub fn has_focus(&self) -> bool {
        has_focus(&self.section)
    }

    pub fn hide(&self) {
        for element in [&self.section, &self.speed_up, &self.measures_of] {
            set_shown(element, false);
        }
    }

    /// Shows a run and the archive it has made.
    pub fn show(&self, run: &FinishedRun, archive: &Archive) {
        let rows = run.view.rows.borrow();
        let totals = rows.totals();
        let overlap = totals.overlap(run.wall).map_or_else(|| words::NOT_DISCLOSED.to_owned(), ratio);
        self.wall.set_text_content(Some(&duration(run.wall)));
        self.busy.set_text_content(Some(&duration(totals.under_way())));
        self.overlap.set_text_content(Some(&overlap));
        self.throughput.set_text_content(Some(&run.throughput()));
        let mut protocol = protocols(&archive.summary.protocols);
        if let Some(allowed) = allowed_text(totals.most_in_flight, totals) {
            let at_once = at_once_text(totals.most_in_flight, totals);
            let has_others = archive.summary.protocols.len() > 1;
            let text_of = if has_others { words::protocols } else { words::protocol };
            protocol = text_of(&protocol, &at_once, &allowed);
        }
        self.protocol.set_text_content(Some(&protocol));
        self.show_storage(run, archive);
        if let Some(comparison) = &run.comparison {
            self.show_comparison(comparison);
        }
        set_shown(&self.section, true);
    }

    /// Shows where the images are.
    pub fn show_storage(&self, run: &FinishedRun, archive: &Archive) {
        let storage = if let Some(saved) = &run.saved_as {
            saved.place()
        } else if archive.summary.place == ArchivePlace::OneFile {
            saving::IN_TEMPORARY_FILE
        } else {
            saving::HELD_BY_BROWSER
        };
        self.storage.set_text_content(Some(storage));
        set_shown(&self.throw_away, archive.blob.is_some());
    }

    /// Shows that the images are gone.
    pub fn show_thrown_away(&self) {
        set_shown(&self.throw_away, false);
        self.storage.set_text_content(Some(saving::THROWN_AWAY));
        // The button that had the focus is gone.
        let _ = self.storage.focus();
    }

    fn show_comparison(&self, comparison: &Comparison) {
        self.speed_up_text.set_text_content(Some(&comparison.answer()));
        let note = comparison.difference();
        self.speed_up_note.set_text_content(note.as_deref());
        let medians = [median_wall(&comparison.sequential), median_wall(&comparison.concurrent)];
        let longest = medians.iter().flatten().max().copied().unwrap_or_default().as_secs_f64();
        let runs = [&comparison.sequential, &comparison.concurrent];
        for ((bar, median), runs) in [&self.sequential, &self.concurrent].into_iter().zip(medians).zip(runs) {
            let Some(median) = median else { continue };
            let permille = (median.as_secs_f64() / longest.max(f64::MIN_POSITIVE) * 1000.0) as u32;
            set_property(&bar.bar, "--permille", &text![permille]);
            bar.text.set_text_content(Some(&text![duration(median), " (", all_walls(runs), ")"]));
        }
        set_shown(&self.speed_up, true);
        set_shown(&self.measures_of, true);
    }
}

/// The wall time of every run, shown beside their median.
fn all_walls(runs: &[TimedRun]) -> String {
    runs.iter().map(|run| duration(run.wall)).collect::<Vec<_>>().join(", ")
}
