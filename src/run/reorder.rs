//! From the order in which items end to the order in which they were given.

/// Holds back what came early.
#[derive(Debug)]
pub struct Reorder<T> {
    early: Vec<Option<T>>,
    due: usize,
}

impl<T> Reorder<T> {
    /// For so many items, numbered from 0, of which each comes once.
    pub fn new(items: usize) -> Self {
        Self { early: (0..items).map(|_| None).collect(), due: 0 }
    }

    /// Takes an item.
    pub fn put(&mut self, item: usize, value: T) {
        self.early[item] = Some(value);
    }

    /// The next item in order, where it has come.
    pub fn next_due(&mut self) -> Option<(usize, T)> {
        let value = self.early.get_mut(self.due)?.take()?;
        self.due += 1;
        Some((self.due - 1, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_due_when_all_before_them_have_come() {
        let mut items = Reorder::new(4);
        let mut due_after = |item| {
            items.put(item, char::from(b'a' + item as u8));
            std::iter::from_fn(|| items.next_due()).collect::<Vec<_>>()
        };
        assert_eq!(due_after(1), []);
        assert_eq!(due_after(0), [(0, 'a'), (1, 'b')]);
        assert_eq!(due_after(3), []);
        assert_eq!(due_after(2), [(2, 'c'), (3, 'd')]);
    }
}
