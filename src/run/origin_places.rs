//! The requests under way to each origin, for runs whose caller gives addresses in place of the list's. The schedule
//! knows the origins of the list alone.

use std::cell::RefCell;
use std::future::poll_fn;
use std::task::{Poll, Waker};

/// How many requests are under way to each origin that has any.
#[derive(Debug, Default)]
pub struct OriginPlaces {
    taken: RefCell<Vec<(String, usize)>>,
    waiting: RefCell<Vec<Waker>>,
}

/// The place of one request, until it is dropped.
#[derive(Debug)]
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
        // A run may have as many origins as images.
        self.places.taken.borrow_mut().retain_mut(|(other, count)| {
            *count -= usize::from(other == self.origin);
            *count > 0
        });
        self.places.waiting.take().into_iter().for_each(Waker::wake);
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn a_request_waits_for_a_place_of_its_own_origin_alone() {
        let places = OriginPlaces::default();
        let first = places.reserve("https://a", 1).now_or_never().unwrap();
        assert!(places.reserve("https://a", 1).now_or_never().is_none());
        let _other = places.reserve("https://b", 1).now_or_never().unwrap();
        let mut waiting = Box::pin(places.reserve("https://a", 1));
        assert!((&mut waiting).now_or_never().is_none());
        drop(first);
        assert!(waiting.now_or_never().is_some());
    }

    #[test]
    fn an_origin_without_requests_is_forgotten() {
        let places = OriginPlaces::default();
        for number in 0..1000 {
            let origin = number.to_string();
            let both = [places.reserve(&origin, 2), places.reserve(&origin, 2)].map(FutureExt::now_or_never);
            assert!(both.iter().all(Option::is_some));
            assert_eq!(places.taken.borrow().len(), 1);
        }
        assert!(places.taken.borrow().is_empty());
    }
}
