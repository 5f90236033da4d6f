//! Which item is in which cell of the grid of pictures.

use std::ops::Range;

use super::picture_tools::PictureTools;
use super::run_view::RunView;
use crate::plan::ItemId;
use crate::report::{is_picture, matches};

/// The cells. While a run is under way every item has its own, so that no picture moves as others arrive;
/// afterwards every picture has one.
pub struct PictureCells {
    /// The item of each cell, in ascending order.
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

    /// The items of a range of cells, and those between them that have none.
    pub fn range(&self, cells: Range<usize>) -> Range<ItemId> {
        let items = self.items.get(cells).unwrap_or_default();
        items.first().copied().unwrap_or(0)..items.last().map_or(0, |item| item + 1)
    }

    /// Fills the cells; returns where the item of the cell `current` is now, or else the one after it.
    pub fn fill(&mut self, run: &RunView, tools: &PictureTools, current: usize) -> usize {
        let (current, is_over, search) = (self.items.get(current).copied(), run.is_over(), tools.search());
        let (rows, choice) = (run.rows.borrow(), run.choice.borrow());
        let is_shown = |item: &ItemId| {
            let (row, planned) = (&rows.as_slice()[*item], &run.plan.items()[*item]);
            (!is_over || is_picture(row) && !choice.is_too_small(row))
                && planned.left_out.is_none()
                && (search.is_empty() || matches(&search, planned, &run.name_of(*item)))
        };
        self.items = (0..run.plan.len()).filter(is_shown).collect();
        (self.is_stale, self.is_of_finished_run) = (false, is_over);
        current.map_or(0, |item| self.cell_of(item))
    }

    /// The cell of an item, or else the one after it.
    pub fn cell_of(&self, item: ItemId) -> usize {
        let cell = self.items.partition_point(|other| *other < item);
        cell.min(self.items.len().saturating_sub(1))
    }
}
