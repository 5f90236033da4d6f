//! The engine in a dedicated worker of a real browser: the cases of `main.rs`, and those that only a
//! worker can make.
//!
//! - `damage`: an archive whose bytes were damaged

#![cfg(target_arch = "wasm32")]
#![allow(clippy::expect_used, reason = "in a test, to panic is to fail")]

use wasm_bindgen_test::wasm_bindgen_test_configure;

wasm_bindgen_test_configure!(run_in_dedicated_worker);

#[cfg(feature = "page")]
mod control;
#[cfg(feature = "page")]
mod damage;
mod failures;
mod fetching;
mod fixtures;
mod origin;
#[cfg(feature = "page")]
mod proving;
mod without_server;
