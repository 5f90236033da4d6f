//! The arguments of a call, checked once.

use std::time::Duration;

use js_sys::{Array, Function, Reflect, Symbol};
use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, WritableStream};

use crate::browser::{Aborted, BrowserText, memory_for_blobs};
use crate::job::Order;
use crate::plan::{NameTemplate, Request, file_name_of};
use crate::run::{CacheMode, Limits, RetryPolicy, Settings};
use crate::seconds::seconds;
use crate::text::text;

/// The archive's default name.
const FILE_NAME: &str = "images.zip";

/// The arguments of one call.
pub struct Arguments {
    /// The URLs, unchecked: [`request`] checks each of them.
    pub urls: Array,
    /// How entries are named.
    pub template: NameTemplate,
    /// How images are fetched.
    pub settings: Settings,
    /// The archive's name.
    pub file_name: String,
    /// Aborts the run.
    pub signal: Option<Signal>,
    /// Where the archive goes instead of into a Blob.
    pub sink: Option<WritableStream>,
    /// The order of the sink's entries.
    pub order: Order,
    /// Called for each event.
    pub on_event: Option<Function>,
}

/// The caller's signal.
pub struct Signal(AbortSignal);

impl Signal {
    /// Whether it is aborted.
    pub fn is_aborted(&self) -> bool {
        self.0.aborted()
    }

    /// Waits until it is aborted.
    pub fn aborted(&self) -> Aborted {
        Aborted::new(self.0.clone())
    }
}

impl Arguments {
    /// Checks everything but the URLs, of which there may be thousands.
    ///
    /// # Errors
    ///
    /// Fails for an argument that makes no sense, with a `TypeError` or `RangeError` that names it, what it
    /// must be and what it is.
    pub fn parse(urls: &JsValue, options: &JsValue) -> Result<Self, JsValue> {
        if !is_absent(options) && !options.is_object() {
            return Err(type_error("options", "an object", options));
        }
        let options = Options(options);
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
        let defaults = Settings::default();
        let retries = options.count("retries", 0)?.map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        let mut settings = Settings {
            limits: Limits {
                per_origin: options.count("perOrigin", 1)?.unwrap_or(defaults.limits.per_origin),
                retry: retries.map_or(defaults.limits.retry, |retries| RetryPolicy { retries }),
                max_bytes: options.bytes("maxBytes")?,
                max_total_bytes: options.bytes("maxTotalBytes")?,
                ..defaults.limits
            },
            timeout: options.timeout()?.unwrap_or(defaults.timeout),
            cache: options.cache()?.unwrap_or(defaults.cache),
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
                .map_err(|error| js_sys::RangeError::new(&text!["options.names: ", error]))?,
        };
        let file_name = options.text("fileName")?.map(|name| file_name_of(&name, &BrowserText));
        Ok(Self {
            urls: all_of(urls)?,
            template,
            settings,
            file_name: file_name.filter(|name| !name.is_empty()).unwrap_or_else(|| FILE_NAME.into()),
            signal: options.instance::<AbortSignal>("signal", "an AbortSignal")?.map(Signal),
            sink: options.sink()?,
            order,
            on_event: options.instance("onEvent", "a function")?,
        })
    }
}

fn all_of(urls: &JsValue) -> Result<Array, JsValue> {
    const EXPECTED: &str = "an array or another iterable of URLs";
    // A string is an iterable of its characters, so only objects are accepted.
    if !urls.is_object() {
        return Err(type_error("urls", EXPECTED, urls));
    }
    if !Reflect::has(urls, &Symbol::iterator())? {
        return Err(type_error("urls", EXPECTED, urls));
    }
    array_from(urls)
}

/// Checks the URL at `index`.
///
/// # Errors
///
/// As [`Arguments::parse`].
pub fn request(index: usize, item: &JsValue) -> Result<Request, JsValue> {
    if let Some(text) = url_text(item) {
        return Ok(Request::new(text));
    }
    let argument = || text!["urls[", index, "]"];
    if !item.is_object() {
        return Err(type_error(&argument(), "a string or { url, name }", item));
    }
    let url = Reflect::get(item, &"url".into())?;
    let text = url_text(&url).ok_or_else(|| type_error(&text![argument(), ".url"], "a string", &url))?;
    let name = Reflect::get(item, &"name".into())?;
    if !is_absent(&name) && !name.is_string() {
        return Err(type_error(&text![argument(), ".name"], "a string", &name));
    }
    Ok(Request { name: name.as_string(), ..Request::new(text) })
}

