//! What runs at the moment, for code that asks after a trap: a trap never returns.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use wasm_bindgen_futures::spawn_local;

/// What runs at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Running {
    /// As far as is known, no code of fetchzip's: traps before `inside` is reached are possible.
    Unknown,
    /// The wasm.
    Inside,
    /// A function of the caller's, which the wasm has called.
    Outside,
}

thread_local! {
    static RUNNING: Cell<Running> = const { Cell::new(Running::Unknown) };

    /// Counts the spans of work that nothing interrupts.
    static SPAN: Cell<u32> = const { Cell::new(0) };
}

/// Runs work that JavaScript has called the wasm for.
pub fn inside<T>(work: impl FnOnce() -> T) -> T {
    let caller = RUNNING.replace(Running::Inside);
    if caller != Running::Inside {
        begin_span();
    }
    let result = work();
    // A caller's function, which the wasm has called, may call the wasm.
    RUNNING.set(if caller == Running::Outside { caller } else { Running::Unknown });
    result
}

/// Calls JavaScript that is not fetchzip's own, within `inside`: a trap in there is not fetchzip's.
pub fn outside<T>(call: impl FnOnce() -> T) -> T {
    RUNNING.set(Running::Outside);
    let result = call();
    RUNNING.set(Running::Inside);
    begin_span();
    result
}

/// The number of the current span of work; `None` if none is known. A span ends where the
/// event loop or the caller's code runs, and before what [`begin_span`] announces.
pub fn span() -> Option<u32> {
    (RUNNING.get() == Running::Inside).then(|| SPAN.get())
}

/// Begins another span: what came before may have taken long.
pub fn begin_span() {
    SPAN.set(SPAN.get().wrapping_add(1));
}

/// Runs a task of its own, `inside`.
pub fn spawn(task: impl Future<Output = ()> + 'static) {
    spawn_local(Inside(Box::pin(task)));
}

/// A future that is polled `inside`.
#[derive(Debug)]
pub struct Inside<F>(pub F);

impl<F: Future + Unpin> Future for Inside<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        inside(|| Pin::new(&mut self.0).poll(context))
    }
}

/// What runs at the moment, or ran when the wasm trapped.
pub fn running() -> Running {
    RUNNING.get()
}
