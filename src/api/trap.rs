//! A call whose wasm traps.
//!
//! A trap ends the task that was running, and its promise would stay pending: no code of the wasm runs
//! for it any more. The browser reports a trap to the global scope, and the call is rejected from there.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use crate::browser::{inside, is_inside};

#[wasm_bindgen(module = "/src/api/settle.js")]
extern "C" {
    #[wasm_bindgen(js_name = rejectOnTrap)]
    fn reject_on_trap(call: Promise, is_inside: &JsValue) -> Promise;
}

/// A call's promise, which is also rejected if the wasm traps.
pub fn promise_of_call(call: impl Future<Output = Result<JsValue, JsValue>> + Unpin + 'static) -> Promise {
    let asked = Closure::<dyn Fn() -> bool>::new(is_inside);
    reject_on_trap(future_to_promise(Watched(call)), &asked.into_js_value())
}

struct Watched<F>(F);

impl<F: Future + Unpin> Future for Watched<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        inside(|| Pin::new(&mut self.0).poll(context))
    }
}
