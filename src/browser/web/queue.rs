//! A queue between two tasks of one thread.

use std::cell::RefCell;
use std::collections::VecDeque;

use super::Notify;

/// A queue with one reader.
#[derive(Debug)]
pub struct Queue<T> {
    values: RefCell<VecDeque<T>>,
    pushed: Notify,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self { values: RefCell::default(), pushed: Notify::default() }
    }
}

impl<T> Queue<T> {
    /// Adds a value at the end.
    pub fn push(&self, value: T) {
        self.values.borrow_mut().push_back(value);
        self.pushed.notify();
    }

    /// Whether nothing waits to be read.
    pub fn is_empty(&self) -> bool {
        self.values.borrow().is_empty()
    }

    /// Removes the first value, waiting for one if there is none.
    pub async fn next(&self) -> T {
        self.pushed.wait_for(|| self.values.borrow_mut().pop_front()).await
    }
}
