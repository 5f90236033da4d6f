//! The browser's clock and timers, in a page and in a worker alike.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use wasm_bindgen::prelude::*;

use super::entry::{inside, span};
use crate::seconds::seconds;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = now, js_namespace = performance)]
    fn performance_now() -> f64;
    #[wasm_bindgen(thread_local_v2, js_name = timeOrigin, js_namespace = performance)]
    static TIME_ORIGIN: f64;
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(handler: &JsValue, milliseconds: f64) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(id: &JsValue);
    #[wasm_bindgen(js_name = setInterval)]
    fn set_interval(handler: &JsValue, milliseconds: f64) -> JsValue;
    #[wasm_bindgen(js_name = clearInterval)]
    fn clear_interval(id: &JsValue);
}

/// The longest delay that browsers' timers take, in milliseconds: a signed 32-bit number.
const LONGEST_DELAY: f64 = i32::MAX as f64;

thread_local! {
    /// The latest time that [`Clock::now_in_span`] has read, and in which span.
    static MOMENT: Cell<Option<(u32, f64)>> = const { Cell::new(None) };
}

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

    /// The time since the start, read once in a span of work (`entry.rs`): asking the browser some twenty times for each
    /// image is a part of the time that small images take.
    pub fn now_in_span(self) -> Duration {
        let Some(span) = span() else { return self.now() };
        let moment = match MOMENT.get() {
            Some((of, moment)) if of == span => moment,
            _ => performance_now(),
        };
        MOMENT.set(Some((span, moment)));
        self.at(moment)
    }

    /// Waits until the clock reads `time`.
    pub async fn sleep_until(self, time: Duration) {
        Alarm::new(self).sleep_until(time).await;
    }
}

/// A timer for one task at a time, which waits with it again and again.
///
/// Most waits end before their time, because something else has happened, and the next is for a later time. So the
/// browser's timer stays as it is until it fires.
#[derive(Debug)]
pub struct Alarm {
    clock: Clock,
    set: Rc<Set>,
    id: RefCell<JsValue>,
    on_time: Closure<dyn Fn()>,
}

/// What an alarm is set to.
#[derive(Debug, Default)]
struct Set {
    /// When the browser's timer fires, if it is set.
    due: Cell<Option<Duration>>,
    waker: RefCell<Option<Waker>>,
}

impl Alarm {
    /// An alarm by this clock.
    pub fn new(clock: Clock) -> Self {
        let set = Rc::<Set>::default();
        let fired = Rc::clone(&set);
        let on_time = Closure::<dyn Fn()>::new(move || {
            inside(|| {
                fired.due.set(None);
                fired.waker.take().into_iter().for_each(Waker::wake);
            });
        });
        Self { clock, set, id: RefCell::new(JsValue::UNDEFINED), on_time }
    }

    /// Waits until the clock reads `time`.
    pub async fn sleep_until(&self, time: Duration) {
        poll_fn(|context| self.poll(time, context)).await;
    }

    /// A timer may fire early by less than the clock's rounding, or for an earlier wait, so the clock is read again.
    fn poll(&self, time: Duration, context: &Context<'_>) -> Poll<()> {
        let left = time.saturating_sub(self.clock.now_in_span());
        if left.is_zero() {
            return Poll::Ready(());
        }
        self.set.waker.replace(Some(context.waker().clone()));
        if self.set.due.get().is_none_or(|due| due > time) {
            self.set.due.set(Some(time));
            let milliseconds = (left.as_secs_f64() * 1000.0).ceil().min(LONGEST_DELAY);
            let id = set_timeout(self.on_time.as_ref(), milliseconds);
            clear_timeout(&self.id.replace(id));
        }
        Poll::Pending
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        clear_timeout(&self.id.take());
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
