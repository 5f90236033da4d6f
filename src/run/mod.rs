//! A run: from a plan to one outcome for each of its items.
//!
//! ```text
//! Plan ─▶ Schedule (pure: who may start, who waits) ◀─┐
//!            │ Step::Start                            │ succeeded, failed
//!            ▼                                        │
//!          Run ── joins the futures of a Fetcher ─────┘ ─▶ Ended, one per item
//!            └──▶ Event, at every step
//! ```
//!
//! Nothing here knows a browser: the [`Fetcher`] has the requests, the clock and the dice.

mod allowance;
mod cooling;
mod driver;
mod event;
mod in_order;
mod origin;
mod outcome;
mod retry;
mod schedule;
mod silence;
#[cfg(test)]
mod tests;
mod width;
mod wire;

pub use allowance::Allowance;
pub use cooling::CoolingOrigins;
pub use driver::{Ended, Fetcher, Run, Stored};
pub use event::{Event, EventKind};
pub use in_order::InOrder;
pub use outcome::FetchError;
pub use retry::RetryPolicy;
pub use schedule::{AfterFailure, Attempt, Limits, Schedule, Step};
pub use silence::{ListeningKey, Silence};
pub use width::MOST as MOST_BY_WIDTH;
pub use wire::{EventWriter, read_events};
