//! Fetching: one attempt is one Fetch API request, whose body goes into the spool.

mod attempt;
mod reception;
mod stall;

pub use attempt::BrowserFetcher;
