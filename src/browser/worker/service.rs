//! The worker's end of a run.

use std::cell::RefCell;
use std::convert::Infallible;
use std::pin::pin;
use std::rc::{Rc, Weak};
use std::time::Duration;

use futures::TryFutureExt;
use futures::future::{Either, LocalBoxFuture, select};
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, ImageBitmap, MessagePort};

use super::page_sink::PageSink;
use super::port::{Port, message};
use super::stored_runs::answer;
use crate::browser::archive::{Archive, Sink};
use crate::browser::fetch::{forget_timings, protocols};
use crate::browser::local::{
    HandedOver, LocalRun, RunJournal, fetch_all, fetch_items, hand_over, restore, retry,
    select as select_items, verify,
};
use crate::browser::web::{Clock, Shared, spawn};
use crate::bytes::ByteReader;
use crate::job::{
    ArchiveError, ArchivePlace, FromWorker, IS_INTERACTIVE, Interaction, Retry, ToWorker, read_plan_items,
};
use crate::plan::ItemId;
use crate::run::{Command, Event, EventKind, EventWriter};

/// How often events are sent: once a frame.
const SEND_EVERY: Duration = Duration::from_millis(16);

/// Serves a port that the page opened; `worker.js` calls it with the port's first message.
#[cfg_attr(any(feature = "api", feature = "page"), wasm_bindgen(js_name = serveRun, skip_typescript))]
pub fn serve_run(message: Uint8Array, port: MessagePort) {
    match ToWorker::read(&message.to_vec()) {
        Some(ToWorker::Start { job, into_sink, commands }) => {
            let service = Service::serve(port, LocalRun::new(job), into_sink);
            service.begin(Task::Fetch);
            commands.into_iter().for_each(|command| service.run.command(command));
        }
        Some(ToWorker::Interaction(question)) if IS_INTERACTIVE => spawn_local(answer(port, question)),
        _ => port.close(),
    }
}

/// A job that the page sent, until the page releases its images.
struct Service {
    run: LocalRun,
    port: Rc<Port>,
    /// The page's sink, if the archive goes there.
    sink: Option<PageSink>,
    /// Events that were not sent yet.
    events: RefCell<EventWriter>,
    journal: RefCell<Option<RunJournal>>,
    cancelled: Shared<()>,
    released: Shared<()>,
}

/// What the page has asked for: one at a time.
enum Task {
    Fetch,
    Retry(Box<Retry>),
    Verify,
}

impl Service {
    /// Serves a run until the page releases it.
    fn serve(port: MessagePort, run: LocalRun, into_sink: bool) -> Rc<Self> {
        let service = Rc::new_cyclic(|this: &Weak<Self>| {
            let receiver = Weak::clone(this);
            let on_message =
                move |bytes: &[u8], object: JsValue| match (receiver.upgrade(), ToWorker::read(bytes)) {
                    (Some(service), Some(ToWorker::ReusedArchive)) => {
                        service.run.reused.set(object.unchecked_into());
                    }
                    (Some(service), Some(ToWorker::LongAddress(index))) if !IS_INTERACTIVE => {
                        service.run.long_addresses.answer(index, &object);
                    }
                    (Some(service), Some(ToWorker::Supplied(item))) if !IS_INTERACTIVE => {
                        service.run.supply.answer(item, &object);
                    }
                    (Some(service), Some(ToWorker::Select(items))) => {
                        service.select(items, object.unchecked_into());
                    }
                    (Some(service), Some(message)) => service.receive(message),
                    _ => {}
                };
            let port = Rc::new(Port::new(port, Box::new(on_message)));
            if !IS_INTERACTIVE {
                let page = Rc::clone(&port);
                run.long_addresses.ask_by(Box::new(move |index| {
                    page.post(&FromWorker::LongAddress(index).to_bytes(), &JsValue::NULL);
                }));
                let this = Weak::clone(this);
                run.supply.ask_by(Box::new(move |item, href| {
                    if let Some(service) = this.upgrade() {
                        // The page should know by then of the attempt before.
                        service.flush_events();
                        let ask = FromWorker::Ask { item, href: href.to_owned() };
                        service.send(&ask, &JsValue::NULL);
                    }
                }));
            }
            Self {
                run,
                sink: into_sink.then(|| PageSink::new(Rc::clone(&port))),
                port,
                events: RefCell::default(),
                journal: RefCell::default(),
                cancelled: Shared::default(),
                released: Shared::default(),
            }
        });
        // The task owns the service: it lives until the page releases it.
        let owned = Rc::clone(&service);
        spawn_local(async move { owned.released.get().await });
        service
    }

