//! The JavaScript API: `startFetchZip(sources, options)`.
//!
//! ```text
//! JS values ─▶ arguments: checked once, or a TypeError or RangeError that names the argument
//!           ─▶ browser::RunHandle ◀─▶ control: commands, events and progress of a run under way
//!           ─▶ results: items, timings and methods
//! ```

mod arguments;
mod arrivals;
mod control;
mod object;
#[cfg(not(feature = "page"))]
mod rehearsal;
mod results;
mod sources;
mod supply;
mod trap;
mod values;

use std::pin::pin;
use std::rc::Rc;

use futures::future::{Either, select};
use js_sys::{Array, Function, Object};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use crate::browser::{BrowserText, Clock, Inside, RunHandle, StreamSink, Yielder};
use crate::job::{ArchiveError, Job};
use crate::plan::{Plan, TextMap};
use crate::run::{Event, EventKind};
use crate::text::text;
use arguments::Arguments;
use control::Control;
use results::{ImageFilter, Urls, result_object};
use supply::Supply;
use values::put;

/// Begins a run, which `run.js` makes the caller's handle of: returns its result, and the functions of its
/// `Control`. `supply` is what the call gives to its requests, if anything, and `retry` makes a run of some items of a
/// result.
///
/// # Errors
///
/// Throws a `TypeError` or `RangeError` that names an argument that makes no sense. The result rejects with the
/// signal's reason if that is aborted, with what the sink failed with, and with an `Error` if the archive can't be made.
#[wasm_bindgen(js_name = callEngine, skip_typescript)]
pub fn call_engine(
    sources: &JsValue,
    options: &JsValue,
    supply: Option<Supply>,
    retry: Function,
) -> Result<Array, JsValue> {
    let arguments = Arguments::parse(sources, options, supply)?;
    let control = Control::new(arguments.requests.len());
    let [command, listen, progress] = control.functions();
    let task = async move { call(arguments, &control, &retry).await.map(JsValue::from) };
    Ok(Array::of4(&future_to_promise(Inside(Box::pin(task))).into(), &command, &listen, &progress))
}

/// Makes a call, until it has ended or is aborted.
async fn call(mut arguments: Arguments, control: &Rc<Control>, retry: &Function) -> Result<Object, JsValue> {
    let sink = arguments.sink.take();
    let sink = sink.as_ref().map(StreamSink::new).transpose().map_err(error_of)?.map(Rc::new);
    let signal = arguments.signal.take();
    let result = match &signal {
        Some(signal) if signal.is_aborted() => Err(signal.reason()),
        Some(signal) => {
            let run = pin!(run(arguments, control, sink.as_ref(), retry));
            match select(run, pin!(signal.aborted())).await {
                Either::Left((result, _)) => result,
                Either::Right(_) => Err(signal.reason()),
            }
        }
        None => run(arguments, control, sink.as_ref(), retry).await,
    };
    control.end(false);
    if let (Err(reason), Some(sink)) = (&result, &sink) {
        sink.abort_with(reason);
    }
    result
}

async fn run(
    arguments: Arguments,
    control: &Rc<Control>,
    sink: Option<&Rc<StreamSink>>,
    retry: &Function,
) -> Result<Object, JsValue> {
    let plan = Plan::default();
    plan.set_open(arguments.arrivals.is_some());
    let mut yielder = Yielder::default();
    let mut first = arguments.skips_repeated_urls.then(TextMap::default);
    for (index, request) in arguments.requests.into_iter().enumerate() {
        plan.push_unless_repeated(request, &BrowserText, first.as_mut());
        // Reading the clock costs more than an item.
        if index % 32 == 0 {
            yielder.maybe_yield().await;
        }
    }
    let supply = arguments.supply;
    let plan = Rc::new(plan);
    let clock = Clock::start();
    // Thousands of rows are a piece of work, and so is what comes next: passing the plan to the worker.
    yielder.maybe_yield().await;
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
    let handle = RunHandle::start(job, sink.map(Rc::clone), &control.commands).await;
    control.attach(&handle);
    handle.provide_addresses(&urls.long.texts);
    let _watch = supply.as_ref().map(|supply| {
        handle.supply_by(supply.supplier());
        supply.watch_signals(&handle)
    });
    let emit = |event: Event| {
        control.apply(&event);
        supply.iter().for_each(|supply| supply.note(&event));
        if let Some(arrivals) = &arguments.arrivals {
            arrivals.note(&event, !control.rows.borrow().as_slice()[event.item].attempts.is_empty());
        }
        if let (Some(filter), EventKind::Stored(_)) = (&filter, &event.kind) {
            let is_kept = filter.keeps(event.item, &control.rows.borrow().as_slice()[event.item]);
            handle.decide(event.item, is_kept);
        }
    };
    let mut sources_error = JsValue::NULL;
    let append = async {
        if let Some(arrivals) = &arguments.arrivals {
            let append = arrivals.append_to(&urls, &handle, arguments.skips_repeated_urls);
            if let Either::Left((error, _)) = select(pin!(append), pin!(control.stopped.get())).await {
                sources_error = error;
            }
        }
    };
    let archive = match select(pin!(handle.finish(&emit)), pin!(append)).await {
        Either::Left((archive, _)) => archive,
        Either::Right(((), finish)) => finish.await,
    };
    let archive = archive.map_err(|error| {
        let reason = sink.map_or(JsValue::UNDEFINED, |sink| sink.reason());
        if reason.is_undefined() { error_of(error) } else { reason }
    })?;
    let rows = control.end(true);
    let result =
        result_object(&arguments.file_name, &urls, &rows, handle, archive, clock.now(), retry).await?;
    put(&result, &"sourcesError".into(), &sources_error);
    Ok(result)
}

fn error_of(error: ArchiveError) -> JsValue {
    js_sys::Error::new(&text![error]).into()
}

/// Called by the package's entry when the wasm has been started, with what makes its workers.
#[cfg(not(feature = "page"))]
#[wasm_bindgen(js_name = beginEngine, skip_typescript)]
pub fn begin(new_worker: Function) {
    crate::browser::Worker::make_by(new_worker);
    // The first call should not wait for either.
    if crate::browser::Worker::start().is_some() {
        crate::browser::spawn(async { drop(rehearsal::rehearse().await) });
    }
}
