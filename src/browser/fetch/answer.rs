//! What `fetch` has resolved or rejected with. A script of the page may have replaced it.

use wasm_bindgen::prelude::*;

use crate::browser::web::js_message;
use crate::run::FetchError;

#[wasm_bindgen]
extern "C" {
    /// What `fetch` has resolved with, and its headers.
    type Answer;
    #[wasm_bindgen(method, getter)]
    fn headers(this: &Answer) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = get)]
    fn getter(this: &Answer) -> JsValue;

    type WithName;
    #[wasm_bindgen(method, getter)]
    fn name(this: &WithName) -> JsValue;
}

/// The name of the error of a request whose headers would have reached another origin (`guarded_fetch.js`).
const LEAK: &str = "FetchZipLeak";

/// Whether it can be read like a response, whatever its class.
pub fn is_response(answer: &JsValue) -> bool {
    if !answer.is_object() {
        return false;
    }
    let headers = answer.unchecked_ref::<Answer>().headers();
    headers.is_object() && headers.unchecked_ref::<Answer>().getter().is_function()
}

/// Why a request has failed. The browser's own `fetch` rejects with a `TypeError` whatever the cause, and with an
/// `AbortError` for its signal, which Firefox also calls a reset; anything else is by a script of the page.
pub fn failed(error: &JsValue) -> FetchError {
    let name = error.is_object().then(|| error.unchecked_ref::<WithName>().name().as_string()).flatten();
    match name.as_deref() {
        Some("TypeError" | "AbortError") => FetchError::Network,
        Some(LEAK) => FetchError::Options { reason: js_message(error) },
        _ => not_made(error),
    }
}

/// Why a `fetch` that a script of the page has replaced made no request.
pub fn not_made(error: &JsValue) -> FetchError {
    FetchError::Request { reason: js_message(error) }
}
