//! The browser's clock and timers, in a page and in a worker alike.

use std::time::Duration;

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::entry::inside;
use super::promise;
use crate::seconds::seconds;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = now, js_namespace = performance)]
    fn performance_now() -> f64;
    #[wasm_bindgen(thread_local_v2, js_name = timeOrigin, js_namespace = performance)]
    static TIME_ORIGIN: f64;
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(handler: &js_sys::Function, milliseconds: f64) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(id: &JsValue);
    #[wasm_bindgen(js_name = setInterval)]
    fn set_interval(handler: &JsValue, milliseconds: f64) -> JsValue;
    #[wasm_bindgen(js_name = clearInterval)]
    fn clear_interval(id: &JsValue);
}

/// The longest delay that browsers' timers take, in milliseconds: a signed 32-bit number.
const LONGEST_DELAY: f64 = i32::MAX as f64;

/// Measures the time since a run began.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// `performance.now()` at the start, in milliseconds.
    start: f64,
}

impl Clock {
    /// A clock that reads zero now.
    pub fn start() -> Self {
        Self { start: performance_now() }
    }

    /// A clock that reads `elapsed` now.
    pub fn after(elapsed: Duration) -> Self {
        Self { start: performance_now() - elapsed.as_secs_f64() * 1000.0 }
    }

    /// The start in milliseconds since 1970, which is the same on every thread.
    pub fn epoch(self) -> f64 {
        TIME_ORIGIN.with(|origin| origin + self.start)
    }

    /// A clock that started at `epoch`, in milliseconds since 1970.
    pub fn of_epoch(epoch: f64) -> Self {
        Self { start: TIME_ORIGIN.with(|origin| epoch - origin) }
    }

    /// The time since the start. Browsers round it, to 0.1 ms or worse.
    pub fn now(self) -> Duration {
        self.at(performance_now())
    }

    /// A time of `performance`'s clock, in milliseconds, as time since the start.
    pub fn at(self, moment: f64) -> Duration {
        seconds((moment - self.start) / 1000.0)
    }

    /// Waits until the clock reads `time`.
    pub async fn sleep_until(self, time: Duration) {
        loop {
            // A timer may fire early by less than the clock's rounding, so read the clock again.
            let left = time.saturating_sub(self.now());
            if left.is_zero() {
                return;
            }
            Timer::new(left).fired().await;
        }
    }
}

/// A timer that is cleared when it is dropped.
struct Timer {
    id: JsValue,
    promise: Promise,
}

impl Timer {
    fn new(delay: Duration) -> Self {
        let milliseconds = (delay.as_secs_f64() * 1000.0).ceil().min(LONGEST_DELAY);
        let mut id = JsValue::UNDEFINED;
        let promise = Promise::new(&mut |resolve, _| id = set_timeout(&resolve, milliseconds));
        Self { id, promise }
    }

    async fn fired(&self) {
        // A timer's promise is never rejected.
        let _ = promise(self.promise.clone()).await;
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(&self.id);
    }
}

/// Calls a function at regular intervals until it is dropped.
#[derive(Debug)]
pub struct Interval {
    id: JsValue,
    _function: Closure<dyn FnMut()>,
}

impl Interval {
    /// The first call follows the first pause.
    pub fn new(pause: Duration, mut function: impl FnMut() + 'static) -> Self {
        let function = Closure::<dyn FnMut()>::new(move || inside(&mut function));
        let id = set_interval(function.as_ref(), pause.as_secs_f64() * 1000.0);
        Self { id, _function: function }
    }
}

impl Drop for Interval {
    fn drop(&mut self) {
        clear_interval(&self.id);
    }
}
