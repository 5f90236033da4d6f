//! The channel on which the threads of a site ask each other what they have in flight.

use js_sys::{Float64Array, Math};
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, MessageEvent};

use crate::browser::web::inside;

/// The channel's name, with the version of its messages.
const NAME: &str = "fetchzip requests 1";

/// An open channel. It is closed when this is dropped.
#[derive(Debug)]
pub struct TabChannel {
    /// Stands for this thread in its messages.
    pub id: f64,
    channel: BroadcastChannel,
    _listener: Closure<dyn Fn(MessageEvent)>,
}

impl TabChannel {
    /// Sends what `on_message` returns to a message of another thread. `None` if the browser opens no channel.
    pub fn open(on_message: impl Fn(f64, &[f64]) -> Option<Vec<f64>> + 'static) -> Option<Self> {
        let channel = BroadcastChannel::new(NAME).ok()?;
        let (id, answering) = (Math::random(), channel.clone());
        let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            inside(|| {
                if let Ok(message) = event.data().dyn_into::<Float64Array>()
                    && let Some(answer) = on_message(id, &message.to_vec())
                {
                    post(&answering, &answer);
                }
            });
        });
        channel.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        Some(Self { id, channel, _listener: listener })
    }

    /// Sends a message to all other threads.
    pub fn post(&self, message: &[f64]) {
        post(&self.channel, message);
    }
}

impl Drop for TabChannel {
    fn drop(&mut self) {
        // A message that is under way must not find a listener that is gone.
        self.channel.set_onmessage(None);
        self.channel.close();
    }
}

fn post(channel: &BroadcastChannel, message: &[f64]) {
    // Posting fails only for objects that can't be copied, and once the channel is closed.
    let _ = channel.post_message(&Float64Array::from(message));
}
