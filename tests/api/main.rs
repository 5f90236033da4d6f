//! The JavaScript package, driven from a plain HTML page over WebDriver.
//!
//! - `package_driver`: the plain page, and calls in it or in a worker
//! - `results`: the contract to the letter, in a page and in a module worker
//! - `runs`: `startFetchZip`, its events, its progress and its commands
//! - `requests`: how many at once, retries, timeouts, the cache, what a request carries
//! - `carrying`: what requests carry: cookies, headers, methods, bodies; and to which origin
//! - `tabs`: calls in several tabs, whose requests wait in one queue
//! - `sleeping`: calls that the browser is stopped under
//! - `page_requests`: calls in a page that fills that queue itself
//! - `renewing`: `request` as a function
//! - `own_entries`: entries of the caller's own beside those that are fetched
//! - `refusals`: hosts that refuse the page (CORS), and hosts that can't be reached
//! - `aborting`: signals, their reasons, and what the server sees of it
//! - `sign_in_examples`: the examples of `docs/sign-in.md`
//! - `sinks`: streams, their pace and their failures
//! - `saving`: `result.save()`
//! - `selections`: `result.select()`
//! - `downloads`: a sink that is a file on the disk
//! - `large_downloads`: the same with 12 GB, and for ten minutes
//! - `storage`: where images are kept, and the page without a worker
//! - `nothing_left`: a file exists only while it holds something
//! - `events`: `onEvent`, and times that agree with the server's log
//! - `naming`: templates, given names, namesakes, hostile names in every reader
//! - `arriving`: lists that arrive while they are fetched
//! - `accepting`: answers that are no images
//! - `time_zones`: the same archive in every zone, and dates that are in GMT
//! - `records`: the record in the archive, what is left out, fallbacks
//! - `lengths`: bodies that are shorter than declared, and encoded ones, beside plain `fetch`
//! - `limits`: bytes of one image and of all, with bodies that would never end
//! - `continuing`: transfers that break off, and continue where they did
//! - `calls`: calls that make no sense, and arguments that change afterwards
//! - `hostile`: callers whose objects throw, lie, or call the package again
//! - `page_scripts`: pages whose scripts have replaced what the browser provides
//! - `policies`: pages with a Content Security Policy
//! - `aborting_often`: two hundred runs, aborted at random moments
//! - `crashes`: wasm that traps
//! - `traps`: the same at any step of a run
//! - `lists`: `parseList` in a page, in a worker and in Node
//! - `documents`: the types under `tsc --strict`, the README's example
//!
//! `cargo xtask test --only page-chromium` runs these, too; so do `page-firefox` and `page-webkit`.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't continue has failed")]

#[path = "../browser/mod.rs"]
mod browser;

mod aborting;
mod aborting_often;
mod accepting;
mod arriving;
mod calls;
mod carrying;
mod continuing;
mod crashes;
mod documents;
mod downloads;
mod events;
#[path = "../lists/examples.rs"]
mod examples;
mod hostile;
mod hosts;
mod large_downloads;
mod lengths;
mod limits;
mod lists;
mod naming;
mod nothing_left;
mod own_entries;
mod package_driver;
mod page_requests;
mod page_scripts;
mod policies;
mod records;
mod refusals;
mod renewing;
mod requests;
mod results;
mod runs;
mod saving;
mod selections;
mod sign_in_examples;
mod sinks;
mod sleeping;
mod slow;
mod storage;
mod tabs;
mod time_zones;
mod traps;
