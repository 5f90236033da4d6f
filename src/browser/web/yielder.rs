//! Long work in pieces, so that a page goes on answering.

use std::time::Duration;

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use web_sys::MessageChannel;

use super::clock::Clock;
use super::settled::settled;

/// How long a piece of work may be. A page is felt to answer at once within 50 ms.
const PIECE: Duration = Duration::from_millis(8);

/// Gives others their turn now and then.
#[derive(Debug)]
pub struct Yielder {
    clock: Clock,
    ends: Duration,
}

impl Default for Yielder {
    fn default() -> Self {
        Self { clock: Clock::start(), ends: PIECE }
    }
}

impl Yielder {
    /// Waits for all others to have had their turn, if it is time for that; says whether it was.
    pub async fn pass(&mut self) -> bool {
        if self.clock.now() < self.ends {
            return false;
        }
        // By a message and not by a timer, which hidden tabs fire once a second.
        if let Ok(channel) = MessageChannel::new() {
            let turn = Promise::new(&mut |resolve, _| channel.port1().set_onmessage(Some(&resolve)));
            if channel.port2().post_message(&JsValue::NULL).is_ok() {
                // It is only ever resolved.
                let _ = settled(turn).await;
            }
            channel.port1().close();
        }
        self.ends = self.clock.now() + PIECE;
        true
    }
}
