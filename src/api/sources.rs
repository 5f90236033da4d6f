//! The sources of a call, as `entry/copies.js` and `entry/supply.js` have checked them.

use std::rc::Rc;

use js_sys::{Array, Object};
use wasm_bindgen::prelude::*;

use super::object::Fields;
use crate::browser::{LongTexts, is_absent, range_error, shown};
use crate::plan::Request;
use crate::text::text;

/// The most bytes of text that a call may have. Each is in the wasm's memory several times over: as it was
/// given, as it was parsed, and in the message to the worker, all of it together within 4 GiB.
const MAX_TEXT: usize = 256 << 20;

/// Reads all sources. Long URLs stay in an array.
pub fn requests(sources: &Array) -> Result<(Vec<Request>, LongTexts), JsValue> {
    let mut bytes = 0;
    let (mut requests, long_urls) = (Vec::with_capacity(sources.length() as usize), LongTexts::default());
    for (index, source) in sources.iter().enumerate() {
        let request = request(&source, &long_urls);
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

/// Reads one source.
pub fn request(source: &JsValue, long_urls: &LongTexts) -> Request {
    let url_text =
        |value: &JsValue| long_urls.shortened(value).or_else(|| value.as_string()).unwrap_or_default();
    if !source.is_object() {
        return Request::new(url_text(source));
    }
    let fields: &Fields = source.unchecked_ref();
    let name = fields.name().as_string();
    if fields.is_own_data() {
        return Request { name, is_own_data: true, ..Request::default() };
    }
    let (columns, fallbacks) = (fields.columns(), fields.fallbacks());
    Request {
        name,
        title: fields.title().as_string(),
        variant: fields.variant().as_string(),
        fallbacks: fallbacks.iter().flat_map(Array::iter).map(|address| url_text(&address)).collect(),
        cells: columns.as_ref().map(cells_of).unwrap_or_default(),
        ..Request::new(url_text(&fields.url()))
    }
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
