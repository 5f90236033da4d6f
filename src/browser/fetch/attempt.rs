//! One attempt: one Fetch API request, its body read to the end and kept.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use gloo_net::http::Response;
use js_sys::{Date, JsString, Promise};
use wasm_bindgen::prelude::*;
use web_sys::{ReferrerPolicy, RequestCredentials, RequestInit, ResponseType};

use super::body::{StreamReader, ReadBuffers, ScratchBuffer};
use super::clock::Clock;
use super::collect::Settings;
use super::later::Shared;
use super::listening::{Watch, StallTimer};
use super::settled::settled;
use super::spool::{Payload, Spool, SpoolWriter};
use crate::image::{EndFinder, Ending, Format, HEAD_BYTES, recognise};
use crate::plan::{Address, OriginId};
use crate::run::{Reservation, EventKind, FetchError, Fetcher, StoredImage};
use crate::zip::Crc32;

#[wasm_bindgen]
extern "C" {
    /// The global one, in pages and workers. With a `Request` of ours in between, each request would
    /// be made twice, and its signal as well: gloo-net sends nothing else.
    fn fetch(url: &str, options: &RequestInit) -> Promise;

    /// A response's, asked for by names that the browser has as strings of its own.
    type Headers;
    #[wasm_bindgen(method)]
    fn get(this: &Headers, name: &JsString) -> JsValue;

    /// `null` is no date.
    #[wasm_bindgen(js_namespace = Date, js_name = parse)]
    fn parse_date(text: &JsValue) -> f64;
}

// rustfmt takes the values away.
#[rustfmt::skip]
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, static_string)]
    static CONTENT_LENGTH: JsString = "content-length";
    #[wasm_bindgen(thread_local_v2, static_string)]
    static CONTENT_ENCODING: JsString = "content-encoding";
    #[wasm_bindgen(thread_local_v2, static_string)]
    static LAST_MODIFIED: JsString = "last-modified";
    #[wasm_bindgen(thread_local_v2, static_string)]
    static RETRY_AFTER: JsString = "retry-after";
}

/// What asks for an address: a rehearsal has another one than the web's.
type Fetch = fn(&str, &RequestInit) -> Promise;

/// A GIF without a picture in it.
const REHEARSED_IMAGE: &str = "GIF89a\u{1}\0\u{1}\0\0\0\0;";

fn rehearsed_fetch(_: &str, _: &RequestInit) -> Promise {
    match web_sys::Response::new_with_opt_str(Some(REHEARSED_IMAGE)) {
        Ok(response) => Promise::resolve::<JsValue>(&response),
        Err(error) => Promise::reject(&error),
    }
}

/// The most requests that are ever in flight: Chromium fails at about 1,500
/// (`ERR_INSUFFICIENT_RESOURCES`).
pub const MAX_IN_FLIGHT: usize = 1000;

/// Makes the requests of one run.
#[derive(Debug)]
pub struct BrowserFetcher {
    clock: Clock,
    fetch: Fetch,
    listeners: StallTimer,
    /// What all requests have in common; each sets its signal just before it is made.
    options: RequestInit,
    buffers: ReadBuffers,
    scratch: RefCell<ScratchBuffer>,
    /// Opened while the first requests are on their way.
    spool: Rc<Shared<Spool>>,
}

impl BrowserFetcher {
    /// A fetcher whose times are those of the clock, and whose images go to the spool.
    pub fn new(clock: Clock, settings: &Settings, spool: Rc<Shared<Spool>>) -> Self {
        let fetch = if settings.is_rehearsal { rehearsed_fetch } else { fetch };
        let options = RequestInit::new();
        options.set_cache(settings.cache);
        options.set_credentials(RequestCredentials::Omit);
        options.set_referrer_policy(ReferrerPolicy::NoReferrer);
        let listeners = StallTimer::new(clock, settings.timeout);
        let (buffers, scratch) = <(ReadBuffers, RefCell<_>)>::default();
        Self { clock, fetch, listeners, options, buffers, scratch, spool }
    }
}

impl Fetcher for BrowserFetcher {
    type Payload = Payload;

    async fn attempt(
        &self,
        address: &Address,
        origin: OriginId,
        reservation: &Reservation,
        progress: &dyn Fn(EventKind),
    ) -> Result<StoredImage<Payload>, FetchError> {
        let listener = self.listeners.begin(origin).ok_or(FetchError::Network)?;
        let stored = self.request(address, reservation, progress, &listener).await;
        match (&stored, listener.timed_out()) {
            (Err(_), Some(after)) => return Err(FetchError::Timeout { after }),
            (Ok(_), _) => listener.end(),
            // Whatever else failed, no more of it should come.
            (Err(_), None) => {}
        }
        stored
    }

    fn now(&self) -> Duration {
        self.clock.now()
    }

    async fn sleep_until(&self, time: Duration) {
        self.clock.sleep_until(time).await;
    }

    fn random(&self) -> f64 {
        js_sys::Math::random()
    }
}

