//! What a call gives to its requests, and for its own entries.

use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::values::error_object;
use crate::browser::{RunHandle, Supplier, inside};
use crate::plan::{Address, ItemId, Plan};
use crate::run::{Command, Event, EventKind};
use crate::text::text;

#[wasm_bindgen(module = "/src/api/supply.js")]
extern "C" {
    /// What a call gives.
    #[derive(Clone)]
    pub type Supply;
    /// Of the option `request`, and whether sources arrive while others are fetched.
    #[wasm_bindgen(constructor, catch)]
    pub fn new(request: &JsValue, arrives: bool) -> Result<Supply, JsValue>;
    /// Takes what a source has beside its address. Returns the name of an entry of the caller's own.
    #[wasm_bindgen(method, catch)]
    pub fn take(this: &Supply, item: f64, source: &JsValue) -> Result<Option<String>, JsValue>;
    /// Whether there is anything to give.
    #[wasm_bindgen(method, getter, js_name = isNeeded)]
    pub fn is_needed(this: &Supply) -> bool;
    /// Whether the caller's function is asked before each attempt.
    #[wasm_bindgen(method, getter, js_name = isAsked)]
    pub fn is_asked(this: &Supply) -> bool;
    #[wasm_bindgen(method, getter, js_name = isBound)]
    fn is_bound(this: &Supply) -> bool;
    /// Calls a function with each item whose own signal is aborted, until `close`.
    #[wasm_bindgen(method)]
    fn watch(this: &Supply, skip: &JsValue);
    /// Ends that.
    #[wasm_bindgen(method)]
    fn close(this: &Supply);
    /// Has an item fail.
    #[wasm_bindgen(method)]
    fn refuse(this: &Supply, item: f64, reason: &str);
    #[wasm_bindgen(method, js_name = note)]
    fn note_attempt(this: &Supply, item: f64, attempt: &JsValue, error: &JsValue);
}

impl Supply {
    /// Skips each item of a run whose own signal is aborted, until what this returns is dropped.
    pub fn watch_signals(&self, handle: &Rc<RunHandle>) -> SignalWatch {
        let handle = Rc::clone(handle);
        let skip = Closure::<dyn Fn(f64)>::new(move |item: f64| {
            inside(|| handle.command(Command::Skip(item as ItemId)));
        });
        self.watch(skip.as_ref());
        SignalWatch { supply: self.clone(), _skip: skip }
    }

    /// As what a run asks.
    pub fn supplier(&self) -> &Supplier {
        self.unchecked_ref()
    }

    /// Checks that what all requests carry reaches one origin only.
    ///
    /// # Errors
    ///
    /// Fails with a `TypeError` that names a second origin.
    pub fn check_origins(&self, plan: &Plan) -> Result<(), JsValue> {
        if !self.is_bound() {
            return Ok(());
        }
        let mut origins = plan.origins().iter().filter(|origin| Address::is_of_host(origin));
        let (Some(first), Some(second)) = (origins.next(), origins.next()) else { return Ok(()) };
        Err(js_sys::TypeError::new(&second_origin(first, second)).into())
    }

    /// Checks the same for an item that has arrived: one of a second origin fails.
    pub fn check_origin_of(&self, plan: &Plan, item: ItemId) {
        if !self.is_bound() {
            return;
        }
        let mut origins = plan.origins().iter().filter(|origin| Address::is_of_host(origin));
        let first = origins.next();
        let of_item = &plan.items()[item];
        let own = of_item.address.as_ref().ok().map(|address| &address.origin);
        let fallbacks = of_item.fallbacks.iter().map(|fallback| &fallback.address.origin);
        let other = own
            .into_iter()
            .chain(fallbacks)
            .find(|origin| Address::is_of_host(origin) && Some(*origin) != first);
        if let (Some(first), Some(other)) = (first, other) {
            self.refuse(item as f64, &second_origin(first, other));
        }
    }

    /// Records an attempt, for the caller's function.
    pub fn note(&self, event: &Event) {
        if !self.is_asked() {
            return;
        }
        let item = event.item as f64;
        match &event.kind {
            EventKind::Started { attempt } => self.note_attempt(item, &(*attempt).into(), &JsValue::NULL),
            EventKind::Retrying { error, .. } => {
                self.note_attempt(item, &JsValue::UNDEFINED, &error_object(error));
            }
            _ => {}
        }
    }
}

/// Listens to the signals of single requests.
pub struct SignalWatch {
    supply: Supply,
    _skip: Closure<dyn Fn(f64)>,
}

impl Drop for SignalWatch {
    fn drop(&mut self) {
        self.supply.close();
    }
}

fn second_origin(first: &str, second: &str) -> String {
    text![
        "options.request has headers, or credentials \"include\", so all addresses must be of one origin: ",
        second,
        " is not ",
        first,
        "; give each source its own `request`, or a function"
    ]
}
