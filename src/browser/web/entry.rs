//! Whether the wasm is running, for code that asks after a trap: a trap never returns.

use std::cell::Cell;

thread_local! {
    static IS_INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Runs work that JavaScript has called the wasm for.
pub fn inside<T>(work: impl FnOnce() -> T) -> T {
    IS_INSIDE.set(true);
    let result = work();
    IS_INSIDE.set(false);
    result
}

/// Calls JavaScript that is not fetchzip's own, within [`inside`]: a trap in there is not fetchzip's.
pub fn outside<T>(call: impl FnOnce() -> T) -> T {
    IS_INSIDE.set(false);
    let result = call();
    IS_INSIDE.set(true);
    result
}

/// Whether work of [`inside`] has not returned.
pub fn is_inside() -> bool {
    IS_INSIDE.get()
}
