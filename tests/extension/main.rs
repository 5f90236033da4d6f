//! The browser extension in Chromium and Firefox: its page, its button, and what its requests carry.
//!
//! - `extension_driver`: what a user does, in one call each
//! - `saving`: images of hosts that let no page read them, byte for byte; a host without permission
//! - `requests`: cookies and Referers, as the server sees them
//! - `collecting`: fixture pages (`pages/`), each with the list that must come out, and hostile ones
//! - `ways_in`: the context menu and the keys
//! - `choosing`: what is shown and chosen before anything is fetched
//! - `private_windows`: a window for which the browser keeps no files
//! - `accessibility`: axe-core, and a narrow window
//! - `complaints`: what users of other such extensions complain of
//! - `resuming`: a run that the browser's end has cut off
//!
//! Every test ends with a look at what the page recorded: no violation of its Content Security Policy, no error, no
//! rejection. `cargo xtask test --only extension-chromium` (`extension-firefox`) builds the extension and starts a
//! driver.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't continue has failed")]

#[path = "../browser/mod.rs"]
mod browser;

mod accessibility;
mod choosing;
mod collecting;
mod complaints;
mod extension_driver;
mod private_windows;
mod requests;
mod resuming;
mod saving;
mod ways_in;
