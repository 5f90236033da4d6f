//! What JavaScript throws.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    type WithMessage;
    /// An error's message, and an `ErrorEvent`'s; anything else has none.
    #[wasm_bindgen(method, getter)]
    fn message(this: &WithMessage) -> JsValue;
}

/// The message of a thrown value or of an error event; a string is its own message.
pub fn js_message(error: &JsValue) -> String {
    let own = error.as_string();
    // Reading a property of `null` would throw.
    let message =
        || if error.is_object() { error.unchecked_ref::<WithMessage>().message().as_string() } else { None };
    own.or_else(message).filter(|message| !message.is_empty()).unwrap_or_else(|| "no reason was given".into())
}
