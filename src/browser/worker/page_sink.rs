//! A sink that is in the page, as the worker writes to it.

use std::cell::Cell;
use std::rc::Rc;

use futures::future::LocalBoxFuture;
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use super::port::Port;
use crate::browser::archive::Sink;
use crate::browser::web::Notify;
use crate::job::FromWorker;

/// The most chunks that are with the page while the next one is made.
const MAX_AHEAD: usize = 3;

/// Sends chunks to the page, a few ahead of the sink. The page itself handles a sink that fails.
#[derive(Debug)]
pub struct PageSink {
    port: Rc<Port>,
    /// Chunks that the page has, the end included.
    unwritten: Cell<usize>,
    written: Notify,
}

impl PageSink {
    /// The sink of the page at the port's other end.
    pub fn new(port: Rc<Port>) -> Self {
        Self { port, unwritten: Cell::new(0), written: Notify::default() }
    }

    /// The sink has taken the first of the chunks.
    pub fn chunk_written(&self) {
        self.unwritten.set(self.unwritten.get().saturating_sub(1));
        self.written.notify();
    }

    /// Counts a chunk that was sent, and waits until the page has at most `max`.
    fn sent(&self, max: usize) -> LocalBoxFuture<'_, Result<(), JsValue>> {
        self.unwritten.set(self.unwritten.get() + 1);
        Box::pin(async move {
            self.written.wait_for(|| (self.unwritten.get() <= max).then_some(())).await;
            Ok(())
        })
    }
}

impl Sink for PageSink {
    fn write(&self, chunk: &Uint8Array) -> LocalBoxFuture<'_, Result<(), JsValue>> {
        self.port.post_chunk(&FromWorker::Chunk.to_bytes(), chunk);
        self.sent(MAX_AHEAD)
    }

    fn close(&self) -> LocalBoxFuture<'_, Result<(), JsValue>> {
        self.port.post(&FromWorker::SinkEnd.to_bytes(), &JsValue::NULL);
        self.sent(0)
    }
}
