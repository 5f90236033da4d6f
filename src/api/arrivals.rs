//! A list that arrives while it is fetched.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::results::Urls;
use super::sources::request;
use crate::browser::{BrowserText, Notify, RunHandle, promise};
use crate::plan::{ItemId, TextMap};
use crate::run::{Event, EventKind, FetchError};

#[wasm_bindgen(module = "/src/api/arrivals.js")]
extern "C" {
    /// The sources of an async iterable.
    #[wasm_bindgen(js_name = Arrivals)]
    type List;
    #[wasm_bindgen(constructor, js_class = "Arrivals", catch)]
    fn new(iterable: &JsValue) -> Result<List, JsValue>;
    #[wasm_bindgen(method)]
    fn next(this: &List) -> Promise;
    #[wasm_bindgen(method)]
    fn close(this: &List) -> Promise;

    type Next;
    #[wasm_bindgen(method, getter)]
    fn source(this: &Next) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = isOver)]
    fn is_over(this: &Next) -> Option<bool>;
    #[wasm_bindgen(method, getter, js_name = isBroken)]
    fn is_broken(this: &Next) -> Option<bool>;
    #[wasm_bindgen(method, getter)]
    fn error(this: &Next) -> JsValue;
}

/// The most sources that are asked for beyond those that have begun. Passing on one after the other costs more than
/// a small image.
const MOST_AHEAD: usize = 16;

/// The sources that arrive. The iterable is closed when this is dropped before its end.
pub struct Arrivals {
    list: List,
    /// The items that have been passed on.
    known: Cell<usize>,
    /// The items that have begun, or have ended without.
    begun: Cell<usize>,
    /// How many more sources than have begun are asked for: one, and one more each time that a place stayed empty.
    ahead: Cell<usize>,
    is_ended: Cell<bool>,
    changed: Notify,
}

impl Arrivals {
    /// Reads an async iterable.
    ///
    /// # Errors
    ///
    /// Fails with what the iterable throws.
    pub fn of(sources: &JsValue) -> Result<Self, JsValue> {
        Ok(Self {
            list: List::new(sources)?,
            known: Cell::new(0),
            begun: Cell::new(0),
            ahead: Cell::new(1),
            is_ended: Cell::new(false),
            changed: Notify::default(),
        })
    }

    /// Takes an event; `is_asked` says whether anything was requested for its item.
    pub fn note(&self, event: &Event, is_asked: bool) {
        let has_begun = match &event.kind {
            EventKind::Started { attempt } => *attempt == 1,
            EventKind::Failed { error: FetchError::OverTotal { .. } } => {
                // Nothing more will be fetched.
                self.end();
                !is_asked
            }
            EventKind::Failed { .. } | EventKind::LeftOut { .. } => !is_asked,
            _ => false,
        };
        if has_begun {
            self.begun.set(self.begun.get() + 1);
            self.changed.notify();
        } else if matches!(event.kind, EventKind::Stored(_)) && self.begun.get() == self.known.get() {
            // Nothing waits for the place of this image.
            self.ahead.set(MOST_AHEAD.min(self.ahead.get() + 1));
            self.changed.notify();
        }
    }

    /// Asks for no more.
    pub fn end(&self) {
        self.is_ended.set(true);
        self.changed.notify();
    }

    /// Appends sources to the plan as they arrive, a few more than have begun, and completes it. Returns why the list
    /// broke; `null` if it did not.
    pub async fn append_to(&self, urls: &Urls, handle: &Rc<RunHandle>, skips_repeated: bool) -> JsValue {
        let Urls { plan, long } = urls;
        let mut first = skips_repeated.then(TextMap::default);
        let failure = loop {
            let is_wanted = || {
                let is_short = self.begun.get() + self.ahead.get() > plan.len();
                (self.is_ended.get() || is_short).then_some(())
            };
            self.changed.wait_for(is_wanted).await;
            if self.is_ended.get() {
                break JsValue::NULL;
            }
            let next: Next = promise(self.list.next()).await.unwrap_or_default().unchecked_into();
            if next.is_over() == Some(true) {
                break if next.is_broken() == Some(true) { next.error() } else { JsValue::NULL };
            }
            let item: ItemId = plan.len();
            plan.push_unless_repeated(request(&next.source(), long), &BrowserText, first.as_mut());
            self.known.set(plan.len());
            handle.pass_arrived(item);
        };
        plan.set_open(false);
        handle.pass_arrived(plan.len());
        failure
    }
}

impl Drop for Arrivals {
    fn drop(&mut self) {
        drop(promise(self.list.close()));
    }
}
