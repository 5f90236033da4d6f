//! What callers in JavaScript pass: whether it is there, and the errors that name an argument, what it must be
//! and what it is.

use wasm_bindgen::prelude::*;

use crate::text::text;

#[wasm_bindgen]
extern "C" {
    /// The global `String`, which takes anything; an object's own `toString` may throw.
    #[wasm_bindgen(js_name = String, catch)]
    fn string_of(value: &JsValue) -> Result<String, JsValue>;
}

/// A value of another thread as an object of its class; `None` stands for `null`. By what it is and not by
/// `instanceof`: a page may have put another class in the place of the browser's.
pub fn nullable<T: JsCast>(value: JsValue) -> Option<T> {
    value.is_object().then(|| value.unchecked_into())
}

/// Whether a value is `undefined` or `null`, which both mean "not given".
pub fn is_absent(value: &JsValue) -> bool {
    value.is_undefined() || value.is_null()
}

/// The `TypeError` for a value of another type.
pub fn type_error(argument: &str, expected: &str, value: &JsValue) -> JsValue {
    js_sys::TypeError::new(&text![argument, " must be ", expected, ", not ", shown(value)]).into()
}

/// The `RangeError` for a value of the right type that is not allowed.
pub fn range_error(argument: &str, expected: &str, value: &str) -> JsValue {
    js_sys::RangeError::new(&text![argument, " must be ", expected, ", not ", value]).into()
}

/// A value as JavaScript prints it.
pub fn shown(value: &JsValue) -> String {
    string_of(value).unwrap_or_else(|_| "an object".into())
}