impl BrowserFetcher {
    async fn request(
        &self,
        address: &Address,
        reservation: &Reservation,
        progress: &dyn Fn(EventKind),
        listener: &Watch<'_>,
    ) -> Result<StoredImage<Payload>, FetchError> {
        self.options.set_signal(listener.signal().as_ref());
        let response = settled((self.fetch)(&address.href, &self.options)).await;
        let response: web_sys::Response = response.map_err(|_| FetchError::Network)?.unchecked_into();
        let headers: Headers = response.headers().unchecked_into();
        let response = Response::from(response);
        listener.heard();
        let declared = CONTENT_LENGTH.with(|name| headers.get(name).as_string());
        let declared = declared.and_then(|value| value.parse().ok());
        progress(EventKind::Headers { declared });

        let status = response.status();
        // 206 answers a request for a part, and none was made.
        if !response.ok() || status == 206 {
            let retry_after = until_retry(&RETRY_AFTER.with(|name| headers.get(name)));
            return Err(FetchError::Http { status, retry_after });
        }
        // A length counts encoded bytes, and only an answer of the page's own origin says for certain
        // that they are not encoded.
        if let Some(bytes) = declared
            && response.type_() == ResponseType::Basic
            && CONTENT_ENCODING.with(|name| headers.get(name)).is_null()
        {
            reservation.expect(bytes)?;
        }
        let stream = response.body().ok_or(FetchError::Empty)?;
        let mut body = StreamReader::new(&stream, &self.buffers).map_err(storage)?;
        let spool = self.spool.get().await;
        let mut reception = Reception::new(&spool, declared);
        while let Some(chunk) =
            body.next().await.map_err(|_| FetchError::Interrupted { received: reception.bytes })?
        {
            listener.heard();
            reservation.take(chunk.length().into())?;
            reception.take(&chunk, &mut self.scratch.borrow_mut())?;
            progress(EventKind::Received { bytes: reception.bytes });
        }
        reception.finish(http_date(&LAST_MODIFIED.with(|name| headers.get(name))))
    }
}

/// What has arrived of one body.
struct Reception<'a> {
    writer: SpoolWriter<'a>,
    crc: Crc32,
    bytes: u64,
    head: Vec<u8>,
    format: Option<Format>,
    end: EndFinder,
}

impl<'a> Reception<'a> {
    fn new(spool: &'a Spool, declared: Option<u64>) -> Self {
        let writer = SpoolWriter::new(spool, declared);
        Self {
            writer,
            crc: Crc32::default(),
            bytes: 0,
            head: Vec::new(),
            format: None,
            end: EndFinder::default(),
        }
    }

    fn take(&mut self, chunk: &js_sys::Uint8Array, scratch: &mut ScratchBuffer) -> Result<(), FetchError> {
        let is_held = self.writer.holds(chunk.length());
        scratch.pass(chunk, &mut self.crc, &mut |bytes| {
            let wanted = HEAD_BYTES.saturating_sub(self.head.len()).min(bytes.len());
            self.head.extend_from_slice(&bytes[..wanted]);
            self.end.push(bytes);
            if is_held {
                self.writer.hold(bytes);
            }
        });
        self.bytes += u64::from(chunk.length());
        if !is_held {
            self.writer.write(chunk).map_err(storage)?;
        }
        // What is no image is not worth the rest of its bytes.
        if self.format.is_none() && self.head.len() == HEAD_BYTES {
            self.format = Some(recognise(&self.head).map_err(FetchError::NotAnImage)?);
        }
        Ok(())
    }

    fn finish(self, modified: Option<i64>) -> Result<StoredImage<Payload>, FetchError> {
        if self.bytes == 0 {
            return Err(FetchError::Empty);
        }
        let format = match self.format {
            Some(format) => format,
            None => recognise(&self.head).map_err(FetchError::NotAnImage)?,
        };
        let payload = self.writer.finish().map_err(storage)?;
        Ok(StoredImage {
            payload,
            bytes: self.bytes,
            crc32: self.crc.value(),
            format,
            modified,
            is_cut_short: self.end.ending() == Ending::CutShort,
        })
    }
}

#[allow(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn storage(error: JsValue) -> FetchError {
    FetchError::Storage { reason: super::archive::message_of(&error) }
}

/// Seconds since 1970 of an HTTP date, as the browser reads it.
fn http_date(text: &JsValue) -> Option<i64> {
    let milliseconds = parse_date(text);
    milliseconds.is_finite().then(|| (milliseconds / 1000.0).floor() as i64)
}

/// How long a `Retry-After` asks to wait: it is a number of seconds, or a date (RFC 9110, 10.2.3).
fn until_retry(text: &JsValue) -> Option<Duration> {
    let seconds = text.as_string().and_then(|text| text.trim().parse().ok()).or_else(|| {
        let seconds = http_date(text)? - (Date::now() / 1000.0) as i64;
        Some(u64::try_from(seconds).unwrap_or(0))
    });
    seconds.map(Duration::from_secs)
}
