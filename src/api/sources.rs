//! The sources of a call, each read once.

use std::rc::Rc;

use js_sys::{Array, Object};
use wasm_bindgen::prelude::*;

use super::object::{Fields, Like, all_of, array_from};
use super::supply::Supply;
use crate::browser::{LongTexts, is_absent, range_error, shown, type_error};
use crate::plan::Request;
use crate::text::text;

/// The most bytes of text that a call may have. Each is in the wasm's memory several times over: as it was
/// given, as it was parsed, and in the message to the worker, all of it together within 4 GiB.
const MAX_TEXT: usize = 256 << 20;

/// Reads all sources. Long URLs stay in an array, and what else JavaScript keeps of them goes to the supply.
pub fn requests(urls: &JsValue, supply: &Supply) -> Result<(Vec<Request>, LongTexts), JsValue> {
    let urls = all_of("urls", "an array or another iterable of URLs", urls)?;
    let mut bytes = 0;
    let (mut requests, long_urls) = (Vec::new(), LongTexts::default());
    for (index, item) in urls.iter().enumerate() {
        let request = request(index, &item, &long_urls, supply)?;
        bytes += length(&request);
        if bytes > MAX_TEXT {
            let expected = text!["together at most ", MAX_TEXT, " bytes of text"];
            return Err(range_error("urls", &expected, &text!["more, as up to urls[", index, "]"]));
        }
        requests.push(request);
    }
    Ok((requests, long_urls))
}

/// The bytes of a request's texts.
fn length(Request { text, name, title, fallbacks, cells, .. }: &Request) -> usize {
    let optional = [name, title].into_iter().flatten();
    let cells = cells.iter().map(|(_, cell)| cell);
    optional.chain(fallbacks).chain(cells).map(String::len).sum::<usize>() + text.len()
}

/// Reads the source at `index`.
pub fn request(
    index: usize,
    item: &JsValue,
    long_urls: &LongTexts,
    supply: &Supply,
) -> Result<Request, JsValue> {
    let url_text = |value: &JsValue| url_text(value, long_urls);
    let argument = || text!["urls[", index, "]"];
    let fields: &Fields = item.unchecked_ref();
    let url = if item.is_object() { fields.url()? } else { JsValue::UNDEFINED };
    if is_absent(&url)
        && let Some(text) = url_text(item)
    {
        return Ok(Request::new(text));
    }
    if !item.is_object() {
        return Err(type_error(&argument(), "a string or { url, name }", item));
    }
    if let Some(name) = supply.take(index as f64, item)? {
        return Ok(Request { name: Some(name), is_own_data: true, ..Request::default() });
    }
    let text = url_text(&address_of(&url)?)
        .ok_or_else(|| type_error(&text![argument(), ".url"], "a string", &url))?;
    let given_text = |field: &str, value: JsValue| {
        if !is_absent(&value) && !value.is_string() {
            return Err(type_error(&text![argument(), ".", field], "a string", &value));
        }
        Ok(value.as_string())
    };
    let (name, title) = (given_text("name", fields.name()?)?, given_text("title", fields.title()?)?);
    let columns = fields.columns()?;
    let cells = if columns.is_object() {
        // It may be of another realm, whose `Object` is another one.
        cells_of(columns.unchecked_ref())
    } else if is_absent(&columns) {
        Vec::new()
    } else {
        return Err(type_error(&text![argument(), ".columns"], "an object", &columns));
    };
    let given = fields.fallbacks()?;
    let mut fallbacks = Vec::new();
    if !is_absent(&given) {
        let name = || text![argument(), ".fallbacks"];
        if !given.is_object() {
            return Err(type_error(&name(), "an array of strings", &given));
        }
        for (number, address) in array_from(&given)?.iter().enumerate() {
            let wrong = || type_error(&text![name(), "[", number, "]"], "a string", &address);
            fallbacks.push(url_text(&address).ok_or_else(wrong)?);
        }
    }
    Ok(Request { name, title, fallbacks, cells, ..Request::new(text) })
}

/// The address of a `Request`, or what is given in its place.
fn address_of(url: &JsValue) -> Result<JsValue, JsValue> {
    if !url.is_object() {
        return Ok(url.clone());
    }
    let own = url.unchecked_ref::<Fields>().url()?;
    Ok(if own.is_string() { own } else { url.clone() })
}

/// The columns of a record, each with its value as JavaScript prints it.
fn cells_of(columns: &Object) -> Vec<(Rc<str>, String)> {
    let entries = Object::entries(columns);
    let cells = entries.iter().map(|entry| {
        let entry = Array::from(&entry);
        let value = entry.get(1);
        let text = if is_absent(&value) { String::new() } else { shown(&value) };
        (entry.get(0).as_string().unwrap_or_default().into(), text)
    });
    cells.collect()
}

/// The text of a string, or of a `URL`: of any realm or class, as a page may have one of its own.
fn url_text(value: &JsValue, long_urls: &LongTexts) -> Option<String> {
    let href = value.is_object().then(|| value.unchecked_ref::<Like>().href());
    let text = href.as_ref().unwrap_or(value);
    long_urls.shortened(text).or_else(|| text.as_string())
}
