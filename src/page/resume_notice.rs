//! After loading: the runs that a reload or a crash interrupted, and the offer to resume them.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::time::Duration;

use js_sys::{Date, JsString, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement};

use super::announcer::Announcer;
use super::elements::{by_id, has_focus, set_shown};
use super::list_reader::read_list;
use crate::browser::{Clock, discard_interrupted, interrupted_runs};
use crate::job::InterruptedRun;
use crate::report::interrupted_text;
use crate::spool::fingerprint;
use crate::text::text;

#[wasm_bindgen]
extern "C" {
    /// The type in js-sys takes no options.
    #[wasm_bindgen(extends = Date)]
    type LocalDate;
    #[wasm_bindgen(method, js_name = toLocaleString)]
    fn to_text(this: &LocalDate, locale: &JsValue, options: &Object) -> JsString;
}

/// When to look for interrupted runs, after the page was loaded: the previous page may hold its files
/// for a moment longer.
const LOOKS: [Duration; 3] = [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(4)];

/// The notice.
pub struct ResumeNotice {
    notice: HtmlElement,
    text: Element,
    /// The newest first, which is the one that is offered.
    runs: RefCell<VecDeque<InterruptedRun>>,
}

impl ResumeNotice {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self { notice: by_id("interrupted")?, text: by_id("interrupted-text")?, runs: RefCell::default() })
    }

    /// Looks for interrupted runs until there are some, or until `is_wanted` turns false.
    pub async fn look(&self, announcer: &Announcer, is_wanted: impl Fn() -> bool) {
        let clock = Clock::start();
        for at in LOOKS {
            clock.sleep_until(at).await;
            let runs = resumable_runs().await;
            if !is_wanted() {
                return;
            }
            self.runs.replace(runs);
            self.show(announcer);
            if !self.runs.borrow().is_empty() {
                return;
            }
        }
    }

    /// Offers the newest run, if there is any.
    fn show(&self, announcer: &Announcer) {
        let runs = self.runs.borrow();
        let newest = runs.front();
        if let Some(run) = newest {
            let text = interrupted_text(&local_time(run.started), run.stored, run.items, run.bytes);
            self.text.set_text_content(Some(&text));
            announcer.say(&text);
        }
        set_shown(&self.notice, newest.is_some());
        // Programs wait for the count to know that the page has looked.
        let _ = self.notice.dataset().set("runs", &text![runs.len()]);
    }

    /// Hides the notice, since a run begins. The runs left are offered when the page is loaded again.
    pub fn hide(&self) {
        set_shown(&self.notice, false);
    }

    pub fn has_focus(&self) -> bool {
        has_focus(&self.notice)
    }

    /// The run that is offered.
    pub fn offered(&self) -> Option<InterruptedRun> {
        self.runs.borrow().front().cloned()
    }

    /// Removes the run that is offered, since it has been resumed.
    pub fn remove_offered(&self) {
        self.runs.borrow_mut().pop_front();
    }

    /// Throws away the run that is offered, with its images, and offers the next.
    pub async fn discard(&self, announcer: &Announcer) {
        let Some(run) = self.runs.borrow_mut().pop_front() else { return };
        discard_interrupted(&run.name).await;
        announcer.say("The images of the interrupted run were thrown away.");
        self.show(announcer);
    }
}

/// The runs that can be resumed, the newest first. Others, which an older version of the page may have
/// left, are discarded.
async fn resumable_runs() -> VecDeque<InterruptedRun> {
    let mut runs = VecDeque::new();
    for run in interrupted_runs().await {
        if is_resumable(&run).await {
            runs.push_back(run);
        } else {
            discard_interrupted(&run.name).await;
        }
    }
    runs
}

/// Whether the list of a run, as this version of the page reads it, still has the run's items.
async fn is_resumable(run: &InterruptedRun) -> bool {
    let plan = read_list(&run.source, &|| true).await;
    plan.is_some_and(|plan| fingerprint(&plan) == run.fingerprint)
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
