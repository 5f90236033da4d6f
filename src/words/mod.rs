//! What the page says, in English, and how it writes numbers.
//!
//! Every sentence and label of the page stands here, once, but for the markup (`www/index.html`) and for what the
//! package says as well: errors, and what a list is understood to be. Another language is another set of these
//! functions. They take plain values and decide nothing: what is said when is decided by `report` and `page`.
//!
//! - [`comparison`]: whether images at once are faster than one after the other.
//! - [`exports`]: lists for other programs.
//! - [`failures`]: why images failed, and what the user can do.
//! - [`list_box`]: the list, where it came from, and what the zip is updated from.
//! - [`list_files`]: lists from files, folders and zips.
//! - [`list_links`]: links that bring a list along.
//! - [`numbers`]: sizes, durations, rates, counts with their [`nouns`], written as the browser's `Intl` has it
//!   (`locale`).
//! - [`options`]: what is wrong with filters and with the template of names.
//! - [`pictures`]: the grid of pictures, one shown large, and copied addresses.
//! - [`retries`]: what can be done with images that failed.
//! - [`rows`]: the table, the details of a row, the time axis, and the pictures.
//! - [`runs`]: a run from its beginning to its end, and the notices meanwhile.
//! - [`saving`]: zips that are saved, thrown away and brought back.
//! - [`stored_runs`]: what the browser stores of earlier runs, and storage that runs short.
//! - [`summary`]: a list, a run and its outcome in a line each.
//! - [`timings`]: the measures of a run, and what the time axis shows.

pub mod comparison;
pub mod exports;
pub mod failures;
pub mod list_box;
pub mod list_files;
pub mod list_links;
mod locale;
pub mod nouns;
pub mod numbers;
pub mod options;
pub mod pictures;
pub mod retries;
pub mod rows;
pub mod runs;
pub mod saving;
pub mod stored_runs;
pub mod summary;
pub mod timings;
