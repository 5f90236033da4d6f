//! What a run's events add up to, as numbers, and which of the `words` say it.
//!
//! ```text
//! Event ─▶ Rows::apply ─▶ rows (state, times and bytes of each item) and totals
//!            ├─▶ waterfall: spans on the time axis, and its ticks
//!            ├─▶ row_text, summary, failures: which sentences the page shows
//!            ├─▶ listing: which items are shown, and in which order
//!            ├─▶ pictures: what is shown and chosen of them; grid: where
//!            ├─▶ record: CSV and JSON ─▶ export, to the user, and manifest, into the archive
//!            └─▶ export_failed: the failed ones, as a list that can be pasted
//! samples of the totals ─▶ Pace ─▶ rate, time left ─▶ Progress, for a caller's bar
//! wall times of several runs ─▶ Comparison ─▶ speed-up with its spread
//! plan ─▶ export_programs: a list for aria2 or img2dataset, and the commands that read it
//! ```

mod export;
mod export_failed;
mod export_programs;
mod failures;
#[cfg(test)]
mod fixtures;
mod grid;
mod listing;
mod manifest;
mod overview;
mod pace;
mod pictures;
mod progress;
mod record;
mod row_text;
mod rows;
mod slow_rest;
mod speedup;
mod summary;
pub mod waterfall;
mod window;

pub use export::Export;
pub use export_failed::failed_list;
pub use export_programs::{Command, Program, ProgramInput, ProgramList};
pub use failures::{FailureGroup, FailureGrouping, group_text, is_final, may_arrive};
pub use grid::{Grid, Step};
pub use listing::{Listing, Order, Part, part_counts};
pub use manifest::{ManifestOptions, RecordFile, record_files};
pub use overview::in_flight_by_part;
pub use pace::Pace;
pub use pictures::{
    PictureChoice, Tally, dimensions, is_picture, matches, picture_text, placeholder_text, split_name,
};
pub use progress::{Progress, ProgressSample};
pub use row_text::{bar_text, detail_text, figures, left_out_text, size_text, status_text};
pub use rows::{AttemptSpan, Row, Rows, State, Totals};
pub use slow_rest::slow_rest_text;
pub use speedup::{COMPARISON_ORDER, Comparison, Mode, SpeedUp, TimedRun, median_wall};
pub use summary::{
    allowed_text, at_once_text, cancelled_text, cool_down_text, full_text, outcome_text, outcome_title,
    plan_text, progress_text, progress_title, share_done, tally_text,
};
pub use window::Window;
