//! "Runs on this device": what a reload or a crash interrupted, what was not saved yet, and what was handed
//! to the browser, each with what can be done with it.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use js_sys::{Date, JsString, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, HtmlTemplateElement};

use super::announcer::Announcer;
use super::discard_marks;
use super::elements::{by_id, has_focus, is_in_window, is_typing, keep_in_place, set_shown};
use super::list_choice::recorded_choice;
use super::list_reader::{Reading, read_list};
use super::saving::FILE_NAME;
use crate::browser::{Clock, HandedOver, discard_run, hand_over_run, stored_runs};
use crate::job::{FileOfOtherVersion, StoredRun};
use crate::plan::{Address, Plan};
use crate::spool::fingerprint;
use crate::text::text;
use crate::words;

#[wasm_bindgen]
extern "C" {
    /// The type in js-sys takes no options.
    #[wasm_bindgen(extends = Date)]
    type LocalDate;
    #[wasm_bindgen(method, js_name = toLocaleString)]
    fn to_text(this: &LocalDate, locale: &JsValue, options: &Object) -> JsString;
}

/// When to look for runs, after the page was loaded: the previous page may hold its files for a moment
/// longer.
const LOOKS: [Duration; 3] = [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(4)];

/// The list.
pub struct StoredRuns {
    section: HtmlElement,
    /// The run of this page, below the list.
    run: HtmlElement,
    list: HtmlElement,
    item: HtmlTemplateElement,
    runs: RefCell<Vec<Listed>>,
    /// How many times the runs are being looked for at the moment.
    looks: Cell<u32>,
}

/// A run in the list.
#[derive(Clone, Debug)]
struct Listed {
    stored: StoredRun,
    /// The first host of its list, and the number of others; empty if the list can't be read.
    hosts: (String, usize),
    /// Whether this version of the page can fetch what is missing.
    is_resumable: bool,
}

