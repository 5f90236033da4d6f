//! The page's end of a run that is with the worker.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::pending;
use std::pin::pin;
use std::rc::Rc;

use futures::future::{Either, LocalBoxFuture, select};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{ImageBitmap, MessageEvent, MessagePort};

use super::super::archive::{Archive, ArchiveError, Storage};
use super::super::collect::Job;
use super::super::later::Shared;
use super::super::queue::Queue;
use super::super::sink::{self, Sink};
use super::super::turns::Yielder;
use crate::plan::{EntryName, ItemId};
use crate::run::{Event, read_events};
use crate::text_list::read_texts;

/// So many events are passed on before the clock is asked whether others should have a turn.
const EVENTS_AT_A_TIME: usize = 32;

/// Tells the worker to end the run, and to keep nothing of it.
pub const CANCEL: &str = "cancel";

/// Asks the worker to read the archive back.
#[cfg(feature = "page")]
pub const PROVE: &str = "prove";

/// Tells the worker that the archive need not survive a crash.
#[cfg(feature = "page")]
pub const SAVED: &str = "saved";

/// Tells the worker that the sink has taken the first of the chunks that it was given.
pub const WRITTEN: &str = "written";

/// The words that arrays from the worker begin with.
pub const PREVIEW: &str = "preview";
pub const CHUNK: &str = "chunk";
pub const DONE: &str = "done";
#[cfg(feature = "page")]
pub const PROVED: &str = "proved";
pub const FAILED: &str = "failed";

/// What is on its way into the sink. The sink has one chunk at a time, and the page a few ahead, so
/// that the next one is there as soon as it is wanted.
struct Writing<'a> {
    sink: Option<&'a dyn Sink>,
    current: Option<LocalBoxFuture<'a, Result<(), JsValue>>>,
    /// Those after it. What is no chunk is the end.
    waiting: VecDeque<JsValue>,
}

impl Writing<'_> {
    /// Ends when the sink has taken, or refused, the chunk that it has.
    async fn written(&mut self) -> Result<(), JsValue> {
        if self.current.is_none()
            && let Some(sink) = self.sink
            && let Some(next) = self.waiting.pop_front()
        {
            self.current = Some(match next.dyn_ref() {
                Some(chunk) => sink.write(chunk),
                None => sink.close(),
            });
        }
        let Some(current) = &mut self.current else { return pending().await };
        let written = current.await;
        self.current = None;
        written
    }
}

/// A run that is with the worker. What it has kept is let go when this is dropped.
#[derive(Debug)]
pub struct Connection {
    port: MessagePort,
    inbox: Rc<Inbox>,
    _listener: Closure<dyn Fn(MessageEvent)>,
}

/// What has come and was not looked at yet.
#[derive(Debug, Default)]
struct Inbox {
    messages: Queue<JsValue>,
    /// Previews that were asked for.
    previews: RefCell<Vec<(ItemId, Rc<Shared<JsValue>>)>>,
}

impl Inbox {
    fn receive(&self, message: JsValue) {
        if let Some(words) = message.dyn_ref::<Array>()
            && words.get(0) == PREVIEW
        {
            self.preview(words.get(1).as_f64(), &words.get(2));
            return;
        }
        self.messages.push(message);
    }

    fn preview(&self, item: Option<f64>, bitmap: &JsValue) {
        self.previews.borrow_mut().retain(|(wanted, later)| {
            let is_it = item == Some(*wanted as f64);
            if is_it {
                later.set(bitmap.clone());
            }
            !is_it
        });
    }

    /// None of those that were asked for will come.
    fn refuse_previews(&self) {
        for (_, preview) in self.previews.take() {
            preview.set(JsValue::NULL);
        }
    }
}

impl Connection {
    pub fn new(port: MessagePort) -> Rc<Self> {
        let inbox = Rc::<Inbox>::default();
        let receiver = Rc::clone(&inbox);
        let listener = Closure::new(move |event: MessageEvent| receiver.receive(event.data()));
        port.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        Rc::new(Self { port, inbox, _listener: listener })
    }

