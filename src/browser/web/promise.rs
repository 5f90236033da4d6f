//! Promises as futures.
//!
//! A `JsFuture` makes two closures for each promise, and asks the browser to report when each is
//! garbage. Thousands of small images are tens of thousands of promises, so closures are reused
//! (docs/decisions.md has the figures).

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};

use wasm_bindgen::prelude::*;

use super::entry::inside;

#[wasm_bindgen]
extern "C" {
    type Thenable;
    #[wasm_bindgen(method)]
    fn then(this: &Thenable, on_value: &JsValue, on_error: &JsValue) -> JsValue;
}

thread_local! {
    /// Callbacks that no promise uses.
    static SPARE: RefCell<Vec<Rc<Callbacks>>> = const { RefCell::new(Vec::new()) };
}

/// Waits for a promise: resolves to its value, or to the reason why it was rejected.
pub fn promise(promise: impl AsRef<JsValue>) -> PendingPromise {
    PendingPromise::new(promise.as_ref())
}

/// A promise that a task waits for.
#[derive(Debug)]
pub struct PendingPromise(Rc<Callbacks>);

impl PendingPromise {
    fn new(promise: &JsValue) -> Self {
        let callbacks = SPARE.with_borrow_mut(Vec::pop).unwrap_or_else(Callbacks::new);
        callbacks.state.replace(State::Waiting(None));
        let Callbacks { on_value, on_error, .. } = &*callbacks;
        promise.unchecked_ref::<Thenable>().then(on_value.as_ref(), on_error.as_ref());
        Self(callbacks)
    }
}

/// The two callbacks of one promise at a time.
#[derive(Debug)]
struct Callbacks {
    state: RefCell<State>,
    on_value: Closure<dyn Fn(JsValue)>,
    on_error: Closure<dyn Fn(JsValue)>,
}

#[derive(Debug)]
enum State {
    /// No promise uses the callbacks.
    Free,
    /// The promise is pending.
    Waiting(Option<Waker>),
    /// The promise is pending, but its future was dropped. Keeps the callbacks alive until it settles.
    Abandoned(#[allow(dead_code, reason = "held for its lifetime alone")] Rc<Callbacks>),
    Settled(Result<JsValue, JsValue>),
}

impl Callbacks {
    fn new() -> Rc<Self> {
        Rc::new_cyclic(|this: &Weak<Self>| {
            let callback = |to_result: fn(JsValue) -> Result<JsValue, JsValue>| {
                let this = Weak::clone(this);
                Closure::<dyn Fn(JsValue)>::new(move |value| {
                    if let Some(callbacks) = this.upgrade() {
                        inside(|| callbacks.settle(to_result(value)));
                    }
                })
            };
            Self { state: RefCell::new(State::Free), on_value: callback(Ok), on_error: callback(Err) }
        })
    }

    fn settle(self: Rc<Self>, result: Result<JsValue, JsValue>) {
        let before = self.state.replace(State::Settled(result));
        match before {
            State::Waiting(waker) => waker.into_iter().for_each(Waker::wake),
            _ => self.release(),
        }
    }

    /// Makes the callbacks available to the next promise.
    fn release(self: Rc<Self>) {
        self.state.replace(State::Free);
        SPARE.with_borrow_mut(|spare| spare.push(self));
    }
}

impl Future for PendingPromise {
    type Output = Result<JsValue, JsValue>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.0.state.borrow_mut();
        match std::mem::replace(&mut *state, State::Free) {
            State::Settled(result) => Poll::Ready(result),
            _ => {
                *state = State::Waiting(Some(context.waker().clone()));
                Poll::Pending
            }
        }
    }
}

impl Drop for PendingPromise {
    fn drop(&mut self) {
        let callbacks = Rc::clone(&self.0);
        let mut state = self.0.state.borrow_mut();
        if let State::Waiting(_) = *state {
            *state = State::Abandoned(callbacks);
            return;
        }
        drop(state);
        callbacks.release();
    }
}
