//! A run whose page is gone, and which can be continued.

use std::time::Duration;

/// What its journal says of an interrupted run.
#[derive(Clone, Debug, PartialEq)]
pub struct InterruptedRun {
    /// The name by which it is restored or discarded.
    pub name: String,
    /// The text of its list.
    pub source: String,
    /// Its options, in the page's own notation.
    pub options: String,
    /// When it began, in milliseconds since 1970.
    pub started: f64,
    /// How long it had been running.
    pub elapsed: Duration,
    /// The number of its items.
    pub items: usize,
    /// The plan's [`fingerprint`](crate::spool::fingerprint): another one means that the list is read
    /// differently now, and that the run can't be restored.
    pub fingerprint: u32,
    /// The number of images that it had stored.
    pub stored: usize,
    /// Their bytes.
    pub bytes: u64,
}
