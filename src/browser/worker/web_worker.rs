//! A thread with a wasm module.

use js_sys::Array;
#[cfg(feature = "page")]
use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;

#[cfg(feature = "page")]
use super::trusted_types::trusted_script;

#[wasm_bindgen]
extern "C" {
    /// The web's own constructor; web-sys' takes an address as text, which Trusted Types forbid.
    #[wasm_bindgen(js_name = Worker)]
    #[derive(Debug)]
    pub type WebWorker;
    #[cfg(feature = "page")]
    #[wasm_bindgen(constructor, js_class = "Worker", catch)]
    fn new(url: &JsValue, options: &Object) -> Result<WebWorker, JsValue>;
    #[wasm_bindgen(method, js_name = postMessage, catch)]
    pub fn post(this: &WebWorker, message: &JsValue, transfer: &Array) -> Result<(), JsValue>;
    #[wasm_bindgen(method, setter)]
    pub fn set_onmessage(this: &WebWorker, listener: &JsValue);
    #[wasm_bindgen(method, setter)]
    pub fn set_onerror(this: &WebWorker, listener: &JsValue);
    #[wasm_bindgen(method)]
    pub fn terminate(this: &WebWorker);
}

impl WebWorker {
    /// Starts a thread, and on it a compiled wasm module by `glue`, the address of its script. The first
    /// message that comes back says that the module runs. From then on, each message to the thread is the
    /// arguments of the module's function `serve`.
    ///
    /// # Errors
    ///
    /// The page's Content Security Policy or the browser refuses the thread.
    #[cfg(feature = "page")]
    pub fn start(glue: &str, module: &JsValue, serve: &str) -> Result<Self, JsValue> {
        let script = wasm_bindgen::link_to!(module = "/src/browser/worker/worker.js");
        Self::from_script(&script)?.with_module(glue, module, serve)
    }

    /// A thread with a script that starts a module, as [`Self::start`] does, at an address.
    ///
    /// # Errors
    ///
    /// The page's Content Security Policy or the browser refuses the thread.
    #[cfg(feature = "page")]
    pub fn from_script(address: &str) -> Result<Self, JsValue> {
        let options = Object::new();
        Reflect::set(&options, &"type".into(), &"module".into())?;
        Self::new(&trusted_script(address)?, &options)
    }

    /// Lets a new thread start a module, as [`Self::start`] does.
    ///
    /// # Errors
    ///
    /// The browser refuses the message.
    pub fn with_module(self, glue: &str, module: &JsValue, serve: &str) -> Result<Self, JsValue> {
        self.post(&Array::of3(&glue.into(), module, &serve.into()), &Array::new())?;
        Ok(self)
    }
}
