//! Where the pictures of a grid are, and how the keys move between them.

use std::ops::Range;

use super::Window;

/// Rows drawn beyond each edge of the view. They are as tall as several of a table.
const OVERSCAN: usize = 1;

/// A grid of equal cells, in rows from left to right, seen through a view that scrolls.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    /// The number of cells.
    pub cells: usize,
    /// The number of cells in a row; not 0.
    pub columns: usize,
    /// The width of a cell, in pixels.
    pub cell_width: f64,
    /// The rows.
    pub window: Window,
}

/// A move between cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// To the next cell, or the previous one.
    Cells(isize),
    /// To the next row, or the previous one.
    Rows(isize),
    /// By as many rows as are in view.
    Pages(isize),
    /// To the first cell, or the last one.
    First,
    /// See [`Step::First`].
    Last,
}

impl Grid {
    /// Divides a view of this width and height into columns of at least `least` pixels. The height of a cell
    /// is not known before its width is, and is to be set in [`Grid::window`].
    pub fn new(cells: usize, (width, height): (f64, f64), least: f64) -> Self {
        let columns = ((width / least) as usize).max(1);
        Self {
            cells,
            columns,
            cell_width: (width / columns as f64).floor(),
            window: Window {
                rows: cells.div_ceil(columns),
                row_height: 1.0,
                view_height: height,
                overscan: OVERSCAN,
            },
        }
    }

    /// The cells to draw if the view is scrolled to `scroll`, in pixels.
    pub fn visible(&self, scroll: f64) -> Range<usize> {
        let rows = self.window.visible(scroll);
        (rows.start * self.columns).min(self.cells)..(rows.end * self.columns).min(self.cells)
    }

    /// The position of a cell's left and upper edge, in pixels, if the view is scrolled to `scroll`.
    pub fn place(&self, cell: usize, scroll: f64) -> (f64, f64) {
        let left = (cell % self.columns) as f64 * self.cell_width;
        (left, self.window.top_of(cell / self.columns, scroll))
    }

    /// The scroll position, closest to `scroll`, at which a cell is entirely in view.
    pub fn scroll_to(&self, cell: usize, scroll: f64) -> f64 {
        self.window.scroll_to(cell / self.columns, scroll)
    }

    /// The cell that a step leads to from another; that cell itself if the step leaves the grid. `is_filled`
    /// tells of a cell whether there is anything in it: the step goes on to the next one that has.
    pub fn step(&self, cell: usize, step: Step, is_filled: impl Fn(usize) -> bool) -> usize {
        let last = self.cells.saturating_sub(1);
        let by = |cells: isize| cell.saturating_add_signed(cells);
        let rows = |rows: isize| by(rows.saturating_mul(self.columns as isize));
        let (wanted, is_forward) = match step {
            Step::Cells(cells) => (by(cells), cells > 0),
            // There is no cell above the first row's, and the last row may end before this column.
            Step::Rows(count) if count < 0 && cell < self.columns => return cell,
            Step::Rows(count) if cell / self.columns == last / self.columns && count > 0 => return cell,
            Step::Rows(count) => (rows(count), count > 0),
            Step::Pages(pages) => (rows(pages.saturating_mul(self.window.page() as isize)), pages > 0),
            Step::First => (0, true),
            Step::Last => (last, false),
        };
        let wanted = wanted.min(last);
        let found = if is_forward {
            (wanted..self.cells).find(|cell| is_filled(*cell))
        } else {
            (0..=wanted).rev().find(|cell| is_filled(*cell))
        };
        found.unwrap_or(cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten cells in rows of four, of which two are in view.
    fn grid() -> Grid {
        let mut grid = Grid::new(10, (410.0, 200.0), 100.0);
        grid.window.row_height = 100.0;
        grid
    }

    #[test]
    fn columns_share_the_width_and_there_is_always_one() {
        assert_eq!((grid().columns, grid().cell_width, grid().window.rows), (4, 102.0, 3));
        assert_eq!(Grid::new(10, (80.0, 200.0), 100.0).columns, 1);
        assert_eq!(Grid::new(0, (80.0, 200.0), 100.0).visible(0.0), 0..0);
    }

    #[test]
    fn cells_are_placed_row_by_row_and_only_those_near_the_view_are_drawn() {
        assert_eq!(grid().place(0, 0.0), (0.0, 0.0));
        assert_eq!(grid().place(5, 0.0), (102.0, 100.0));
        assert_eq!(grid().visible(0.0), 0..10);
        let long = Grid { cells: 1000, window: Window { rows: 250, ..grid().window }, ..grid() };
        assert_eq!(long.visible(10_000.0), 99 * 4..103 * 4);
        assert_eq!(long.scroll_to(999, 0.0), 24_800.0);
    }

    #[test]
    fn steps_stay_in_the_grid() {
        let step = |cell, step| grid().step(cell, step, |_| true);
        for (from, how, to) in [
            (0, Step::Cells(1), 1),
            (0, Step::Cells(-1), 0),
            (9, Step::Cells(1), 9),
            (1, Step::Rows(1), 5),
            (7, Step::Rows(1), 9),
            (9, Step::Rows(1), 9),
            (2, Step::Rows(-1), 2),
            (6, Step::Rows(-1), 2),
            (0, Step::Pages(1), 4),
            (9, Step::Pages(-3), 0),
            (5, Step::First, 0),
            (5, Step::Last, 9),
        ] {
            assert_eq!(step(from, how), to, "{how:?} from {from}");
        }
    }

    #[test]
    fn a_step_passes_over_cells_without_a_picture() {
        let is_filled = |cell| [2, 5, 9].contains(&cell);
        let step = |cell, step| grid().step(cell, step, is_filled);
        assert_eq!(step(2, Step::Cells(1)), 5);
        assert_eq!(step(5, Step::Cells(-1)), 2);
        assert_eq!(step(2, Step::Cells(-1)), 2);
        assert_eq!(step(2, Step::First), 2);
        assert_eq!(step(2, Step::Rows(1)), 9);
        assert_eq!(Grid { cells: 0, ..grid() }.step(0, Step::Last, is_filled), 0);
    }
}
