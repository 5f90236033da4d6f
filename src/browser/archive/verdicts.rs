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
    /// Nothing is decided of this many items.
    pub fn new(items: usize) -> Self {
        Self { by_item: RefCell::new(vec![None; items]), changed: Notify::default() }
    }

    /// Records whether an item's image is kept.
    pub fn set(&self, item: ItemId, is_kept: bool) {
        if let Some(verdict) = self.by_item.borrow_mut().get_mut(item) {
            *verdict = Some(is_kept);
        }
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
