//! What a run's events add up to.
//!
//! ```text
//! Event ─▶ Rows::apply ─▶ rows (state, times, bytes of each item) and totals
//! wall times of several runs ─▶ Comparison ─▶ speed-up with its spread
//! ```

mod rows;
mod speedup;

pub use rows::{AttemptSpan, Row, Rows, State, Totals};
pub use speedup::{Comparison, SpeedUp, median};
