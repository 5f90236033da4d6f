//! A call whose wasm traps.
//!
//! A trap ends the task that was running, and its promise would stay pending: no code of the wasm runs
//! for it any more. The browser reports a trap to the global scope, and the call is rejected from there.

use std::future::Future;

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use crate::browser::{Inside, Running, Worker, running};

#[wasm_bindgen(module = "/src/api/settle.js")]
extern "C" {
    #[wasm_bindgen(js_name = rejectOnTrap)]
    fn reject_on_trap(call: Promise, glue: &str, is_own: &JsValue) -> Promise;
}

/// A call's promise, which is also rejected if the wasm traps.
pub fn promise_of_call(call: impl Future<Output = Result<JsValue, JsValue>> + Unpin + 'static) -> Promise {
    // A trap may also come before the wasm is inside; the script that called it is in the stack then.
    let is_own = Closure::<dyn Fn(bool) -> bool>::new(|is_in_stack| match running() {
        Running::Inside => true,
        Running::Outside => false,
        Running::Unknown => is_in_stack,
    });
    reject_on_trap(future_to_promise(Inside(call)), &Worker::glue(), &is_own.into_js_value())
}
