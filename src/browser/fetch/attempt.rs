//! One attempt: one Fetch API request, whose body is read to its end and stored.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use futures::future::LocalBoxFuture;
use gloo_net::http::Response;
use js_sys::{Array, Date, JsString, Promise};
use wasm_bindgen::prelude::*;
use web_sys::{
    AbortSignal, Blob, ReferrerPolicy, RequestCache, RequestCredentials, RequestInit, RequestMode,
    ResponseType,
};

use super::answer::{failed, is_response, not_made};
use super::continuation::{Arrival, Fit, Part, Parts, RestAnswer};
use super::long_addresses::LongAddresses;
use super::options::request_options;
use super::reception::Reception;
use super::stall::{StallTimer, Watch};
use super::supply::{Supplied, Supply};
use super::timing::{Disclosed, disclosed, is_latest_multiplexed};
use crate::browser::spool::{Payload, ScratchBuffer, Spool};
use crate::browser::web::{Alarm, Clock, ReadBuffers, Shared, StreamReader, js_message, promise};
use crate::image::{Accepted, essence};
use crate::job::{IS_INTERACTIVE, Job, Reused};
use crate::plan::{Address, ItemId, Network, disposition_file_name};
use crate::run::{
    EventKind, FetchError, Fetcher, OriginPlaces, Others, Reservation, StoredImage, parse_http_date,
    parse_retry_after,
};
use crate::text::text;

#[wasm_bindgen]
extern "C" {
    /// The global function, in pages and workers. A `Request` object, which gloo-net would send, makes
    /// each request and its signal twice. A script of the page may have replaced it by what throws.
    #[wasm_bindgen(catch)]
    fn fetch(url: &JsValue, options: &RequestInit) -> Result<JsValue, JsValue>;

    type Navigator;
    #[wasm_bindgen(method, getter, js_name = onLine)]
    fn on_line(this: &Navigator) -> Option<bool>;

    /// A response's headers, read by names that are strings of the browser's own.
    type Headers;
    #[wasm_bindgen(method)]
    fn get(this: &Headers, name: &JsString) -> JsValue;
}

// rustfmt would remove the values.
#[rustfmt::skip]
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, static_string)]
    static CONTENT_LENGTH: JsString = "content-length";
    #[wasm_bindgen(thread_local_v2, static_string)]
    static CONTENT_ENCODING: JsString = "content-encoding";
    #[wasm_bindgen(thread_local_v2, static_string)]
    static CONTENT_TYPE: JsString = "content-type";
    #[wasm_bindgen(thread_local_v2, static_string)]
    static LAST_MODIFIED: JsString = "last-modified";
    #[wasm_bindgen(thread_local_v2, static_string)]
    static CONTENT_RANGE: JsString = "content-range";
    #[wasm_bindgen(thread_local_v2, static_string)]
    static RETRY_AFTER: JsString = "retry-after";
    #[wasm_bindgen(thread_local_v2, static_string)]
    static CONTENT_DISPOSITION: JsString = "content-disposition";
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = navigator)]
    static NAVIGATOR: Option<Navigator>;
    /// The page's origin, in its workers, too.
    #[wasm_bindgen(thread_local_v2, js_name = origin)]
    static ORIGIN: Option<String>;
}

/// How long a probe waits for an answer, in milliseconds.
const PROBE_TIMEOUT: u32 = 10_000;

/// What sends requests: the web's `fetch`, or a rehearsal's.
type Fetch = fn(&JsValue, &RequestInit) -> Result<JsValue, JsValue>;

/// A GIF without a frame.
const REHEARSED_IMAGE: &str = "GIF89a\u{1}\0\u{1}\0\0\0\0;";

fn rehearsed_fetch(_: &JsValue, _: &RequestInit) -> Result<JsValue, JsValue> {
    web_sys::Response::new_with_opt_str(Some(REHEARSED_IMAGE)).map(JsValue::from)
}

/// Makes the requests of one run.
#[derive(Debug)]
pub struct BrowserFetcher {
    clock: Clock,
    alarm: Alarm,
    fetch: Fetch,
    stall_timer: StallTimer,
    /// The options of all requests; each sets its signal and its credentials just before it is sent.
    options: RequestInit,
    buffers: ReadBuffers,
    scratch: RefCell<ScratchBuffer>,
    /// Opened while the first requests are under way.
    spool: Rc<Shared<Spool>>,
    computes_sha256: bool,
    /// Whether the page is on `https:`.
    is_secure_page: bool,
    job: Rc<Job>,
    /// The archive that images are taken over from.
    archive: Rc<Shared<Blob>>,
    long_addresses: Rc<LongAddresses>,
    /// Large images whose transfer broke off.
    parts: Parts,
    supply: Rc<Supply>,
    /// What the latest attempts have asked in place of the plan's addresses.
    instead: RefCell<Vec<(ItemId, Address)>>,
    places: OriginPlaces,
}

