//! A list that grows at its end while others read it.

use std::cell::{Cell, OnceCell};
use std::fmt;
use std::ops::Index;

/// The places of the first part. Each part has twice as many as the one before.
const FIRST: usize = 64;

/// The number of parts, which together have more places than a wasm can fill.
const PARTS: usize = 26;

/// A list whose elements never move, so that one can be appended while others are borrowed.
#[derive(Clone)]
pub struct Growing<T> {
    parts: [OnceCell<Box<[OnceCell<T>]>>; PARTS],
    length: Cell<usize>,
}

impl<T> Default for Growing<T> {
    fn default() -> Self {
        Self { parts: [const { OnceCell::new() }; PARTS], length: Cell::new(0) }
    }
}

impl<T> Growing<T> {
    /// Appends an element.
    pub fn push(&self, element: T) {
        let index = self.length.get();
        let (number, place) = place_of(index);
        let part = self.parts[number].get_or_init(|| (0..FIRST << number).map(|_| OnceCell::new()).collect());
        // It is free, as are all places from the length on.
        if part[place].set(element).is_ok() {
            self.length.set(index + 1);
        }
    }

    /// The element at an index, if there is one.
    pub fn get(&self, index: usize) -> Option<&T> {
        let (part, place) = place_of(index);
        self.parts.get(part)?.get()?.get(place)?.get()
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        let (part, place) = place_of(index);
        self.parts.get_mut(part)?.get_mut()?.get_mut(place)?.get_mut()
    }

    /// The elements that there are now, from the first on.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator + Clone {
        (0..self.len()).map(|index| &self[index])
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        self.length.get()
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T> Index<usize> for Growing<T> {
    type Output = T;

    #[allow(clippy::expect_used, reason = "as of a slice, an index behind the end is a defect")]
    fn index(&self, index: usize) -> &T {
        self.get(index).expect("the index is below the length")
    }
}

impl<'a, T> IntoIterator for &'a Growing<T> {
    type Item = &'a T;
    type IntoIter = Elements<'a, T>;

    fn into_iter(self) -> Elements<'a, T> {
        Elements { list: self, next: 0 }
    }
}

/// The elements of a list, from the first on.
#[derive(Debug)]
pub struct Elements<'a, T> {
    list: &'a Growing<T>,
    next: usize,
}

impl<'a, T> Iterator for Elements<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        let element = self.list.get(self.next)?;
        self.next += 1;
        Some(element)
    }
}

impl<T: fmt::Debug> fmt::Debug for Growing<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T: PartialEq<U>, U, const N: usize> PartialEq<[U; N]> for Growing<T> {
    fn eq(&self, others: &[U; N]) -> bool {
        self.len() == N && self.iter().zip(others).all(|(element, other)| element == other)
    }
}

/// The part that an index is in, and its place there.
fn place_of(index: usize) -> (usize, usize) {
    let number = (index / FIRST + 1).ilog2();
    (number as usize, index - FIRST * ((1 << number) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_stay_where_they_are_while_others_are_appended() {
        let list = Growing::default();
        list.push("first".to_owned());
        let first = &list[0];
        for number in 1..1000 {
            list.push(number.to_string());
        }
        assert_eq!(first, "first");
        assert_eq!((list.len(), list[999].as_str(), list.get(1000)), (1000, "999", None));
        assert_eq!(list.iter().skip(63).take(3).collect::<Vec<_>>(), ["63", "64", "65"]);
        assert_eq!((&list).into_iter().count(), 1000);
    }

    #[test]
    fn every_index_has_a_place_of_its_own() {
        let mut before = (0, 0);
        for index in 1..100_000 {
            let (part, place) = place_of(index);
            let follows = (part == before.0 && place == before.1 + 1)
                || (part == before.0 + 1 && place == 0 && before.1 + 1 == FIRST << before.0);
            assert!(follows, "{index}");
            before = (part, place);
        }
    }
}
