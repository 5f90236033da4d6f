//! The engine in the browser; it exists for wasm32 alone.
//!
//! ```text
//! Job ─▶ RunHandle ─┬▶ worker: the same code on a thread of its own, through a protocol of bytes
//!                   └▶ local ─▶ run::Run ◀── fetch: one attempt = one Fetch API request
//!                               │              body ─ chunks ─▶ CRC-32 in wasm, and on to the spool
//!                               └▶ archive: one Blob of headers and payloads, or a stream of them
//! ```
//!
//! Its modules, each of which imports only those above it:
//!
//! - `web`: promises, timers and streams as Rust has them; `error`: thrown values as errors.
//! - `spool`: where payloads are stored. Small images wait in memory for their turn in the archive, about
//!   8 MiB in all; others go on to the spool, which is a file if the browser has one for the run. All
//!   bytes pass through one fixed buffer for their CRC-32.
//! - `fetch`: requests and their bodies. `archive`: the zip, from what has arrived.
//! - `local`: a run on this thread. `worker`: a run on another.
//! - `run_handle`: the run's handle, which decides once where a run goes.

mod archive;
mod error;
mod fetch;
mod local;
mod run_handle;
mod spool;
mod web;
mod worker;

pub use archive::{Archive, ReadBackError, StreamSink, read_back};
pub use fetch::{LongTexts, Supplier, abort_requests, long_index};
pub use local::HandedOver;
pub use run_handle::RunHandle;
pub use spool::MAX_PIXELS;
pub use web::{
    BrowserText, Clock, Inside, Notify, ReadBuffers, Running, Shared, Signal, StreamReader, Yielder,
    ask_before_leaving, download, inside, is_absent, js_message, memory_for_blobs, outside, promise,
    range_error, running, shown, spawn, type_error,
};
#[cfg(feature = "page")]
pub use worker::TaskWorker;
pub use worker::{Worker, discard_run, hand_over_run, serve_run, stored_runs};

/// The standard library's allocator for wasm would be 3 KB more to download.
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
