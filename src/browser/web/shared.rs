//! A value that somebody else will bring.

use std::cell::RefCell;
use std::future::poll_fn;
use std::task::{Poll, Waker};

/// Brought once, and then there for everybody who waits.
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
    /// Brings the value.
    pub fn set(&self, value: T) {
        *self.value.borrow_mut() = Some(value);
        self.waiting.take().into_iter().for_each(Waker::wake);
    }

    /// Brings the value unless there is one.
    pub fn set_if_empty(&self, value: T) {
        if self.value.borrow().is_none() {
            self.set(value);
        }
    }

    /// Takes the value away again.
    pub fn clear(&self) {
        self.value.take();
    }

    /// The value, if it is there.
    pub fn now(&self) -> Option<T> {
        self.value.borrow().clone()
    }

    /// The value, as soon as it is there.
    pub async fn get(&self) -> T {
        poll_fn(|context| match &*self.value.borrow() {
            Some(value) => Poll::Ready(value.clone()),
            None => {
                // Asked anew at every turn of whatever else its task waits for.
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
