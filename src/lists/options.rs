//! The arguments of `parseList`, checked once.

use js_sys::Reflect;
use wasm_bindgen::prelude::*;

use super::values::resolve;
use crate::browser::{is_absent, range_error, shown, type_error};
use crate::plan::Form;
use crate::text::text;

/// What a caller may choose.
#[derive(Debug, Default)]
pub struct Options {
    /// The address against which relative ones are resolved; empty if there is none.
    pub base: String,
    /// The form; `None`, and it is detected.
    pub form: Option<Form>,
    /// The name of the column that has the addresses.
    pub column: Option<String>,
    /// Whether ranges are left as they are.
    pub keeps_ranges: bool,
}

impl Options {
    /// Checks an options object; `undefined` and `null` are both "not given", as is each option.
    ///
    /// # Errors
    ///
    /// Fails for an option that makes no sense, with a `TypeError` or `RangeError` that names it, what it must
    /// be and what it is.
    pub fn parse(options: &JsValue) -> Result<Self, JsValue> {
        if is_absent(options) {
            return Ok(Self::default());
        }
        if !options.is_object() {
            return Err(type_error("options", "an object", options));
        }
        let get =
            |name: &str| Ok(Some(Reflect::get(options, &name.into())?).filter(|value| !is_absent(value)));
        let get: &dyn Fn(&str) -> Result<Option<JsValue>, JsValue> = &get;
        let text = |name: &str| {
            let Some(value) = get(name)? else { return Ok(None) };
            value
                .as_string()
                .map(Some)
                .ok_or_else(|| type_error(&text!["options.", name], "a string", &value))
        };
        let form = match text("form")? {
            None => None,
            Some(name) => form(&name)?,
        };
        let keeps_ranges = match get("expand")? {
            None => false,
            Some(value) => {
                !value.as_bool().ok_or_else(|| type_error("options.expand", "true or false", &value))?
            }
        };
        let base = match get("base")? {
            None => String::new(),
            Some(value) => base(&value)?,
        };
        Ok(Self { base, form, column: text("column")?, keeps_ranges })
    }
}

/// The text of the list.
///
/// # Errors
///
/// Fails with a `TypeError` if it is not a string.
pub fn list_text(text: &JsValue) -> Result<String, JsValue> {
    text.as_string().ok_or_else(|| type_error("text", "a string", text))
}

/// The error for a column that the list does not have.
pub fn no_column(column: &str, columns: &[String]) -> JsValue {
    let known: Vec<_> = columns.iter().map(|name| text!["\"", name, "\""]).collect();
    range_error("options.column", &text!["a column of the list (", known.join(", "), ")"], column)
}

fn form(name: &str) -> Result<Option<Form>, JsValue> {
    Ok(Some(match name {
        "auto" => return Ok(None),
        "text" => Form::Text,
        "csv" => Form::Table,
        "json" => Form::Json,
        "html" => Form::Html,
        "markdown" => Form::Markdown,
        "aria2" => Form::Aria2,
        _ => {
            let expected = "\"auto\", \"text\", \"csv\", \"json\", \"html\", \"markdown\" or \"aria2\"";
            return Err(range_error("options.form", expected, name));
        }
    }))
}

fn base(value: &JsValue) -> Result<String, JsValue> {
    let is_url = value.is_instance_of::<web_sys::Url>();
    let Some(text) = (if is_url { Some(shown(value)) } else { value.as_string() }) else {
        return Err(type_error("options.base", "a string or a URL", value));
    };
    resolve(&text, "").ok_or_else(|| range_error("options.base", "an absolute URL", &text))
}
