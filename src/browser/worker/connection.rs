//! The page's end of a run that is with the worker.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::pending;
use std::pin::pin;
use std::rc::{Rc, Weak};

use futures::future::{Either, LocalBoxFuture, select};
use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, MessageChannel, MessagePort};

use super::port::Port;
use crate::browser::archive::{Archive, Sink};
use crate::browser::error::because;
use crate::browser::fetch::{Supplier, supplied_to_post};
use crate::browser::local::HandedOver;
use crate::browser::web::{Queue, Shared, Yielder, nullable, spawn};
use crate::job::{ArchiveError, ArchiveErrorKind, FromWorker, Interaction, ToWorker};
use crate::plan::{ItemId, Plan};
use crate::run::{Command, Event, read_events};

/// Events emitted between two checks whether to yield to the event loop.
const EVENTS_AT_A_TIME: usize = 32;

/// A run that is with the worker. Its images are released when this is dropped.
#[derive(Debug)]
pub struct Connection {
    port: Rc<Port>,
    inbox: Rc<Inbox>,
    plan: Rc<Plan>,
    /// The long `data:` URLs that the worker may ask for, by their indices.
    long_addresses: RefCell<Array>,
    /// What gives to the requests of the run.
    supplier: RefCell<Option<Supplier>>,
    /// All runs of the worker.
    others: Rc<Connections>,
}

/// The runs that are with one worker.
#[derive(Debug, Default)]
pub struct Connections(RefCell<Vec<Weak<Connection>>>);

impl Connections {
    fn push(&self, run: &Rc<Connection>) {
        let mut runs = self.0.borrow_mut();
        runs.retain(|run| run.strong_count() > 0);
        runs.push(Rc::downgrade(run));
    }

    /// Takes those out that are still held.
    pub fn take(&self) -> Vec<Rc<Connection>> {
        self.0.take().iter().filter_map(Weak::upgrade).collect()
    }
}

/// Messages that have arrived.
#[derive(Debug, Default)]
struct Inbox {
    /// Those that belong to the activity under way, each with the object beside it.
    messages: Queue<(FromWorker, JsValue)>,
    /// Whether the worker is gone, so that no preview will come.
    is_broken: Cell<bool>,
    /// The images that are awaited, by what was asked for.
    previews: RefCell<Vec<AwaitedPreview>>,
    /// The archives that are awaited, in the order in which they were asked for.
    hand_overs: RefCell<VecDeque<Rc<Shared<Option<HandedOver>>>>>,
}

impl Connection {
    /// The run that is served at the port's other end; `others` are the runs of its worker.
    pub fn new(port: MessagePort, plan: Rc<Plan>, others: Rc<Connections>) -> Rc<Self> {
        let inbox = Rc::<Inbox>::default();
        let receiver = Rc::clone(&inbox);
        let port = Rc::new(Port::new(port, Box::new(move |bytes, object| receiver.receive(bytes, object))));
        let (long_addresses, supplier) = <(RefCell<_>, RefCell<_>)>::default();
        let run = Rc::new(Self { port, inbox, plan, long_addresses, supplier, others });
        run.others.push(&run);
        run
    }

    /// Asks the run for something that only an interactive page asks for.
    pub fn ask(&self, interaction: Interaction) {
        self.send(&ToWorker::Interaction(interaction));
    }

    /// Sends a command to the run.
    pub fn command(&self, command: Command) {
        self.send(&ToWorker::Command(command));
    }

    /// Sends a message to the run.
    fn send(&self, message: &ToWorker) {
        self.port.post(&message.to_bytes(), &JsValue::NULL);
    }

