//! The list box and the line below it.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use futures::future::{AbortHandle, abortable};
use js_sys::JsString;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, HtmlElement, HtmlTextAreaElement};

use super::elements::{by_id, has_focus, keep_in_place, on, set_shown};
use super::filters::Filters;
use super::link_settings;
use super::list_choice::{self, ListChoice, rejected_text};
use super::list_reader::{Reading, read_list};
use super::mode_box::ModeBox;
use super::names::Names;
use super::storage;
use super::update::{Update, UpdateSource};
use crate::browser::{Clock, Yielder};
use crate::plan::{self, Choice, Plan, literal};
use crate::report::plan_text;
use crate::text::{add, text};
use crate::words::list_box;

/// How long typing has to pause before the list is read.
const TYPING_PAUSE: Duration = Duration::from_millis(180);

/// The key of the list in the browser's storage, and of whether it was too long for that.
const LIST: &str = "list";
const LOST_LIST: &str = "list-lost";

#[wasm_bindgen]
extern "C" {
    /// The list box. Its text stays JavaScript's, since to copy a long one into wasm takes tens of milliseconds.
    #[wasm_bindgen(extends = HtmlTextAreaElement)]
    type ListBox;
    #[wasm_bindgen(method, getter)]
    fn value(this: &ListBox) -> JsString;
}

/// The form, without what is under "More options".
pub struct Form {
    list: ListBox,
    form: HtmlElement,
    folded: HtmlElement,
    folded_text: HtmlElement,
    plan_line: HtmlElement,
    undo: HtmlElement,
    pub modes: ModeBox,
    choice: ListChoice,
    pub names: Names,
    pub filters: Filters,
    pub update: Update,
    /// What a preset, a file or a link replaced.
    replaced: RefCell<Option<Replaced>>,
    /// What was read last.
    read: RefCell<Option<Read>>,
    /// Ends the current reading of the list.
    reading: RefCell<Option<AbortHandle>>,
}

/// What a link has of a list.
pub struct LinkedList {
    pub text: String,
    /// The number of its addresses.
    pub addresses: usize,
    /// Whether it is the whole text, and not the addresses alone.
    pub is_whole: bool,
}

/// What can be undone.
struct Replaced {
    list: JsString,
    /// The recorded options, if they were replaced, too.
    options: Option<String>,
}

/// A list that was read, and how.
struct Read {
    text: JsString,
    choice: Choice,
    /// What of it is to be fetched.
    selection: String,
    form: plan::Form,
    plan: Rc<Plan>,
    /// Why there is nothing to fetch, if there is nothing.
    nothing: String,
}

