//! Which item is in which cell of the grid of pictures.

use std::ops::Range;

use super::run_view::RunView;
use crate::plan::ItemId;
use crate::report::{PictureChoice, is_picture};

/// The cells. While a run is under way every item has its own, so that no picture moves as others arrive;
/// afterwards every picture has one.
pub struct PictureCells {
    /// The item of each cell, in the order in which they are listed.
    pub items: Vec<ItemId>,
    is_of_finished_run: bool,
    is_stale: bool,
}

impl Default for PictureCells {
    fn default() -> Self {
        Self { items: Vec::new(), is_of_finished_run: false, is_stale: true }
    }
}

impl PictureCells {
    /// The cells are to be filled anew.
    pub fn forget(&mut self) {
        self.is_stale = true;
    }

    /// Whether the cells have to be filled, since what is shown has changed, or the run has ended.
    pub fn are_stale(&self, run: &RunView) -> bool {
        self.is_stale || self.is_of_finished_run != run.is_over()
    }

    /// Whether there is a picture in a cell.
    pub fn has_picture(&self, run: &RunView, cell: usize) -> bool {
        let Some(item) = self.items.get(cell) else { return false };
        let rows = run.rows.borrow();
        let row = &rows.as_slice()[*item];
        is_picture(row) && !run.choice.borrow().is_too_small(row)
    }

    /// Ticks or unticks all of them; with `None`, each becomes the opposite.
    pub fn choose(&self, choice: &mut PictureChoice, is_ticked: Option<bool>) {
        for item in &self.items {
            let is_ticked = is_ticked.unwrap_or_else(|| !choice.is_ticked(*item));
            choice.set(*item, is_ticked);
        }
    }

    /// The items of a range of cells.
    pub fn range(&self, cells: Range<usize>) -> Vec<ItemId> {
        self.items.get(cells).unwrap_or_default().to_vec()
    }

    /// Fills the cells with what is listed, which is everything with `None`; returns where the item of the cell
    /// `current` is now, or else the one after it.
    pub fn fill(&mut self, run: &RunView, listed: Option<&[ItemId]>, current: usize) -> usize {
        let (current, is_over) = (self.items.get(current).copied(), run.is_over());
        let (rows, choice) = (run.rows.borrow(), run.choice.borrow());
        let is_shown = |item: &ItemId| {
            let (row, planned) = (&rows.as_slice()[*item], &run.plan.items()[*item]);
            (!is_over || is_picture(row) && !choice.is_too_small(row)) && planned.left_out.is_none()
        };
        self.items = match listed {
            Some(items) => items.iter().copied().filter(is_shown).collect(),
            None => (0..run.plan.len()).filter(is_shown).collect(),
        };
        (self.is_stale, self.is_of_finished_run) = (false, is_over);
        current.map_or(0, |item| self.cell_of(item))
    }

    /// The cell of an item, or else the one after it.
    pub fn cell_of(&self, item: ItemId) -> usize {
        let place = |is_it: &dyn Fn(ItemId) -> bool| self.items.iter().position(|other| is_it(*other));
        let after = || place(&|other| other > item);
        place(&|other| other == item).or_else(after).unwrap_or(self.items.len().saturating_sub(1))
    }
}
