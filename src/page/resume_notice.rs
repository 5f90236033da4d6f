//! After loading: the runs that a reload or a crash has cut off, and the offer to go on with them.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::time::Duration;

use js_sys::{Date, JsString, Object, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, HtmlElement};

use super::Page;
use super::elements::{by_id, has_focus, set_shown};
use super::running;
use crate::browser::{Clock, InterruptedRun, discard, interrupted};
use crate::report::interrupted_text;
use crate::text::text;

#[wasm_bindgen]
extern "C" {
    /// js-sys' own knows no options.
    #[wasm_bindgen(extends = Date)]
    type LocalDate;
    #[wasm_bindgen(method, js_name = toLocaleString)]
    fn to_text(this: &LocalDate, locale: &JsValue, options: &Object) -> JsString;
}

/// When to look, after the page was loaded: the one before may hold its files for a moment longer.
const LOOKS: [Duration; 3] = [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(4)];

/// The notice.
pub struct ResumeNotice {
    notice: HtmlElement,
    text: Element,
    /// The newest first, which is the one that is told of.
    runs: RefCell<VecDeque<InterruptedRun>>,
}

impl ResumeNotice {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self { notice: by_id("interrupted")?, text: by_id("interrupted-text")?, runs: RefCell::default() })
    }

    /// Looks for such runs, until there is one.
    pub async fn look(&self, page: &Page) {
        let clock = Clock::start();
        for at in LOOKS {
            clock.sleep_until(at).await;
            let runs = interrupted().await;
            // Who has begun something else has other things in mind.
            if page.running.is_on() || page.line.is_shown() {
                return;
            }
            self.runs.replace(runs.into());
            self.show(page);
            if !self.runs.borrow().is_empty() {
                return;
            }
        }
    }

    /// Tells of the newest one, if there is any.
    fn show(&self, page: &Page) {
        let runs = self.runs.borrow();
        let newest = runs.front();
        if let Some(run) = newest {
            let text = interrupted_text(&local_time(run.started), run.stored, run.items, run.bytes);
            self.text.set_text_content(Some(&text));
            page.announcer.say(&text);
        }
        set_shown(&self.notice, newest.is_some());
        // For whoever waits to hear whether there is one.
        let _ = self.notice.dataset().set("runs", &text![runs.len()]);
    }

    /// A run begins; what is left is told of when the page is loaded again.
    pub fn hide(&self) {
        set_shown(&self.notice, false);
    }

    pub fn has_focus(&self) -> bool {
        has_focus(&self.notice)
    }

    /// Goes on with the run that is told of.
    pub fn resume(&self, page: &'static Page) {
        let newest = self.runs.borrow().front().cloned();
        if let Some(run) = newest
            && running::resume(page, run)
        {
            self.runs.borrow_mut().pop_front();
        }
    }

    /// Throws away what is there of the run that is told of.
    pub fn throw_away(&'static self, page: &'static Page) {
        let Some(run) = self.runs.borrow_mut().pop_front() else { return };
        let had_focus = self.has_focus();
        spawn_local(async move {
            discard(&run.name).await;
            page.announcer.say("What was there of the interrupted run was thrown away.");
            self.show(page);
            if had_focus && !self.has_focus() {
                page.form.focus();
            }
        });
    }
}

/// A moment as people here write it.
fn local_time(milliseconds: f64) -> String {
    let options = Object::new();
    for (name, length) in [("dateStyle", "medium"), ("timeStyle", "short")] {
        // Setting a property of a plain object can't fail.
        let _ = Reflect::set(&options, &name.into(), &length.into());
    }
    let date: LocalDate = Date::new(&milliseconds.into()).unchecked_into();
    date.to_text(&JsValue::UNDEFINED, &options).into()
}