impl StoredRuns {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self {
            section: by_id("runs")?,
            run: by_id("run")?,
            list: by_id("runs-list")?,
            item: by_id("stored-run")?,
            runs: RefCell::default(),
            looks: Cell::default(),
        })
    }

    /// Looks for runs until there are some, or until `is_wanted` turns false.
    pub async fn look(&self, announcer: &Announcer, is_wanted: impl Fn() -> bool) {
        let clock = Clock::start();
        for at in LOOKS {
            clock.sleep_until(at).await;
            remove_thrown_away().await;
            let runs = self.usable_runs().await;
            if !is_wanted() {
                return;
            }
            let words = match &runs[..] {
                [] => None,
                [newest] => Some(newest.text()),
                [newest, ..] => Some(words::stored_runs::with_more(&newest.text(), runs.len() - 1)),
            };
            let any = self.show(runs);
            words.iter().for_each(|words| announcer.say(words));
            if any {
                return;
            }
        }
    }

    /// Lists what is there now. The list counts as busy from this call on.
    pub fn refresh(&self) -> impl Future<Output = ()> {
        let runs = self.usable_runs();
        async {
            self.show(runs.await);
        }
    }

    /// The runs that something can be done with. While they are looked for, the list is busy.
    fn usable_runs(&self) -> impl Future<Output = Vec<Listed>> {
        self.count_looks(self.looks.get() + 1);
        async {
            let runs = usable_runs().await;
            self.count_looks(self.looks.get() - 1);
            runs
        }
    }

    fn count_looks(&self, looks: u32) {
        self.looks.set(looks);
        // Setting an attribute of this name can't fail.
        let _ = self.section.set_attribute("aria-busy", if looks > 0 { "true" } else { "false" });
    }

    /// Shows these runs; returns whether there are any.
    fn show(&self, runs: Vec<Listed>) -> bool {
        let focused = self.focused();
        let fill = || {
            self.list.set_text_content(None);
            for (index, run) in runs.iter().enumerate() {
                // An item that can't be shown is there at the next look.
                let _ = self.add(index, run);
            }
            set_shown(&self.section, !runs.is_empty());
        };
        // Who looks at the run below looks at it afterwards, too.
        if is_in_window(&self.run) && !self.has_focus() && !is_typing() {
            keep_in_place(&self.run, fill);
        } else {
            fill();
        }
        // Programs wait for the count to know that the page has looked.
        let _ = self.section.dataset().set("runs", &text![runs.len()]);
        let any = !runs.is_empty();
        self.runs.replace(runs);
        if let Some((index, action)) = focused {
            self.focus(index, &action);
        }
        any
    }

    fn add(&self, index: usize, run: &Listed) -> Result<(), JsValue> {
        let copy = self.item.content().clone_node_with_deep(true)?;
        let item: Element = copy.first_child().ok_or("the template is empty")?.unchecked_into();
        item.set_attribute("data-index", &text![index])?;
        let find =
            |selector: &str| item.query_selector(selector).map(|found| found.map(JsCast::unchecked_into));
        let text: Option<HtmlElement> = find("p")?;
        text.iter().for_each(|text| text.set_text_content(Some(&run.text())));
        let save: Option<HtmlElement> = find("[data-action=save-run]")?;
        if let (Some(save), Some(stored)) = (save, run.missing()) {
            save.set_text_content(Some(&words::stored_runs::save_part(stored)));
        }
        let is_saved = run.stored.handed_over.is_some();
        let shown = [
            ("discard", true),
            ("resume-run", run.is_resumable),
            ("save-run", !is_saved && (run.stored.archive.is_some() || run.is_resumable)),
            ("save-run-again", is_saved),
        ];
        for (action, is_shown) in shown {
            let button: Option<HtmlElement> = find(&text!["[data-action='", action, "']"])?;
            button.iter().for_each(|button| set_shown(button, is_shown));
        }
        self.list.append_child(&item)?;
        Ok(())
    }

    /// The place and the action of the button that has the focus.
    fn focused(&self) -> Option<(usize, String)> {
        let focused = super::elements::focused().filter(|_| self.has_focus())?;
        Some((self.index_of(&focused)?, focused.dataset().get("action")?))
    }

    /// Focuses the same button of the run that is in that place now, or the last one's.
    fn focus(&self, index: usize, action: &str) {
        let Some(last) = self.runs.borrow().len().checked_sub(1) else { return };
        let item = text!["[data-index='", index.min(last), "'] "];
        let same = text![&item, "[data-action='", action, "']:not([hidden])"];
        for selector in [same, text![&item, "button:not([hidden])"]] {
            if let Ok(Some(button)) = self.list.query_selector(&selector) {
                return drop(button.unchecked_into::<HtmlElement>().focus());
            }
        }
    }

    /// Which run an element of the list belongs to.
    fn index_of(&self, element: &Element) -> Option<usize> {
        element.closest("li").ok()??.get_attribute("data-index")?.parse().ok()
    }

    /// The run that an element of the list belongs to.
    pub fn run_of(&self, element: &Element) -> Option<StoredRun> {
        let index = self.index_of(element)?;
        self.runs.borrow().get(index).map(|run| run.stored.clone())
    }

    /// Hides the list, since a run begins.
    pub fn hide(&self) {
        set_shown(&self.section, false);
    }

    pub fn has_focus(&self) -> bool {
        has_focus(&self.section)
    }

    /// Whether a run of this name is listed.
    pub fn has(&self, name: &str) -> bool {
        self.runs.borrow().iter().any(|run| run.stored.name == name)
    }

    /// Hands a run's archive over; `None` if it is gone.
    pub async fn hand_over(&self, run: &StoredRun) -> Option<(HandedOver, String)> {
        let name = run.handed_over.as_ref().map_or(FILE_NAME, |before| before.file_name.as_str());
        let handed_over = hand_over_run(&run.name, name).await;
        self.refresh().await;
        handed_over.map(|handed_over| (handed_over, name.to_owned()))
    }
}

impl Listed {
    /// The number of images that are there, if others are missing.
    fn missing(&self) -> Option<usize> {
        let run = self.stored.run.as_ref().filter(|_| self.stored.other_version.is_none())?;
        (run.stored < run.items).then_some(run.stored)
    }

