//! What a run leaves on the page: the zip, the failures, the timings.

use std::cell::RefCell;
use std::mem::take;
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, HtmlAnchorElement, HtmlElement};

use super::announcer::Announcer;
use super::disk::SavedAs;
use super::elements::{by_id, focus_in_place, has_focus, on, set_shown};
use super::extension::{self, Answer};
use super::failures::Failures;
use super::finished_run::{Exported, FinishedRun, RunArchive};
use super::object_url::ObjectUrl;
use super::run_line::RunLine;
use super::run_view::RunView;
use super::saving::{FILE_NAME, hand_over_chosen, save};
use super::timings::Timings;
use crate::browser::{Archive, RunHandle};
use crate::plan::{EntryName, Item, ItemId, Plan, Relay};
use crate::report::outcome_text;
use crate::run::{FetchError, Settings};
use crate::text::text;
use crate::words::numbers::size;
use crate::words::{self, runs, summary};

/// The elements, and the run that they show.
pub struct Outcome {
    save_box: HtmlElement,
    save: HtmlAnchorElement,
    save_size: HtmlElement,
    /// What the user has to know of the archive beyond the headline.
    note: HtmlElement,
    failures: Failures,
    timings: Timings,
    shown: RefCell<Option<Shown>>,
}

struct Shown {
    run: FinishedRun,
    /// The archive's URL; revoked with the rest when a new run begins.
    archive_url: Option<ObjectUrl>,
    /// The URL of the export that was downloaded last.
    export_url: Option<ObjectUrl>,
    place: Place,
}

/// Where the archive of the shown run is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// Only where the page keeps it.
    Page,
    /// The user has clicked on Save, and the browser is being given it.
    OnItsWay,
    /// The browser was given a zip of that many bytes, of all images or of those that were chosen.
    HandedOver { bytes: u64 },
    /// It is complete on the disk under this name, as the extension has seen.
    Saved { bytes: u64, name: String },
}

/// An archive that was thrown away, and can be put back.
pub struct ThrownAway {
    archive: RunArchive,
    started: f64,
    place: Place,
}

impl ThrownAway {
    /// When its run began, in milliseconds since 1970; `None` if the browser may be saving it.
    pub fn started(&self) -> Option<f64> {
        (self.place == Place::Page).then_some(self.started)
    }
}

