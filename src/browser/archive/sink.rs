//! Where a streamed archive goes.

use std::cell::RefCell;

use futures::future::LocalBoxFuture;
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use web_sys::{WritableStream, WritableStreamDefaultWriter};

use crate::browser::error::because;
use crate::browser::web::{PendingPromise, promise};
use crate::job::{ArchiveError, ArchiveErrorKind};

/// Takes the bytes of an archive, in order. It is aborted unless it was closed.
pub trait Sink {
    /// Writes a chunk, whose buffer is given away, and waits until the sink wants more.
    fn write(&self, chunk: &Uint8Array) -> LocalBoxFuture<'_, Result<(), JsValue>>;
    /// Waits until everything is written.
    fn close(&self) -> LocalBoxFuture<'_, Result<(), JsValue>>;
}

/// A `WritableStream` of this thread.
#[derive(Debug)]
pub struct StreamSink {
    writer: WritableStreamDefaultWriter,
    /// What it failed with, or is to be aborted with.
    reason: RefCell<JsValue>,
}

impl StreamSink {
    /// Locks the stream.
    ///
    /// # Errors
    ///
    /// Fails if the stream is locked.
    pub fn new(stream: &WritableStream) -> Result<Self, ArchiveError> {
        let writer = stream.get_writer().map_err(because(ArchiveErrorKind::Sink))?;
        Ok(Self { writer, reason: RefCell::new(JsValue::UNDEFINED) })
    }

    /// What it failed with; `undefined` if it has not.
    pub fn reason(&self) -> JsValue {
        self.reason.borrow().clone()
    }

    /// Has it aborted with this reason, unless it is closed by then.
    pub fn abort_with(&self, reason: &JsValue) {
        self.reason.replace(reason.clone());
    }

    /// Waits for a step of the stream's.
    async fn carried_out(&self, step: PendingPromise) -> Result<(), JsValue> {
        step.await.map(drop).inspect_err(|reason| self.abort_with(reason))
    }
}

impl Sink for StreamSink {
    fn write(&self, chunk: &Uint8Array) -> LocalBoxFuture<'_, Result<(), JsValue>> {
        Box::pin(self.carried_out(promise(self.writer.write_with_chunk(chunk))))
    }

    fn close(&self) -> LocalBoxFuture<'_, Result<(), JsValue>> {
        Box::pin(self.carried_out(promise(self.writer.close())))
    }
}

impl Drop for StreamSink {
    fn drop(&mut self) {
        // Aborting a stream that is closed or has failed does nothing. The promise gets callbacks, since
        // one without them would be reported as an unhandled rejection.
        drop(promise(self.writer.abort_with_reason(&self.reason.borrow())));
        self.writer.release_lock();
    }
}
