//! Aborting, in both directions: our requests when a future is dropped, and a run when the
//! caller's signal says so.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use wasm_bindgen::prelude::*;
use web_sys::{AbortController, AbortSignal};

/// Aborts its request when it is dropped before [`AbortGuard::disarm`].
///
/// The controller is private and gives no reason: gloo-net panics on a rejection that is not an
/// `Error`, as a caller's reason may be.
#[derive(Debug)]
pub struct AbortGuard(Option<AbortController>);

impl AbortGuard {
    /// A guard for one request; `None` where the browser makes no controllers.
    pub fn new() -> Option<Self> {
        AbortController::new().ok().map(Some).map(Self)
    }

    /// The signal to give to the request.
    pub fn signal(&self) -> Option<AbortSignal> {
        self.0.as_ref().map(AbortController::signal)
    }

    /// The request has ended. Aborting it would do nothing, and costs an exception that nobody sees.
    pub fn disarm(mut self) {
        self.0 = None;
    }
}

impl Drop for AbortGuard {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }
}

/// A future that ends when a caller's signal is aborted.
#[derive(Debug)]
pub struct Aborted {
    signal: AbortSignal,
    waker: Rc<RefCell<Option<Waker>>>,
    listener: Closure<dyn FnMut()>,
}

impl Aborted {
    /// Listens to the signal until it is dropped.
    pub fn new(signal: AbortSignal) -> Self {
        let waker = Rc::<RefCell<Option<Waker>>>::default();
        let to_wake = Rc::clone(&waker);
        let listener = Closure::new(move || {
            if let Some(waker) = to_wake.borrow_mut().take() {
                waker.wake();
            }
        });
        // A signal that refuses listeners is still asked at every poll.
        let _ = signal.add_event_listener_with_callback("abort", listener.as_ref().unchecked_ref());
        Self { signal, waker, listener }
    }
}

impl Future for Aborted {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.signal.aborted() {
            return Poll::Ready(());
        }
        *self.waker.borrow_mut() = Some(context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Aborted {
    fn drop(&mut self) {
        let listener = self.listener.as_ref().unchecked_ref();
        let _ = self.signal.remove_event_listener_with_callback("abort", listener);
    }
}
