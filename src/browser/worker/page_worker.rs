//! The page's one worker: started once, and replaced when it breaks down.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use js_sys::Array;
#[cfg(not(feature = "page"))]
use js_sys::Function;
use wasm_bindgen::prelude::*;
use web_sys::{MessageChannel, MessagePort};

use super::connection::{Connection, Connections};
use super::port::message;
use super::web_worker::WebWorker;
use crate::browser::web::{Clock, Shared, inside, js_message, spawn};
use crate::job::{Job, ToWorker};
use crate::run::Command;
use crate::text::text;

/// The function that serves runs in the worker.
const SERVE: &str = "serveRun";

/// How long runs wait for the worker. Its files usually come from a cache.
const LONGEST_START: Duration = Duration::from_secs(10);

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = Object)]
    type ImportMeta;
    /// None in a script that a bundler has made no module.
    #[wasm_bindgen(method, getter)]
    fn url(this: &ImportMeta) -> Option<String>;
    /// Of wasm-bindgen's own script, through which the worker starts the wasm.
    #[wasm_bindgen(thread_local_v2, js_namespace = import, js_name = meta)]
    static GLUE: ImportMeta;
    #[wasm_bindgen(js_namespace = console, js_name = warn)]
    fn warn(text: &str);

    /// The compiled wasm, which stays when it is started anew, with the worker that it had then.
    type Compiled;
    #[wasm_bindgen(method, getter)]
    fn worker(this: &Compiled) -> Option<WebWorker>;
    #[wasm_bindgen(method, setter)]
    fn set_worker(this: &Compiled, worker: &WebWorker);
}

/// The page's worker.
#[derive(Debug)]
pub struct Worker {
    worker: WebWorker,
    /// The runs that fail when the worker breaks down.
    runs: Rc<Connections>,
}

/// Resolves to the worker, or to `None` if there can be none.
type Start = Rc<Shared<Option<Rc<Worker>>>>;

thread_local! {
    /// The page's worker, once it was started.
    static STARTED: RefCell<Option<Start>> = const { RefCell::new(None) };
}

#[cfg(feature = "page")]
thread_local! {
    /// The address of the worker's script, until it turns out not to be there.
    static SCRIPT: RefCell<Option<String>> = const { RefCell::new(None) };
}

#[cfg(not(feature = "page"))]
thread_local! {
    /// Makes a worker, as the package's entry does.
    static NEW_WORKER: RefCell<Option<Function>> = const { RefCell::new(None) };
}

impl Worker {
    /// The page's worker; `None` if it can't be started, or if this thread is not a page.
    pub async fn of_this_page() -> Option<Rc<Self>> {
        Self::start()?.get().await
    }

    /// The address of wasm-bindgen's script, through which all JavaScript calls the wasm.
    pub fn glue() -> String {
        GLUE.with(ImportMeta::url).unwrap_or_default()
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
        // What refuses a worker here, such as the page's Content Security Policy, refuses every later one.
        if let Err(error) = Self::launch(&start) {
            do_without(&start, &js_message(&error));
        }
        Some(start)
    }

    /// Starts the worker from a script at this address. If it does not arrive, as without a network, the worker
    /// has the script that is in this wasm's own.
    #[cfg(feature = "page")]
    pub fn start_from(script: String) {
        SCRIPT.set(Some(script));
        drop(Self::start());
    }

    /// A thread with this wasm.
    #[cfg(feature = "page")]
    fn web_worker() -> Result<WebWorker, JsValue> {
        let (glue, module) = (Self::glue(), wasm_bindgen::module());
        match SCRIPT.with_borrow(Clone::clone) {
            Some(script) => WebWorker::from_script(&script)?.with_module(&glue, &module, SERVE),
            None => WebWorker::start(&glue, &module, SERVE),
        }
    }

    /// Starts a worker that has not started in the other way, if there is one.
    #[cfg(feature = "page")]
    fn start_otherwise(start: &Start) -> bool {
        start.current().is_none() && SCRIPT.take().is_some() && Self::launch(start).is_ok()
    }

