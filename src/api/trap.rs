//! A call whose wasm traps.
//!
//! A trap ends the task that was running, and its promise would stay pending: no code of the wasm runs
//! for it any more. The browser reports a trap to the global scope, and the call is rejected from there.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

#[wasm_bindgen(module = "/src/api/settle.js")]
extern "C" {
    #[wasm_bindgen(js_name = rejectOnTrap)]
    fn reject_on_trap(call: Promise, is_in_poll: &JsValue) -> Promise;
}

thread_local! {
    /// Whether a call is being polled: after a trap it stays so, since the poll never returned.
    static IS_IN_POLL: Cell<bool> = const { Cell::new(false) };
}

/// A call's promise, which is also rejected if the wasm traps.
pub fn promise_of_call(call: impl Future<Output = Result<JsValue, JsValue>> + Unpin + 'static) -> Promise {
    let is_in_poll = Closure::<dyn Fn() -> bool>::new(|| IS_IN_POLL.get());
    reject_on_trap(future_to_promise(Watched(call)), &is_in_poll.into_js_value())
}

struct Watched<F>(F);

impl<F: Future + Unpin> Future for Watched<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        IS_IN_POLL.set(true);
        let polled = Pin::new(&mut self.0).poll(context);
        IS_IN_POLL.set(false);
        polled
    }
}
