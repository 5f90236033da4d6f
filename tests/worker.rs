//! The engine in a dedicated worker of a real browser: the cases of `web.rs`.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::expect_used, reason = "in a test, to panic is to fail")]

use wasm_bindgen_test::wasm_bindgen_test_configure;

wasm_bindgen_test_configure!(run_in_dedicated_worker);

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
