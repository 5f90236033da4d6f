//! What a run leaves on the page: the zip, the failures, the timings.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, HtmlAnchorElement, HtmlElement, HtmlInputElement};

use super::announcer::Announcer;
use super::elements::{by_id, document, has_focus, on, set_shown, window};
use super::finished_run::{Exported, FinishedRun, RunArchive};
use super::object_url::ObjectUrl;
use super::run_view::RunView;
use super::saving::{FILE_NAME, save};
use super::timings::Timings;
use crate::browser::RunHandle;
use crate::plan::{EntryName, Item, ItemId, Network, Plan};
use crate::report::formatting::size;
use crate::report::{failure_groups, group_text};
use crate::text::text;

/// What to say if there is no archive any more.
const GONE: &str =
    "The zip is gone: the site’s data was cleared, or its worker broke down. Fetch the list again.";

/// The most reasons for failures that are listed; the table has all of them.
const MAX_REASONS: usize = 6;

/// The elements, and the run that they show.
pub struct Outcome {
    save_box: HtmlElement,
    save: HtmlAnchorElement,
    save_size: Element,
    saved: HtmlElement,
    failures: HtmlElement,
    failure_list: Element,
    retry: HtmlElement,
    pub failed_only: HtmlInputElement,
    timings: Timings,
    shown: RefCell<Option<Shown>>,
}

struct Shown {
    run: FinishedRun,
    /// The archive's URL; revoked with the rest when a new run begins.
    archive_url: Option<ObjectUrl>,
    /// The URL of the export that was downloaded last.
    export_url: Option<ObjectUrl>,
}

