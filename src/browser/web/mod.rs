//! The web platform, made usable from Rust: promises, timers, streams and the like. Knows nothing of
//! runs and archives.

mod abort;
mod argument;
mod clock;
mod download;
mod entry;
mod js_error;
mod memory;
mod notify;
mod promise;
mod queue;
mod shared;
mod stream_reader;
mod text;
mod yielder;

pub use abort::Signal;
pub use argument::{is_absent, nullable, range_error, shown, type_error};
pub use clock::{Alarm, Clock, Interval};
pub use download::{ask_before_leaving, download};
pub use entry::{Inside, Running, begin_span, inside, outside, running, spawn};
pub use js_error::js_message;
pub use memory::memory_for_blobs;
pub use notify::Notify;
pub use promise::{PendingPromise, promise};
pub use queue::Queue;
pub use shared::Shared;
pub use stream_reader::{BUFFER_BYTES, ReadBuffers, StreamReader, read_blob};
pub use text::BrowserText;
pub use yielder::{Yielder, next_turn};
