//! The engine in a page of a real browser. `worker.rs` runs the same cases in a worker.
//!
//! - `web/without_server.rs`: what needs nothing but a browser.
//! - `web/fetching.rs`: requests, bodies and archives, against the demo image server.
//! - `web/control.rs`: pausing, stopping, fetching again.
//! - `web/failures.rs`: everything that can go wrong, and cancelling.
//! - `web/proving.rs`: an archive that is read back.
//! - `web/origin.rs`, `web/fixtures.rs`: the server's control routes, and a run in one call.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::expect_used, reason = "in a test, to panic is to fail")]

use wasm_bindgen_test::wasm_bindgen_test_configure;

wasm_bindgen_test_configure!(run_in_browser);

#[cfg(feature = "page")]
#[path = "web/control.rs"]
mod control;
#[path = "web/failures.rs"]
mod failures;
#[path = "web/fetching.rs"]
mod fetching;
#[path = "web/fixtures.rs"]
mod fixtures;
#[path = "web/origin.rs"]
mod origin;
#[cfg(feature = "page")]
#[path = "web/proving.rs"]
mod proving;
#[path = "web/without_server.rs"]
mod without_server;
