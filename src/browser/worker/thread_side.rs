//! The worker's end of a run.

use std::cell::{Cell, RefCell};
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
use super::super::here::run_locally;
use super::super::images::ImageStore;
use super::super::later::Shared;
use super::super::sink::Sink;
use super::connection::{CANCEL, DONE, FAILED, WRITTEN};
use super::job::{self, ReceivedJob};
use super::sink::PageSink;
use crate::run::{Event, EventWriter};
use crate::text_list::put_text;

/// How often events are sent: a frame's time, since nobody sees more of them.
const SEND_EVERY: Duration = Duration::from_millis(16);

/// Runs a job of the page's; `worker.js` calls it with the run's port.
#[wasm_bindgen(js_name = serveRun, skip_typescript)]
pub fn serve_run(port: MessagePort, message: Array) {
    #[cfg(feature = "page")]
    if super::interrupted::answer(&port, &message) {
        return;
    }
    let Some(job) = job::from_message(&message) else { return };
    let service = Rc::new(Service {
        clock: Cell::new(job.clock),
        job,
        images: ImageStore::default(),
        sink: PageSink::new(&port),
        cancelled: Shared::default(),
        #[cfg(feature = "page")]
        made: RefCell::default(),
        events: RefCell::default(),
        #[cfg(feature = "page")]
        notes: super::notes::Notes::default(),
        port,
    });
    service.listen();
    service.begin(Task::Fetch(Items::All));
}

/// A job of the page's, from its beginning until the page lets its images go.
pub(super) struct Service {
    pub(super) port: MessagePort,
    pub(super) job: ReceivedJob,
    /// What keeps the archive readable.
    pub(super) images: ImageStore,
    sink: PageSink,
    cancelled: Shared<()>,
    /// That of the run that is on, or was the last.
    pub(super) clock: Cell<Clock>,
    /// The archive that was made last.
    #[cfg(feature = "page")]
    pub(super) made: RefCell<Option<web_sys::Blob>>,
    /// Those that the page was not told yet.
    pub(super) events: RefCell<EventWriter>,
    #[cfg(feature = "page")]
    pub(super) notes: super::notes::Notes,
}

/// What the page asks for.
pub(super) enum Task {
    /// To fetch, and make the archive.
    Fetch(Items),
    /// To read the archive back.
    #[cfg(feature = "page")]
    Prove,
}

/// What is to be fetched.
pub(super) enum Items {
    /// The job's.
    All,
    /// Some of them, once more.
    #[cfg(feature = "page")]
    Again(super::again::Again),
}

impl Service {
    /// Does what the page asks for, and answers.
    pub(super) fn begin(self: &Rc<Self>, task: Task) {
        let service = Rc::clone(self);
        service.job.attended.borrow_mut().forget_wishes();
        spawn_local(async move {
            let working = pin!(async {
                match task {
                    Task::Fetch(items) => service.fetch(items).await,
                    #[cfg(feature = "page")]
                    Task::Prove => service.prove().await,
                }
            });
            if let Either::Left((answer, _)) = select(working, pin!(service.cancelled.get())).await {
                post(&service.port, &answer);
            }
        });
    }

    async fn fetch(&self, items: Items) -> Array {
        clear_timings();
        let emit = |event| self.events.borrow_mut().push(&event);
        let collecting = pin!(async {
            match items {
                Items::All => self.collect(&emit).await,
                #[cfg(feature = "page")]
                Items::Again(again) => self.refetch(again, &emit).await,
            }
        });
        let ended = match select(collecting, pin!(self.send_events(self.clock.get()))).await {
            Either::Left((ended, _)) => ended,
            Either::Right((never, _)) => match never {},
        };
        self.send();
        #[cfg(feature = "page")]
        self.notes.write();
        match ended {
            Ok(archive) => {
                let answer = done(&archive);
                #[cfg(feature = "page")]
                self.made.replace(archive.blob);
                answer
            }
            Err(error) => Self::refusal(&error),
        }
    }

    pub(super) fn refusal(error: &ArchiveError) -> Array {
        Array::of3(&FAILED.into(), &error.kind().into(), &error.reason().into())
    }

    async fn collect(&self, emit: &dyn Fn(Event)) -> Result<Archive, ArchiveError> {
        let job = self.job_at(self.clock.get());
        #[cfg(feature = "page")]
        if let Some(items) = self.prepare_notes(&job, emit).await? {
            return super::super::here::fetch_items(&job, None, &self.images, &items, emit).await;
        }
        let sink = self.job.has_sink.then_some(&self.sink as &dyn Sink);
        run_locally(&job, sink, &self.images, emit).await
    }

    /// The job, for a run by that clock.
    pub(super) fn job_at(&self, clock: Clock) -> Job<'_> {
        let ReceivedJob { plan, template, settings, order, attended, .. } = &self.job;
        Job {
            plan,
            template: template.clone(),
            settings: *settings,
            clock,
            // The page has it.
            sink: None,
            order: *order,
            attended: attended.borrow().clone(),
        }
    }

    fn listen(self: &Rc<Self>) {
        let service = Rc::clone(self);
        let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let message = event.data();
            if let Some(word) = message.as_string() {
                service.hear(&word);
            } else if message.is_null() {
                service.end();
                service.port.close();
                // It holds the service, which nobody needs any more.
                service.port.set_onmessage(None);
            } else {
                #[cfg(feature = "page")]
                service.hear_more(&message);
            }
        });
        // It lives as long as the port does.
        self.port.set_onmessage(Some(listener.into_js_value().unchecked_ref()));
    }

    fn hear(self: &Rc<Self>, word: &str) {
        match word {
            CANCEL => self.end(),
            WRITTEN => self.sink.written(),
            #[cfg(feature = "page")]
            super::connection::PROVE => self.begin(Task::Prove),
            #[cfg(feature = "page")]
            super::connection::SAVED => self.end_notes(),
            word => self.job.attended.borrow().hear(word),
        }
    }

    /// Nothing of the run is wanted any more.
    fn end(&self) {
        self.cancelled.set(());
        self.images.let_go();
    }

    /// Sends what has happened, for as long as it is asked to.
    async fn send_events(&self, clock: Clock) -> Infallible {
        loop {
            clock.sleep_until(clock.now() + SEND_EVERY).await;
            self.send();
            #[cfg(feature = "page")]
            self.notes.write_if_due();
        }
    }

    pub(super) fn send(&self) {
        let mut events = self.events.borrow_mut();
        if events.is_empty() {
            return;
        }
        let bytes = events.take();
        #[cfg(feature = "page")]
        self.notes.take(&bytes);
        let bytes = Uint8Array::from(bytes.as_slice());
        let _ = self.port.post_message_with_transferable(&bytes, &Array::of1(&bytes.buffer()));
    }
}

pub(super) fn done(archive: &Archive) -> Array {
    let mut names = Vec::new();
    for name in &archive.names {
        put_text(&mut names, name.as_ref().map(|name| name.as_str()));
    }
    let blob = archive.blob.clone().map_or(JsValue::NULL, JsValue::from);
    let answer = Array::of5(
        &DONE.into(),
        &blob,
        &Uint8Array::from(names.as_slice()),
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

pub(super) fn post(port: &MessagePort, answer: &Array) {
    // Blobs, bitmaps and words can all be copied.
    let _ = port.post_message(answer);
}