    /// Passes the run's events on, and its archive to the sink, until it ends. Dropping the future
    /// cancels the run. It ends with an archive, or with `None` where the one of before is proved.
    pub async fn finish(
        self: Rc<Self>,
        job: &Job<'_>,
        sink: Option<&dyn Sink>,
        emit: &dyn Fn(Event),
    ) -> Result<Option<Archive>, ArchiveError> {
        let unfinished = Unfinished(&self);
        let mut turns = Yielder::default();
        // Events go on while chunks are on their way.
        let mut writing = Writing { sink, current: None, waiting: VecDeque::new() };
        loop {
            let message =
                match select(pin!(self.inbox.messages.next()), pin!(self.pass_on(job, &mut writing))).await {
                    Either::Left((message, _)) => message,
                    Either::Right((error, _)) => return Err(error),
                };
            let message = match message.dyn_into::<Uint8Array>() {
                Ok(events) => {
                    for (number, event) in read_events(&events.to_vec(), job.plan).enumerate() {
                        emit(event);
                        if number % EVENTS_AT_A_TIME == 0 {
                            turns.pass().await;
                        }
                    }
                    continue;
                }
                Err(message) => message.unchecked_into::<Array>(),
            };
            if message.get(0) == CHUNK {
                // Without a chunk it is the end.
                writing.waiting.push_back(message.get(1));
                continue;
            }
            std::mem::forget(unfinished);
            #[cfg(feature = "page")]
            if message.get(0) == PROVED {
                return Ok(None);
            }
            if message.get(0) == DONE {
                let names: Uint8Array = message.get(2).unchecked_into();
                let names = read_texts(&names.to_vec()).map(|name| name.map(EntryName::trusted)).collect();
                let is_file = message.get(3).is_truthy();
                let storage = Storage::Worker { run: Rc::clone(&self), is_file };
                let size = message.get(4).as_f64().unwrap_or_default() as u64;
                let protocols: Array = message.get(5).unchecked_into();
                let protocols = protocols.iter().filter_map(|name| name.as_string()).collect();
                return Ok(Some(Archive {
                    blob: message.get(1).dyn_into().ok(),
                    names,
                    size,
                    protocols,
                    storage,
                }));
            }
            let text = |index| message.get(index).as_string().unwrap_or_default();
            return Err(ArchiveError::of_kind(&text(1), text(2)));
        }
    }

    /// Tells the worker what the run is told, and of the chunks that are written, for as long as it
    /// is asked to, or until the sink fails.
    async fn pass_on(&self, job: &Job<'_>, writing: &mut Writing<'_>) -> ArchiveError {
        loop {
            match select(pin!(job.attended.wish()), pin!(writing.written())).await {
                Either::Left((wish, _)) => self.post(&wish.word().into()),
                Either::Right((Ok(()), _)) => self.post(&WRITTEN.into()),
                Either::Right((Err(error), _)) => return sink::failed(error),
            }
        }
    }

    /// Asks the worker to read the archive back; [`Connection::finish`] has what comes of it.
    #[cfg(feature = "page")]
    pub fn ask_for_proof(&self) {
        self.post(&PROVE.into());
    }

    /// The archive need not survive a crash any more.
    #[cfg(feature = "page")]
    pub fn saved(&self) {
        self.post(&SAVED.into());
    }

    /// An image decoded small.
    pub async fn preview(&self, item: ItemId) -> Option<ImageBitmap> {
        let later = Rc::<Shared<JsValue>>::default();
        self.inbox.previews.borrow_mut().push((item, Rc::clone(&later)));
        self.post(&(item as f64).into());
        later.get().await.dyn_into().ok()
    }

    /// The worker is no more.
    pub fn broke_down(&self, reason: &str) {
        self.inbox.refuse_previews();
        let error = ArchiveError::Worker { reason: reason.to_owned() };
        self.inbox.receive(Array::of3(&FAILED.into(), &error.kind().into(), &reason.into()).into());
    }

    pub(super) fn post(&self, message: &JsValue) {
        // A port takes whatever can be copied, and numbers and words can.
        let _ = self.port.post_message(message);
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.post(&JsValue::NULL);
        self.port.close();
    }
}

/// Cancels a run that nobody waits for any more.
struct Unfinished<'a>(&'a Connection);

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        self.0.post(&CANCEL.into());
        self.0.inbox.refuse_previews();
    }
}
