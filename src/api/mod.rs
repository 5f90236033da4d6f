//! The JavaScript API: `fetchZip(urls, options)`.
//!
//! ```text
//! JS values ─▶ arguments: checked once, or a TypeError or RangeError that names the argument
//!           ─▶ browser::RunHandle
//!           ─▶ results: events, items and timings as plain objects
//! ```

mod arguments;
#[cfg(not(feature = "page"))]
mod rehearsal;
mod results;
mod trap;

use std::cell::RefCell;
use std::pin::pin;
use std::rc::Rc;

use futures::future::{Either, select};
#[cfg(not(feature = "page"))]
use js_sys::Function;
use js_sys::{Object, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use crate::browser::{BrowserText, Clock, Inside, RunHandle, Yielder, promise};
use crate::job::{ArchiveError, Job};
use crate::plan::Plan;
use crate::report::Rows;
use crate::run::{Event, EventKind};
use crate::text::text;
use arguments::{Arguments, Signal};
use results::{EventListener, ImageFilter, Urls, result_object};

/// Fetches images at once and resolves to one zip and a report. `fetch_zip.js` makes `fetchZip` of it, whose
/// types are in `types.d.ts`.
///
/// It rejects with a `TypeError` or `RangeError` that names an argument that makes no sense, with an
/// `AbortError` if the signal is aborted, and with an `Error` if the archive can't be made.
#[wasm_bindgen(js_name = callEngine, skip_typescript)]
pub fn call_engine(urls: &JsValue, options: &JsValue) -> Promise {
    let arguments = Arguments::parse(urls, options);
    future_to_promise(Inside(Box::pin(async move { Ok(call(arguments?).await?.into()) })))
}

async fn call(arguments: Arguments) -> Result<Object, JsValue> {
    if arguments.signal.as_ref().is_some_and(Signal::is_aborted) {
        let error = abort_error();
        if let Some(sink) = &arguments.sink {
            // Whatever comes of it: the callbacks have a failure not reported as unhandled.
            drop(promise(sink.abort_with_reason(&error)));
        }
        return Err(error);
    }
    let mut plan = Plan::default();
    let mut yielder = Yielder::default();
    for (index, request) in arguments.requests.into_iter().enumerate() {
        plan.push(request, &BrowserText);
        // Reading the clock costs more than an item.
        if index % 32 == 0 {
            yielder.maybe_yield().await;
        }
    }
    if arguments.skips_repeated_urls {
        plan.skip_repeated_addresses();
    }
    let plan = Rc::new(plan);
    let clock = Clock::start();
    let rows = RefCell::new(Rows::new(plan.len()));
    // Thousands of rows are a piece of work, and so is what comes next: passing the plan to the worker.
    yielder.maybe_yield().await;
    let listener = arguments.on_event.clone().map(EventListener::new);
    let urls = Urls { plan: Rc::clone(&plan), long: arguments.long_urls };
    let filter = arguments.filter.map(|filter| ImageFilter::new(filter, urls.clone()));
    let job = Job {
        plan,
        template: arguments.template,
        settings: arguments.settings,
        archive: arguments.archive,
        started: clock.epoch(),
        order: arguments.order,
        reused: Vec::new(),
        journal: None,
        resumes: None,
    };
    let (handle, archive) = {
        let run = pin!(async {
            let handle = RunHandle::start(job, arguments.sink.as_ref()).await?;
            handle.provide_addresses(&urls.long);
            let emit = |event: Event| {
                rows.borrow_mut().apply(&event);
                if let Some(listener) = &listener {
                    listener.call(&event);
                }
                if let (Some(filter), EventKind::Stored(_)) = (&filter, &event.kind) {
                    let is_kept = filter.keeps(event.item, &rows.borrow().as_slice()[event.item]);
                    handle.decide(event.item, is_kept);
                }
            };
            let archive = handle.finish(&emit).await?;
            Ok((handle, archive))
        });
        match &arguments.signal {
            None => run.await,
            Some(signal) => match select(run, pin!(signal.aborted())).await {
                Either::Left((ended, _)) => ended,
                Either::Right(_) => return Err(abort_error()),
            },
        }
    }
    .map_err(|error: ArchiveError| JsValue::from(js_sys::Error::new(&text![error])))?;
    result_object(&arguments.file_name, &urls, &rows.into_inner(), handle, archive, clock.now()).await
}

/// Called by the package's entry when the wasm has been started, with what makes its workers.
#[cfg(not(feature = "page"))]
#[wasm_bindgen(js_name = beginEngine, skip_typescript)]
pub fn begin(new_worker: Function) {
    crate::browser::Worker::make_by(new_worker);
    // The first call should not wait for either.
    if crate::browser::Worker::start().is_some() {
        wasm_bindgen_futures::spawn_local(async { drop(rehearsal::rehearse().await) });
    }
}

/// What an aborted fetch rejects with (WebIDL, `AbortError`).
fn abort_error() -> JsValue {
    web_sys::DomException::new_with_message_and_name("the run was aborted by its signal", "AbortError")
        .map_or_else(|error| error, JsValue::from)
}
