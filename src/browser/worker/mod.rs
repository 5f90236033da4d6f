//! A run on a thread of its own, for a page.
//!
//! ```text
//! page                                             worker
//! Worker ── glue and compiled wasm ──────────────▶ worker.js (page), fetchzip-worker.js (package)
//!                                                  ─▶ the same wasm, once more
//! Worker::run ── port, ToWorker::Start ──────────▶ serve_run ─▶ Service ─▶ local::LocalRun
//! Connection ── commands, previews, a retry, … ──▶ │
//!            ◀── events, chunks, the archive ───── │
//! ```
//!
//! Each run has a port of its own. [`ToWorker`](crate::job::ToWorker) and
//! [`FromWorker`](crate::job::FromWorker) are all that goes through it. A [`TaskWorker`] is another thread, for
//! one task of another module.

mod connection;
mod page_sink;
mod page_worker;
mod port;
mod service;
mod stored_runs;
#[cfg(feature = "page")]
mod task_worker;
#[cfg(feature = "page")]
mod trusted_types;
mod web_worker;

pub use connection::Connection;
pub use page_worker::Worker;
pub use service::serve_run;
pub use stored_runs::{discard_run, hand_over_run, stored_runs};
#[cfg(feature = "page")]
pub use task_worker::TaskWorker;
