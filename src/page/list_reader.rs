//! Reads lists with the module that `www/boot.js` loads for the first of them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::browser::{BrowserText, promise};
use crate::plan::{Choice, Plan, PortionReader, Rejected, Request, Understood};
use crate::text::text;

/// The most rejected lines that are kept to be shown.
const MAX_SHOWN: usize = 1000;

/// Why no list can be read.
pub const NOT_LOADED: &str = "the part of this page that reads lists did not arrive; check the connection, and \
    try again, or reload the page";

thread_local! {
    /// Returns a promise of the module's functions.
    static LOAD: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// Sets what loads the module, as often as it is needed: a function that returns a promise of its functions.
pub fn load_with(load: Function) {
    LOAD.set(Some(load));
}

/// A list as it was read.
#[derive(Default)]
pub struct Reading {
    pub plan: Plan,
    pub understood: Understood,
    /// The first lines that name no address.
    pub rejected: Vec<Rejected>,
    /// The number of all of them.
    pub rejections: usize,
    /// Whether the list could not be read at all; what is rejected then says why.
    pub has_failed: bool,
}

impl Reading {
    fn push(&mut self, read: Result<Request, Rejected>) {
        if let Err(rejected) = read.and_then(|request| self.plan.push_valid(request, &BrowserText)) {
            self.rejections += 1;
            if self.rejected.len() < MAX_SHOWN {
                self.rejected.push(rejected);
            }
        }
    }

    fn failed() -> Self {
        let rejected = vec![Rejected::new(None, "the list", NOT_LOADED)];
        Self { rejected, rejections: 1, has_failed: true, ..Self::default() }
    }
}

/// Reads a list; `None` if `is_wanted` turned false before all of it was read.
pub async fn read_list(
    text: &str,
    choice: &Choice,
    is_wanted: impl Fn() -> bool + 'static,
) -> Option<Reading> {
    if text.trim().is_empty() {
        return Some(Reading::default());
    }
    let reading = Rc::new(RefCell::new(Reading::default()));
    let was_wanted = Rc::new(Cell::new(true));
    let columns: Vec<Rc<str>> = choice.kept_columns.iter().map(|name| name.as_str().into()).collect();
    let _end = EndOfReading(Rc::clone(&was_wanted));
    // Left to the garbage collector: the module may call it when a cancelled run has dropped this future.
    let take = Closure::<dyn FnMut(Vec<u8>) -> bool>::new({
        let (reading, was_wanted) = (Rc::clone(&reading), Rc::clone(&was_wanted));
        move |portion: Vec<u8>| {
            was_wanted.set(was_wanted.get() && is_wanted());
            let mut reading = reading.borrow_mut();
            PortionReader::new(&portion, &columns).for_each(|read| reading.push(read));
            was_wanted.get()
        }
    });
    let choice = Uint8Array::from(choice.to_bytes().as_slice());
    let read = call("readList", [text.into(), choice.into(), take.into_js_value()]).await;
    if !was_wanted.get() {
        return None;
    }
    let understood = read.ok().and_then(|bytes| Understood::from_bytes(&Uint8Array::new(&bytes).to_vec()));
    let Some(understood) = understood else { return Some(Reading::failed()) };
    Some(Reading { understood, ..reading.take() })
}

/// Ends the reading when it is dropped.
struct EndOfReading(Rc<Cell<bool>>);

impl Drop for EndOfReading {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

/// Calls a function of the module, and waits for what it resolves to.
///
/// # Errors
///
/// The module can't be loaded, or it has trapped, which `www/boot.js` reports.
pub async fn call<const COUNT: usize>(name: &str, given: [JsValue; COUNT]) -> Result<JsValue, JsValue> {
    call_with(name, &Array::from_iter(given)).await
}

async fn call_with(name: &str, given: &Array) -> Result<JsValue, JsValue> {
    let load = LOAD.with_borrow(Option::clone).ok_or(JsValue::UNDEFINED)?;
    let loaded: Promise = load.call0(&JsValue::UNDEFINED)?.unchecked_into();
    let function: Function = Reflect::get(&promise(loaded).await?, &name.into())?.dyn_into()?;
    let called: Promise = function.apply(&JsValue::UNDEFINED, given)?.unchecked_into();
    promise(called).await
}

/// A list that came as files or with a link.
#[derive(Debug, Default)]
pub struct OpenedList {
    /// Its text; `None` if there is no list.
    pub text: Option<String>,
    /// What to say about it, or why there is none; may be empty.
    pub note: String,
    /// The address against which its relative addresses are resolved; empty if it is not known.
    pub page: String,
}

/// Has a function of the module read a list from what the user gave.
pub async fn open_list(reader: &str, given: JsValue) -> OpenedList {
    match call(reader, [given]).await {
        Ok(opened) => {
            let text = |index| opened.unchecked_ref::<Array>().get(index).as_string();
            OpenedList { text: text(0), note: text(1).unwrap_or_default(), page: text(2).unwrap_or_default() }
        }
        Err(_) => {
            let note = text!["The list was not changed: ", NOT_LOADED, "."];
            OpenedList { note, ..OpenedList::default() }
        }
    }
}
