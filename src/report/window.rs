//! Which rows of a long table are on the screen, and where.

use std::ops::Range;

/// No element is made taller than this, in pixels: browsers stop at 17 to 33 million, and some
/// lose precision well before.
const TALLEST: f64 = 8_000_000.0;

/// Rows drawn beyond each edge of the view, so that a quick scroll shows no gap.
const BEYOND: usize = 4;

/// A table of equally high rows, seen through a view that scrolls.
///
/// Where all rows would be too tall for the browser, the scroll position stands for a position
/// among the rows, scaled; rows are always drawn where the view is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// How many rows there are.
    pub rows: usize,
    /// The height of one, in pixels.
    pub row_height: f64,
    /// The height of the view, in pixels.
    pub view_height: f64,
}

impl Window {
    /// The height that the table's body must have.
    pub fn height(&self) -> f64 {
        self.whole().min(TALLEST)
    }

    /// The rows to draw when the view is scrolled to `scroll`.
    pub fn visible(&self, scroll: f64) -> Range<usize> {
        let top = self.position(scroll);
        let first = (top / self.row_height) as usize;
        let after = ((top + self.view_height) / self.row_height).ceil() as usize;
        first.saturating_sub(BEYOND).min(self.rows)..(after + BEYOND).min(self.rows)
    }

    /// Where a row's upper edge stands in the body when the view is scrolled to `scroll`.
    pub fn top_of(&self, row: usize, scroll: f64) -> f64 {
        row as f64 * self.row_height - self.position(scroll) + scroll
    }

    /// How far to scroll so that a row is wholly in view, coming from `scroll`.
    pub fn scroll_to(&self, row: usize, scroll: f64) -> f64 {
        let (top, position) = (row as f64 * self.row_height, self.position(scroll));
        let lowest = top + self.row_height - self.view_height;
        let wanted = position.min(top).max(lowest).max(0.0);
        if wanted == position { scroll } else { wanted / self.scale() }
    }

    /// How many rows a page key moves by.
    pub fn page(&self) -> usize {
        ((self.view_height / self.row_height) as usize).max(2) - 1
    }

    fn whole(&self) -> f64 {
        self.rows as f64 * self.row_height
    }

    /// The pixels of rows that one pixel of scrolling stands for.
    fn scale(&self) -> f64 {
        let whole = self.whole();
        if whole <= TALLEST { 1.0 } else { (whole - self.view_height) / (TALLEST - self.view_height) }
    }

    fn position(&self, scroll: f64) -> f64 {
        (scroll * self.scale()).clamp(0.0, (self.whole() - self.view_height).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Window = Window { rows: 100, row_height: 40.0, view_height: 400.0 };
    const LONG: Window = Window { rows: 1_000_000, row_height: 40.0, view_height: 400.0 };

    #[test]
    fn only_what_is_in_view_is_drawn_and_a_little_beyond() {
        assert_eq!(SHORT.visible(0.0), 0..14);
        assert_eq!(SHORT.visible(1000.0), 21..39);
        assert_eq!(SHORT.visible(3600.0), 86..100);
        assert_eq!(Window { rows: 3, ..SHORT }.visible(0.0), 0..3);
        assert_eq!(Window { rows: 0, ..SHORT }.visible(0.0), 0..0);
    }

    #[test]
    fn a_row_stands_where_it_is() {
        assert_eq!(SHORT.height(), 4000.0);
        assert_eq!(SHORT.top_of(7, 123.0), 280.0);
    }

    #[test]
    fn a_table_too_tall_for_a_browser_is_scaled_from_its_first_row_to_its_last() {
        assert_eq!(LONG.height(), TALLEST);
        assert_eq!(LONG.visible(0.0).start, 0);
        assert_eq!(LONG.visible(TALLEST - 400.0).end, 1_000_000);
        let top = LONG.top_of(999_999, TALLEST - 400.0);
        assert!((top - (TALLEST - 40.0)).abs() < 0.01, "{top}");
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
