//! A sink that is in the page, as the worker writes to it.

use std::cell::RefCell;
use std::rc::Rc;

use futures::future::LocalBoxFuture;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::MessagePort;

use super::super::later::Later;
use super::super::sink::Sink;
use super::connection::CHUNK;

/// What the page says of a chunk.
type Answer = Later<Result<(), JsValue>>;

/// Hands chunks to the page, one at a time.
#[derive(Clone, Debug)]
pub struct PageSink {
    port: MessagePort,
    answer: Rc<RefCell<Rc<Answer>>>,
}

impl PageSink {
    pub fn new(port: &MessagePort) -> Self {
        Self { port: port.clone(), answer: Rc::default() }
    }

    /// What the page says of the chunk that it was given.
    pub fn answered(&self, result: Result<(), JsValue>) {
        self.answer.borrow().set(result);
    }

    fn send(&self, message: &Array, transfer: &Array) -> LocalBoxFuture<'_, Result<(), JsValue>> {
        let answer = Rc::<Answer>::default();
        *self.answer.borrow_mut() = Rc::clone(&answer);
        let sent = self.port.post_message_with_transferable(message, transfer);
        Box::pin(async move {
            sent?;
            answer.get().await
        })
    }
}

impl Sink for PageSink {
    fn write(&self, chunk: &Uint8Array) -> LocalBoxFuture<'_, Result<(), JsValue>> {
        self.send(&Array::of2(&CHUNK.into(), chunk), &Array::of1(&chunk.buffer()))
    }

    fn close(&self) -> LocalBoxFuture<'_, Result<(), JsValue>> {
        self.send(&Array::of1(&CHUNK.into()), &Array::new())
    }
}
