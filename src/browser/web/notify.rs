//! One task that waits for a condition which other code changes.

use std::cell::RefCell;
use std::future::poll_fn;
use std::task::{Context, Poll, Waker};

/// Wakes the one task that waits for a condition.
#[derive(Debug, Default)]
pub struct Notify(RefCell<Option<Waker>>);

impl Notify {
    /// Checks the condition again.
    pub fn notify(&self) {
        self.0.take().into_iter().for_each(Waker::wake);
    }

    /// Waits until the condition, which is checked now and after each [`Notify::notify`], returns
    /// something.
    pub async fn wait_for<T>(&self, mut condition: impl FnMut() -> Option<T>) -> T {
        poll_fn(|context| self.poll(context, &mut condition)).await
    }

    /// Polls as [`wait_for`](Self::wait_for) does.
    pub fn poll<T>(&self, context: &mut Context<'_>, condition: impl FnOnce() -> Option<T>) -> Poll<T> {
        let value = condition();
        if value.is_none() {
            *self.0.borrow_mut() = Some(context.waker().clone());
        }
        value.map_or(Poll::Pending, Poll::Ready)
    }
}
