//! Results that a later run took the place of before they were saved. They stay until the user saves them and
//! leaves, or throws them away; the next page lists them among the runs on this device.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, HtmlTemplateElement};

use super::elements::{by_id, set_shown};
use super::finished_run::{FinishedRun, RunArchive};
use super::saving::{FILE_NAME, hand_over_chosen, save};
use crate::plan::ItemId;
use crate::text::text;
use crate::words::saving;

/// The lines.
pub struct PreviousRuns {
    list: HtmlElement,
    item: HtmlTemplateElement,
    runs: RefCell<Vec<PreviousRun>>,
    next_id: Cell<u32>,
}

/// A result that is not shown any more.
pub struct PreviousRun {
    id: u32,
    archive: RunArchive,
    /// The items that the user chose for the zip; `None` if that is all.
    chosen: Option<Vec<ItemId>>,
    /// How many images the zip has.
    images: usize,
    /// When the run began, in milliseconds since 1970.
    pub started: f64,
    pub is_saved: bool,
}

impl PreviousRuns {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self {
            list: by_id("previous")?,
            item: by_id("previous-run")?,
            runs: RefCell::default(),
            next_id: Cell::default(),
        })
    }

    /// Adds a run, if it has images.
    pub fn add(&self, run: FinishedRun) {
        let tally = run.view.choice.borrow().tally(&run.view.rows.borrow());
        let chosen = run.view.chosen_items();
        let images = if chosen.is_some() { tally.chosen } else { run.view.rows.borrow().totals().stored };
        let started = run.view.started();
        let Some(archive) = run.archive.filter(|run| run.archive.blob.is_some()) else { return };
        let id = self.next_id.replace(self.next_id.get() + 1);
        self.put_back(PreviousRun { id, archive, chosen, images, started, is_saved: false });
    }

    /// Adds a run that was taken.
    pub fn put_back(&self, run: PreviousRun) {
        self.runs.borrow_mut().push(run);
        self.show();
    }

    /// Takes the run that an element of the list belongs to.
    pub fn take(&self, element: &Element) -> Option<PreviousRun> {
        let id = id_of(element)?;
        let place = self.runs.borrow().iter().position(|run| run.id == id)?;
        let run = self.runs.borrow_mut().remove(place);
        self.show();
        Some(run)
    }

    /// Saves the run that an element of the list belongs to; returns what became of it, in words.
    pub async fn save(&self, element: &Element) -> Option<String> {
        let id = id_of(element)?;
        let (handle, chosen) = self.of(id, |run| (Rc::clone(&run.archive.handle), run.chosen.clone()))?;
        let archive = match hand_over_chosen(&handle, chosen.as_deref()).await {
            Ok(Some(archive)) => archive,
            Ok(None) => return Some(saving::GONE.into()),
            Err(error) => return Some(saving::no_zip(&text![error])),
        };
        let saved = save(&archive, FILE_NAME);
        self.of(id, |run| run.is_saved |= saved.is_begun);
        self.show();
        Some(saved.words)
    }

    fn of<T>(&self, id: u32, get: impl FnOnce(&mut PreviousRun) -> T) -> Option<T> {
        self.runs.borrow_mut().iter_mut().find(|run| run.id == id).map(get)
    }

    /// Lists the runs, the latest first. The focus stays on the button that has it.
    fn show(&self) {
        let runs = self.runs.borrow();
        let is_listed = |item: &Element| runs.iter().any(|run| Some(run.id) == id_of(item));
        let items = self.list.children();
        let known: Vec<Element> = (0..items.length()).filter_map(|place| items.item(place)).collect();
        for gone in known.iter().filter(|item| !is_listed(item)) {
            gone.remove();
        }
        for run in runs.iter() {
            let item = known.iter().find(|item| id_of(item) == Some(run.id)).cloned();
            // An item that can't be shown is there at the next change.
            if let Some(item) = item.or_else(|| self.new_item(run.id).ok())
                && let Ok(Some(text)) = item.query_selector("span")
            {
                text.set_text_content(Some(&run.text()));
            }
        }
        set_shown(&self.list, !runs.is_empty());
    }

    fn new_item(&self, id: u32) -> Result<Element, JsValue> {
        let copy = self.item.content().clone_node_with_deep(true)?;
        let item: Element = copy.first_child().ok_or("the template is empty")?.unchecked_into();
        item.set_attribute("data-run", &text![id])?;
        self.list.insert_before(&item, self.list.first_child().as_ref())?;
        Ok(item)
    }
}

impl PreviousRun {
    fn text(&self) -> String {
        match self.is_saved {
            true => saving::previous_handed_over(self.images, FILE_NAME),
            false => saving::previous_not_saved(self.images),
        }
    }
}

fn id_of(element: &Element) -> Option<u32> {
    element.closest("li").ok()??.get_attribute("data-run")?.parse().ok()
}