    fn text(&self) -> String {
        let StoredRun { run, archive, handed_over, .. } = &self.stored;
        if let Some(hand_over) = handed_over {
            let ago = Duration::from_millis(hand_over.age(Date::now()) as u64);
            return words::stored_runs::handed_over(&hand_over.file_name, archive.unwrap_or_default(), ago);
        }
        if let Some(file) = self.stored.other_version {
            let is_whole_zip = file == FileOfOtherVersion::Archive;
            let text_of = if is_whole_zip {
                words::stored_runs::zip_of_other_version
            } else {
                words::stored_runs::run_of_other_version
            };
            return text_of(archive.unwrap_or_default());
        }
        let Some(run) = run else { return String::new() };
        let text_of =
            if archive.is_some() { words::stored_runs::unsaved } else { words::stored_runs::interrupted };
        let which = words::stored_runs::which(&self.hosts.0, self.hosts.1, &time_of(run.started));
        text_of(&which, run.stored, run.items, run.bytes)
    }
}

/// Removes the runs that were thrown away on a page that was left before that was final.
async fn remove_thrown_away() {
    for stored in stored_runs().await {
        if let Some(mark) = discard_marks::find(&stored) {
            discard_run(&stored.name).await;
            discard_marks::clear(&mark);
        }
    }
}

/// The runs that something can be done with, the newest first, without those that were thrown away.
async fn usable_runs() -> Vec<Listed> {
    let mut runs = Vec::new();
    for mut stored in stored_runs().await {
        if discard_marks::find(&stored).is_some() {
            continue;
        }
        let reading = read(&stored).await;
        let is_resumable = reading.as_ref().map_or(Some(false), |reading| is_resumable(&stored, reading));
        if is_resumable == Some(false) && stored.archive.is_none() {
            // Another version has read its list differently.
            stored.other_version = Some(FileOfOtherVersion::Part);
            stored.archive = stored.run.as_ref().map(|run| run.bytes);
        }
        let hosts = reading.map(|reading| hosts_of(&reading.plan)).unwrap_or_default();
        runs.push(Listed { stored, hosts, is_resumable: is_resumable == Some(true) });
    }
    runs
}

/// Reads the list of a run that was not handed over.
async fn read(stored: &StoredRun) -> Option<Reading> {
    let run = stored.run.as_ref().filter(|_| stored.handed_over.is_none())?;
    Some(read_list(&run.source.as_str().into(), &recorded_choice(&run.options)).await)
}

/// Whether images are missing, and the run's list, as this version of the page reads it, still has the run's
/// items; `None` if the list can't be read at the moment.
fn is_resumable(stored: &StoredRun, reading: &Reading) -> Option<bool> {
    let Some(run) = stored.run.as_ref().filter(|_| stored.is_resumable()) else { return Some(false) };
    (!reading.has_failed).then(|| fingerprint(&reading.plan) == run.fingerprint)
}

/// The first host that a plan asks, with its port, and the number of others.
fn hosts_of(plan: &Plan) -> (String, usize) {
    let mut hosts = plan.origins().iter().filter(|origin| Address::is_of_host(origin));
    let name =
        |origin: &String| origin.split_once("://").map_or(origin.as_str(), |(_, host)| host).to_owned();
    (hosts.next().map(name).unwrap_or_default(), hosts.count())
}

/// When a run began: its age, or its date if that is a day or more ago.
fn time_of(started: f64) -> String {
    let age = Duration::from_millis((Date::now() - started).max(0.0) as u64);
    if age.as_secs() < 86_400 { words::stored_runs::age(age) } else { local_time(started) }
}

/// A moment, in milliseconds since 1970, in the user's own notation.
fn local_time(milliseconds: f64) -> String {
    let options = Object::new();
    for (name, length) in [("dateStyle", "medium"), ("timeStyle", "short")] {
        // Setting a property of a plain object can't fail.
        let _ = Reflect::set(&options, &name.into(), &length.into());
    }
    let date: LocalDate = Date::new(&milliseconds.into()).unchecked_into();
    date.to_text(&JsValue::UNDEFINED, &options).into()
}
