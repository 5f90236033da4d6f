//! Long work in pieces, so that a page keeps responding.

use std::time::Duration;

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use web_sys::MessageChannel;

use super::{Clock, promise};

/// The longest piece of work. A response within 50 ms feels immediate.
const PIECE: Duration = Duration::from_millis(8);

/// Yields to the event loop now and then.
#[derive(Debug)]
pub struct Yielder {
    clock: Clock,
    due: Duration,
}

impl Default for Yielder {
    fn default() -> Self {
        Self { clock: Clock::start(), due: PIECE }
    }
}

impl Yielder {
    /// Whether the piece of work has lasted long enough.
    pub fn is_due(&self) -> bool {
        self.clock.now() >= self.due
    }

    /// Lets other tasks of the event loop run if the piece of work has lasted long enough; returns
    /// whether it did.
    pub async fn maybe_yield(&mut self) -> bool {
        if !self.is_due() {
            return false;
        }
        next_turn().await;
        self.due = self.clock.now() + PIECE;
        true
    }
}

/// Lets other tasks of the event loop run.
pub async fn next_turn() {
    // By a message and not by a timer, which hidden tabs fire once a second.
    if let Ok(channel) = MessageChannel::new() {
        let turn = Promise::new(&mut |resolve, _| channel.port1().set_onmessage(Some(&resolve)));
        if channel.port2().post_message(&JsValue::NULL).is_ok() {
            // The promise is never rejected.
            let _ = promise(turn).await;
        }
        channel.port1().set_onmessage(None);
        channel.port1().close();
    }
}
