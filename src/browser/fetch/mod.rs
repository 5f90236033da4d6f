//! Fetching: one attempt is one Fetch API request, whose body goes into the spool.

mod answer;
mod attempt;
mod continuation;
mod long_addresses;
mod options;
mod reception;
mod stall;
mod supply;
mod tab_channel;
mod timing;

pub use attempt::BrowserFetcher;
pub use long_addresses::{LongAddresses, LongTexts, long_index};
pub use stall::abort_requests;
pub use supply::{Supplier, Supply, supplied_to_post};
pub use timing::{forget as forget_timings, protocols};
