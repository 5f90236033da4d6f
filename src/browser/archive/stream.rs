//! The archive as a stream: headers and payloads, one entry after the other as it becomes due.
//!
//! ```text
//! StreamedArchive ─▶ JoinedWriter: small pieces become large ones ─▶ Sink ─┬▶ a WritableStream here
//!                                                                         └▶ or one in the page
//! ```

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::task::{Poll, Waker};

use futures::future::LocalBoxFuture;
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use web_sys::{WritableStream, WritableStreamDefaultWriter};

use super::archive::{Archive, ArchiveError, Layout, Storage, message_of, unreadable};
use super::body::{StreamReader, ReadBuffers};
use super::collect::Order;
use super::images::ImageStore;
use super::queue::Queue;
use super::settled::settled;
use super::spool::{InMemoryBytes, Payload, Spool, read_pieces};
use crate::plan::{ItemId, WebText};
use crate::run::{FinishedItem, Reorder, StoredImage};

/// Small pieces are joined up to this many bytes, so that thousands of entries are not thousands
/// of writes.
const JOINED_BYTES: usize = 256 << 10;

/// How many bytes may wait for a sink that is slower than the network before fetching waits, too.
const MOST_WAITING: u64 = 64 << 20;

/// Where the archive goes. It is aborted unless it was closed.
pub trait Sink {
    /// Hands a chunk over for good, and waits until the sink wants more.
    fn write(&self, chunk: &Uint8Array) -> LocalBoxFuture<'_, Result<(), JsValue>>;
    /// Nothing more will come; waits until all is written.
    fn close(&self) -> LocalBoxFuture<'_, Result<(), JsValue>>;
}

/// Writes entries to a sink, in the order in which they are given.
pub struct StreamedArchive<'a, W> {
    layout: Layout<'a, W>,
    writer: JoinedWriter<'a>,
    images: ImageStore,
}

impl<'a, W: WebText> StreamedArchive<'a, W> {
    /// An archive that has nothing yet.
    pub fn new(layout: Layout<'a, W>, sink: &'a dyn Sink, images: ImageStore) -> Self {
        Self { layout, writer: JoinedWriter { sink, joined: Vec::new() }, images }
    }

    /// Writes the images that arrive, until no more will. Every write waits for the sink.
    ///
    /// # Errors
    ///
    /// The sink failed, or an image can't be read back.
    pub async fn write_all(
        &mut self,
        items: usize,
        order: Order,
        backlog: &Backlog,
    ) -> Result<(), ArchiveError> {
        let mut outcomes = Reorder::new(items);
        loop {
            if backlog.arrivals.is_empty() {
                // What is complete should not wait for what is not.
                self.writer.flush().await.map_err(failed)?;
                backlog.set_writing(false);
            }
            let Some(FinishedItem { item, outcome }) = backlog.arrivals.next().await else { return Ok(()) };
            backlog.set_writing(true);
            match order {
                Order::Completion => self.write(item, outcome, backlog).await?,
                Order::Input => {
                    outcomes.push(item, outcome);
                    while let Some((item, outcome)) = outcomes.next_in_order() {
                        self.write(item, outcome, backlog).await?;
                    }
                }
            }
        }
    }

    async fn write<E>(
        &mut self,
        item: ItemId,
        outcome: Result<StoredImage<Payload>, E>,
        backlog: &Backlog,
    ) -> Result<(), ArchiveError> {
        let Ok(image) = outcome else { return Ok(()) };
        let header = self.layout.place(item, &image);
        self.writer.put(&header).await.map_err(failed)?;
        match (&image.payload, self.images.spool().now()) {
            (Payload::Memory(bytes), _) => self.writer.put(bytes).await.map_err(failed)?,
            (Payload::Extents(extents), Some(Spool::File(file))) => {
                for piece in read_pieces(&file, extents) {
                    self.writer.put_chunk(piece.map_err(unreadable)?).await.map_err(failed)?;
                }
                extents.iter().for_each(|extent| file.release(*extent));
            }
            (Payload::Blob(blob), _) => {
                let mut body = StreamReader::new(&blob.stream(), &ReadBuffers::default()).map_err(unreadable)?;
                while let Some(chunk) = body.next().await.map_err(unreadable)? {
                    let copy = chunk.slice(0, chunk.length());
                    self.writer.put_chunk(copy).await.map_err(failed)?;
                }
            }
            (Payload::Extents(_), _) => {}
        }
        backlog.written(&image);
        Ok(())
    }

    /// Ends the archive and closes the sink.
    ///
    /// # Errors
    ///
    /// The sink failed.
    pub async fn finish(mut self) -> Result<Archive, ArchiveError> {
        let (tail, names, size) = self.layout.finish();
        if let Some(tail) = tail {
            self.writer.put(&tail).await.map_err(failed)?;
        }
        self.writer.close().await.map_err(failed)?;
        // It is open by now only where an image needed it.
        self.images.spool().get().await;
        let storage = Storage::Here(self.images);
        Ok(Archive { blob: None, names, size, protocols: Vec::new(), storage })
    }
}

