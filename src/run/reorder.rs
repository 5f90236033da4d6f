//! From the order in which items end to the order of the plan.

/// Holds values back until all values before them have been released.
#[derive(Debug)]
pub struct Reorder<T> {
    waiting: Vec<Option<T>>,
    next: usize,
}

impl<T> Reorder<T> {
    /// Expects this many items or more, numbered from 0, each of them once.
    pub fn new(items: usize) -> Self {
        Self { waiting: (0..items).map(|_| None).collect(), next: 0 }
    }

    /// Adds an item's value.
    pub fn push(&mut self, item: usize, value: T) {
        if item >= self.waiting.len() {
            self.waiting.resize_with(item + 1, || None);
        }
        self.waiting[item] = Some(value);
    }

    /// Releases the next item in order, if it has been added.
    pub fn next_in_order(&mut self) -> Option<(usize, T)> {
        let value = self.waiting.get_mut(self.next)?.take()?;
        self.next += 1;
        Some((self.next - 1, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_released_once_all_items_before_it_have_been_added() {
        let mut items = Reorder::new(4);
        let mut released_after = |item| {
            items.push(item, char::from(b'a' + item as u8));
            std::iter::from_fn(|| items.next_in_order()).collect::<Vec<_>>()
        };
        assert_eq!(released_after(1), []);
        assert_eq!(released_after(0), [(0, 'a'), (1, 'b')]);
        assert_eq!(released_after(3), []);
        assert_eq!(released_after(2), [(2, 'c'), (3, 'd')]);
    }
}
