//! Fetching: one attempt is one Fetch API request, whose body goes into the spool.

mod attempt;
mod reception;
mod stall;
mod timing;

pub use attempt::BrowserFetcher;
pub use timing::{forget as forget_timings, protocols};
