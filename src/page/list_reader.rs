//! Reads lists with the module that `www/boot.js` loads for the first of them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Array, Function, JsString, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::browser::{BrowserText, TaskWorker, Yielder, promise};
use crate::plan::{Choice, Plan, PortionReader, Rejected, Request, Understood};
use crate::words::{list_box, list_files};

/// The most rejected lines that are kept to be shown.
const MAX_SHOWN: usize = 1000;

/// The length from which a list is read on a thread of its own, in UTF-16 code units. To start the thread takes
/// longer than to read a shorter one.
const LONG: u32 = 100_000;

/// Pieces of a list between two looks at the clock, which are not free.
const STEPS: usize = 50;

thread_local! {
    /// Returns a promise of the module.
    static LOAD: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// Sets what loads the module, as often as it is needed: a function that returns a promise of its
/// functions, script and compiled wasm.
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
        let rejected = vec![Rejected::new(None, list_files::THE_LIST, list_box::NOT_LOADED)];
        Self { rejected, rejections: 1, has_failed: true, ..Self::default() }
    }
}

/// Reads a list, until the future is dropped. A long one is read on a thread of its own, if there can be one.
pub async fn read_list(text: &JsString, choice: &Choice) -> Reading {
    if text.trim().length() == 0 {
        return Reading::default();
    }
    let columns: Vec<Rc<str>> = choice.kept_columns.iter().map(|name| name.as_str().into()).collect();
    let choice = Uint8Array::from(choice.to_bytes().as_slice());
    if text.length() >= LONG
        && let Some(reading) = read_on_thread(text, &choice, &columns).await
    {
        return reading;
    }
    read_in_page(text, choice, columns).await.unwrap_or_else(Reading::failed)
}

/// Reads a list on a thread of its own; `None` if there can be none, or if it has broken down.
async fn read_on_thread(text: &JsString, choice: &Uint8Array, columns: &[Rc<str>]) -> Option<Reading> {
    let module = loaded().await.ok()?;
    let property = |name: &str| Reflect::get(&module, &name.into()).unwrap_or_default();
    let (script, wasm) = (property("script").as_string()?, property("module"));
    let worker = TaskWorker::start(&script, &wasm, "serveList", &Array::of2(text, choice)).await?;
    let (mut reading, mut yielder) = (Reading::default(), Yielder::default());
    loop {
        let message: Array = worker.next_message().await?.unchecked_into();
        let bytes = Uint8Array::new(&message.get(0)).to_vec();
        if message.get(1).is_truthy() {
            return Some(Reading { understood: Understood::from_bytes(&bytes)?, ..reading });
        }
        for (index, read) in PortionReader::new(&bytes, columns).enumerate() {
            reading.push(read);
            if index % STEPS == 0 {
                yielder.maybe_yield().await;
            }
        }
    }
}

/// Reads a list on the page's own thread; `None` if the module does not arrive or traps.
async fn read_in_page(text: &JsString, choice: Uint8Array, columns: Vec<Rc<str>>) -> Option<Reading> {
    let reading = Rc::new(RefCell::new(Reading::default()));
    let is_wanted = Rc::new(Cell::new(true));
    let _end = EndOfReading(Rc::clone(&is_wanted));
    // Left to the garbage collector: the module may call it when this future is dropped.
    let take = Closure::<dyn FnMut(Vec<u8>) -> bool>::new({
        let (reading, is_wanted) = (Rc::clone(&reading), Rc::clone(&is_wanted));
        move |portion: Vec<u8>| {
            let mut reading = reading.borrow_mut();
            PortionReader::new(&portion, &columns).for_each(|read| reading.push(read));
            is_wanted.get()
        }
    });
    let read = call("readList", [text.into(), choice.into(), take.into_js_value()]).await.ok()?;
    let understood = Understood::from_bytes(&Uint8Array::new(&read).to_vec())?;
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
    let function: Function = Reflect::get(&loaded().await?, &name.into())?.dyn_into()?;
    let called: Promise = function.apply(&JsValue::UNDEFINED, given)?.unchecked_into();
    promise(called).await
}

/// The module: its functions, and what a thread starts it with.
async fn loaded() -> Result<JsValue, JsValue> {
    let load = LOAD.with_borrow(Option::clone).ok_or(JsValue::UNDEFINED)?;
    promise(load.call0(&JsValue::UNDEFINED)?).await
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
            let note = list_box::not_changed(list_box::NOT_LOADED);
            OpenedList { note, ..OpenedList::default() }
        }
    }
}
