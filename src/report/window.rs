//! Which rows of a long table to draw, and where (windowing, also called virtual scrolling).

use std::ops::Range;

/// The greatest height of the table's body, in pixels: browsers have limits of 17 to 33 million, and
/// some lose precision well below.
const MAX_HEIGHT: f64 = 8_000_000.0;

/// A table of rows of equal height, seen through a view that scrolls.
///
/// If the rows together are too tall for a browser, the scroll position is scaled to a position among
/// the rows, and the rows are drawn where the view is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// The number of rows.
    pub rows: usize,
    /// The height of a row, in pixels.
    pub row_height: f64,
    /// The height of the view, in pixels.
    pub view_height: f64,
    /// The rows drawn beyond each edge of the view, so that a quick scroll shows no gap.
    pub overscan: usize,
}

impl Window {
    /// The height of the table's body, in pixels.
    pub fn height(&self) -> f64 {
        self.full_height().min(MAX_HEIGHT)
    }

    /// The rows to draw if the view is scrolled to `scroll`, in pixels.
    pub fn visible(&self, scroll: f64) -> Range<usize> {
        let top = self.position(scroll);
        let first = (top / self.row_height) as usize;
        let after = ((top + self.view_height) / self.row_height).ceil() as usize;
        first.saturating_sub(self.overscan).min(self.rows)..(after + self.overscan).min(self.rows)
    }

    /// The position of a row's upper edge in the body, in pixels, if the view is scrolled to `scroll`.
    pub fn top_of(&self, row: usize, scroll: f64) -> f64 {
        row as f64 * self.row_height - self.position(scroll) + scroll
    }

    /// The scroll position, closest to `scroll`, at which a row is entirely in view.
    pub fn scroll_to(&self, row: usize, scroll: f64) -> f64 {
        let (top, position) = (row as f64 * self.row_height, self.position(scroll));
        let lowest = top + self.row_height - self.view_height;
        let wanted = position.min(top).max(lowest).max(0.0);
        if wanted == position { scroll } else { wanted / self.scale() }
    }

    /// The number of rows by which Page Up and Page Down move.
    pub fn page(&self) -> usize {
        ((self.view_height / self.row_height) as usize).max(2) - 1
    }

    /// The height of all rows, in pixels.
    fn full_height(&self) -> f64 {
        self.rows as f64 * self.row_height
    }

    /// The pixels of rows that correspond to one pixel of scrolling.
    fn scale(&self) -> f64 {
        let full = self.full_height();
        if full <= MAX_HEIGHT { 1.0 } else { (full - self.view_height) / (MAX_HEIGHT - self.view_height) }
    }

    /// The position among the rows, in pixels, at the upper edge of the view.
    fn position(&self, scroll: f64) -> f64 {
        (scroll * self.scale()).clamp(0.0, (self.full_height() - self.view_height).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Window = Window { rows: 100, row_height: 40.0, view_height: 400.0, overscan: 4 };
    const LONG: Window = Window { rows: 1_000_000, ..SHORT };

    #[test]
    fn the_rows_in_view_and_a_few_beyond_are_drawn() {
        assert_eq!(SHORT.visible(0.0), 0..14);
        assert_eq!(SHORT.visible(1000.0), 21..39);
        assert_eq!(SHORT.visible(3600.0), 86..100);
        assert_eq!(Window { rows: 3, ..SHORT }.visible(0.0), 0..3);
        assert_eq!(Window { rows: 0, ..SHORT }.visible(0.0), 0..0);
    }

    #[test]
    fn a_row_of_a_table_that_fits_is_not_scaled() {
        assert_eq!(SHORT.height(), 4000.0);
        assert_eq!(SHORT.top_of(7, 123.0), 280.0);
    }

    #[test]
    fn a_table_too_tall_for_a_browser_is_scaled_from_its_first_row_to_its_last() {
        assert_eq!(LONG.height(), MAX_HEIGHT);
        assert_eq!(LONG.visible(0.0).start, 0);
        assert_eq!(LONG.visible(MAX_HEIGHT - 400.0).end, 1_000_000);
        let top = LONG.top_of(999_999, MAX_HEIGHT - 400.0);
        assert!((top - (MAX_HEIGHT - 40.0)).abs() < 0.01, "{top}");
    }

    #[test]
    fn scrolling_to_a_row_moves_no_further_than_needed() {
        assert_eq!(SHORT.scroll_to(3, 0.0), 0.0);
        assert_eq!(SHORT.scroll_to(10, 0.0), 40.0);
        assert_eq!(SHORT.scroll_to(5, 1000.0), 200.0);
        let far = LONG.scroll_to(500_000, 0.0);
        assert!(LONG.visible(far).contains(&500_000));
    }
}
