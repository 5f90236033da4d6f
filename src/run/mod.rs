//! A run: from a plan to one outcome for each of its items.
//!
//! ```text
//! Plan ─▶ Schedule (pure: who may start, who waits) ◀─┐
//!            │ Step::Start                            │ succeeded, failed
//!            ▼                                        │
//!          Run ── joins the futures of a Fetcher ─────┘ ─▶ FinishedItem, one per item
//!            └──▶ Event, at every step
//! ```
//!
//! Nothing here knows a browser: the [`Fetcher`] has the requests, the clock and the dice.

mod adaptive_concurrency;
mod byte_budget;
mod command;
mod cool_down;
mod driver;
mod event;
mod event_codec;
mod origin;
mod outcome;
mod reorder;
mod retry;
mod schedule;
mod settings;
mod stall;
#[cfg(test)]
mod tests;

pub use adaptive_concurrency::MAX_ADAPTIVE;
pub use byte_budget::Reservation;
pub use command::Command;
pub use cool_down::CoolDowns;
pub use driver::{Fetcher, FinishedItem, Run, StoredImage};
pub use event::{Event, EventKind};
pub use event_codec::{EventWriter, read_events};
pub use outcome::FetchError;
pub use reorder::Reorder;
pub use retry::RetryPolicy;
pub use schedule::{AfterFailure, Attempt, Schedule, Step};
pub use settings::{CacheMode, Limits, MAX_IN_FLIGHT, Settings};
pub use stall::{StallDetector, WatchKey};
