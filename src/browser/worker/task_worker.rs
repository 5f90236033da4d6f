//! A thread for one task of another wasm module.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::MessageEvent;

use super::web_worker::WebWorker;
use crate::browser::web::{Queue, inside};

/// A thread that has one task. Both end when this is dropped.
#[derive(Debug)]
pub struct TaskWorker {
    worker: WebWorker,
    /// What the thread has posted; `None` once it has broken down.
    messages: Rc<Queue<Option<JsValue>>>,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    _on_error: Closure<dyn Fn()>,
}

impl TaskWorker {
    /// Starts a thread and a module on it, as `WebWorker::start` does, and passes `task` to its function
    /// `serve`; `None` if the browser refuses, or if the module does not start.
    pub async fn start(glue: &str, module: &JsValue, serve: &str, task: &Array) -> Option<Self> {
        let worker = WebWorker::start(glue, module, serve).ok()?;
        let messages = Rc::<Queue<_>>::default();
        let (received, broken) = (Rc::clone(&messages), Rc::clone(&messages));
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            inside(|| received.push(Some(event.data())));
        });
        let on_error = Closure::<dyn Fn()>::new(move || inside(|| broken.push(None)));
        worker.set_onmessage(on_message.as_ref());
        worker.set_onerror(on_error.as_ref());
        let started = Self { worker, messages, _on_message: on_message, _on_error: on_error };
        // It says that the module runs.
        started.next_message().await?;
        started.worker.post(task, &Array::new()).ok()?;
        Some(started)
    }

    /// The next message of the thread; `None` if it has broken down.
    pub async fn next_message(&self) -> Option<JsValue> {
        self.messages.next().await
    }
}

impl Drop for TaskWorker {
    fn drop(&mut self) {
        // What was posted before the end may still arrive.
        self.worker.set_onmessage(&JsValue::NULL);
        self.worker.set_onerror(&JsValue::NULL);
        self.worker.terminate();
    }
}