    /// Passes on events, and chunks to the sink, until the activity under way has ended: the run, a
    /// retry or a verification. Returns the archive, or `None` if the one of before was verified.
    ///
    /// Dropping the future cancels the run.
    ///
    /// # Errors
    ///
    /// Fails if the worker reports a failure or breaks down, and if the sink fails.
    pub async fn finish(
        &self,
        sink: Option<&dyn Sink>,
        emit: &dyn Fn(Event),
    ) -> Result<Option<Archive>, ArchiveError> {
        let unfinished = CancelOnDrop(self);
        let mut yielder = Yielder::default();
        // Events are passed on while chunks are being written.
        let mut writing = Writing { sink, current: None, waiting: VecDeque::new() };
        loop {
            let (message, object) = self.next_message(&mut writing).await?;
            let outcome = match message {
                FromWorker::Events(events) => {
                    for (number, event) in read_events(&events, &self.plan).enumerate() {
                        emit(event);
                        if number % EVENTS_AT_A_TIME == 0 {
                            yielder.maybe_yield().await;
                        }
                    }
                    continue;
                }
                FromWorker::LongAddress(index) => {
                    let text = self.long_addresses.borrow().get(index as u32);
                    self.port.post(&ToWorker::LongAddress(index).to_bytes(), &text);
                    continue;
                }
                FromWorker::Ask { item, href } => {
                    self.supply(item, href);
                    continue;
                }
                FromWorker::Chunk | FromWorker::SinkEnd => {
                    writing.waiting.push_back(object);
                    continue;
                }
                FromWorker::Archive(summary) => Ok(Some(Archive { blob: nullable(object), summary })),
                FromWorker::Verified => Ok(None),
                FromWorker::Failed(error) => Err(error),
                // Neither belongs to a run's activity.
                FromWorker::Preview(..) | FromWorker::HandedOver(_) | FromWorker::Runs(_) => continue,
            };
            std::mem::forget(unfinished);
            return outcome;
        }
    }

    /// The next message, while chunks are being written.
    async fn next_message(&self, writing: &mut Writing<'_>) -> Result<(FromWorker, JsValue), ArchiveError> {
        let message = pin!(self.inbox.messages.next());
        match select(message, pin!(self.write_all(writing))).await {
            Either::Left((message, _)) => Ok(message),
            Either::Right((error, _)) => Err(error),
        }
    }

    /// Writes chunks and reports each as written, until the sink fails.
    async fn write_all(&self, writing: &mut Writing<'_>) -> ArchiveError {
        loop {
            match writing.next_written().await {
                Ok(()) => self.send(&ToWorker::ChunkWritten),
                Err(error) => return because(ArchiveErrorKind::Sink)(error),
            }
        }
    }

    /// Provides the archive that images are taken over from.
    pub fn provide(&self, archive: &Blob) {
        self.port.post(&ToWorker::ReusedArchive.to_bytes(), archive);
    }

    /// Keeps the long `data:` URLs for the worker to ask for.
    pub fn provide_addresses(&self, texts: &Array) {
        self.long_addresses.replace(texts.clone());
    }

    /// Sends further items of the job.
    pub fn pass_arrived(&self, items: Vec<u8>) {
        self.send(&ToWorker::Arrived(items));
    }

    /// Has what requests carry given by this.
    pub fn supply_by(&self, supplier: &Supplier) {
        self.supplier.replace(Some(supplier.clone()));
    }

    /// Sends what the next request of an item carries, once the caller has given it.
    fn supply(&self, item: ItemId, href: String) {
        let Some(supplier) = self.supplier.borrow().clone() else { return };
        let port = Rc::clone(&self.port);
        spawn(async move {
            let (supplied, moved) = supplied_to_post(&supplier, item, &href).await;
            port.send(&ToWorker::Supplied(item).to_bytes(), &supplied, &moved);
        });
    }

    /// Says whether the image of an item is kept.
    pub fn decide(&self, item: ItemId, is_kept: bool) {
        self.send(&ToWorker::Verdict { item, is_kept });
    }

    /// Returns an image: an `ImageBitmap` with no side longer than `edge`, or with 0 its bytes as a `Blob`;
    /// `null` if there is none.
    pub async fn preview(&self, item: ItemId, edge: u32) -> JsValue {
        if self.inbox.is_broken.get() {
            return JsValue::NULL;
        }
        let preview = Rc::<Shared<JsValue>>::default();
        self.inbox.previews.borrow_mut().push(((item, edge), Rc::clone(&preview)));
        self.ask(Interaction::Preview(item, edge));
        preview.get().await
    }

    /// Hands the archive over, to be saved under this name; `None` if there is none any more.
    pub async fn hand_over(&self, file_name: &str) -> Option<HandedOver> {
        if self.inbox.is_broken.get() {
            return None;
        }
        let handed_over = Rc::<Shared<Option<HandedOver>>>::default();
        self.inbox.hand_overs.borrow_mut().push_back(Rc::clone(&handed_over));
        self.send(&ToWorker::HandOver(file_name.to_owned()));
        handed_over.get().await
    }

