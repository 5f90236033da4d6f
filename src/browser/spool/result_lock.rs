//! Which spools a result is read from, for the sweep of a thread that does not know the results of before.

use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::*;

use crate::browser::web::promise;
use crate::text::text;

#[wasm_bindgen(module = "/src/browser/spool/result_lock.js")]
extern "C" {
    #[wasm_bindgen(js_name = holdLock, catch)]
    fn hold_lock(name: &str) -> Result<Function, JsValue>;
    #[wasm_bindgen(js_name = heldLocks)]
    fn held_locks() -> Promise;
}

/// Keeps the file of a spool from being swept, until it is dropped or its thread ends: also when the worker that has the
/// file open breaks down.
#[derive(Debug)]
pub struct ResultLock(Option<Function>);

impl ResultLock {
    /// Keeps the file of the spool of this name.
    pub fn of(spool: &str) -> Self {
        // Where the browser refuses it, the file stays as long as the worker.
        Self(hold_lock(&lock_name(spool)).ok())
    }
}

impl Drop for ResultLock {
    fn drop(&mut self) {
        self.0.iter().for_each(|end| drop(end.call0(&JsValue::UNDEFINED)));
    }
}

/// The spools that results are read from, in all tabs.
#[derive(Debug)]
pub struct LockedSpools(Array);

impl LockedSpools {
    /// Asks the browser.
    pub async fn find() -> Self {
        Self(promise(held_locks()).await.map(JsCast::unchecked_into).unwrap_or_default())
    }

    /// Whether a result is read from the spool of this name.
    pub fn contains(&self, spool: &str) -> bool {
        self.0.includes(&lock_name(spool).into(), 0)
    }
}

fn lock_name(spool: &str) -> String {
    text!["fetchzip ", spool]
}
