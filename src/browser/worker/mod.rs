//! A run on a thread of its own, for a page.
//!
//! ```text
//! page                                             worker
//! Worker ── glue and compiled wasm ──────────────▶ worker.js ─▶ the same wasm, once more
//! Worker::run ── port, ToWorker::Start ──────────▶ serve_run ─▶ Service ─▶ local::LocalRun
//! Connection ── commands, previews, a retry, … ──▶ │
//!            ◀── events, chunks, the archive ───── │
//! ```
//!
//! Each run has a port of its own. [`ToWorker`](crate::job::ToWorker) and
//! [`FromWorker`](crate::job::FromWorker) are all that goes through it.

mod connection;
mod interrupted;
mod page_sink;
mod page_worker;
mod port;
mod service;
mod trusted_types;

pub use connection::Connection;
pub use interrupted::{discard_interrupted, interrupted_runs};
pub use page_worker::Worker;
pub use service::serve_run;
