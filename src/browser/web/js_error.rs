//! What JavaScript throws.

use wasm_bindgen::prelude::*;

/// The message of a thrown value: an error's, or the value itself where it is a string.
pub fn js_message(error: &JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => error.message().into(),
        None => error.as_string().unwrap_or_else(|| "no reason was given".into()),
    }
}
