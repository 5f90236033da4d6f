//! One body: its CRC-32, its format and its end in one pass, on its way into the spool.

use js_sys::Uint8Array;
use sha2::{Digest, Sha256};
use wasm_bindgen::prelude::*;

use crate::browser::spool::{Payload, ScratchBuffer, Spool, SpoolWriter};
use crate::browser::web::{StreamReader, js_message, promise};
use crate::image::{
    Accepted, DimensionsFinder, EndFinder, Ending, FileType, Format, ImageFacts, NotAnImage, Recogniser,
};
use crate::run::{FetchError, StoredImage};
use crate::zip::Crc32;

/// What has arrived of one body.
#[derive(Debug)]
pub struct Reception {
    writer: SpoolWriter,
    crc: Crc32,
    bytes: u64,
    accepted: Accepted,
    declared: Option<u64>,
    /// The media type that the server says, if it is read.
    claimed_type: Option<String>,
    format: Recogniser,
    end: EndFinder,
    dimensions: DimensionsFinder,
    sha256: Option<Box<Sha256>>,
    /// The latest bytes, as many as [`OVERLAP`] at most.
    latest: Vec<u8>,
}

/// Bytes that are asked for again when a broken transfer continues. What follows is of the same file only if they
/// are the same.
const OVERLAP: usize = 4 << 10;

impl Reception {
    /// A body of which nothing has arrived; `declared` is its Content-Length unless it is encoded, and
    /// `claimed_type` the media type that is believed of a file that is not an image.
    pub fn new(
        spool: &Spool,
        declared: Option<u64>,
        computes_sha256: bool,
        accepted: Accepted,
        claimed_type: Option<String>,
    ) -> Self {
        Self {
            accepted,
            declared,
            claimed_type,
            writer: SpoolWriter::new(spool, declared),
            crc: Crc32::default(),
            bytes: 0,
            format: Recogniser::default(),
            end: EndFinder::default(),
            dimensions: DimensionsFinder::default(),
            sha256: computes_sha256.then(Box::default),
            latest: Vec::new(),
        }
    }

    /// The bytes that have arrived.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The latest bytes, with which the continuation of a broken transfer begins.
    pub fn latest(&self) -> &[u8] {
        &self.latest
    }

    /// Prepares for a while without another chunk.
    ///
    /// # Errors
    ///
    /// `Storage` if the browser has no space for what has arrived.
    pub fn pause(&mut self) -> Result<(), FetchError> {
        self.writer.pause().map_err(no_space)
    }

    /// The next chunk of a body, once there is room for one.
    ///
    /// # Errors
    ///
    /// Fails if the body breaks.
    pub async fn next_of(&self, body: &mut StreamReader) -> Result<Option<Uint8Array>, JsValue> {
        if let Some(backlog) = self.writer.backlog() {
            promise(backlog).await?;
        }
        body.next().await
    }

    /// Stores the next chunk.
    ///
    /// # Errors
    ///
    /// `Storage` if the browser has no space for it, `NotAnImage` if the first bytes are of a file that is
    /// not accepted.
    pub fn push(&mut self, chunk: &Uint8Array, scratch: &mut ScratchBuffer) -> Result<(), FetchError> {
        let is_small = self.writer.is_small(chunk.length());
        scratch.push(chunk, &mut self.crc, &mut |bytes| {
            self.format.push(bytes);
            self.end.push(bytes);
            self.dimensions.push(bytes);
            self.sha256.iter_mut().for_each(|sum| sum.update(bytes));
            if !is_small {
                keep_latest(&mut self.latest, bytes);
            }
            if is_small {
                self.writer.push_small(bytes);
            }
        });
        self.bytes += u64::from(chunk.length());
        if !is_small {
            self.writer.push(chunk).map_err(no_space)?;
        }
        // The rest of a body that is not accepted is not worth receiving.
        self.format.verdict().map_or(Ok(()), |verdict| self.file_type(verdict).map(drop))
    }

    fn file_type(&self, recognised: Result<Format, NotAnImage>) -> Result<FileType, FetchError> {
        let claimed = self.claimed_type.as_deref().unwrap_or_default();
        self.accepted.file_type(recognised, claimed).map_err(FetchError::NotAnImage)
    }

    /// Completes the file; `modified` is its Last-Modified, in seconds since 1970, and `final_url` where
    /// it came from if the request was redirected.
    ///
    /// # Errors
    ///
    /// `Empty` if nothing has arrived and that is not accepted, and those of [`push`](Self::push).
    pub async fn finish(
        self,
        modified: Option<i64>,
        final_url: Option<Box<str>>,
    ) -> Result<StoredImage<Payload>, FetchError> {
        let recognition = self.format.finish();
        let recognised = match self.bytes {
            0 if self.accepted != Accepted::Anything => return Err(FetchError::Empty),
            0 => Err(NotAnImage::Unknown),
            _ => recognition.format,
        };
        let file_type = self.file_type(recognised)?;
        // Other files may look like images to either.
        let ending = match recognition.length {
            _ if recognised.is_err() => Ending::Unknown,
            Some(length) => Ending::of_length(self.bytes, length),
            None => self.end.ending(),
        };
        let facts = ImageFacts {
            is_cut_short: ending.is_cut_short(self.bytes, self.declared),
            dimensions: recognised.ok().and_then(|_| self.dimensions.dimensions().or(recognition.dimensions)),
            modified,
            final_url,
            sha256: self.sha256.map(|sum| Box::new(sum.finalize().into())),
            ..ImageFacts::new(self.bytes, self.crc.value(), file_type)
        };
        Ok(StoredImage { payload: self.writer.finish().await.map_err(no_space)?, facts })
    }
}

/// Adds bytes, and leaves the latest of them.
fn keep_latest(latest: &mut Vec<u8>, bytes: &[u8]) {
    let new = bytes.len().min(OVERLAP);
    latest.drain(..(latest.len() + new).saturating_sub(OVERLAP));
    latest.extend(bytes.iter().skip(bytes.len() - new));
}

#[allow(clippy::needless_pass_by_value, reason = "the signature that map_err takes")]
fn no_space(error: JsValue) -> FetchError {
    FetchError::Storage { reason: js_message(&error) }
}
