//! The only room that knows the browser. It exists for wasm32 alone.
//!
//! ```text
//! Job ─▶ collect ─▶ worker: the same code on a thread of its own, events as bytes
//!              └──▶ here ─┬▶ run::Run ◀── BrowserFetcher: one attempt = one Fetch API request
//!                         │                 body ─ chunks ─▶ CRC-32 in wasm, and on to the spool
//!                         ├▶ growing: one Blob of framing and payloads
//!                         └▶ sink: the same, one after the other, into a WritableStream
//! ```
//!
//! Payloads are never collected in memory: a chunk passes through one fixed buffer for its CRC-32
//! and goes on to the spool, which is a file where the browser has one for us.

mod abort;
#[cfg(feature = "page")]
mod again;
mod archive;
mod attended;
mod body;
mod clock;
mod collect;
#[cfg(feature = "page")]
mod control;
mod fetch;
mod growing;
mod here;
mod images;
#[cfg(feature = "page")]
mod journaling;
mod later;
mod listening;
#[cfg(feature = "page")]
mod prove;
mod queue;
mod read_back;
#[cfg(feature = "page")]
mod resume;
mod settled;
mod sink;
mod spool;
mod text;
mod turns;
mod worker;

pub use abort::Aborted;
#[cfg(feature = "page")]
pub use again::refetch;
pub use archive::{Archive, ArchiveError, Storage, message_of};
pub use attended::Attended;
#[cfg(feature = "page")]
pub use attended::Notes;
pub use clock::Clock;
pub use collect::{Job, Order, Settings, collect};
#[cfg(feature = "page")]
pub use control::Control;
pub use fetch::MAX_IN_FLIGHT;
pub use images::{Images, PREVIEW_WIDTH};
pub use read_back::read_back;
#[cfg(feature = "page")]
pub use settled::settled;
pub use text::BrowserText;
pub use turns::Yielder;
#[cfg(feature = "page")]
pub use worker::{InterruptedRun, discard, interrupted, prove};
pub use worker::{Worker, serve_run};

/// The standard library's allocator for wasm would be 3 KB more to download.
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
