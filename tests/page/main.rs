//! The page, driven over WebDriver by roles and accessible names, as any other program would.
//!
//! - `page_driver`: what a user does at the page, in one call each
//! - `contract`: every name and state that the design promises
//! - `saving`: from a list to a file on disk that holds the exact bytes the server sent
//! - `saved_files`: from the click on "Save zip", nothing that a user does ends it
//! - `saved_runs`: what the page says and keeps of a zip that was handed to the browser
//! - `kept_files`: how long a file that was handed to the browser is kept
//! - `full_storage`: a storage that runs short loses nothing
//! - `saved_day`: a day of use, and the files at its end
//! - `saved_archive`: an archive on its way to a folder, for these tests
//! - `presets`: the demo, and both examples with their own addresses in all three modes
//! - `modes`: how many at once, the comparison, the timings
//! - `figures`: what the page says of time, against the server
//! - `failures`: what can go wrong with images, each with its reason, while the rest is saved
//! - `relay`: images that a server of the user's own fetches
//! - `cancelling`: Cancel, Escape, and the run after
//! - `cancelling_anywhere`: Cancel in every state of a run
//! - `cancelling_often`: two hundred runs, cancelled at random moments
//! - `lists`: lists in every form, by files, typing, pasting and dropping, and how they are read
//! - `long_lists`: long lists, each read by a thread of its own
//! - `list_files`: lists in folders and zips
//! - `ways_in`: lists that links bring, links to share, and the bookmark that collects images
//! - `launches`: the installed page, what it is opened with, and what is shared with it
//! - `versions`: the page without its server, and another version in its place
//! - `names`: names by a template
//! - `choosing`: filters, repeated images, the record, and a zip that is updated
//! - `limits`: how large images may be
//! - `retrying`: what failed, fetched again into the same archive
//! - `resuming`: runs that a reload has cut off
//! - `sign_in`: whether the sign-in goes along
//! - `stopping`: what Stop asks, double clicks, and leaving the page
//! - `throwing_away`: what is thrown away, and Undo
//! - `folding`: the form during a run, the help, and the page's first words
//! - `headline`: what the page says of a result, and of the one before
//! - `waiting`: hosts that cool down, a connection that is lost
//! - `killed`: the browser is killed in mid-run, ten times
//! - `keyboard`: everything without a pointer; what survives a reload
//! - `table`: ten thousand rows
//! - `pictures`: the pictures of a run, and choosing those that the zip holds
//! - `viewer`: one picture, large
//! - `huge_pictures`: pictures of many pixels and few bytes
//! - `disk`: what lies in the browser's own files, and the archive straight into one of the user's
//! - `worker_downloads`: the archive straight into a download, where the browser has no file picker
//! - `exports`: CSV and JSON, against the server's log
//! - `problem_report`: what a report of a problem says, and what not
//! - `crashes`: a tampered page, and wasm that traps
//! - `accessibility`: axe-core, contrast in both themes, no overflow on a phone
//!
//! Every test ends with a look at what the page recorded: no violation of its Content Security
//! Policy, no error, no rejection. `cargo xtask test --only page-chromium` (`page-firefox`,
//! `page-webkit`) builds the page and starts a driver.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't continue has failed")]

#[path = "../browser/mod.rs"]
mod browser;

mod accessibility;
mod cancelling;
mod cancelling_anywhere;
mod cancelling_often;
mod choosing;
mod contract;
mod crashes;
mod disk;
mod exports;
mod failures;
mod figures;
mod folding;
mod full_storage;
mod headline;
mod huge_pictures;
mod kept_files;
mod keyboard;
mod killed;
mod launches;
mod limits;
mod list_files;
mod listing;
mod lists;
mod long_lists;
mod modes;
mod names;
mod overview;
mod page_driver;
mod pictures;
mod presets;
mod problem_report;
mod relay;
mod resuming;
mod retrying;
mod row_details;
mod saved_archive;
mod saved_day;
mod saved_files;
mod saved_runs;
mod saving;
mod sign_in;
mod stopping;
mod table;
mod throwing_away;

mod versions;
mod viewer;
mod waiting;
mod ways_in;
mod worker_downloads;
