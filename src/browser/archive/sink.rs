//! Where a streamed archive goes.

use futures::future::LocalBoxFuture;
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use web_sys::{WritableStream, WritableStreamDefaultWriter};

use crate::browser::error::because;
use crate::browser::web::promise;
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
pub struct StreamSink(WritableStreamDefaultWriter);

impl StreamSink {
    /// Locks the stream.
    ///
    /// # Errors
    ///
    /// Fails if the stream is locked.
    pub fn new(stream: &WritableStream) -> Result<Self, ArchiveError> {
        stream.get_writer().map(Self).map_err(because(ArchiveErrorKind::Sink))
    }
}

impl Sink for StreamSink {
    fn write(&self, chunk: &Uint8Array) -> LocalBoxFuture<'_, Result<(), JsValue>> {
        let written = promise(self.0.write_with_chunk(chunk));
        Box::pin(async { written.await.map(|_| ()) })
    }

    fn close(&self) -> LocalBoxFuture<'_, Result<(), JsValue>> {
        let closed = promise(self.0.close());
        Box::pin(async { closed.await.map(|_| ()) })
    }
}

impl Drop for StreamSink {
    fn drop(&mut self) {
        // Aborting a stream that is closed or has failed does nothing. The promise gets callbacks, since
        // one without them would be reported as an unhandled rejection.
        drop(promise(self.0.abort()));
        self.0.release_lock();
    }
}
