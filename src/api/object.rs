//! Objects of JavaScript, read by their properties.

use js_sys::{Array, Object, Reflect, Symbol};
use wasm_bindgen::prelude::*;

use crate::browser::type_error;

#[wasm_bindgen]
extern "C" {
    /// The values of an iterable; reading it may throw.
    #[wasm_bindgen(js_namespace = Array, js_name = from, catch)]
    fn array_from(iterable: &JsValue) -> Result<Array, JsValue>;

    /// Copies an object's properties to another, and returns that; reading them may throw.
    #[wasm_bindgen(js_namespace = Object, js_name = assign, catch)]
    pub fn copy_of(target: &Object, object: &JsValue) -> Result<Object, JsValue>;

    /// What `Supply.take` in `entry/supply.js` returns. `Reflect::get` would make a string of each name, for each of
    /// thousands of objects.
    pub type Fields;
    #[wasm_bindgen(method, getter)]
    pub fn url(this: &Fields) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn name(this: &Fields) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn title(this: &Fields) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn columns(this: &Fields) -> Option<Object>;
    #[wasm_bindgen(method, getter)]
    pub fn fallbacks(this: &Fields) -> Option<Array>;
    #[wasm_bindgen(method, getter)]
    pub fn variant(this: &Fields) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = isOwnData)]
    pub fn is_own_data(this: &Fields) -> bool;

    /// What may be an object of the web.
    pub type Like;
    #[wasm_bindgen(method, getter)]
    pub fn aborted(this: &Like) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = addEventListener)]
    pub fn add_listener(this: &Like) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn locked(this: &Like) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = getWriter)]
    pub fn get_writer(this: &Like) -> JsValue;
}

/// The values of an argument that is an iterable; `expected` says of what.
///
/// # Errors
///
/// Fails with a `TypeError` for anything else, and with what reading it throws.
pub fn all_of(argument: &str, expected: &str, values: &JsValue) -> Result<Array, JsValue> {
    // A string is an iterable of its characters, so only objects are accepted.
    if !values.is_object() || !Reflect::has(values, &Symbol::iterator())? {
        return Err(type_error(argument, expected, values));
    }
    array_from(values)
}
