//! The arguments of a call, checked once.

use std::time::Duration;

use js_sys::{Function, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::WritableStream;

use super::arrivals::Arrivals;
use super::object::Like;
use super::sources::requests;
use super::supply::Supply;
use crate::browser::{
    BrowserText, LongTexts, Signal, is_absent, memory_for_blobs, range_error, shown, type_error,
};
use crate::image::Accepted;
use crate::job::{ArchiveOptions, Order};
use crate::plan::{NameTemplate, Request, file_name_of};
use crate::report::ManifestOptions;
use crate::run::{CacheMode, Credentials, Limits, RetryPolicy, Settings};
use crate::seconds::seconds;
use crate::text::text;

/// The archive's default name.
const FILE_NAME: &str = "images.zip";

/// The arguments of one call.
pub struct Arguments {
    /// What to fetch.
    pub requests: Vec<Request>,
    /// What arrives while it is fetched, in place of `requests`.
    pub arrivals: Option<Arrivals>,
    /// Long `data:` URLs, by their indices: `requests` has short ones in their places.
    pub long_urls: LongTexts,
    /// What requests carry, and the data of the caller's own entries, if there is any.
    pub supply: Option<Supply>,
    /// How entries are named.
    pub template: NameTemplate,
    /// How images are fetched.
    pub settings: Settings,
    /// What goes into the archive.
    pub archive: ArchiveOptions,
    /// Whether an address is asked for only once.
    pub skips_repeated_urls: bool,
    /// The archive's name.
    pub file_name: String,
    /// Aborts the run.
    pub signal: Option<Signal>,
    /// Where the archive goes instead of into a Blob.
    pub sink: Option<WritableStream>,
    /// The order of the sink's entries.
    pub order: Order,
    /// Called for each image that has arrived; false leaves it out.
    pub filter: Option<Function>,
}

impl Arguments {
    /// Reads everything, which the entry has copied and checked.
    ///
    /// # Errors
    ///
    /// Fails for an argument that makes no sense, with a `TypeError` or `RangeError` that names it, what it
    /// must be and what it is.
    pub fn parse(sources: &JsValue, options: &JsValue, supply: Option<Supply>) -> Result<Self, JsValue> {
        if !is_absent(options) && !options.is_object() {
            return Err(type_error("options", "an object", options));
        }
        let options = Options { object: options, prefix: "options." };
        let is_sequential = match options.text("mode")?.as_deref() {
            None | Some("concurrent") => false,
            Some("sequential") => true,
            Some(other) => {
                return Err(range_error("options.mode", "\"concurrent\" or \"sequential\"", other));
            }
        };
        let order = match options.text("order")?.as_deref() {
            None | Some("input") => Order::Input,
            Some("completion") => Order::Completion,
            Some(other) => return Err(range_error("options.order", "\"input\" or \"completion\"", other)),
        };
        let accepted = match options.text("accept")?.as_deref() {
            None | Some("images") => Accepted::Images,
            Some("all") => Accepted::Anything,
            Some(other) => return Err(range_error("options.accept", "\"images\" or \"all\"", other)),
        };
        let defaults = Settings::default();
        let retries = options.count("retries", 0)?.map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        let mut settings = Settings {
            limits: Limits {
                per_origin: options.count("perOrigin", 1)?.unwrap_or(defaults.limits.per_origin),
                retry: retries.map_or(defaults.limits.retry, |retries| RetryPolicy { retries }),
                min_bytes_per_second: options
                    .whole("minBytesPerSecond", 0)?
                    .map_or(defaults.limits.min_bytes_per_second, |number| number as u64),
                slow_after: options.duration("slowAfterMs", true)?.unwrap_or(defaults.limits.slow_after),
                image_timeout: options.duration("imageTimeoutMs", false)?,
                max_bytes: options.bytes("maxBytes")?,
                max_total_bytes: options.bytes("maxTotalBytes")?,
                ..defaults.limits
            },
            timeout: options.duration("timeoutMs", false)?.unwrap_or(defaults.timeout),
            cache: options.cache()?.unwrap_or(defaults.cache),
            credentials: Credentials::SameOrigin,
            accepted,
            max_overflow: memory_for_blobs(),
            ..defaults
        };
        let in_flight = options.count("concurrency", 1)?;
        if let Some(in_flight) = if is_sequential { Some(1) } else { in_flight } {
            settings.fix_concurrency(in_flight);
        }
        let template = match options.text("names")? {
            None => NameTemplate::default(),
            Some(text) => NameTemplate::parse(&text)
                .map_err(|_| range_error(&options.path("names"), "a template for names", &text))?,
        };
        let (skips_repeated_urls, skips_repeated_images) = options.skip_repeated()?;
        let filter = options.instance("filter", "a function")?;
        let archive = ArchiveOptions {
            skips_repeated_images,
            manifest: options.manifest()?,
            awaits_verdicts: filter.is_some(),
            ..ArchiveOptions::default()
        };
        let file_name = options.text("fileName")?.map(|name| file_name_of(&name, &BrowserText));
        let (arrivals, (requests, long_urls)) = match sources.dyn_ref() {
            Some(sources) => (None, requests(sources)?),
            None => (Some(Arrivals::of(sources)?), Default::default()),
        };
        settings.is_supplied = supply.is_some();
        settings.limits.renews = supply.as_ref().is_some_and(Supply::is_asked);
        Ok(Self {
            requests,
            arrivals,
            long_urls,
            supply,
            template,
            settings,
            archive,
            skips_repeated_urls,
            file_name: file_name.filter(|name| !name.is_empty()).unwrap_or_else(|| FILE_NAME.into()),
            signal: options.signal()?,
            sink: options.sink()?,
            order,
            filter,
        })
    }
}

/// The options object, read option by option; `undefined` and `null` are both "not given".
struct Options<'a> {
    object: &'a JsValue,
    /// What its options are called by, before their names.
    prefix: &'static str,
}

