//! What a call gives to its requests, and for its own entries.

use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::values::error_object;
use crate::browser::{RunHandle, Supplier, inside};
use crate::plan::ItemId;
use crate::run::{Command, Event, EventKind};

#[wasm_bindgen]
extern "C" {
    /// What a call gives: an object of `entry/supply.js`.
    #[derive(Clone)]
    pub type Supply;
    /// Whether the caller's function is asked before each attempt.
    #[wasm_bindgen(method, getter, js_name = isAsked)]
    pub fn is_asked(this: &Supply) -> bool;
    /// Calls a function with each item whose own signal is aborted, until `close`.
    #[wasm_bindgen(method)]
    fn watch(this: &Supply, skip: &JsValue);
    /// Ends that.
    #[wasm_bindgen(method)]
    fn close(this: &Supply);
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