    fn receive(self: &Rc<Self>, message: ToWorker) {
        match message {
            ToWorker::Command(command) => self.run.command(command),
            ToWorker::Cancel => self.end(),
            ToWorker::Release => {
                self.end();
                self.released.set(());
            }
            ToWorker::HandOver(file_name) => self.send_archive(file_name),
            ToWorker::Verdict { item, is_kept } => self.run.verdicts.set(item, is_kept),
            ToWorker::Arrived(items) if !IS_INTERACTIVE => self.take_arrived(&items),
            ToWorker::ChunkWritten => self.sink.iter().for_each(PageSink::chunk_written),
            ToWorker::Interaction(interaction) if IS_INTERACTIVE => self.interact(interaction),
            _ => {}
        }
    }

    /// Appends further items to the job's plan.
    fn take_arrived(&self, items: &[u8]) {
        let job = self.run.job();
        // Both ends are the same build, so they can be read.
        let _ = read_plan_items(&mut ByteReader(items), &job.plan, &job.template, &job.archive);
        self.run.command(Command::TakeArrived);
    }

    /// Does what only an interactive page asks for.
    fn interact(self: &Rc<Self>, interaction: Interaction) {
        match interaction {
            Interaction::Retry(retry) => self.begin(Task::Retry(retry)),
            Interaction::Verify => self.begin(Task::Verify),
            Interaction::Preview(item, edge) => self.send_preview(item, edge),
            // Questions have a port of their own.
            Interaction::ListRuns | Interaction::Discard(_) | Interaction::HandOverRun { .. } => {}
        }
    }

    /// Carries a task out, and sends its outcome.
    fn begin(self: &Rc<Self>, task: Task) {
        let service = Rc::clone(self);
        service.run.clear_commands();
        spawn(async move {
            let work = pin!(service.carry_out(task));
            if let Either::Left((outcome, _)) = select(work, pin!(service.cancelled.get())).await {
                service.send_outcome(outcome);
            }
        });
    }

