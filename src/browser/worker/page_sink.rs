//! A sink that is in the page, as the worker writes to it.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use futures::future::LocalBoxFuture;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::MessagePort;

use super::super::sink::Sink;
use super::connection::CHUNK;

/// How many chunks may be with the page while the next one is made.
const MOST_AHEAD: usize = 3;

/// Hands chunks to the page, a few ahead of the sink. A sink that fails is the page's business.
#[derive(Clone, Debug)]
pub struct PageSink {
    port: MessagePort,
    sent: Rc<Sent>,
}

/// What is with the page.
#[derive(Debug, Default)]
struct Sent {
    unwritten: Cell<usize>,
    writing: RefCell<Option<Waker>>,
}

impl PageSink {
    pub fn new(port: &MessagePort) -> Self {
        Self { port: port.clone(), sent: Rc::default() }
    }

    /// The sink has taken the first of the chunks.
    pub fn written(&self) {
        self.sent.unwritten.set(self.sent.unwritten.get() - 1);
        self.sent.writing.take().into_iter().for_each(Waker::wake);
    }

    /// Sends a chunk, or the end, and waits until the page has no more than so many.
    fn send(
        &self,
        message: &Array,
        transfer: &Array,
        most: usize,
    ) -> LocalBoxFuture<'_, Result<(), JsValue>> {
        self.sent.unwritten.set(self.sent.unwritten.get() + 1);
        let posted = self.port.post_message_with_transferable(message, transfer);
        Box::pin(async move {
            posted?;
            poll_fn(|context| {
                if self.sent.unwritten.get() <= most {
                    return Poll::Ready(());
                }
                *self.sent.writing.borrow_mut() = Some(context.waker().clone());
                Poll::Pending
            })
            .await;
            Ok(())
        })
    }
}

impl Sink for PageSink {
    fn write(&self, chunk: &Uint8Array) -> LocalBoxFuture<'_, Result<(), JsValue>> {
        self.send(&Array::of2(&CHUNK.into(), chunk), &Array::of1(&chunk.buffer()), MOST_AHEAD)
    }

    fn close(&self) -> LocalBoxFuture<'_, Result<(), JsValue>> {
        self.send(&Array::of1(&CHUNK.into()), &Array::new(), 0)
    }
}
