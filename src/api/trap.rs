//! Errors that nothing has caught: traps, and what functions that the wasm calls throw.
//!
//! Either ends the task that was running, and its call would never settle: no code of the wasm runs for it
//! any more. The browser reports the error to the global scope, where `fetch_zip.js` listens. It rejects
//! all calls under way and starts the wasm anew, because a task that was ended in the middle may have left
//! anything behind.

use wasm_bindgen::prelude::*;

use crate::browser::{Running, running};

/// Aborts the requests of this thread. After a trap nothing else of this wasm would, and they would keep connections.
#[wasm_bindgen(js_name = abortRequests, skip_typescript)]
pub fn abort_requests() {
    crate::browser::abort_requests();
}

/// Whether an error is the wasm's: `is_trap` of any wasm of the page, and `is_in_stack` if the stack has the
/// script that calls it.
#[wasm_bindgen(js_name = isOwnError, skip_typescript)]
pub fn is_own_error(is_trap: bool, is_in_stack: bool) -> bool {
    match running() {
        Running::Inside => is_trap || is_in_stack,
        Running::Outside => false,
        // A trap may also come before the wasm is inside.
        Running::Unknown => is_trap && is_in_stack,
    }
}