/// The text of a string, or of a `URL`.
fn url_text(value: &JsValue) -> Option<String> {
    value.as_string().or_else(|| value.dyn_ref::<web_sys::Url>().map(web_sys::Url::href))
}

/// The options object, read option by option; `undefined` and `null` are both "not given".
struct Options<'a>(&'a JsValue);

impl Options<'_> {
    fn get(&self, name: &str) -> Result<Option<JsValue>, JsValue> {
        if is_absent(self.0) {
            return Ok(None);
        }
        let value = Reflect::get(self.0, &name.into())?;
        Ok((!is_absent(&value)).then_some(value))
    }

    fn text(&self, name: &str) -> Result<Option<String>, JsValue> {
        let Some(value) = self.get(name)? else { return Ok(None) };
        value.as_string().map(Some).ok_or_else(|| type_error(&of_options(name), "a string", &value))
    }

    fn number(&self, name: &str) -> Result<Option<f64>, JsValue> {
        let Some(value) = self.get(name)? else { return Ok(None) };
        value.as_f64().map(Some).ok_or_else(|| type_error(&of_options(name), "a number", &value))
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
        Err(range_error(&of_options(name), &expected, &shown(&number.into())))
    }

    fn timeout(&self) -> Result<Option<Duration>, JsValue> {
        const NAME: &str = "timeoutMs";
        let Some(number) = self.number(NAME)? else { return Ok(None) };
        if number > 0.0 {
            return Ok(Some(seconds(number / 1000.0)));
        }
        Err(range_error(&of_options(NAME), "a number of milliseconds above 0", &shown(&number.into())))
    }

    fn cache(&self) -> Result<Option<CacheMode>, JsValue> {
        const NAME: &str = "cache";
        let Some(text) = self.text(NAME)? else { return Ok(None) };
        match CacheMode::parse(&text) {
            Some(cache) => Ok(Some(cache)),
            None => {
                let expected = "\"default\", \"no-store\", \"reload\", \"no-cache\" or \"force-cache\"";
                Err(range_error(&of_options(NAME), expected, &text))
            }
        }
    }

    fn sink(&self) -> Result<Option<WritableStream>, JsValue> {
        const EXPECTED: &str = "a WritableStream that is not locked";
        let sink = self.instance::<WritableStream>("sink", EXPECTED)?;
        match sink {
            Some(sink) if sink.locked() => Err(type_error(&of_options("sink"), EXPECTED, &sink)),
            sink => Ok(sink),
        }
    }

    fn instance<T: JsCast>(&self, name: &str, expected: &str) -> Result<Option<T>, JsValue> {
        let Some(value) = self.get(name)? else { return Ok(None) };
        value.dyn_into().map(Some).map_err(|value| type_error(&of_options(name), expected, &value))
    }
}

fn of_options(name: &str) -> String {
    text!["options.", name]
}

fn is_absent(value: &JsValue) -> bool {
    value.is_undefined() || value.is_null()
}

fn type_error(argument: &str, expected: &str, value: &JsValue) -> JsValue {
    js_sys::TypeError::new(&text![argument, " must be ", expected, ", not ", shown(value)]).into()
}

fn range_error(argument: &str, expected: &str, value: &str) -> JsValue {
    js_sys::RangeError::new(&text![argument, " must be ", expected, ", not ", value]).into()
}

/// A value as JavaScript prints it.
fn shown(value: &JsValue) -> String {
    string_of(value).unwrap_or_else(|_| "an object".into())
}

#[wasm_bindgen]
extern "C" {
    /// The global `String`, which takes anything; an object's own `toString` may throw.
    #[wasm_bindgen(js_name = String, catch)]
    fn string_of(value: &JsValue) -> Result<String, JsValue>;
    /// The values of an iterable; reading it may throw.
    #[wasm_bindgen(js_namespace = Array, js_name = from, catch)]
    fn array_from(iterable: &JsValue) -> Result<Array, JsValue>;
}
