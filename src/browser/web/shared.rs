//! A value that becomes available later, to any number of tasks.

use std::cell::RefCell;
use std::future::poll_fn;
use std::task::{Poll, Waker};

/// Empty until it is set; then every task that waits for it gets a clone.
#[derive(Debug)]
pub struct Shared<T> {
    value: RefCell<Option<T>>,
    waiting: RefCell<Vec<Waker>>,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self { value: RefCell::default(), waiting: RefCell::default() }
    }
}

impl<T: Clone> Shared<T> {
    /// Sets the value, and wakes all tasks that wait for it.
    pub fn set(&self, value: T) {
        *self.value.borrow_mut() = Some(value);
        self.waiting.take().into_iter().for_each(Waker::wake);
    }

    /// Sets the value if there is none yet.
    pub fn set_if_empty(&self, value: T) {
        if self.value.borrow().is_none() {
            self.set(value);
        }
    }

    /// Removes the value.
    pub fn clear(&self) {
        self.value.take();
    }

    /// The value, if there is one.
    pub fn current(&self) -> Option<T> {
        self.value.borrow().clone()
    }

    /// Waits for the value.
    pub async fn get(&self) -> T {
        poll_fn(|context| match &*self.value.borrow() {
            Some(value) => Poll::Ready(value.clone()),
            None => {
                // A task that waits for several things polls this again at each of them.
                let mut waiting = self.waiting.borrow_mut();
                if !waiting.iter().any(|waker| waker.will_wake(context.waker())) {
                    waiting.push(context.waker().clone());
                }
                Poll::Pending
            }
        })
        .await
    }
}
