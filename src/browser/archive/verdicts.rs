//! What the caller decides of each image, once it has arrived.

use std::cell::RefCell;

use crate::browser::web::Notify;
use crate::plan::ItemId;

/// Which images the caller keeps.
#[derive(Debug)]
pub struct Verdicts {
    /// `None` for an item that is not decided.
    by_item: RefCell<Vec<Option<bool>>>,
    changed: Notify,
}

impl Verdicts {
    /// Nothing is decided of this many items, or of more.
    pub fn new(items: usize) -> Self {
        Self { by_item: RefCell::new(vec![None; items]), changed: Notify::default() }
    }

    /// Records whether an item's image is kept.
    pub fn set(&self, item: ItemId, is_kept: bool) {
        let mut verdicts = self.by_item.borrow_mut();
        if item >= verdicts.len() {
            verdicts.resize(item + 1, None);
        }
        verdicts[item] = Some(is_kept);
        drop(verdicts);
        self.changed.notify();
    }

    /// Whether an item's image is kept, if that is decided.
    pub fn of(&self, item: ItemId) -> Option<bool> {
        self.by_item.borrow().get(item).copied().flatten()
    }

    /// Waits until it is decided.
    pub async fn decided(&self, item: ItemId) -> bool {
        self.changed.wait_for(|| self.of(item)).await
    }
}