    /// Makes another archive of these items, which is served as a run of its own: the first that
    /// [`finish`](Self::finish) returns of it is the archive.
    ///
    /// # Errors
    ///
    /// Fails if the worker is gone, and if the browser refuses to open a port.
    pub fn select(&self, items: &[ItemId]) -> Result<Rc<Self>, ArchiveError> {
        self.expect_worker()?;
        let channel = MessageChannel::new().map_err(because(ArchiveErrorKind::Worker))?;
        self.port.post_port(&ToWorker::Select(items.to_vec()).to_bytes(), &channel.port2());
        Ok(Self::new(channel.port1(), Rc::clone(&self.plan), Rc::clone(&self.others)))
    }

    /// Checks that the worker is there.
    ///
    /// # Errors
    ///
    /// Fails if it is gone.
    pub fn expect_worker(&self) -> Result<(), ArchiveError> {
        match self.inbox.is_broken.get() {
            true => Err(ArchiveErrorKind::Worker.because("its images are gone with it")),
            false => Ok(()),
        }
    }

    /// Ends the activity under way with an error: the worker is gone.
    pub fn break_down(&self, reason: &str) {
        self.inbox.is_broken.set(true);
        self.inbox.refuse_previews();
        self.inbox.hand_overs.take().into_iter().for_each(|handed_over| handed_over.set(None));
        let error = ArchiveErrorKind::Worker.because(reason);
        self.inbox.messages.push((FromWorker::Failed(error), JsValue::NULL));
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.send(&ToWorker::Release);
    }
}

impl Inbox {
    fn receive(&self, bytes: &[u8], object: JsValue) {
        match FromWorker::read(bytes) {
            Some(FromWorker::Preview(item, edge)) => self.set_preview((item, edge), &object),
            Some(FromWorker::HandedOver(is_file)) => {
                let handed_over = nullable(object).map(|blob| HandedOver { blob, is_file });
                let awaited = self.hand_overs.borrow_mut().pop_front();
                awaited.into_iter().for_each(|awaited| awaited.set(handed_over.clone()));
            }
            Some(message) => self.messages.push((message, object)),
            // Both ends are the same build, so this is a defect; without the message the run would wait
            // for ever.
            None => {
                let error = ArchiveErrorKind::Worker.because("a message made no sense");
                self.messages.push((FromWorker::Failed(error), JsValue::NULL));
            }
        }
    }

    fn set_preview(&self, sent: (ItemId, u32), image: &JsValue) {
        self.previews.borrow_mut().retain(|(wanted, preview)| {
            let is_wanted = sent == *wanted;
            if is_wanted {
                preview.set(image.clone());
            }
            !is_wanted
        });
    }

    /// Ends the wait for previews that will not come.
    fn refuse_previews(&self) {
        for (_, preview) in self.previews.take() {
            preview.set(JsValue::NULL);
        }
    }
}

/// An image that was asked for, by its item and the longest side that it may have, and where it goes.
type AwaitedPreview = ((ItemId, u32), Rc<Shared<JsValue>>);

/// Chunks on their way into the sink. The sink has one at a time, and the page a few ahead, so that the
/// next one is there as soon as it is wanted.
struct Writing<'a> {
    sink: Option<&'a dyn Sink>,
    current: Option<LocalBoxFuture<'a, Result<(), JsValue>>>,
    /// Chunks not yet given to the sink, in order; `null` marks the end of the archive.
    waiting: VecDeque<JsValue>,
}

impl Writing<'_> {
    /// Waits until the sink has taken the current chunk, or the next one.
    async fn next_written(&mut self) -> Result<(), JsValue> {
        if self.current.is_none()
            && let Some(sink) = self.sink
            && let Some(next) = self.waiting.pop_front()
        {
            self.current = Some(match nullable(next) {
                Some(chunk) => sink.write(&chunk),
                None => sink.close(),
            });
        }
        let Some(current) = &mut self.current else { return pending().await };
        let written = current.await;
        self.current = None;
        written
    }
}

/// Cancels the run when its future is dropped.
struct CancelOnDrop<'a>(&'a Connection);

impl Drop for CancelOnDrop<'_> {
    fn drop(&mut self) {
        self.0.send(&ToWorker::Cancel);
        self.0.inbox.refuse_previews();
    }
}