impl Outcome {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self {
            save_box: by_id("save-box")?,
            save: by_id("save")?,
            save_size: by_id("save-size")?,
            note: by_id("saved")?,
            failures: Failures::find()?,
            timings: Timings::find()?,
            shown: RefCell::default(),
        })
    }

    /// Hands the archive over when the user saves it, and has the browser save what it gets.
    pub fn bind(&'static self, announcer: &'static Announcer, line: &'static RunLine) -> Result<(), JsValue> {
        on(&self.save, "click", move |event| {
            event.prevent_default();
            let Some((handle, view)) = self.run() else { return };
            let tally = view.choice.borrow().tally(&view.rows.borrow());
            if tally.chosen == 0 && tally.pictures > 0 {
                self.show_note(words::saving::NONE_CHOSEN);
                return announcer.say(words::saving::NONE_CHOSEN);
            }
            let answer = extension::ask_to_save();
            let chosen = view.chosen_items();
            self.set_place(&handle, Place::OnItsWay);
            spawn_local(async move {
                let archive = match hand_over_chosen(&handle, chosen.as_deref()).await {
                    Ok(archive) => archive,
                    Err(error) => {
                        let words = words::saving::no_zip(&text![error]);
                        if self.set_place(&handle, Place::Page) {
                            self.show_note(&words);
                        }
                        return announcer.say(&words);
                    }
                };
                let Some(archive) = archive else {
                    if self.set_place(&handle, Place::Page) {
                        drop(self.take_archive(line));
                        line.say(words::saving::GONE);
                    }
                    return announcer.say(words::saving::GONE);
                };
                let bytes = archive.blob.size() as u64;
                if answer.given().await
                    && let Some(name) = extension::save(&archive.blob, FILE_NAME).await
                {
                    return self.show_saved(&handle, bytes, name, announcer, line);
                }
                let saving = save(&archive, FILE_NAME);
                let place = if saving.is_begun { Place::HandedOver { bytes } } else { Place::Page };
                if self.set_place(&handle, place) {
                    self.show_note(saving.note);
                    line.say(&self.headline());
                }
                announcer.say(&saving.words);
            });
        })
    }

    /// Shows that a download of the extension's has ended; without a name, before it was complete.
    fn show_saved(
        &self,
        handle: &Rc<RunHandle>,
        bytes: u64,
        name: String,
        announcer: &Announcer,
        line: &RunLine,
    ) {
        let is_saved = !name.is_empty();
        let words = if is_saved { words::saving::saved_as(&name) } else { words::saving::INTERRUPTED.into() };
        let place = if is_saved { Place::Saved { bytes, name } } else { Place::Page };
        if self.set_place(handle, place) {
            self.show_note(if is_saved { "" } else { words::saving::INTERRUPTED });
            line.say(&self.headline());
        }
        announcer.say(&words);
    }

    /// The run that has the archive, and what is shown of it.
    fn run(&self) -> Option<(Rc<RunHandle>, Rc<RunView>)> {
        let shown = self.shown.borrow();
        let run = &shown.as_ref()?.run;
        Some((Rc::clone(&run.archive.as_ref()?.handle), Rc::clone(&run.view)))
    }

    /// Says on the link what the zip will hold, if that is not all.
    pub fn show_choice(&self, view: &RunView) {
        let tally = view.choice.borrow().tally(&view.rows.borrow());
        let words = match tally.is_all() {
            true => words::saving::SAVE_ZIP.into(),
            false => words::saving::save_chosen(&tally.text()),
        };
        self.save.set_text_content(Some(&words));
        set_shown(&self.save_size, tally.is_all());
    }

    /// Notes where the archive of a run is; returns whether that run is still shown.
    fn set_place(&self, handle: &Rc<RunHandle>, place: Place) -> bool {
        let is_shown = self.run().is_some_and(|(shown, _)| Rc::ptr_eq(&shown, handle));
        if let Some(shown) = self.shown.borrow_mut().as_mut().filter(|_| is_shown) {
            self.mark_save(&place);
            shown.place = place;
        }
        is_shown
    }

    /// Only what is saved nowhere makes "Save zip" the primary button, in place of Fetch.
    fn mark_save(&self, place: &Place) {
        let is_saved = matches!(place, Place::HandedOver { .. } | Place::Saved { .. });
        let _ = self.save_box.toggle_attribute_with_force("data-saved", is_saved);
    }

    fn show_note(&self, words: &str) {
        self.note.set_text_content(Some(words));
        set_shown(&self.note, !words.is_empty());
    }

    /// What has become of the shown run.
    pub fn headline(&self) -> String {
        let shown = self.shown.borrow();
        let Some(Shown { run, place, .. }) = &*shown else { return String::new() };
        let mut outcome = outcome_text(&run.view.rows.borrow());
        if let Some(comparison) = &run.comparison {
            outcome = runs::facts(&comparison.answer(), &outcome);
        }
        let Some(RunArchive { archive, .. }) = &run.archive else { return runs::THROWN_AWAY.into() };
        let bytes = archive.summary.size;
        match (&run.saved_as, place) {
            (Some(SavedAs::File(name)), _) => summary::saved(&outcome, bytes, name),
            (Some(SavedAs::Download), _) => summary::handed_to(&outcome, bytes, FILE_NAME),
            (None, Place::Saved { bytes, name }) => summary::saved(&outcome, *bytes, name),
            (None, Place::HandedOver { bytes }) => summary::handed_to(&outcome, *bytes, FILE_NAME),
            _ if archive.blob.is_none() => outcome,
            _ => summary::not_saved(&outcome, bytes),
        }
    }

    /// Focuses "Save zip", if there is something to save; returns whether there is.
    pub fn focus_save(&self) -> bool {
        if self.save_box.hidden() {
            return false;
        }
        focus_in_place(&self.save);
        true
    }

    /// Saves the archive, as the link does.
    pub fn save(&self) {
        self.save.click();
    }

    /// Whether the focus is on something that disappears when a new run begins.
    pub fn has_focus(&self) -> bool {
        has_focus(&self.save_box) || self.failures.has_focus() || self.timings.has_focus()
    }

    /// Removes the shown run from the page and returns it with its handle, for a retry; `None` if
    /// nothing can be added to it.
    pub fn take(&self) -> Option<(FinishedRun, Rc<RunHandle>)> {
        let Shown { mut run, .. } = self.shown.borrow_mut().take_if(|shown| shown.run.archive.is_some())?;
        self.clear();
        let RunArchive { handle, .. } = run.archive.take()?;
        Some((run, handle))
    }

    /// Takes the images from the shown run. Its timings stay.
    pub fn take_archive(&self, line: &RunLine) -> Option<ThrownAway> {
        let mut shown = self.shown.borrow_mut();
        let shown_run = shown.as_mut()?;
        let archive = shown_run.run.archive.take()?;
        shown_run.run.view.release_images();
        shown_run.archive_url = None;
        let thrown_away =
            ThrownAway { archive, started: shown_run.run.view.started(), place: shown_run.place.clone() };
        drop(shown);
        let _ = self.save.remove_attribute("href");
        for element in [&*self.save, &self.save_box, &self.note] {
            set_shown(element, false);
        }
        self.failures.allow_retry(false);
        self.timings.show_thrown_away();
        line.say(&self.headline());
        Some(thrown_away)
    }

    /// Puts the images back that were taken from the shown run.
    pub fn put_back(&self, thrown_away: ThrownAway, line: &RunLine) {
        let mut shown = self.shown.borrow_mut();
        let Some(shown_run) = &mut *shown else { return };
        let ThrownAway { archive, place, .. } = thrown_away;
        shown_run.run.view.attach(&archive.handle);
        self.mark_save(&place);
        shown_run.place = place;
        // Without a URL the link saves the archive all the same.
        shown_run.archive_url = self.show_save(&archive.archive, &shown_run.run.view).unwrap_or_default();
        self.timings.show_storage(&shown_run.run, &archive.archive);
        self.failures.allow_retry(shown_run.run.view.has_retryable());
        shown_run.run.archive = Some(archive);
        drop(shown);
        line.say(&self.headline());
    }

    /// Takes the shown run if it is saved nowhere.
    pub fn take_unsaved(&self) -> Option<FinishedRun> {
        let is_unsaved = |shown: &mut Shown| shown.place == Place::Page && shown.run.saved_as.is_none();
        self.shown.borrow_mut().take_if(is_unsaved).map(|shown| shown.run)
    }

    /// Removes all that is shown of a run, since a new one begins.
    pub fn clear(&self) {
        let _ = self.save.remove_attribute("href");
        for element in [&*self.save, &self.save_box, &self.note] {
            set_shown(element, false);
        }
        self.failures.hide();
        self.timings.hide();
        *self.shown.borrow_mut() = None;
    }

    /// Shows a run.
    ///
    /// # Errors
    ///
    /// The browser refuses to create the archive's URL, or an element.
    pub fn show(&self, mut run: FinishedRun) -> Result<(), JsValue> {
        let failures = take(&mut run.failures);
        let Some(RunArchive { archive, .. }) = &run.archive else { return Ok(()) };
        let archive_url = self.show_save(archive, &run.view)?;
        // Nothing can be added to a file that is written.
        self.failures.show(failures, &run.view, run.saved_as.is_none())?;
        self.timings.show(&run, archive);
        self.mark_save(&Place::Page);
        *self.shown.borrow_mut() = Some(Shown { run, archive_url, export_url: None, place: Place::Page });
        Ok(())
    }

    /// Shows the link that saves an archive, if that is the page's to save.
    fn show_save(&self, archive: &Archive, view: &RunView) -> Result<Option<ObjectUrl>, JsValue> {
        let Some(blob) = &archive.blob else { return Ok(None) };
        let url = ObjectUrl::new(blob)?;
        self.save.set_href(url.as_str());
        self.save.set_download(FILE_NAME);
        self.save_size.set_text_content(Some(&size(archive.summary.size)));
        self.show_choice(view);
        set_shown(&self.save, true);
        set_shown(&self.save_box, true);
        Ok(Some(url))
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

    /// Asks for the permissions that these items of the shown run have failed for.
    pub fn ask_for_permission(&self, items: &[ItemId]) -> Answer {
        let shown = self.shown.borrow();
        let Some(view) = shown.as_ref().map(|shown| &shown.run.view) else { return extension::ask([]) };
        let rows = view.rows.borrow();
        let lacks = |item: &ItemId| rows.as_slice()[*item].error() == Some(&FetchError::NeedsPermission);
        let items: Vec<_> = items.iter().copied().filter(lacks).collect();
        extension::ask_again(extension::origins_of(&view.plan, &items))
    }

    /// The failed items that an element of the list of failures is about, with their plan.
    pub fn items_of(&self, element: &Element) -> Option<(Rc<Plan>, Vec<ItemId>)> {
        let plan = Rc::clone(&self.shown.borrow().as_ref()?.run.view.plan);
        Some((plan, self.failures.items_of(element)?))
    }

    /// The failed items of the shown run that may arrive with these settings, through this relay.
    pub fn retryable_items(&self, settings: &Settings, relay: Option<&Relay>) -> Option<Vec<ItemId>> {
        let shown = self.shown.borrow();
        let view = &shown.as_ref()?.run.view;
        Some(view.retryable_items(settings, view.plan.relay() != relay))
    }
}
