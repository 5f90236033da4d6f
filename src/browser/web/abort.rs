//! A caller's `AbortSignal` as a future.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use super::Notify;

#[wasm_bindgen]
extern "C" {
    /// An `AbortSignal` of any class: reading it may throw.
    #[wasm_bindgen(extends = AbortSignal)]
    #[derive(Clone, Debug)]
    pub type Signal;
    #[wasm_bindgen(method, getter, catch, js_name = aborted)]
    fn read_aborted(this: &Signal) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, catch, js_name = reason)]
    fn read_reason(this: &Signal) -> Result<JsValue, JsValue>;
}

impl Signal {
    /// Whether it is aborted.
    pub fn is_aborted(&self) -> bool {
        self.read_aborted().is_ok_and(|is_aborted| is_aborted == JsValue::TRUE)
    }

    /// What it is aborted with, or what reading that throws.
    pub fn reason(&self) -> JsValue {
        self.read_reason().unwrap_or_else(|error| error)
    }

    /// Waits until it is aborted.
    pub fn aborted(&self) -> Aborted {
        Aborted::new(self.clone())
    }
}

/// Ends when the signal is aborted.
#[derive(Debug)]
pub struct Aborted {
    signal: Signal,
    aborted: Rc<Notify>,
    listener: Closure<dyn FnMut()>,
}

impl Aborted {
    /// Listens to the signal until this is dropped.
    fn new(signal: Signal) -> Self {
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
        self.aborted.poll(context, || self.signal.is_aborted().then_some(()))
    }
}

impl Drop for Aborted {
    fn drop(&mut self) {
        let listener = self.listener.as_ref().unchecked_ref();
        let _ = self.signal.remove_event_listener_with_callback("abort", listener);
    }
}