    async fn carry_out(&self, task: Task) -> Result<Option<Archive>, ArchiveError> {
        if !matches!(task, Task::Verify) {
            // A worker's entries are its own: nothing else reads them.
            forget_timings();
            if IS_INTERACTIVE {
                self.journal.borrow().iter().for_each(|journal| journal.push_archive(0));
            }
        }
        let job = self.run.job();
        let emit = |event: Event| {
            self.events.borrow_mut().push(&event);
            // Of a list that arrives, the page asks for the next source when one has begun.
            if job.plan.is_open() && matches!(event.kind, EventKind::Started { .. }) {
                self.flush_events();
            }
        };
        let clock = Clock::start();
        let outcome = match select(self.work(task, &emit), pin!(self.send_events(clock))).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right((never, _)) => match never {},
        };
        self.flush_events();
        if IS_INTERACTIVE {
            self.write_outcome(&outcome);
        }
        outcome
    }

    /// The future of a task. It is boxed here, and not awaited in an `if`, so that the package's wasm has
    /// none of what only a page asks for: a state machine keeps states that it can't reach.
    fn work<'a>(
        &'a self,
        task: Task,
        emit: &'a dyn Fn(Event),
    ) -> LocalBoxFuture<'a, Result<Option<Archive>, ArchiveError>> {
        match task {
            Task::Retry(items) if IS_INTERACTIVE => Box::pin(retry(&self.run, *items, emit).map_ok(Some)),
            Task::Verify if IS_INTERACTIVE => Box::pin(verify(&self.run, emit)),
            Task::Fetch if IS_INTERACTIVE && self.run.job().resumes.is_some() => {
                Box::pin(self.continue_interrupted(emit).map_ok(Some))
            }
            _ => {
                let sink = self.sink.as_ref().map(|sink| sink as &dyn Sink);
                if IS_INTERACTIVE && sink.is_none() {
                    self.journal.replace(RunJournal::begin(&self.run));
                }
                Box::pin(fetch_all(&self.run, sink, emit).map_ok(Some))
            }
        }
    }

    /// Writes to the journal whether the spool is the archive now.
    fn write_outcome(&self, outcome: &Result<Option<Archive>, ArchiveError>) {
        let journal = self.journal.borrow();
        let Some(journal) = journal.as_ref() else { return };
        // The images first, so that the record is of all of them.
        journal.write();
        if let Ok(Some(Archive { blob: Some(_), summary })) = outcome
            && summary.place == ArchivePlace::OneFile
        {
            journal.push_archive(summary.size);
            journal.write();
        }
    }

    async fn continue_interrupted(&self, emit: &dyn Fn(Event)) -> Result<Archive, ArchiveError> {
        let items = restore(&self.run, emit).await?;
        // The journal has these events already.
        self.flush_events();
        self.journal.replace(Some(RunJournal::of_restored(&self.run)));
        fetch_items(&self.run, None, &items, emit).await
    }

    /// Sends events at intervals, until the future is dropped.
    async fn send_events(&self, clock: Clock) -> Infallible {
        loop {
            clock.sleep_until(clock.now() + SEND_EVERY).await;
            self.flush_events();
            if IS_INTERACTIVE {
                self.journal.borrow().iter().for_each(RunJournal::write_if_due);
            }
        }
    }

    fn flush_events(&self) {
        let mut events = self.events.borrow_mut();
        if events.is_empty() {
            return;
        }
        let bytes = events.take();
        if IS_INTERACTIVE {
            self.journal.borrow().iter().for_each(|journal| journal.push_events(&bytes));
        }
        self.send(&FromWorker::Events(bytes), &JsValue::NULL);
    }

    fn send_outcome(&self, outcome: Result<Option<Archive>, ArchiveError>) {
        match outcome {
            Ok(Some(Archive { blob, mut summary })) => {
                summary.protocols = protocols();
                self.send_with_blob(&FromWorker::Archive(summary), blob);
            }
            Ok(None) => self.send(&FromWorker::Verified, &JsValue::NULL),
            Err(error) => self.send(&FromWorker::Failed(error), &JsValue::NULL),
        }
    }

    fn send_preview(self: &Rc<Self>, item: ItemId, edge: u32) {
        let service = Rc::clone(self);
        spawn_local(async move {
            let preview = service.run.images.preview(item, edge).await;
            let preview = preview.unwrap_or(JsValue::NULL);
            service.send(&FromWorker::Preview(item, edge), &preview);
            // The page has a copy, and this one would stay until garbage is collected.
            if let Some(bitmap) = preview.dyn_ref::<ImageBitmap>() {
                bitmap.close();
            }
        });
    }

    fn send_with_blob(&self, message: &FromWorker, blob: Option<Blob>) {
        self.send(message, &blob.map_or(JsValue::NULL, JsValue::from));
    }

    fn send(&self, message: &FromWorker, object: &JsValue) {
        self.port.post(&message.to_bytes(), object);
    }

    fn send_archive(self: &Rc<Self>, file_name: String) {
        let service = Rc::clone(self);
        spawn_local(async move {
            let (is_file, blob) = match hand_over(&service.run, &file_name).await {
                Some(HandedOver { blob, is_file }) => (is_file, blob.into()),
                None => (false, JsValue::NULL),
            };
            service.send(&FromWorker::HandedOver(is_file), &blob);
        });
    }

    /// Makes another archive of these items, and serves it through a port of its own.
    fn select(self: &Rc<Self>, items: Vec<ItemId>, port: MessagePort) {
        let service = Rc::clone(self);
        spawn_local(async move {
            match select_items(&service.run, &items).await {
                Ok(run) => {
                    let archive = run.archive.borrow().clone();
                    let selection = Self::serve(port, run, false);
                    if let Some(Archive { blob, summary }) = archive {
                        selection.send_with_blob(&FromWorker::Archive(summary), blob);
                    }
                }
                Err(error) => {
                    let (message, _) = message(&FromWorker::Failed(error).to_bytes(), &JsValue::NULL);
                    let _ = port.post_message(&message);
                }
            }
        });
    }

    /// Ends what is under way, and releases the images.
    fn end(&self) {
        self.cancelled.set(());
        self.run.images.release();
        self.run.archive.take();
        self.run.copied.take();
    }
}