/// The sink's own words.
#[allow(clippy::needless_pass_by_value, reason = "it is given to map_err")]
pub fn failed(error: JsValue) -> ArchiveError {
    ArchiveError::Sink { reason: message_of(&error) }
}

/// What has arrived and was not written yet, between who fetches and who writes.
#[derive(Debug, Default)]
pub struct Backlog {
    /// In the order in which they ended; `None` where no more will come.
    arrivals: Queue<Option<FinishedItem<Payload>>>,
    bytes: Cell<u64>,
    held: InMemoryBytes,
    is_writing: Cell<bool>,
    fetching: RefCell<Option<Waker>>,
}

impl Backlog {
    /// An item has ended.
    pub fn arrived(&self, mut ended: FinishedItem<Payload>, spool: Option<Spool>) {
        // What has arrived found the spool open.
        if let (Ok(image), Some(spool)) = (&mut ended.outcome, spool) {
            self.held.take(image, &spool);
            self.bytes.set(self.bytes.get() + image.bytes);
        }
        self.arrivals.push(Some(ended));
    }

    /// All items have ended.
    pub fn end(&self) {
        self.arrivals.push(None);
    }

    /// Ends when more may be fetched: not much waits, or what waits does so for an image that is
    /// not there yet, and not for the sink.
    pub async fn has_room(&self) {
        poll_fn(|context| {
            if self.bytes.get() < MOST_WAITING || !self.is_writing.get() {
                return Poll::Ready(());
            }
            *self.fetching.borrow_mut() = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    fn written(&self, image: &StoredImage<Payload>) {
        self.held.release(image);
        self.bytes.set(self.bytes.get() - image.bytes);
        self.wake();
    }

    fn set_writing(&self, is_writing: bool) {
        self.is_writing.set(is_writing);
        self.wake();
    }

    fn wake(&self) {
        self.fetching.take().into_iter().for_each(Waker::wake);
    }
}

/// Joins small pieces before the sink gets them.
struct JoinedWriter<'a> {
    sink: &'a dyn Sink,
    joined: Vec<u8>,
}

impl JoinedWriter<'_> {
    /// Writes a piece.
    async fn put(&mut self, piece: &[u8]) -> Result<(), JsValue> {
        if self.joined.len() + piece.len() > JOINED_BYTES {
            self.flush().await?;
        }
        if piece.len() >= JOINED_BYTES {
            return self.sink.write(&Uint8Array::from(piece)).await;
        }
        self.joined.reserve_exact(JOINED_BYTES - self.joined.len());
        self.joined.extend_from_slice(piece);
        Ok(())
    }

    /// Writes a chunk that nobody else has.
    async fn put_chunk(&mut self, chunk: Uint8Array) -> Result<(), JsValue> {
        if chunk.length() as usize >= JOINED_BYTES {
            self.flush().await?;
            return self.sink.write(&chunk).await;
        }
        self.put(&chunk.to_vec()).await
    }

    async fn flush(&mut self) -> Result<(), JsValue> {
        if self.joined.is_empty() {
            return Ok(());
        }
        let joined = Uint8Array::from(self.joined.as_slice());
        self.joined.clear();
        self.sink.write(&joined).await
    }

    async fn close(&mut self) -> Result<(), JsValue> {
        self.flush().await?;
        self.sink.close().await
    }
}

/// A `WritableStream` of this thread's.
#[derive(Debug)]
pub struct StreamSink(WritableStreamDefaultWriter);

impl StreamSink {
    /// Takes the stream over.
    ///
    /// # Errors
    ///
    /// Somebody else is writing to it.
    pub fn new(stream: &WritableStream) -> Result<Self, ArchiveError> {
        stream.get_writer().map(Self).map_err(failed)
    }
}

impl Sink for StreamSink {
    fn write(&self, chunk: &Uint8Array) -> LocalBoxFuture<'_, Result<(), JsValue>> {
        let written = settled(self.0.write_with_chunk(chunk));
        Box::pin(async { written.await.map(|_| ()) })
    }

    fn close(&self) -> LocalBoxFuture<'_, Result<(), JsValue>> {
        let closed = settled(self.0.close());
        Box::pin(async { closed.await.map(|_| ()) })
    }
}

impl Drop for StreamSink {
    fn drop(&mut self) {
        // Aborting a stream that is closed or failed does nothing; a promise that nobody hears of
        // would be reported as an unhandled rejection.
        drop(settled(self.0.abort()));
        self.0.release_lock();
    }
}
