//! A run on this thread, whether that is a page's or a worker's.
//!
//! ```text
//! LocalRun ─▶ run: requests, spool and archive ─▶ Archive
//!        ├──▶ retry: some items once more, into the same archive
//!        ├──▶ hand_over: the archive as one file, to be saved
//!        ├──▶ select: another archive, of some of its images
//!        ├──▶ verify: the archive read back; damaged images are left out
//!        └──▶ restore: an interrupted run; RunJournal: what a later page restores it from
//! ```

mod hand_over;
mod journal;
mod local_run;
mod restore;
mod retry;
mod selection;
mod verify;

pub use hand_over::{HandedOver, hand_over};
pub use journal::RunJournal;
pub use local_run::{LocalRun, fetch_all, fetch_items};
pub use restore::restore;
pub use retry::retry;
pub use selection::select;
pub use verify::verify;
