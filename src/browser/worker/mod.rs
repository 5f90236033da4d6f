//! A thread of our own for runs that a page asks for.
//!
//! ```text
//! page                                         worker
//! Worker ── glue and compiled wasm ─────────▶ worker.js ─▶ the same wasm, once more
//! Worker::run ── port, job ─────────────────▶ serve_run ─▶ here::run_locally
//! Connection ◀── events as bytes ─────────────┤
//!            ── number of an image ─────────▶ │ ── its preview ─▶
//!            ◀── chunk of a sink's archive ── │ waits for ─▶ "written"
//!            ◀── archive: Blob and names ─────┘
//! ```
//!
//! A run has a port of its own. What goes through it: bytes are events; arrays begin with a word.

#[cfg(feature = "page")]
mod again;
#[cfg(feature = "page")]
mod attended;
mod connection;
#[cfg(feature = "page")]
mod interrupted;
mod job;
#[cfg(feature = "page")]
mod notes;
#[cfg(feature = "page")]
mod proving;
mod serve;
mod sink;

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::MessageChannel;

use super::archive::message_of;
use super::collect::Job;
use super::later::Shared;
pub use connection::Connection;
#[cfg(feature = "page")]
pub use interrupted::{InterruptedRun, discard, interrupted};
#[cfg(feature = "page")]
pub use proving::prove;
pub use serve::serve_run;