impl Form {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self {
            list: by_id("list")?,
            form: by_id("form")?,
            folded: by_id("folded")?,
            folded_text: by_id("folded-text")?,
            plan_line: by_id("plan")?,
            undo: by_id("undo")?,
            modes: ModeBox::find()?,
            choice: ListChoice::find()?,
            names: Names::find()?,
            filters: Filters::find()?,
            update: Update::find()?,
            replaced: RefCell::default(),
            read: RefCell::default(),
            reading: RefCell::default(),
        })
    }

    /// Restores what was entered before the page was loaded, and listens.
    pub fn bind(&'static self) -> Result<(), JsValue> {
        // A browser that restores the form itself has the newer text.
        if self.list.value().length() == 0 {
            match storage::read(LIST) {
                Some(list) => self.list.set_value(&list),
                None if storage::read(LOST_LIST).is_some_and(|lost| !lost.is_empty()) => {
                    self.say(list_box::TOO_LONG_TO_KEEP);
                }
                None => {}
            }
        }
        self.modes.bind()?;
        self.choice.bind(|| self.list_changed())?;
        self.names.bind(|| self.list_changed())?;
        self.filters.bind(|| self.list_changed())?;
        on(&self.list, "input", |_| self.list_changed())?;
        if self.list.value().length() > 0 {
            self.list_changed();
        }
        Ok(())
    }

    /// Appends the mode, the concurrency and how the list is read to the recorded options of a run.
    pub fn record(&self, options: &mut String) {
        self.modes.record(options);
        self.choice.record(options);
        self.names.record(options);
        self.filters.record(options);
    }

    /// Restores the list and the recorded options of a run.
    pub fn restore(&'static self, list: &str, options: &str) {
        self.replace(list);
        self.restore_options(options);
    }

    /// Restores recorded options; what is missing in them is as in the beginning.
    pub fn restore_options(&self, options: &str) {
        self.modes.restore(options);
        self.choice.restore(options);
        self.names.restore(options);
        self.filters.restore(options);
        if self.names.is_set() || self.filters.is_set() {
            // So that none has an effect unseen.
            let _ = by_id::<Element>("more").map(|more| more.set_attribute("open", ""));
        }
    }

    /// The options for a link, which has the whole list or not.
    pub fn options_for_link(&self, is_whole: bool) -> String {
        link_settings::of_form(&self.recorded(), is_whole)
    }

    /// Takes the settings of a link.
    pub fn take_settings(&self, settings: &str) {
        self.restore_options(&link_settings::merged(&self.recorded(), settings));
    }

    /// Empties the form, and removes what is stored of it. That can be undone.
    pub fn forget(&'static self) {
        let before = self.content();
        self.restore("", "");
        self.update.forget();
        self.modes.forget();
        for key in [LIST, LOST_LIST, list_choice::NAME] {
            storage::remove(key);
        }
        self.offer_undo(before);
    }

    /// The list and the recorded options, for [`Form::offer_undo`].
    pub fn content(&self) -> (JsString, String) {
        (self.list.value(), self.recorded())
    }

    /// Offers to bring back a list and its options, if these have changed since.
    pub fn offer_undo(&self, before: (JsString, String)) {
        let (list, options) = before;
        if options != self.recorded() {
            set_shown(&self.undo, true);
            *self.replaced.borrow_mut() = Some(Replaced { list, options: Some(options) });
        }
    }

    fn recorded(&self) -> String {
        let mut options = String::new();
        self.record(&mut options);
        options
    }

    /// The text of the list.
    pub fn list(&self) -> String {
        self.list.value().into()
    }

    /// Whether the list is known to name no address.
    pub fn has_nothing(&self) -> bool {
        let is_known = |read: &Read| read.plan.is_empty() && read.text == self.list.value();
        self.is_blank() || self.read.borrow().as_ref().is_some_and(is_known)
    }

    /// Why there is nothing to fetch, and what to do.
    pub fn nothing_text(&self) -> String {
        match &*self.read.borrow() {
            Some(read) if !self.is_blank() => read.nothing.clone(),
            _ => list_box::NOTHING_YET.into(),
        }
    }

    fn is_blank(&self) -> bool {
        self.list.value().trim().length() == 0
    }

    pub fn focus(&self) {
        let _ = self.list.focus();
    }

    /// Shows one line in place of the form, unless the user is in it; returns whether it does.
    pub fn fold(&self, below: &HtmlElement) -> bool {
        if has_focus(&self.form) {
            return false;
        }
        let read = self.read.borrow();
        let addresses = read.as_ref().map_or(0, |read| read.plan.len());
        let mut words = list_box::addresses(addresses);
        if let Some(read) = read.as_ref().filter(|read| read.form != plan::Form::Text) {
            add!(&mut words, " · ", read.form.title());
        }
        if let Some(names) = self.names.in_words() {
            add!(&mut words, " · ", names);
        }
        self.folded_text.set_text_content(Some(&words));
        self.set_folded(true, below);
        true
    }

    /// Shows the form in place of the line. What is `below` stays where it is on the screen.
    pub fn unfold(&self, below: &HtmlElement) {
        if !self.folded.hidden() {
            let had_focus = has_focus(&self.folded);
            self.set_folded(false, below);
            if had_focus {
                self.focus();
            }
        }
    }

    fn set_folded(&self, is_folded: bool, below: &HtmlElement) {
        keep_in_place(below, || {
            set_shown(&self.folded, is_folded);
            let _ = self.form.toggle_attribute_with_force("data-folded", is_folded);
        });
    }

    /// Shows a text in the line below the list.
    pub fn say(&self, text: &str) {
        self.plan_line.set_text_content(Some(text));
    }

    /// Replaces the list, and offers to undo that.
    pub fn replace(&'static self, text: &str) {
        self.replace_with_page(text, "");
    }

    /// The same with a list that was found at an address, against which its relative ones are resolved.
    pub fn replace_with_page(&'static self, text: &str, page: &str) {
        let before = self.list.value();
        self.choice.reset(page);
        self.list.set_value(text);
        self.list.set_scroll_top(0);
        let is_loss = before.trim().length() > 0 && before != *text;
        set_shown(&self.undo, is_loss);
        *self.replaced.borrow_mut() = is_loss.then_some(Replaced { list: before, options: None });
        self.list_changed();
    }

    /// Sets another text of the same list, which is nothing to undo.
    pub fn change(&'static self, text: &str) {
        self.list.set_value(text);
        self.list_changed();
    }

    /// The origins that the list asks, as far as it has been read: the list in the box may be newer.
    pub fn origins(&self) -> Vec<String> {
        let read = self.read.borrow();
        let is_current = |read: &&Read| read.text == self.list.value();
        read.as_ref()
            .filter(is_current)
            .map(|read| read.plan.origins().iter().cloned().collect())
            .unwrap_or_default()
    }

    /// The list as a link holds it; `None` if it names no address.
    pub async fn list_for_link(&'static self) -> Option<LinkedList> {
        let plan = self.plan().await;
        let read = self.read.borrow();
        let read = read.as_ref().filter(|_| !plan.is_empty())?;
        // Only plain text has ranges; and a table is longer than its addresses.
        let is_whole = read.form == plan::Form::Text && !read.choice.keeps_ranges;
        let text = match is_whole {
            true => read.text.trim_end().into(),
            false => {
                plan.items().iter().map(|item| literal(item.display_text())).collect::<Vec<_>>().join("\n")
            }
        };
        Some(LinkedList { text, addresses: plan.len(), is_whole })
    }

    /// Appends addresses to the list.
    pub fn append(&'static self, addresses: &str) {
        let before = self.list();
        let gap = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
        self.list.set_value(&text![before, gap, addresses]);
        self.list_changed();
    }

    /// Puts a text in place of what is selected in the list, as pasting does.
    pub fn paste(&'static self, text: &str) {
        // It fails only for a mode that does not exist.
        let _ = self.list.set_range_text(text);
        let end =
            self.list.selection_start().ok().flatten().unwrap_or(0) + text.encode_utf16().count() as u32;
        let _ = self.list.set_selection_range(end, end);
        self.list_changed();
    }

    /// The list box, where HTML may be pasted.
    pub fn list_box(&self) -> &HtmlTextAreaElement {
        &self.list
    }

    /// Takes a zip to be updated. Its addresses become the list if there is none.
    pub fn set_update(&'static self, source: UpdateSource) {
        if self.is_blank() {
            self.replace(&source.addresses().join("\n"));
        }
        self.update.set(source);
        self.list_changed();
    }

    /// Restores the replaced list, and its options. That can be undone in turn.
    pub fn undo(&'static self) {
        let Some(Replaced { list, options }) = self.replaced.take() else { return };
        let now = self.content();
        self.replace(&String::from(list));
        if let Some(options) = options {
            self.restore_options(&options);
            self.offer_undo(now);
        }
        self.focus();
    }

    /// Stores and reads the list, once typing pauses.
    fn list_changed(&'static self) {
        let (reading, end) = abortable(self.read_after_pause());
        self.end_reading(Some(end));
        spawn_local(async {
            // A reading that was ended is followed by another.
            let _ = reading.await;
        });
    }

    async fn read_after_pause(&'static self) {
        let clock = Clock::start();
        clock.sleep_until(TYPING_PAUSE).await;
        // To get a long text from the box takes its time, and so does storing it.
        let mut yielder = Yielder::default();
        let text = self.list.value();
        yielder.maybe_yield().await;
        store(&text);
        yielder.maybe_yield().await;
        let choice = self.list_choice();
        let reading = read_list(&text, &choice).await;
        let is_stale = self.choice.show(&reading);
        self.show_plan(text, choice, reading).await;
        if is_stale {
            self.list_changed();
        }
    }

    /// Ends what reads the list at the moment, since it is read anew.
    fn end_reading(&self, next: Option<AbortHandle>) {
        self.reading.replace(next).into_iter().for_each(|before| before.abort());
    }

    /// How the list is to be read, and which columns the names need.
    fn list_choice(&self) -> Choice {
        Choice { kept_columns: self.names.columns(), ..self.choice.choice() }
    }

    /// The plan of the list.
    pub async fn plan(&'static self) -> Rc<Plan> {
        // What is said of the list from now on stays.
        self.end_reading(None);
        let text = self.list.value();
        store(&text);
        let choice = self.list_choice();
        if let Some(read) = &*self.read.borrow()
            && read.text == text
            && read.choice == choice
            && read.selection == self.filters.selection()
        {
            return Rc::clone(&read.plan);
        }
        let reading = read_list(&text, &choice).await;
        self.choice.show(&reading);
        self.show_plan(text, choice, reading).await
    }

    /// Describes the plan of a list in the line below the list, and remembers it.
    async fn show_plan(&'static self, text: JsString, choice: Choice, mut reading: Reading) -> Rc<Plan> {
        let selection = self.filters.selection();
        self.filters.apply_to(&mut reading.plan).await;
        self.say(&plan_text(&reading.understood, &reading.plan, reading.rejections));
        let first = reading.rejected.first().map(rejected_text);
        let nothing = first.map(|first| list_box::no_address(reading.rejections, &first));
        let nothing = nothing.unwrap_or_else(|| list_box::NO_ADDRESS.into());
        let plan = Rc::new(reading.plan);
        // A list that could not be read is read again the next time.
        let text = if reading.has_failed { JsString::from("") } else { text };
        let (form, plan) = (reading.understood.form, Rc::clone(&plan));
        *self.read.borrow_mut() =
            Some(Read { text, choice, selection, form, plan: Rc::clone(&plan), nothing });
        self.update.show(&plan);
        self.names.show(&plan, &reading.understood);
        plan
    }
}

/// Stores the list for the next visit, or that it could not be.
fn store(list: &JsString) {
    let is_stored = storage::write_text(LIST, list);
    storage::write(LOST_LIST, if is_stored { "" } else { "on" });
}
