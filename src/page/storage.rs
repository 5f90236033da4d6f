//! What outlives the page: the list, the mode and the options, in `localStorage`.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use super::elements::window;
use crate::text::text;

#[wasm_bindgen]
extern "C" {
    /// Storage that takes a text of JavaScript's.
    type TextStorage;
    #[wasm_bindgen(method, js_name = setItem, catch)]
    fn set(this: &TextStorage, key: &str, value: &JsString) -> Result<(), JsValue>;
}

const PREFIX: &str = "fetchzip.";

/// The value of a key. A browser that refuses access, as in some private windows, has none.
pub fn read(key: &str) -> Option<String> {
    window().ok()?.local_storage().ok()??.get_item(&full(key)).ok()?
}

/// Sets the value of a key. If the browser refuses or the storage is full, the value lasts as long as
/// the page.
pub fn write(key: &str, value: &str) {
    write_text(key, &value.into());
}

/// The same with a text that is JavaScript's. Returns whether it is stored; if it is not, nothing is, since an older
/// value would come back in its place.
pub fn write_text(key: &str, value: &JsString) -> bool {
    let Ok(window) = window() else { return false };
    let Ok(Some(storage)) = window.local_storage() else { return false };
    let is_stored = storage.unchecked_ref::<TextStorage>().set(&full(key), value).is_ok();
    if !is_stored {
        let _ = storage.remove_item(&full(key));
    }
    is_stored
}

/// Removes the value of a key.
pub fn remove(key: &str) {
    if let Ok(Some(storage)) = window().and_then(|window| window.local_storage()) {
        let _ = storage.remove_item(&full(key));
    }
}

/// The key with a prefix, since other pages of the same host share the storage.
fn full(key: &str) -> String {
    text![PREFIX, key]
}