impl Outcome {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self {
            save_box: by_id("save-box")?,
            save: by_id("save")?,
            save_size: by_id("save-size")?,
            saved: by_id("saved")?,
            failures: by_id("failures")?,
            failure_list: by_id("failure-list")?,
            retry: by_id("retry")?,
            failed_only: by_id("failed-only")?,
            timings: Timings::find()?,
            shown: RefCell::default(),
        })
    }

    /// Hands the archive over when the user saves it, and has the browser save what it gets.
    pub fn bind(&'static self, announcer: &'static Announcer) -> Result<(), JsValue> {
        on(&self.save, "click", move |event| {
            event.prevent_default();
            let Some(handle) = self.handle() else { return };
            spawn_local(async move {
                match handle.hand_over(FILE_NAME).await {
                    Some(archive) => self.say(&save(&archive, FILE_NAME), announcer),
                    None => {
                        self.throw_away();
                        self.say(GONE, announcer);
                    }
                }
            });
        })
    }

    /// The run that has the archive.
    fn handle(&self) -> Option<Rc<RunHandle>> {
        self.shown.borrow().as_ref()?.run.archive.as_ref().map(|run| Rc::clone(&run.handle))
    }

    /// Says what became of the archive.
    fn say(&self, words: &str, announcer: &Announcer) {
        self.saved.set_text_content(Some(words));
        set_shown(&self.saved, true);
        announcer.say(words);
    }

    /// Saves the archive, as the link does.
    pub fn save(&self) {
        self.save.click();
    }

    /// Whether the focus is on something that disappears when a new run begins.
    pub fn has_focus(&self) -> bool {
        [&self.save_box, &self.failures].into_iter().any(|element| has_focus(element))
            || self.timings.has_focus()
    }

    /// Removes the shown run from the page and returns it with its handle, for a retry; `None` if
    /// nothing can be added to it.
    pub fn take(&self) -> Option<(FinishedRun, Rc<RunHandle>)> {
        let Shown { mut run, .. } = self.shown.borrow_mut().take_if(|shown| shown.run.archive.is_some())?;
        self.clear();
        let RunArchive { handle, .. } = run.archive.take()?;
        Some((run, handle))
    }

    /// Frees the images of the shown run. Its timings stay.
    pub fn throw_away(&self) {
        let mut shown = self.shown.borrow_mut();
        let Some(shown) = &mut *shown else { return };
        shown.run.view.release_images();
        shown.run.archive = None;
        shown.archive_url = None;
        let _ = self.save.remove_attribute("href");
        for element in [&*self.save, &self.save_box, &self.saved, &self.retry] {
            set_shown(element, false);
        }
        self.timings.show_thrown_away();
    }

    /// Removes all that is shown of a run, since a new one begins.
    pub fn clear(&self) {
        let _ = self.save.remove_attribute("href");
        for element in [&*self.save, &self.save_box, &self.saved, &self.failures] {
            set_shown(element, false);
        }
        self.timings.hide();
        self.failed_only.set_checked(false);
        *self.shown.borrow_mut() = None;
    }

    /// Shows a run.
    ///
    /// # Errors
    ///
    /// The browser refuses to create the archive's URL, or an element.
    pub fn show(&self, run: FinishedRun) -> Result<(), JsValue> {
        let Some(RunArchive { archive, .. }) = &run.archive else { return Ok(()) };
        let archive_url = match &archive.blob {
            Some(blob) => {
                let url = ObjectUrl::new(blob)?;
                self.save.set_href(url.as_str());
                self.save.set_download(FILE_NAME);
                self.save_size.set_text_content(Some(&size(archive.summary.size)));
                set_shown(&self.save, true);
                set_shown(&self.save_box, true);
                Some(url)
            }
            None => None,
        };
        if let Some(saved) = &run.saved_as {
            let words = text![saved.words(), ", ", size(archive.summary.size)];
            self.saved.set_text_content(Some(&words));
            set_shown(&self.saved, true);
        }
        self.show_failures(&run.view)?;
        // Nothing can be added to a file that is written.
        let can_retry = run.saved_as.is_none() && !run.view.retryable_items().is_empty();
        set_shown(&self.retry, can_retry);
        self.timings.show(&run, archive);
        *self.shown.borrow_mut() = Some(Shown { run, archive_url, export_url: None });
        Ok(())
    }

    fn show_failures(&self, view: &RunView) -> Result<(), JsValue> {
        let groups = failure_groups(&view.plan, &view.rows.borrow());
        self.failure_list.set_text_content(None);
        let document = document()?;
        let page = Network::of_host(&window()?.location().hostname()?);
        let mut lines: Vec<_> =
            groups.iter().take(MAX_REASONS).map(|group| group_text(group, &view.plan, page)).collect();
        if groups.len() > MAX_REASONS {
            lines.push("The table shows more reasons, each beside its image.".into());
        }
        for text in lines {
            let line = document.create_element("li")?;
            line.set_text_content(Some(&text));
            self.failure_list.append_child(&line)?;
        }
        set_shown(&self.failures, !groups.is_empty());
        Ok(())
    }

    /// Downloads an export of the shown run.
    ///
    /// # Errors
    ///
    /// The browser refuses to create the file.
    pub fn download(&self, what: Exported) -> Result<(), JsValue> {
        if let Some(shown) = &mut *self.shown.borrow_mut() {
            shown.export_url = Some(shown.run.download(what)?);
        }
        Ok(())
    }

    /// The names in the archive of the shown run, if it was a run of this plan; otherwise none.
    pub fn names_of(&self, plan: &Plan) -> Vec<Option<EntryName>> {
        let shown = self.shown.borrow();
        let is_of = |run: &FinishedRun| {
            let (own, other) = (run.view.plan.items(), plan.items());
            let same = |(own, other): (&Item, &Item)| own.display_text() == other.display_text();
            own.len() == other.len() && own.iter().zip(other).all(same)
        };
        shown
            .as_ref()
            .filter(|shown| is_of(&shown.run))
            .map(|shown| shown.run.names.clone())
            .unwrap_or_default()
    }

    /// The failed items of the shown run.
    pub fn failed_items(&self) -> Option<Vec<ItemId>> {
        self.shown.borrow().as_ref().map(|shown| shown.run.view.failed_items())
    }
}
