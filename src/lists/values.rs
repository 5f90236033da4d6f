//! URLs and JSON by the platform, which every thread has.

use js_sys::{Array, JSON, Number, Object};
use wasm_bindgen::prelude::*;
use web_sys::Url;

use crate::plan::JsonShape;

/// As [`ListWeb::resolve`](crate::plan::ListWeb::resolve).
pub fn resolve(text: &str, base: &str) -> Option<String> {
    let url = if base.is_empty() { Url::new(text) } else { Url::new_with_base(text, base) };
    Some(url.ok()?.href())
}

/// As [`ListWeb::parse_json`](crate::plan::ListWeb::parse_json).
pub fn parse_json(text: &str) -> Option<JsValue> {
    JSON::parse(text).ok()
}

/// As [`ListWeb::shape`](crate::plan::ListWeb::shape).
pub fn shape(value: &JsValue) -> JsonShape<JsValue> {
    if let Some(text) = value.as_string() {
        return JsonShape::Text(text);
    }
    if let Some(number) = value.dyn_ref::<Number>() {
        return number.to_string_with_radix(10).map_or(JsonShape::Null, |text| JsonShape::Text(text.into()));
    }
    if let Some(is_true) = value.as_bool() {
        return JsonShape::Text(if is_true { "true" } else { "false" }.into());
    }
    if let Some(list) = value.dyn_ref::<Array>() {
        return JsonShape::List(list.length() as usize);
    }
    if !value.is_object() {
        return JsonShape::Null;
    }
    let entries = Object::entries(value.unchecked_ref()).into_iter().map(|entry| {
        let entry: Array = entry.unchecked_into();
        (entry.get(0).as_string().unwrap_or_default(), entry.get(1))
    });
    JsonShape::Object(entries.collect())
}

/// As [`ListWeb::element`](crate::plan::ListWeb::element).
pub fn element(list: &JsValue, index: usize) -> JsValue {
    list.unchecked_ref::<Array>().get(index as u32)
}
