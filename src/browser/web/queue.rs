//! What somebody brings and somebody else takes, in the same order.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::{Poll, Waker};

/// A queue with one reader.
#[derive(Debug)]
pub struct Queue<T> {
    waiting: RefCell<VecDeque<T>>,
    reader: RefCell<Option<Waker>>,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self { waiting: RefCell::default(), reader: RefCell::default() }
    }
}

impl<T> Queue<T> {
    /// Brings something.
    pub fn push(&self, value: T) {
        self.waiting.borrow_mut().push_back(value);
        self.reader.take().into_iter().for_each(Waker::wake);
    }

    /// Whether nothing waits to be taken.
    pub fn is_empty(&self) -> bool {
        self.waiting.borrow().is_empty()
    }

    /// Takes what was brought first, as soon as there is something.
    pub async fn next(&self) -> T {
        poll_fn(|context| match self.waiting.borrow_mut().pop_front() {
            Some(value) => Poll::Ready(value),
            None => {
                *self.reader.borrow_mut() = Some(context.waker().clone());
                Poll::Pending
            }
        })
        .await
    }
}
