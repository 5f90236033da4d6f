//! The worker's end of a run.

use std::cell::RefCell;
use std::convert::Infallible;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use futures::future::{Either, select};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{MessageEvent, MessagePort};

use super::super::archive::{Archive, ArchiveError};
use super::super::clock::Clock;
use super::super::collect::Job;
use super::super::here::collect_here;
use super::super::images::KeptImages;
use super::super::later::Later;
use super::super::sink::Sink;
use super::super::spool::Spool;
use super::connection::{CANCEL, DONE, FAILED, WRITTEN};
use super::job::{self, ReceivedJob};
use super::sink::PageSink;
use crate::run::EventWriter;

/// How often events are sent: a frame's time, since nobody sees more of them.
const SEND_EVERY: Duration = Duration::from_millis(16);

/// Runs a job of the page's; `worker.js` calls it with the run's port.
#[wasm_bindgen(js_name = serveRun, skip_typescript)]
pub fn serve_run(port: MessagePort, message: Array) {
    let spool = Rc::new(Later::default());
    let images = KeptImages::new(Rc::clone(&spool));
    let cancelled = Rc::<Later<()>>::default();
    // What keeps the archive readable until the page lets it go.
    let kept = Rc::<RefCell<Option<Archive>>>::default();
    let sink = PageSink::new(&port);
    listen(&port, &images, &sink, &cancelled, &kept);
    spawn_local(async move {
        let Some(job) = job::from_message(&message) else { return };
        clear_timings();
        let events = RefCell::new(EventWriter::default());
        let run = run(&job, &sink, spool, &images, &events);
        let serving = pin!(async {
            match select(pin!(run), pin!(send_events(job.clock, &events, &port))).await {
                Either::Left((ended, _)) => ended,
                Either::Right((never, _)) => match never {},
            }
        });
        let Either::Left((ended, _)) = select(serving, pin!(cancelled.get())).await else { return };
        send(&port, &events);
        let answer = match ended {
            Ok(archive) => {
                let answer = done(&archive);
                *kept.borrow_mut() = Some(archive);
                answer
            }
            Err(error) => Array::of3(&FAILED.into(), &error.kind().into(), &error.reason().into()),
        };
        post(&port, &answer);
    });
}

async fn run(
    job: &ReceivedJob,
    sink: &PageSink,
    spool: Rc<Later<Spool>>,
    images: &KeptImages,
    events: &RefCell<EventWriter>,
) -> Result<Archive, ArchiveError> {
    let ReceivedJob { plan, template, settings, clock, has_sink, order } = job;
    let job = Job {
        plan,
        template: template.clone(),
        settings: *settings,
        clock: *clock,
        sink: None,
        order: *order,
    };
    let sink = has_sink.then_some(sink as &dyn Sink);
    collect_here(&job, sink, spool, images, &|event| events.borrow_mut().put(&event)).await
}

fn done(archive: &Archive) -> Array {
    let names: Array =
        archive.names.iter().map(|name| JsValue::from(name.as_ref().map(|name| name.as_str()))).collect();
    let blob = archive.blob.clone().map_or(JsValue::NULL, JsValue::from);
    let answer = Array::of5(
        &DONE.into(),
        &blob,
        &names,
        &archive.storage.is_file().into(),
        &(archive.size as f64).into(),
    );
    answer.push(&protocols());
    answer
}

#[wasm_bindgen]
extern "C" {
    // This worker's own entries, and nobody else looks at them.
    #[wasm_bindgen(js_namespace = performance, js_name = clearResourceTimings)]
    fn clear_timings();
    #[wasm_bindgen(js_namespace = performance, js_name = getEntriesByType)]
    fn timings(kind: &str) -> Array;
    type Timing;
    #[wasm_bindgen(method, getter, js_name = nextHopProtocol)]
    fn protocol(this: &Timing) -> JsValue;
}

/// The protocols of the run's requests, of the first 250 as browsers keep them. Hosts that send no
/// `Timing-Allow-Origin` disclose none.
fn protocols() -> Array {
    let names = Array::new();
    for timing in timings("resource").iter() {
        let name = timing.unchecked_ref::<Timing>().protocol();
        if name.is_truthy() && !names.includes(&name, 0) {
            names.push(&name);
        }
    }
    names
}

fn listen(
    port: &MessagePort,
    images: &KeptImages,
    sink: &PageSink,
    cancelled: &Rc<Later<()>>,
    kept: &Rc<RefCell<Option<Archive>>>,
) {
    let (images, sink, cancelled, kept, to_page) =
        (images.clone(), sink.clone(), Rc::clone(cancelled), Rc::clone(kept), port.clone());
    let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let message = event.data();
        #[cfg(feature = "page")]
        if let Some(item) = message.as_f64() {
            show(item, images.clone(), to_page.clone());
            return;
        }
        if message == CANCEL {
            cancelled.set(());
            images.let_go();
        } else if message == WRITTEN {
            sink.answered(Ok(()));
        } else if let Some(refusal) = message.dyn_ref::<Array>() {
            sink.answered(Err(refusal.get(0)));
        } else {
            cancelled.set(());
            images.let_go();
            drop(kept.take());
            to_page.close();
        }
    });
    // It lives as long as the port does.
    port.set_onmessage(Some(listener.into_js_value().unchecked_ref()));
}

/// Sends a preview of an image. The package never asks for one.
#[cfg(feature = "page")]
fn show(item: f64, images: KeptImages, port: MessagePort) {
    spawn_local(async move {
        let preview = images.preview(item as usize).await;
        let answer = Array::of3(&super::connection::PREVIEW.into(), &item.into(), &preview.into());
        post(&port, &answer);
    });
}

/// Sends what has happened, for as long as it is asked to.
async fn send_events(clock: Clock, events: &RefCell<EventWriter>, port: &MessagePort) -> Infallible {
    loop {
        clock.sleep_until(clock.now() + SEND_EVERY).await;
        send(port, events);
    }
}

fn send(port: &MessagePort, events: &RefCell<EventWriter>) {
    let mut events = events.borrow_mut();
    if !events.is_empty() {
        let bytes = Uint8Array::from(events.take().as_slice());
        let _ = port.post_message_with_transferable(&bytes, &Array::of1(&bytes.buffer()));
    }
}

fn post(port: &MessagePort, answer: &Array) {
    // Blobs, bitmaps and words can all be copied.
    let _ = port.post_message(answer);
}
