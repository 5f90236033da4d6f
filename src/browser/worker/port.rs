//! One end of a run's port.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, MessagePort};

use crate::browser::web::inside;

/// Called with the bytes of a message, and the object beside them.
type OnMessage = dyn Fn(&[u8], JsValue);

/// A port whose messages are bytes and, beside them, at most one JavaScript object. It is closed when
/// this is dropped.
#[derive(Debug)]
pub struct Port {
    port: MessagePort,
    _listener: Closure<dyn Fn(MessageEvent)>,
}

impl Port {
    /// Calls `on_message` with the bytes and the object of each message.
    pub fn new(port: MessagePort, on_message: Box<OnMessage>) -> Self {
        let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let message: Array = event.data().unchecked_into();
            let bytes: Uint8Array = message.get(0).unchecked_into();
            inside(|| on_message(&bytes.to_vec(), message.get(1)));
        });
        port.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        Self { port, _listener: listener }
    }

    /// Sends a message, with an object that is copied.
    pub fn post(&self, bytes: &[u8], object: &JsValue) {
        self.send(bytes, object, &Array::new());
    }

    /// Sends a message, with a chunk whose buffer moves to the other side.
    pub fn post_chunk(&self, bytes: &[u8], chunk: &Uint8Array) {
        self.send(bytes, chunk, &Array::of1(&chunk.buffer()));
    }

    /// Sends a message, with a port that moves to the other side.
    pub fn post_port(&self, bytes: &[u8], port: &MessagePort) {
        self.send(bytes, port, &Array::of1(port));
    }

    /// Sends a message, with an object and all that moves to the other side with it.
    pub fn send(&self, bytes: &[u8], object: &JsValue, transfer: &Array) {
        let (message, buffer) = message(bytes, object);
        transfer.push(&buffer);
        // Posting fails only for objects that can't be copied; bytes, Blobs and bitmaps can.
        let _ = self.port.post_message_with_transferable(&message, transfer);
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        // Firefox delivers messages to a port that is closed already (docs/decisions.md), and they must
        // not find a listener that is gone.
        self.port.set_onmessage(None);
        self.port.close();
    }
}

/// A message of bytes and an object; also the buffer of the bytes, to be transferred.
pub fn message(bytes: &[u8], object: &JsValue) -> (Array, JsValue) {
    let bytes = Uint8Array::from(bytes);
    let buffer = bytes.buffer().into();
    (Array::of2(&bytes, object), buffer)
}