impl BrowserFetcher {
    /// A fetcher whose times are the clock's, and whose images go to the spool.
    pub fn new(
        clock: Clock,
        job: &Rc<Job>,
        spool: Rc<Shared<Spool>>,
        archive: Rc<Shared<Blob>>,
        long_addresses: Rc<LongAddresses>,
        supply: Rc<Supply>,
    ) -> Self {
        let settings = &job.settings;
        let fetch = if settings.is_rehearsal { rehearsed_fetch } else { fetch };
        let options = request_options(settings.cache);
        let stall_timer = StallTimer::new(settings.timeout);
        let (buffers, scratch) = <(ReadBuffers, RefCell<_>)>::default();
        let (computes_sha256, job) = (job.needs_sha256(), Rc::clone(job));
        let is_secure_page =
            ORIGIN.with(|origin| origin.as_ref().is_some_and(|origin| origin.starts_with("https:")));
        Self {
            clock,
            alarm: Alarm::new(clock),
            fetch,
            stall_timer,
            options,
            buffers,
            scratch,
            spool,
            computes_sha256,
            is_secure_page,
            job,
            archive,
            long_addresses,
            parts: Parts::default(),
            supply,
            instead: RefCell::default(),
            places: OriginPlaces::default(),
        }
    }
}

impl Fetcher for BrowserFetcher {
    type Payload = Payload;

    async fn attempt(
        &self,
        item: ItemId,
        address: &Address,
        reservation: &Reservation,
        progress: &dyn Fn(EventKind),
    ) -> Result<StoredImage<Payload>, FetchError> {
        if let Some(image) = self.take_over(item, reservation, progress)
            && let Some(image) = image.await
        {
            return Ok(image);
        }
        let supplied = self.supplied(item, address).await?;
        if let Some(supplied) = &supplied
            && address.is_own_data()
        {
            return self.read_own(supplied, reservation, progress).await;
        }
        let supplied = supplied.as_ref();
        let instead = self.set_instead(item, supplied)?;
        let address = instead.as_ref().unwrap_or(address);
        let _place = self.place_of(address).await;
        let part = self.parts.take(item, &address.href);
        let mut arrival = Arrival::new(&self.parts, item, &address.href, part);
        let (watch, stored) = loop {
            let watch = self.stall_timer.watch(&address.origin).ok_or(FetchError::Network)?;
            // Without an image, what came is not the rest of this one, and all of it is requested.
            let stored = self.request(address, supplied, reservation, progress, &watch, &mut arrival).await;
            if let Some(stored) = stored.transpose() {
                break (watch, stored);
            }
        };
        match (&stored, watch.timed_out()) {
            (Err(_), Some(after)) => return Err(FetchError::Timeout { after }),
            (Ok(_), _) => {
                watch.finish();
                self.forget_instead(item);
                if IS_INTERACTIVE && let Some(disclosed) = disclosed(&address.href, self.clock).await {
                    let Disclosed { sent, is_multiplexed } = disclosed;
                    progress(EventKind::Sent { sent, is_multiplexed });
                }
            }
            // After any other failure, dropping the watch aborts what is left of the request.
            (Err(_), None) => {}
        }
        stored
    }

    fn now(&self) -> Duration {
        self.clock.now_in_span()
    }

    async fn sleep_until(&self, time: Duration) {
        self.alarm.sleep_until(time).await;
    }

    fn random(&self) -> f64 {
        js_sys::Math::random()
    }

    fn is_multiplexed(&self, address: &Address) -> Option<bool> {
        is_latest_multiplexed(&address.href)
    }

    fn asked_instead(&self, item: ItemId) -> Option<Address> {
        self.instead_of(item)
    }

    async fn is_refused_by(&self, address: &Address) -> bool {
        // Of any answer; and not of one that may be read, after a moment in which the host was away.
        self.answers(address, RequestMode::NoCors).await && !self.answers(address, RequestMode::Cors).await
    }

    fn is_online(&self) -> bool {
        NAVIGATOR.with(|navigator| navigator.as_ref().and_then(Navigator::on_line) != Some(false))
    }

