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
use super::super::collect::{Job, Settings};
use super::super::control::{Control, Wish};
use super::super::here::{collect_again_here, collect_here};
use super::super::images::KeptImages;
use super::super::later::Later;
use super::super::sink::Sink;
use super::connection::{AGAIN, CANCEL, DONE, FAILED, GO_ON, PAUSE, STOP, WRITTEN};
use super::job::{self, ReceivedJob};
use super::sink::PageSink;
use crate::plan::{ItemId, Relay};
use crate::run::{Event, EventWriter};

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
        images: KeptImages::default(),
        sink: PageSink::new(&port),
        control: RefCell::default(),
        cancelled: Later::default(),
        #[cfg(feature = "page")]
        made: RefCell::default(),
        events: RefCell::default(),
        #[cfg(feature = "page")]
        notes: super::notes::Notes::default(),
        port,
    });
    service.listen();
    service.begin(Task::Run(None));
}

/// A job of the page's, from its beginning until the page lets its images go.
pub(super) struct Service {
    port: MessagePort,
    pub(super) job: ReceivedJob,
    /// What keeps the archive readable.
    pub(super) images: KeptImages,
    sink: PageSink,
    /// That of the run that is on, or was the last.
    control: RefCell<Control>,
    cancelled: Later<()>,
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
enum Task {
    /// To fetch the job's items, or some of them once more.
    Run(Option<Again>),
    /// To read the archive back.
    #[cfg(feature = "page")]
    Prove,
}

/// Items to be fetched once more, and how: the relay and the settings may be others than before.
struct Again {
    items: Vec<ItemId>,
    relay: Option<Relay>,
    settings: Settings,
}

impl Service {
    /// Does what the page asks for, and answers.
    fn begin(self: &Rc<Self>, task: Task) {
        let service = Rc::clone(self);
        // What an earlier run was told is no business of this one.
        service.control.take();
        spawn_local(async move {
            let working = pin!(async {
                match task {
                    Task::Run(again) => service.run(again).await,
                    #[cfg(feature = "page")]
                    Task::Prove => service.prove().await,
                }
            });
            if let Either::Left((answer, _)) = select(working, pin!(service.cancelled.get())).await {
                post(&service.port, &answer);
            }
        });
    }

    async fn run(&self, again: Option<Again>) -> Array {
        clear_timings();
        let emit = |event| self.events.borrow_mut().put(&event);
        let collecting = pin!(self.collect(again, &emit));
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

    async fn collect(&self, again: Option<Again>, emit: &dyn Fn(Event)) -> Result<Archive, ArchiveError> {
        let relayed = again
            .as_ref()
            .filter(|again| again.relay.as_ref() != self.job.plan.relay())
            .map(|again| self.job.plan.through(again.relay.clone()));
        let mut job = self.job_at(self.clock.get());
        job.plan = relayed.as_ref().unwrap_or(job.plan);
        job.settings = again.as_ref().map_or(job.settings, |again| again.settings);
        let sink = self.job.has_sink.then_some(&self.sink as &dyn Sink);
        #[cfg(feature = "page")]
        if again.is_none()
            && let Some(items) = self.prepare_notes(&job, emit).await?
        {
            return super::super::here::collect_items(&job, None, &self.images, &items, emit).await;
        }
        match again {
            None => collect_here(&job, sink, &self.images, emit).await,
            Some(again) => collect_again_here(&job, &self.images, &again.items, emit).await,
        }
    }

    /// The job, for a run by that clock.
    pub(super) fn job_at(&self, clock: Clock) -> Job<'_> {
        let ReceivedJob { plan, template, settings, order, journal, .. } = &self.job;
        Job {
            plan,
            template: template.clone(),
            settings: *settings,
            clock,
            // The page has it.
            sink: None,
            order: *order,
            control: self.control.borrow().clone(),
            journal: journal.clone(),
            resumes: None,
        }
    }

    fn listen(self: &Rc<Self>) {
        let service = Rc::clone(self);
        let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let message = event.data();
            if let Some(word) = message.as_string() {
                service.hear(&word);
            } else if let Some(words) = message.dyn_ref::<Array>() {
                service.hear_more(words);
            } else if let Some(item) = message.as_f64() {
                service.show(item);
            } else {
                service.end();
                service.port.close();
                // It holds the service, which nobody needs any more.
                service.port.set_onmessage(None);
            }
        });
        // It lives as long as the port does.
        self.port.set_onmessage(Some(listener.into_js_value().unchecked_ref()));
    }

    fn hear(self: &Rc<Self>, word: &str) {
        match word {
            CANCEL => self.end(),
            WRITTEN => self.sink.written(),
            PAUSE => self.control.borrow().tell(Wish::Pause),
            GO_ON => self.control.borrow().tell(Wish::GoOn),
            STOP => self.control.borrow().tell(Wish::Stop),
            #[cfg(feature = "page")]
            super::connection::PROVE => self.begin(Task::Prove),
            #[cfg(feature = "page")]
            super::connection::SAVED => self.end_notes(),
            _ => {}
        }
    }

    fn hear_more(self: &Rc<Self>, words: &Array) {
        if words.get(0) == AGAIN {
            self.clock.set(Clock::of_epoch(words.get(1).as_f64().unwrap_or_default()));
            let items: Array = words.get(2).unchecked_into();
            let items = items.iter().filter_map(|item| item.as_f64()).map(|item| item as ItemId).collect();
            let relay = words.get(3).as_string().and_then(Relay::of_serialised);
            let settings = job::settings_from_message(words.get(4).unchecked_ref());
            let settings = settings.unwrap_or(self.job.settings);
            self.begin(Task::Run(Some(Again { items, relay, settings })));
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

    /// Sends a preview of an image. The package never asks for one.
    #[cfg(feature = "page")]
    fn show(self: &Rc<Self>, item: f64) {
        let service = Rc::clone(self);
        spawn_local(async move {
            let preview = service.images.preview(item as ItemId).await;
            let answer = Array::of3(&super::connection::PREVIEW.into(), &item.into(), &preview.into());
            post(&service.port, &answer);
        });
    }

    #[cfg(not(feature = "page"))]
    #[allow(clippy::unused_self, reason = "the page's own has a use for it")]
    fn show(&self, _item: f64) {}
}

pub(super) fn done(archive: &Archive) -> Array {
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

fn post(port: &MessagePort, answer: &Array) {
    // Blobs, bitmaps and words can all be copied.
    let _ = port.post_message(answer);
}
