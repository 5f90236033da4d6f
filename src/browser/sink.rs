//! The archive as a stream: the same parts in the same order, as they become due.

use futures::StreamExt;
use futures::channel::mpsc::UnboundedReceiver;
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{WritableStream, WritableStreamDefaultWriter};

use super::archive::{Archive, ArchiveError, Layout, message_of};
use super::body::Body;
use super::spool::Payload;
use crate::plan::WebText;
use crate::run::{Ended, InOrder};

/// Writes the archive while its images arrive: each entry as soon as all before it have ended.
///
/// Every write waits for the sink, so a slow one holds back the writing and nothing piles up
/// there. When this future is dropped unfinished, the sink is aborted.
pub async fn write_archive<W: WebText>(
    mut layout: Layout<'_, W>,
    mut arrivals: UnboundedReceiver<Ended<Payload>>,
    items: usize,
    sink: &WritableStream,
) -> Result<Archive, ArchiveError> {
    let writer = SinkWriter::new(sink).map_err(failed)?;
    let mut outcomes = InOrder::new(items);
    while let Some(Ended { item, outcome }) = arrivals.next().await {
        outcomes.put(item, outcome);
        while let Some((item, outcome)) = outcomes.next_due() {
            let Ok(image) = outcome else { continue };
            writer.write(&layout.place(item, &image)).await.map_err(failed)?;
            let payload = Body::new(&image.payload.as_blob().stream());
            while let Some(chunk) = payload.next().await.map_err(failed)? {
                writer.write_chunk(&chunk).await.map_err(failed)?;
            }
        }
    }
    let (tail, names) = layout.finish();
    if let Some(tail) = tail {
        writer.write(&tail).await.map_err(failed)?;
    }
    writer.close().await.map_err(failed)?;
    Ok(Archive { blob: None, names })
}

#[allow(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn failed(error: JsValue) -> ArchiveError {
    ArchiveError::Sink { reason: message_of(&error) }
}

/// A sink that is aborted unless it was closed.
struct SinkWriter(WritableStreamDefaultWriter);

impl SinkWriter {
    fn new(sink: &WritableStream) -> Result<Self, JsValue> {
        sink.get_writer().map(Self)
    }

    async fn write(&self, bytes: &[u8]) -> Result<(), JsValue> {
        self.write_chunk(&Uint8Array::from(bytes)).await
    }

    async fn write_chunk(&self, chunk: &Uint8Array) -> Result<(), JsValue> {
        JsFuture::from(self.0.write_with_chunk(chunk)).await.map(|_| ())
    }

    async fn close(&self) -> Result<(), JsValue> {
        JsFuture::from(self.0.close()).await.map(|_| ())
    }
}

impl Drop for SinkWriter {
    fn drop(&mut self) {
        // Aborting a stream that is closed or failed does nothing; a promise that nobody hears of
        // would be reported as an unhandled rejection.
        let aborted = JsFuture::from(self.0.abort());
        spawn_local(async { drop(aborted.await) });
        self.0.release_lock();
    }
}
