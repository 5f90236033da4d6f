//! A caller's `AbortSignal` as a future.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use super::Notify;

/// Ends when the signal is aborted.
#[derive(Debug)]
pub struct Aborted {
    signal: AbortSignal,
    aborted: Rc<Notify>,
    listener: Closure<dyn FnMut()>,
}

impl Aborted {
    /// Listens to the signal until this is dropped.
    pub fn new(signal: AbortSignal) -> Self {
        let aborted = Rc::<Notify>::default();
        let notified = Rc::clone(&aborted);
        let listener = Closure::new(move || notified.notify());
        // A signal that refuses listeners is still read at every poll.
        let _ = signal.add_event_listener_with_callback("abort", listener.as_ref().unchecked_ref());
        Self { signal, aborted, listener }
    }
}

impl Future for Aborted {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.aborted.poll(context, || self.signal.aborted().then_some(()))
    }
}

impl Drop for Aborted {
    fn drop(&mut self) {
        let listener = self.listener.as_ref().unchecked_ref();
        let _ = self.signal.remove_event_listener_with_callback("abort", listener);
    }
}