impl Options<'_> {
    fn get(&self, name: &str) -> Result<Option<JsValue>, JsValue> {
        if is_absent(self.object) {
            return Ok(None);
        }
        let value = Reflect::get(self.object, &name.into())?;
        Ok((!is_absent(&value)).then_some(value))
    }

    /// What an option is called in messages.
    fn path(&self, name: &str) -> String {
        text![self.prefix, name]
    }

    fn text(&self, name: &str) -> Result<Option<String>, JsValue> {
        let Some(value) = self.get(name)? else { return Ok(None) };
        value.as_string().map(Some).ok_or_else(|| type_error(&self.path(name), "a string", &value))
    }

    fn number(&self, name: &str) -> Result<Option<f64>, JsValue> {
        let Some(value) = self.get(name)? else { return Ok(None) };
        value.as_f64().map(Some).ok_or_else(|| type_error(&self.path(name), "a number", &value))
    }

    /// A whole number from `least` on, or `Infinity`.
    fn count(&self, name: &str, least: u8) -> Result<Option<usize>, JsValue> {
        Ok(self.whole(name, least)?.map(|number| number as usize))
    }

    /// A limit in bytes; `Infinity` means no limit.
    fn bytes(&self, name: &str) -> Result<Option<u64>, JsValue> {
        Ok(self.whole(name, 1)?.filter(|number| number.is_finite()).map(|number| number as u64))
    }

    fn whole(&self, name: &str, least: u8) -> Result<Option<f64>, JsValue> {
        let Some(number) = self.number(name)? else { return Ok(None) };
        if number >= f64::from(least) && (number.fract() == 0.0 || number.is_infinite()) {
            return Ok(Some(number));
        }
        let expected = text!["a whole number from ", least, " on, or Infinity"];
        Err(range_error(&self.path(name), &expected, &shown(&number.into())))
    }

    /// A time in milliseconds, of which zero may be one.
    fn duration(&self, name: &str, may_be_zero: bool) -> Result<Option<Duration>, JsValue> {
        let Some(number) = self.number(name)? else { return Ok(None) };
        if number > 0.0 || (may_be_zero && number == 0.0) {
            return Ok(Some(seconds(number / 1000.0)));
        }
        let expected = if may_be_zero {
            "a number of milliseconds from 0 on"
        } else {
            "a number of milliseconds above 0"
        };
        Err(range_error(&self.path(name), expected, &shown(&number.into())))
    }

    fn cache(&self) -> Result<Option<CacheMode>, JsValue> {
        const NAME: &str = "cache";
        let Some(text) = self.text(NAME)? else { return Ok(None) };
        match CacheMode::parse(&text) {
            Some(cache) => Ok(Some(cache)),
            None => {
                let expected = "\"default\", \"no-store\", \"reload\", \"no-cache\" or \"force-cache\"";
                Err(range_error(&self.path(NAME), expected, &text))
            }
        }
    }

    /// Whether the same address, and the same bytes, are skipped.
    fn skip_repeated(&self) -> Result<(bool, bool), JsValue> {
        const NAME: &str = "skipRepeated";
        let Some(value) = self.get(NAME)? else { return Ok((false, false)) };
        if value == JsValue::FALSE {
            return Ok((false, false));
        }
        match value.as_string().as_deref() {
            Some("urls") => Ok((true, false)),
            Some("images") => Ok((false, true)),
            Some("both") => Ok((true, true)),
            _ => {
                let expected = "false, \"urls\", \"images\" or \"both\"";
                Err(range_error(&self.path(NAME), expected, &shown(&value)))
            }
        }
    }

    /// The record inside the archive, if there is to be one.
    fn manifest(&self) -> Result<Option<ManifestOptions>, JsValue> {
        const NAME: &str = "manifest";
        let Some(value) = self.get(NAME)? else { return Ok(None) };
        if let Some(is_wanted) = value.as_bool() {
            return Ok(is_wanted.then(ManifestOptions::default));
        }
        if !value.is_object() {
            return Err(type_error(&self.path(NAME), "true, false or an object", &value));
        }
        let options = Options { object: &value, prefix: "options.manifest." };
        let defaults = ManifestOptions::default();
        let (has_csv, has_json) = match options.text("format")?.as_deref() {
            None | Some("both") => (true, true),
            Some("csv") => (true, false),
            Some("json") => (false, true),
            Some(other) => {
                let expected = "\"csv\", \"json\" or \"both\"";
                return Err(range_error(&options.path("format"), expected, other));
            }
        };
        let name = options.text("name")?.map(|name| file_name_of(&name, &BrowserText));
        Ok(Some(ManifestOptions {
            name: name.filter(|name| !name.is_empty()).unwrap_or(defaults.name),
            has_csv,
            has_json,
            has_sha256: options.flag("sha256")?,
            has_whole_addresses: options.flag("wholeAddresses")?,
        }))
    }

    fn flag(&self, name: &str) -> Result<bool, JsValue> {
        let Some(value) = self.get(name)? else { return Ok(false) };
        value.as_bool().ok_or_else(|| type_error(&self.path(name), "true or false", &value))
    }

    fn sink(&self) -> Result<Option<WritableStream>, JsValue> {
        const EXPECTED: &str = "a WritableStream that is not locked";
        let is_sink = |like: &Like| like.get_writer().is_function() && like.locked() == JsValue::FALSE;
        self.object_like("sink", EXPECTED, is_sink)
    }

    fn signal(&self) -> Result<Option<Signal>, JsValue> {
        let is_signal = |like: &Like| like.aborted().as_bool().is_some() && like.add_listener().is_function();
        self.object_like("signal", "an AbortSignal", is_signal)
    }

    /// An object of a class of the web, recognised by what it can do: it may be of another realm, or of a class that
    /// the page has put in the place of the browser's.
    fn object_like<T: JsCast>(
        &self,
        name: &str,
        expected: &str,
        is_like: impl Fn(&Like) -> bool,
    ) -> Result<Option<T>, JsValue> {
        match self.get(name)? {
            Some(value) if !(value.is_object() && is_like(value.unchecked_ref())) => {
                Err(type_error(&self.path(name), expected, &value))
            }
            value => Ok(value.map(JsCast::unchecked_into)),
        }
    }

    fn instance<T: JsCast>(&self, name: &str, expected: &str) -> Result<Option<T>, JsValue> {
        let Some(value) = self.get(name)? else { return Ok(None) };
        value.dyn_into().map(Some).map_err(|value| type_error(&self.path(name), expected, &value))
    }
}
