//! The only room that knows the browser. It exists for wasm32 alone.
//!
//! ```text
//! Plan ─▶ collect ─┬▶ run::Run ◀── BrowserFetcher: one attempt = one Fetch API request
//!                  │                 body ─ chunks ─▶ CRC-32 in wasm, and on to the spool
//!                  ├▶ Archive: one Blob of framing and payloads
//!                  └▶ or the same parts, one after the other, into a WritableStream
//! ```
//!
//! Payloads stay with the browser: a chunk passes through one fixed buffer for its CRC-32, and
//! what is kept of it is a handle.

mod abort;
mod archive;
mod body;
mod clock;
mod collect;
mod fetch;
mod sink;
mod spool;
mod text;

pub use abort::Aborted;
pub use archive::{Archive, ArchiveError};
pub use clock::Clock;
pub use collect::{Settings, collect, collect_into};
pub use fetch::MOST_IN_FLIGHT;
pub use text::BrowserText;

/// The standard library's allocator for wasm would be 3 KB more to download.
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
