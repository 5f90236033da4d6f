//! The requests under way to each origin, for runs whose caller gives addresses in place of the list's. The schedule
//! knows the origins of the list alone.

use std::cell::RefCell;
use std::future::poll_fn;
use std::task::{Poll, Waker};

/// How many requests are under way to each origin.
#[derive(Debug, Default)]
pub struct OriginPlaces {
    taken: RefCell<Vec<(String, usize)>>,
    waiting: RefCell<Vec<Waker>>,
}

/// The place of one request, until it is dropped.
pub struct OriginPlace<'a> {
    places: &'a OriginPlaces,
    origin: &'a str,
}

impl OriginPlaces {
    /// Waits until fewer than `most` requests to an origin are under way, and takes a place for one more.
    pub async fn reserve<'a>(&'a self, origin: &'a str, most: usize) -> OriginPlace<'a> {
        poll_fn(|context| {
            let mut taken = self.taken.borrow_mut();
            match taken.iter_mut().find(|(other, _)| other == origin) {
                Some((_, count)) if *count >= most => {
                    self.waiting.borrow_mut().push(context.waker().clone());
                    return Poll::Pending;
                }
                Some((_, count)) => *count += 1,
                None => taken.push((origin.to_owned(), 1)),
            }
            Poll::Ready(OriginPlace { places: self, origin })
        })
        .await
    }
}

impl Drop for OriginPlace<'_> {
    fn drop(&mut self) {
        let mut taken = self.places.taken.borrow_mut();
        taken.iter_mut().filter(|(other, _)| other == self.origin).for_each(|(_, count)| *count -= 1);
        self.places.waiting.take().into_iter().for_each(Waker::wake);
    }
}
