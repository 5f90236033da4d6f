//! What the page says when the browser's storage does not suffice for a run: before it is full, if that can
//! be foreseen, and when it is, with what can be done.

use std::cell::Cell;

use js_sys::{Object, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, HtmlElement};

use super::announcer::Announcer;
use super::elements::{by_id, has_focus, set_shown};
use super::run_view::RunView;
use crate::browser::promise;
use crate::report::full_text;
use crate::words::{runs, stored_runs};

/// The images that must have arrived before the size of all is estimated.
const SAMPLE: usize = 3;

/// From this many bytes on the browser is asked not to remove the site's data on its own.
const WORTH_KEEPING: u64 = 100_000_000;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["navigator", "storage"], js_name = estimate, catch)]
    fn estimate() -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["navigator", "storage"], js_name = persist, catch)]
    fn persist() -> Result<Promise, JsValue>;

    #[wasm_bindgen(js_name = Object)]
    type Estimate;
    #[wasm_bindgen(method, getter)]
    fn usage(this: &Estimate) -> Option<f64>;
    #[wasm_bindgen(method, getter)]
    fn quota(this: &Estimate) -> Option<f64>;
}

/// The notice.
pub struct StorageNotice {
    section: HtmlElement,
    title: Element,
    text: Element,
    resume: HtmlElement,
    /// Whether the run under way was compared with the free space.
    is_checked: Cell<bool>,
    /// Whether the run under way is paused.
    is_paused: Cell<bool>,
}

impl StorageNotice {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self {
            section: by_id("full")?,
            title: by_id("full-title")?,
            text: by_id("full-text")?,
            resume: by_id("full-resume")?,
            is_checked: Cell::new(false),
            is_paused: Cell::new(false),
        })
    }

    /// A run begins.
    pub fn begin(&self) {
        self.is_checked.set(false);
        self.hide();
    }

    pub fn has_focus(&self) -> bool {
        has_focus(&self.section)
    }

    pub fn hide(&self) {
        self.is_paused.set(false);
        set_shown(&self.section, false);
    }

    /// Compares what a run needs with what is free, once its first images have arrived.
    pub fn check(&'static self, view: &RunView, announcer: &'static Announcer) {
        let rows = view.rows.borrow();
        let totals = rows.totals();
        if totals.stored < SAMPLE || self.is_checked.replace(true) {
            return;
        }
        let to_come = (totals.items - totals.finished()) as u64;
        let needed = totals.stored_bytes / totals.stored as u64 * to_come;
        if totals.stored_bytes + needed > WORTH_KEEPING
            && let Ok(asked) = persist()
        {
            // Whatever the browser decides, the run goes on.
            spawn_local(async move { drop(promise(asked).await) });
        }
        spawn_local(async move {
            if let Some(free) = free_bytes().await
                && free < needed
                // Storage may be full by the time that the browser answers.
                && !self.is_paused.get()
            {
                self.show(runs::SHORT_STORAGE, &stored_runs::shortage(needed, free), false, announcer);
            }
        });
    }

    /// Says that the run is paused because nothing more can be stored.
    pub fn show_full(&self, view: &RunView, announcer: &Announcer) {
        self.is_paused.set(true);
        self.show(runs::FULL_STORAGE, &full_text(&view.rows.borrow()), true, announcer);
    }

    fn show(&self, title: &str, text: &str, is_paused: bool, announcer: &Announcer) {
        self.title.set_text_content(Some(title));
        self.text.set_text_content(Some(text));
        set_shown(&self.resume, is_paused);
        set_shown(&self.section, true);
        announcer.say(&runs::notice(title, text));
    }
}

/// The bytes that the site may still store; `None` if the browser does not say.
async fn free_bytes() -> Option<u64> {
    let estimate: Object = promise(estimate().ok()?).await.ok()?.unchecked_into();
    let estimate: &Estimate = estimate.unchecked_ref();
    Some((estimate.quota()? - estimate.usage()?).max(0.0) as u64)
}
