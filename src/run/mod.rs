//! A run: from a plan to one outcome for each of its items.
//!
//! ```text
//! Plan ─▶ Schedule (pure: which item starts, which waits) ◀─┐
//!            │ Step::Start                                  │ succeeded, failed
//!            ▼                                              │
//!          Run ── polls the futures of a Fetcher ───────────┘ ─▶ FinishedItem, one per item
//!            └──▶ Event, at every step
//! ```
//!
//! Nothing here depends on a browser: the [`Fetcher`] has the requests, the clock and the random
//! numbers.

mod adaptive_concurrency;
#[cfg(test)]
mod arrival_tests;
mod byte_budget;
mod command;
mod cool_down;
mod driver;
mod event;
mod event_codec;
#[cfg(test)]
mod fake_world;
mod fetch_error;
#[cfg(test)]
mod host_tests;
mod http_date;
#[cfg(test)]
mod limit_tests;
mod origin_places;
mod origin_state;
mod other_tabs;
mod pace;
mod page_requests;
mod quota;
mod rank;
mod reach;
mod reorder;
mod retry;
mod retry_limits;
mod schedule;
mod settings;
mod stall;
mod step;
mod stored_image;
#[cfg(test)]
mod tests;
mod turns;
mod unasked;

pub use adaptive_concurrency::MAX_ADAPTIVE;
pub use byte_budget::Reservation;
pub use command::Command;
pub use cool_down::{CoolDown, CoolDowns};
pub use driver::{Fetcher, FinishedItem, Run};
pub use event::{Event, EventKind};
pub use event_codec::{EventWriter, latest_time, read_events};
pub use fetch_error::FetchError;
pub use http_date::{parse_http_date, parse_retry_after};
pub use origin_places::{OriginPlace, OriginPlaces};
pub use other_tabs::CONNECTIONS;
pub use quota::Quota;
pub use reorder::Reorder;
pub use retry::RetryPolicy;
pub use schedule::Schedule;
pub use settings::{CacheMode, Credentials, Limits, MAX_IN_FLIGHT, Settings};
pub use stall::{Others, StallDetector, WatchKey};
pub use step::{AfterFailure, Attempt, Step};
pub use stored_image::StoredImage;
