//! The archive as a stream: headers and payloads, one entry after the other as it becomes due.
//!
//! ```text
//! StreamedArchive ─▶ JoinedWriter: small pieces become large ones ─▶ Sink
//! ```

use std::cell::RefCell;

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use super::{Archive, Backlog, Layout, Removal, Sink, Verdicts};
use crate::browser::error::because;
use crate::browser::spool::{ImageStore, Payload, Spool};
use crate::browser::web::{ReadBuffers, StreamReader};
use crate::job::{ArchiveError, ArchiveErrorKind, ArchivePlace, Order};
use crate::plan::{ItemId, LeftOut, WebText};
use crate::report::Rows;
use crate::run::{FinishedItem, Reorder, StoredImage};
use crate::zip::{Framing, local_header};

/// Small pieces are joined up to this many bytes, so that thousands of entries are not thousands of
/// writes.
const JOINED_BYTES: usize = 256 << 10;

/// Writes entries to a sink.
pub struct StreamedArchive<'a, W> {
    layout: Layout<'a, W>,
    framing: Framing,
    /// The size of the archive so far, in bytes.
    size: u64,
    writer: JoinedWriter<'a>,
    images: ImageStore,
    /// Called for each image that had arrived and is no entry.
    on_removed: &'a dyn Fn(ItemId, Removal),
    verdicts: Option<&'a Verdicts>,
}

impl<'a, W: WebText> StreamedArchive<'a, W> {
    /// An archive without entries.
    pub fn new(
        layout: Layout<'a, W>,
        sink: &'a dyn Sink,
        images: ImageStore,
        on_removed: &'a dyn Fn(ItemId, Removal),
    ) -> Self {
        let writer = JoinedWriter { sink, joined: Vec::new() };
        Self { layout, framing: Framing::default(), size: 0, writer, images, on_removed, verdicts: None }
    }

    /// Writes only images that the caller keeps.
    pub fn with_verdicts(self, verdicts: Option<&'a Verdicts>) -> Self {
        Self { verdicts, ..self }
    }

    /// Writes the images of a backlog until its end; `items` is the number of the plan's. Each write
    /// waits for the sink.
    ///
    /// # Errors
    ///
    /// Fails if the sink does, or if an image can't be read back.
    pub async fn write_all(
        &mut self,
        items: usize,
        order: Order,
        backlog: &Backlog,
    ) -> Result<(), ArchiveError> {
        let mut outcomes = Reorder::new(items);
        loop {
            if backlog.is_empty() {
                // Complete entries should not wait for incomplete ones.
                self.writer.flush().await.map_err(sink_failed)?;
                backlog.set_writing(false);
            }
            let Some(FinishedItem { item, outcome }) = backlog.next().await else { return Ok(()) };
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
        let is_kept = match self.verdicts {
            Some(verdicts) => verdicts.decided(item).await,
            None => true,
        };
        let entry = if is_kept { self.layout.entry(item, &image) } else { Err(LeftOut::Filter) };
        let entry = match entry {
            Ok(entry) => entry,
            Err(reason) => {
                (self.on_removed)(item, Removal::LeftOut(reason));
                if let Payload::File { file, place } = &image.payload {
                    file.release(place.reserved());
                }
                backlog.release(&image);
                return Ok(());
            }
        };
        let header = local_header(&entry, 0);
        let offset = self.size;
        self.size += header.len() as u64 + entry.size;
        self.framing.push(item, entry, offset);
        self.writer.push(&header).await.map_err(sink_failed)?;
        match &image.payload {
            Payload::Memory(bytes) => self.writer.push(bytes).await.map_err(sink_failed)?,
            Payload::File { file, place } => {
                for piece in file.read_pieces(place.payload) {
                    self.writer.push_chunk(piece.map_err(unreadable)?).await.map_err(sink_failed)?;
                }
                file.release(place.reserved());
            }
            Payload::Blob(blob) => {
                let mut reader =
                    StreamReader::new(&blob.stream(), &ReadBuffers::default()).map_err(unreadable)?;
                while let Some(chunk) = reader.next().await.map_err(unreadable)? {
                    let copy = chunk.slice(0, chunk.length());
                    self.writer.push_chunk(copy).await.map_err(sink_failed)?;
                }
            }
        }
        backlog.release(&image);
        Ok(())
    }

    /// Writes the record, for which `rows` is, and the central directory, and closes the sink.
    ///
    /// # Errors
    ///
    /// Fails if the sink does.
    pub async fn finish(self, rows: &RefCell<Rows>) -> Result<Archive, ArchiveError> {
        let Self { mut layout, mut framing, mut size, mut writer, images, .. } = self;
        let record = layout.record(&rows.borrow());
        for (item, entry, content) in record {
            let header = local_header(&entry, 0);
            let offset = size;
            size += header.len() as u64 + entry.size;
            framing.push(item, entry, offset);
            writer.push(&header).await.map_err(sink_failed)?;
            writer.push(&content).await.map_err(sink_failed)?;
        }
        // The spool is open by now only if an image needed it.
        let place = match images.spool().get().await {
            Spool::File(_) => ArchivePlace::OneFile,
            Spool::Blobs => ArchivePlace::Blobs,
        };
        if framing.entries() > 0 {
            let tail = framing.finish(size);
            size += tail.len() as u64;
            writer.push(&tail).await.map_err(sink_failed)?;
        }
        writer.close().await.map_err(sink_failed)?;
        Ok(Archive { blob: None, summary: layout.finish(size, place) })
    }
}

fn sink_failed(error: JsValue) -> ArchiveError {
    because(ArchiveErrorKind::Sink)(error)
}

fn unreadable(error: JsValue) -> ArchiveError {
    because(ArchiveErrorKind::Unreadable)(error)
}

/// Joins small pieces before they are written to the sink.
struct JoinedWriter<'a> {
    sink: &'a dyn Sink,
    joined: Vec<u8>,
}

impl JoinedWriter<'_> {
    /// Writes a piece.
    async fn push(&mut self, piece: &[u8]) -> Result<(), JsValue> {
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

    /// Writes a chunk whose buffer can be given away.
    async fn push_chunk(&mut self, chunk: Uint8Array) -> Result<(), JsValue> {
        if chunk.length() as usize >= JOINED_BYTES {
            self.flush().await?;
            return self.sink.write(&chunk).await;
        }
        self.push(&chunk.to_vec()).await
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