#[wasm_bindgen]
extern "C" {
    /// The web's own; web-sys' one takes an address as text, which Trusted Types forbid.
    #[wasm_bindgen(js_name = Worker)]
    #[derive(Debug)]
    type WebWorker;
    #[wasm_bindgen(constructor, js_class = "Worker", catch)]
    fn new(url: &JsValue, options: &Object) -> Result<WebWorker, JsValue>;
    #[wasm_bindgen(method, js_name = postMessage, catch)]
    fn post(this: &WebWorker, message: &JsValue, transfer: &Array) -> Result<(), JsValue>;
    #[wasm_bindgen(method, setter)]
    fn set_onmessage(this: &WebWorker, listener: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_onerror(this: &WebWorker, listener: &JsValue);
    #[wasm_bindgen(method)]
    fn terminate(this: &WebWorker);

    #[wasm_bindgen(js_name = Object)]
    type ImportMeta;
    #[wasm_bindgen(method, getter)]
    fn url(this: &ImportMeta) -> String;
    /// Of wasm-bindgen's own script, through which the worker starts the wasm.
    #[wasm_bindgen(thread_local_v2, js_namespace = import, js_name = meta)]
    static GLUE: ImportMeta;
}

/// The page's worker.
#[derive(Debug)]
pub struct Worker {
    worker: WebWorker,
    /// The runs that would have to hear of a breakdown.
    runs: RefCell<Vec<Weak<Connection>>>,
}

/// Resolves to the worker; to `None` where there can be none.
type Start = Rc<Shared<Option<Rc<Worker>>>>;

thread_local! {
    /// The page's worker, once it was asked for.
    static STARTED: RefCell<Option<Start>> = const { RefCell::new(None) };
}

impl Worker {
    /// The page's one worker; `None` where it can't be started, and where this is no page.
    pub async fn of_this_page() -> Option<Rc<Self>> {
        Self::start()?.get().await
    }

    /// Starts the worker before it is needed, which takes some 50 ms.
    pub fn start() -> Option<Start> {
        // Workers have no window.
        web_sys::window()?;
        if let Some(start) = STARTED.with_borrow(Clone::clone) {
            return Some(start);
        }
        let start = Start::default();
        STARTED.set(Some(Rc::clone(&start)));
        // What refuses a worker here, such as the page's Content Security Policy, does so for good.
        if Self::launch(&start).is_err() {
            start.set(None);
        }
        Some(start)
    }

    fn launch(start: &Start) -> Result<(), JsValue> {
        let options = Object::new();
        Reflect::set(&options, &"type".into(), &"module".into())?;
        let script = trusted(&wasm_bindgen::link_to!(module = "/src/browser/worker/worker.js"))?;
        let worker = WebWorker::new(&script, &options)?;
        let glue = GLUE.with(ImportMeta::url);
        worker.post(&Array::of2(&glue.into(), &wasm_bindgen::module()), &Array::new())?;

        let worker = Rc::new(Self { worker, runs: RefCell::default() });
        let (ready, started) = (Rc::clone(start), Rc::clone(&worker));
        let on_message = Closure::<dyn Fn()>::new(move || ready.set(Some(Rc::clone(&started))));
        worker.worker.set_onmessage(&on_message.into_js_value());
        let (failed, broken) = (Rc::clone(start), Rc::downgrade(&worker));
        let on_error = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| {
            // Where it never started, runs go on without it; where it did, the next run gets
            // another one.
            failed.set_if_empty(None);
            if let Some(worker) = broken.upgrade() {
                worker.broke_down(&event);
            }
        });
        worker.worker.set_onerror(&on_error.into_js_value());
        Ok(())
    }

    /// Asks the worker something that has one answer; `null` where there will be none.
    #[cfg(feature = "page")]
    async fn ask(&self, words: &Array) -> JsValue {
        let Ok(channel) = MessageChannel::new() else { return JsValue::NULL };
        let answer = Rc::<Shared<JsValue>>::default();
        let to_answer = Rc::clone(&answer);
        let listener = Closure::<dyn Fn(web_sys::MessageEvent)>::new(move |event: web_sys::MessageEvent| {
            to_answer.set(event.data());
        });
        channel.port1().set_onmessage(Some(listener.as_ref().unchecked_ref()));
        words.unshift(&channel.port2());
        match self.worker.post(words, &Array::of1(&channel.port2())) {
            Ok(()) => answer.get().await,
            Err(_) => JsValue::NULL,
        }
    }

    fn broke_down(&self, event: &JsValue) {
        let runs: Vec<_> = self.runs.take().iter().filter_map(Weak::upgrade).collect();
        if !runs.is_empty() {
            STARTED.set(None);
            self.worker.terminate();
        }
        let reason = message_of(event);
        runs.into_iter().for_each(|run| run.broke_down(&reason));
    }

    /// Gives a job to the worker; `None` where that is refused.
    pub fn run(&self, job: &Job<'_>) -> Option<Rc<Connection>> {
        let channel = MessageChannel::new().ok()?;
        let (message, items) = job::to_message(job);
        message.unshift(&channel.port2());
        self.worker.post(&message, &Array::of2(&channel.port2(), &items)).ok()?;
        let run = Connection::new(channel.port1());
        let mut runs = self.runs.borrow_mut();
        runs.retain(|run| run.strong_count() > 0);
        runs.push(Rc::downgrade(&run));
        Some(run)
    }
}

#[wasm_bindgen]
extern "C" {
    type TrustedTypes;
    #[wasm_bindgen(thread_local_v2, js_name = trustedTypes)]
    static TRUSTED_TYPES: Option<TrustedTypes>;
    #[wasm_bindgen(method, js_name = createPolicy, catch)]
    fn create_policy(this: &TrustedTypes, name: &str, rules: &Object) -> Result<Policy, JsValue>;
    type Policy;
    #[wasm_bindgen(method, js_name = createScriptURL)]
    fn create_script_url(this: &Policy, url: &str) -> JsValue;
}

/// An address that a page with Trusted Types lets us start a worker from.
fn trusted(url: &str) -> Result<JsValue, JsValue> {
    TRUSTED_TYPES.with(|types| {
        let Some(types) = types else { return Ok(url.into()) };
        // It is the address of a file of ours, and no text from outside.
        let itself = Closure::<dyn Fn(JsValue) -> JsValue>::new(|url| url);
        let rules = Object::new();
        Reflect::set(&rules, &"createScriptURL".into(), itself.as_ref())?;
        Ok(types.create_policy("fetchzip", &rules)?.create_script_url(url))
    })
}
