//! What the tests, the benchmark and `cargo xtask` share.
//!
//! - `origin`: the demo image server in a process of its own, and where it listens
//! - `control` (feature `client`): its control routes, and the HTTP client of tests
//! - `browser`: the browsers that tests and benchmarks run in
//! - `webdriver` (feature `webdriver`): sessions of those browsers
//! - `archive` (feature `archive`): other people's zip readers, and what they find in an archive
//! - `digest` (feature `archive`): the hash by which the page's files are named
//! - `processes`: process trees
//!
//! The functions of `archive` that check something panic, as assertions do.

#[cfg(feature = "archive")]
pub mod archive;
mod browser;
#[cfg(feature = "client")]
mod control;
#[cfg(feature = "archive")]
mod digest;
pub mod origin;
pub mod processes;
#[cfg(feature = "webdriver")]
pub mod webdriver;

pub use browser::BrowserKind;
#[cfg(feature = "client")]
pub use control::post_json;
#[cfg(feature = "archive")]
pub use digest::sha384;