    #[cfg(not(feature = "page"))]
    fn start_otherwise(_: &Start) -> bool {
        false
    }

    /// A thread with this wasm, by the package's entry.
    #[cfg(not(feature = "page"))]
    fn web_worker() -> Result<WebWorker, JsValue> {
        let new_worker = NEW_WORKER.with_borrow(Clone::clone).ok_or(JsValue::NULL)?;
        let worker: WebWorker = new_worker.call0(&JsValue::UNDEFINED)?.unchecked_into();
        worker.with_module(&Self::glue(), &wasm_bindgen::module(), SERVE)
    }

    /// From now on, `new_worker` makes the page's workers: it returns one with the package's script, or
    /// throws.
    #[cfg(not(feature = "page"))]
    pub fn make_by(new_worker: Function) {
        NEW_WORKER.set(Some(new_worker));
    }

    fn launch(start: &Start) -> Result<(), JsValue> {
        let module: Compiled = wasm_bindgen::module().unchecked_into();
        if let Some(before) = module.worker() {
            before.terminate();
        }
        let worker = Self::web_worker()?;
        module.set_worker(&worker);
        let worker = Rc::new(Self { worker, runs: Rc::default() });
        let (ready, started) = (Rc::clone(start), Rc::clone(&worker));
        let on_message = Closure::<dyn Fn()>::new(move || {
            inside(|| ready.set_if_empty(Some(Rc::clone(&started))));
        });
        worker.worker.set_onmessage(&on_message.into_js_value());
        let (failed, broken) = (Rc::clone(start), Rc::downgrade(&worker));
        let on_error = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| {
            // If the worker never started, runs do without one; if it did, the next run starts another.
            inside(|| {
                if Self::start_otherwise(&failed) {
                    return;
                }
                do_without(&failed, &js_message(&event));
                if let Some(worker) = broken.upgrade() {
                    worker.break_down(&event);
                }
            });
        });
        worker.worker.set_onerror(&on_error.into_js_value());
        let (awaited, clock) = (Rc::clone(start), Clock::start());
        spawn(async move {
            clock.sleep_until(LONGEST_START).await;
            if do_without(&awaited, "its files have not come for 10 s") {
                worker.worker.terminate();
            }
        });
        Ok(())
    }

    /// Starts a run, which carries these commands out first; `None` if the browser refuses the message. With
    /// `into_sink` the archive comes back in chunks.
    pub fn run(&self, job: Rc<Job>, into_sink: bool, commands: &[Command]) -> Option<Rc<Connection>> {
        let plan = Rc::clone(&job.plan);
        let port = self.open_port(&ToWorker::Start { job, into_sink, commands: commands.to_vec() })?;
        Some(Connection::new(port, plan, Rc::clone(&self.runs)))
    }

    /// Sends the first message of a new port; `None` if the browser refuses it.
    pub fn open_port(&self, first: &ToWorker) -> Option<MessagePort> {
        let channel = MessageChannel::new().ok()?;
        let (message, buffer) = message(&first.to_bytes(), &channel.port2());
        self.worker.post(&message, &Array::of2(&channel.port2(), &buffer)).ok()?;
        Some(channel.port1())
    }

    fn break_down(&self, event: &JsValue) {
        let runs = self.runs.take();
        if !runs.is_empty() {
            STARTED.set(None);
            self.worker.terminate();
        }
        let reason = js_message(event);
        runs.into_iter().for_each(|run| run.break_down(&reason));
    }
}

/// Has runs do without a worker that has not started, which is said once; false if it has.
fn do_without(start: &Start, reason: &str) -> bool {
    let has_started = start.current().is_some();
    if !has_started {
        start.set(None);
        warn(&text![
            "fetchzip: its worker could not be started (",
            reason,
            "): images are fetched in the page, and kept in Blobs. Serve the worker's script, and let the page's \
             Content Security Policy allow it (worker-src 'self' blob: and the script's origin; trusted-types fetchzip)"
        ]);
    }
    !has_started
}