    fn is_mixed_content(&self, address: &Address) -> bool {
        // Browsers make an exception for this machine, and some ask the user about private networks.
        self.is_secure_page
            && address.href.starts_with("http:")
            && Network::of_host(&address.host) == Network::Public
    }

    fn others(&self, address: &Address) -> Others {
        self.stall_timer.others(&address.origin)
    }

    fn discard(&self, item: ItemId) {
        self.parts.remove(item);
        self.forget_instead(item);
    }
}

impl BrowserFetcher {
    /// The image that the caller's archive has for an item; `None` in the end if its bytes are not what they
    /// were. Boxed, so that the package's wasm has none of it.
    fn take_over<'a>(
        &'a self,
        item: ItemId,
        reservation: &'a Reservation,
        progress: &'a dyn Fn(EventKind),
    ) -> Option<LocalBoxFuture<'a, Option<StoredImage<Payload>>>> {
        if !IS_INTERACTIVE {
            return None;
        }
        let place = self.job.reused.binary_search_by_key(&item, |reused| reused.item).ok()?;
        let reused = self.job.reused.get(place)?;
        Some(Box::pin(self.read_archived(reused, reservation, progress)))
    }

    async fn read_archived(
        &self,
        reused: &Reused,
        reservation: &Reservation,
        progress: &dyn Fn(EventKind),
    ) -> Option<StoredImage<Payload>> {
        let Reused { offset, size, crc32, modified, ref final_url, ref media_type, .. } = *reused;
        let archive = self.archive.get().await;
        let bytes = archive.slice_with_f64_and_f64(offset as f64, (offset + size) as f64).ok()?;
        progress(EventKind::Headers { declared: Some(size) });
        reservation.reserve(size).ok()?;
        let mut body = StreamReader::new(&bytes.stream(), &self.buffers).ok()?;
        let spool = self.spool.get().await;
        let mut reception = self.reception(&spool, Some(size), media_type.clone());
        while let Some(chunk) = body.next().await.ok()? {
            reception.push(&chunk, &mut self.scratch.borrow_mut()).ok()?;
            progress(EventKind::Received { bytes: reception.bytes() });
        }
        let final_url = final_url.as_deref().map(Box::from);
        reception.finish(modified, final_url).await.ok().filter(|image| image.facts.crc32 == crc32)
    }

    /// Whether a request in this mode, of which nothing is read, is answered in time.
    async fn answers(&self, address: &Address, mode: RequestMode) -> bool {
        let options = RequestInit::new();
        options.set_method("HEAD");
        options.set_mode(mode);
        options.set_cache(RequestCache::NoStore);
        options.set_credentials(RequestCredentials::Omit);
        options.set_referrer_policy(ReferrerPolicy::NoReferrer);
        options.set_signal(Some(&AbortSignal::timeout_with_u32(PROBE_TIMEOUT)));
        match (self.fetch)(&address.href.as_str().into(), &options) {
            Ok(answer) => promise(Promise::resolve(&answer)).await.is_ok(),
            Err(_) => false,
        }
    }

    /// A body that arrives.
    fn reception(&self, spool: &Spool, declared: Option<u64>, claimed_type: Option<String>) -> Reception {
        Reception::new(spool, declared, self.computes_sha256, self.job.settings.accepted, claimed_type)
    }

    /// Makes a request for the image, or for the rest of it; `None` if the answer is not the rest.
    async fn request(
        &self,
        address: &Address,
        supplied: Option<&Supplied>,
        reservation: &Reservation,
        progress: &dyn Fn(EventKind),
        watch: &Watch,
        arrival: &mut Arrival<'_>,
    ) -> Result<Option<StoredImage<Payload>>, FetchError> {
        let mut text = JsValue::UNDEFINED;
        if !IS_INTERACTIVE && let Some(long) = self.long_addresses.text_of(&address.href) {
            text = long.await;
        }
        if !text.is_string() {
            text = address.href.as_str().into();
        }
        let rest = arrival.part().filter(|_| supplied.is_none()).map(|part| self.options_for_rest(part));
        let options = rest.as_ref().unwrap_or(&self.options);
        options.set_signal(watch.signal().as_ref());
        options.set_credentials(self.credentials(address));
        let answer = match supplied {
            None => (self.fetch)(&text, options),
            Some(supplied) => self.send_supplied(&text, supplied),
        };
        let answer = answer.map_err(|error| not_made(&error))?;
        // A `fetch` of the page's own may return no promise.
        let answer = promise(Promise::resolve(&answer)).await.map_err(|error| {
            arrival.record_failure();
            failed(&error)
        })?;
        if !is_response(&answer) {
            return Err(FetchError::Request { reason: "the answer is not a Response".into() });
        }
        let response: web_sys::Response = answer.unchecked_into();
        let headers: Headers = response.headers().unchecked_into();
        let response = Response::from(response);
        watch.record_activity();
        let declared = CONTENT_LENGTH.with(|name| headers.get(name).as_string());
        let mut declared = declared.and_then(|value| value.parse().ok());
        let modified = LAST_MODIFIED.with(|name| headers.get(name)).as_string();
        let status = response.status();
        let mut held = 0;
        if let Some(part) = arrival.part() {
            let range = CONTENT_RANGE.with(|name| headers.get(name)).as_string();
            let (total, received) = (part.total(), part.received());
            match part.fit(&RestAnswer { status, declared, modified: modified.clone(), range }) {
                Fit::Rest => {
                    arrival.expect_rest();
                    (declared, held) = (Some(total), received);
                    progress(EventKind::Received { bytes: received });
                }
                Fit::Whole => arrival.clear(),
                Fit::Failed => {}
                Fit::None => {
                    arrival.clear();
                    return Ok(None);
                }
            }
        }
        progress(EventKind::Headers { declared });

        let accepted = self.job.settings.accepted;
        // 206 answers a request for a range.
        if !response.ok() || (status == 206 && held == 0 && accepted != Accepted::Anything) {
            let text = RETRY_AFTER.with(|name| headers.get(name)).as_string();
            let retry_after = text.and_then(|text| parse_retry_after(&text, unix_now()));
            return Err(FetchError::Http { status, retry_after });
        }
        // A length counts encoded bytes, and only an answer whose headers are all disclosed tells for certain
        // whether they are encoded: one of the page's own origin or, to the extension, of any host that it has
        // permission for. Other origins may hide Content-Encoding.
        if let Some(bytes) = declared
            && response.type_() == ResponseType::Basic
            && CONTENT_ENCODING.with(|name| headers.get(name)).is_null()
        {
            reservation.check_size(bytes)?;
        }
        let final_url = response.redirected().then(|| response.url().into_boxed_str());
        let claimed_type = match accepted {
            Accepted::Images => None,
            _ => CONTENT_TYPE.with(|name| headers.get(name)).as_string().and_then(|header| essence(&header)),
        };
        // Without a stream the body is empty.
        let stream = response.body().map(|stream| StreamReader::new(&stream, &self.buffers));
        let mut body =
            stream.transpose().map_err(|error| FetchError::Storage { reason: js_message(&error) })?;
        let spool = self.spool.get().await;
        if held == 0 {
            let length = declared.filter(|_| CONTENT_ENCODING.with(|name| headers.get(name)).is_null());
            arrival.begin(self.reception(&spool, length, claimed_type), length, modified.clone());
        }
        while let Some(body) = &mut body
            && let Some(chunk) = arrival.next_of(body).await?
        {
            watch.record_activity();
            let Some(chunk) = arrival.without_overlap(chunk) else {
                arrival.clear();
                return Ok(None);
            };
            let length = chunk.length();
            if length == 0 {
                continue;
            }
            let stored = reservation.reserve(std::mem::take(&mut held) + u64::from(length));
            let stored = stored.and_then(|()| arrival.push(&chunk, &mut self.scratch.borrow_mut()));
            // What can't be stored would only take space.
            stored.inspect_err(|_| arrival.clear())?;
            progress(EventKind::Received { bytes: arrival.received() });
        }
        let modified = modified.and_then(|text| parse_http_date(&text, unix_now()));
        let disposition = CONTENT_DISPOSITION.with(|name| headers.get(name)).as_string();
        let mut image = arrival.finish(modified, final_url).await?;
        image.facts.file_name =
            disposition.and_then(|header| disposition_file_name(&header)).map(String::into_boxed_str);
        Ok(Some(image))
    }

    /// The options of a request for what is missing of an image.
    fn options_for_rest(&self, part: &Part) -> RequestInit {
        let options = request_options(self.job.settings.cache);
        let field = Array::of2(&"range".into(), &text!["bytes=", part.start(), "-"].into());
        options.set_headers(&Array::of1(&field));
        options
    }
}

/// The browser's time, in seconds since 1970.
fn unix_now() -> i64 {
    (Date::now() / 1000.0) as i64
}

mod supplied;
