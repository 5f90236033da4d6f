//! Which spools a result is read from, for the sweep of a thread that does not know the results of before.
//!
//! A Web Lock is held for each. All threads of the origin see it, and it stays when the wasm or its worker breaks
//! down, which ends the worker's open files.

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;

use crate::browser::web::{promise, spawn};
use crate::text::text;

// web-sys has it for unstable APIs only.
#[wasm_bindgen]
extern "C" {
    type LockManager;
    /// `None` in an insecure context.
    #[wasm_bindgen(thread_local_v2, js_namespace = navigator, js_name = locks)]
    static LOCKS: Option<LockManager>;
    #[wasm_bindgen(method, catch)]
    fn request(this: &LockManager, name: &str, options: &Object, held: &Function)
    -> Result<Promise, JsValue>;
    #[wasm_bindgen(method)]
    fn query(this: &LockManager) -> Promise;
}

/// Keeps the file of a spool from being swept, until it is dropped or its thread ends: also when the worker that has the
/// file open breaks down.
#[derive(Debug)]
pub struct ResultLock(Option<Function>);

impl ResultLock {
    /// Keeps the file of the spool of this name. Where the browser refuses it, the file stays as long as the worker.
    pub fn of(spool: &str) -> Self {
        Self(LOCKS.with(|locks| hold(locks.as_ref()?, spool)))
    }
}

impl Drop for ResultLock {
    fn drop(&mut self) {
        self.0.iter().for_each(|end| drop(end.call0(&JsValue::UNDEFINED)));
    }
}

/// Holds a spool's lock; returns the function that ends this.
fn hold(locks: &LockManager, spool: &str) -> Option<Function> {
    let mut end = None;
    let ended = Promise::new(&mut |resolve, _| end = Some(resolve));
    let options = Object::new();
    // Several results may be read from the same file.
    Reflect::set(&options, &"mode".into(), &"shared".into()).ok()?;
    let held = Closure::once_into_js(move || ended);
    let request = locks.request(&lock_name(spool), &options, held.unchecked_ref()).ok()?;
    // It is settled when the lock is let go of, or refused.
    spawn(async move { drop(promise(request).await) });
    end
}

/// The spools that results are read from, in all tabs.
#[derive(Debug)]
pub struct LockedSpools(Vec<String>);

impl LockedSpools {
    /// Asks the browser.
    pub async fn find() -> Self {
        let snapshot = LOCKS.with(|locks| locks.as_ref().map(LockManager::query));
        let held = match snapshot {
            Some(snapshot) => {
                promise(snapshot).await.and_then(|snapshot| Reflect::get(&snapshot, &"held".into()))
            }
            None => Ok(JsValue::UNDEFINED),
        };
        let held = held.ok().and_then(|held| held.dyn_into::<Array>().ok()).unwrap_or_default();
        let name = |lock: JsValue| Reflect::get(&lock, &"name".into()).ok()?.as_string();
        Self(held.iter().filter_map(name).collect())
    }

    /// Whether a result is read from the spool of this name.
    pub fn contains(&self, spool: &str) -> bool {
        self.0.contains(&lock_name(spool))
    }
}

fn lock_name(spool: &str) -> String {
    text!["fetchzip ", spool]
}
