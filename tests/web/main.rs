//! The engine in a page of a real browser. `worker.rs` runs the same cases in a worker.
//!
//! - `without_server`: what needs nothing but a browser
//! - `fetching`: requests, bodies and archives, against the demo image server
//! - `control`: pausing, stopping, fetching again
//! - `failures`: everything that can go wrong, and cancelling
//! - `proving`: an archive is read back
//! - `origin`, `fixtures`: the server's control routes, and a run in one call

#![cfg(target_arch = "wasm32")]
#![allow(clippy::expect_used, reason = "in a test, to panic is to fail")]

use wasm_bindgen_test::wasm_bindgen_test_configure;

wasm_bindgen_test_configure!(run_in_browser);

#[cfg(feature = "page")]
mod control;
mod failures;
mod fetching;
mod fixtures;
mod origin;
#[cfg(feature = "page")]
mod proving;
mod without_server;
