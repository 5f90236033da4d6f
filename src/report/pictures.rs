//! The pictures of a run: which are shown, which are chosen for its archive, and their texts.

use super::{Row, Rows, State, Totals};
use crate::image::{Dimensions, FileType};
use crate::plan::{Item, ItemId};
use crate::words::numbers::size;
use crate::words::{rows, summary};

/// The characters at the end of a name that stay where the name is too long for its place: most of a number,
/// and the extension.
const TAIL: usize = 9;

/// What a user has chosen of a run's pictures: all but those that were unticked or are too small.
#[derive(Clone, Debug)]
pub struct PictureChoice {
    unticked: Vec<bool>,
    smallest: u32,
}

/// The pictures of a run and those of them that are chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All pictures.
    pub pictures: usize,
    /// Those that are chosen.
    pub chosen: usize,
    /// The bytes of the chosen ones.
    pub bytes: u64,
}

/// Whether a row has a picture.
pub fn is_picture(row: &Row) -> bool {
    row.state == State::Stored
}

impl PictureChoice {
    /// Chooses all pictures of a run with this many items.
    pub fn new(items: usize) -> Self {
        Self { unticked: vec![false; items], smallest: 0 }
    }

    /// Whether an item is ticked.
    pub fn is_ticked(&self, item: ItemId) -> bool {
        !self.unticked.get(item).is_some_and(|is_unticked| *is_unticked)
    }

    /// Ticks or unticks an item.
    pub fn set(&mut self, item: ItemId, is_ticked: bool) {
        if let Some(is_unticked) = self.unticked.get_mut(item) {
            *is_unticked = !is_ticked;
        }
    }

    /// Ticks or unticks the items from `anchor` to `item`, whichever of them comes first in `items`. If `anchor`
    /// is not among them, it is `item` alone.
    pub fn set_range(&mut self, items: &[ItemId], anchor: ItemId, item: ItemId, is_ticked: bool) {
        let place = |wanted| items.iter().position(|item| *item == wanted);
        let Some(end) = place(item) else { return };
        let begin = place(anchor).unwrap_or(end);
        let range = items.get(begin.min(end)..=begin.max(end)).unwrap_or_default();
        range.iter().for_each(|item| self.set(*item, is_ticked));
    }

    /// Leaves out pictures of which neither side has this many pixels. With 0, none is too small.
    pub fn set_smallest(&mut self, edge: u32) {
        self.smallest = edge;
    }

    /// Whether a picture is left out because it is too small. One of unknown size is not.
    pub fn is_too_small(&self, row: &Row) -> bool {
        dimensions(row).is_some_and(|size| size.width.max(size.height) < self.smallest)
    }

    /// Whether the picture of an item is chosen.
    pub fn is_chosen(&self, item: ItemId, row: &Row) -> bool {
        is_picture(row) && self.is_ticked(item) && !self.is_too_small(row)
    }

    /// Counts the pictures, and those that are chosen.
    pub fn tally(&self, rows: &Rows) -> Tally {
        let Totals { stored, stored_bytes, .. } = *rows.totals();
        // It is asked for at each frame, of a hundred thousand rows.
        if self.smallest == 0 && !self.unticked.contains(&true) {
            return Tally { pictures: stored, chosen: stored, bytes: stored_bytes };
        }
        let mut tally = Tally::default();
        for (item, row) in rows.as_slice().iter().enumerate().filter(|(_, row)| is_picture(row)) {
            tally.pictures += 1;
            if self.is_chosen(item, row) {
                tally.chosen += 1;
                tally.bytes += row.received;
            }
        }
        tally
    }

    /// All items but those whose pictures are not chosen, in input order: an item that failed is not left out
    /// by the user.
    pub fn items(&self, rows: &Rows) -> Vec<ItemId> {
        let rows = rows.as_slice().iter().enumerate();
        let is_left = |(item, row): &(ItemId, &Row)| !is_picture(row) || self.is_chosen(*item, row);
        rows.filter(is_left).map(|(item, _)| item).collect()
    }
}

impl Tally {
    /// Whether no picture is left out.
    pub fn is_all(self) -> bool {
        self.chosen == self.pictures
    }

    /// How many are chosen, and their size: `52 of 60 · 416 MB`.
    pub fn text(self) -> String {
        summary::chosen(self.chosen, self.pictures, self.bytes)
    }
}

/// Whether an item's name or address contains a text. Letters are compared without
/// regard to case if they are ASCII.
pub fn matches(search: &str, item: &Item, name: &str) -> bool {
    let contains = |text: &str| {
        search.is_empty()
            || text.as_bytes().windows(search.len()).any(|part| part.eq_ignore_ascii_case(search.as_bytes()))
    };
    let address = item.address.as_ref().ok().filter(|address| !address.is_data());
    contains(name) || address.is_some_and(|address| contains(&address.href))
}

/// The size of a picture in pixels, if it is known.
pub fn dimensions(row: &Row) -> Option<Dimensions> {
    row.image.as_ref()?.dimensions
}

/// The line below a picture's name: pixels and bytes.
pub fn picture_text(row: &Row) -> String {
    match dimensions(row) {
        Some(Dimensions { width, height }) => rows::pixels_and_size(width, height, row.received),
        None => size(row.received),
    }
}

/// What stands in the place of a picture that can't be shown: its size, or what it is.
pub fn placeholder_text(row: &Row) -> String {
    match (&row.image, dimensions(row)) {
        (_, Some(Dimensions { width, height })) => rows::pixels(width, height),
        (Some(image), None) => match &image.file_type {
            FileType::Image(_) => rows::NO_PREVIEW.into(),
            FileType::Other(_) => image.file_type.media_type().to_owned(),
        },
        (None, None) => String::new(),
    }
}

/// A name in two parts, the second of which is always shown, so that a long name loses its middle.
pub fn split_name(name: &str) -> (&str, &str) {
    let begins_here = |(_, character): &(usize, char)| !continues(*character);
    let at = name.char_indices().rev().skip(TAIL - 1).find(begins_here).map_or(0, |(at, _)| at);
    name.split_at_checked(at).unwrap_or(("", name))
}

/// Whether a character belongs to the one before: an accent, a vowel sign, a joiner, a colour of an emoji.
fn continues(character: char) -> bool {
    matches!(character,
        '\u{300}'..='\u{36F}' | '\u{5B0}'..='\u{5BD}' | '\u{64B}'..='\u{65F}' | '\u{200C}'..='\u{200D}'
        | '\u{3099}'..='\u{309A}' | '\u{FE00}'..='\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}')
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::ms;
    use super::*;
    use crate::image::{Format, ImageFacts};
    use crate::plan::Address;
    use crate::run::{Event, EventKind, FetchError};

    /// Pictures with these sides; without one, an item that has failed.
    fn rows(sides: &[Option<(u32, u32)>]) -> Rows {
        let mut rows = Rows::new(sides.len());
        for (item, sides) in sides.iter().enumerate() {
            let kind = match sides {
                Some((width, height)) => EventKind::Stored(ImageFacts {
                    dimensions: Some(Dimensions { width: *width, height: *height }),
                    ..ImageFacts::new(1000, 1, Format::Png)
                }),
                None => EventKind::Failed { error: FetchError::http(404) },
            };
            rows.apply(&Event { at: ms(1), item, kind });
        }
        rows
    }

    #[test]
    fn all_pictures_are_chosen_and_no_failed_item_is_one() {
        let rows = rows(&[Some((9, 9)), None, Some((9, 9))]);
        let choice = PictureChoice::new(3);
        assert_eq!(choice.tally(&rows), Tally { pictures: 2, chosen: 2, bytes: 2000 });
        assert_eq!(choice.items(&rows), [0, 1, 2], "why it failed is still recorded");
    }

    #[test]
    fn what_is_unticked_is_not_chosen_until_it_is_ticked_again() {
        let rows = rows(&[Some((9, 9)); 3]);
        let mut choice = PictureChoice::new(3);
        choice.set(1, false);
        assert_eq!(choice.items(&rows), [0, 2]);
        assert_eq!(choice.tally(&rows).text(), "2 of 3 · 2.0 kB");
        assert!(!choice.tally(&rows).is_all());
        choice.set(1, true);
        assert!(choice.tally(&rows).is_all());
        choice.set(7, false); // of another run
        assert_eq!(choice.items(&rows), [0, 1, 2]);
    }

    #[test]
    fn a_range_has_both_ends_and_of_what_is_shown_all_between() {
        let mut choice = PictureChoice::new(8);
        choice.set_range(&[1, 3, 4, 6, 7], 6, 3, false);
        let ticked: Vec<_> = (0..8).filter(|item| choice.is_ticked(*item)).collect();
        assert_eq!(ticked, [0, 1, 2, 5, 7]);
        choice.set_range(&[7, 1, 4, 6, 3], 4, 7, true);
        let ticked: Vec<_> = (0..8).filter(|item| choice.is_ticked(*item)).collect();
        assert_eq!(ticked, [0, 1, 2, 4, 5, 7], "in the order in which they are shown");
    }

    #[test]
    fn a_picture_is_too_small_if_neither_side_has_as_many_pixels() {
        let rows = rows(&[Some((100, 20)), Some((20, 100)), Some((99, 99))]);
        let mut choice = PictureChoice::new(3);
        choice.set_smallest(100);
        assert_eq!(choice.items(&rows), [0, 1]);
        assert_eq!(choice.tally(&rows).pictures, 3, "it is still a picture");
        choice.set_smallest(0);
        assert!(choice.tally(&rows).is_all(), "what was left out for its size comes back");
    }

    #[test]
    fn a_search_finds_names_and_addresses() {
        let href = "https://a.example/Photos/7.jpg".to_owned();
        let item = Item { address: Address::from_href(href).unwrap(), ..Item::default() };
        for (search, is_found) in
            [("", true), ("photos/", true), ("köln", true), ("KÖLN", false), ("photos/8", false)]
        {
            assert_eq!(matches(search, &item, "Köln.jpg"), is_found, "{search}");
        }
        let data = Address::from_href("data:image/gif;base64,R0lGOD".into()).unwrap();
        assert!(!matches("r0lg", &Item { address: data, ..Item::default() }, "image-1.gif"));
    }

    #[test]
    fn a_long_name_keeps_its_end_and_no_character_is_torn() {
        for (name, parts) in [
            ("a.jpg", ("", "a.jpg")),
            ("a-very-long-name-0001.jpg", ("a-very-long-name", "-0001.jpg")),
            ("e\u{301}cole\u{301}1.jpg", ("e\u{301}c", "ole\u{301}1.jpg")),
            ("ae\u{301}1234.jpg", ("a", "e\u{301}1234.jpg")),
        ] {
            assert_eq!(split_name(name), parts, "{name}");
        }
    }

    #[test]
    fn a_picture_is_described_by_what_is_known_of_it() {
        let rows = rows(&[Some((640, 480))]);
        let row = &rows.as_slice()[0];
        assert_eq!(picture_text(row), "640 × 480 · 1.0 kB");
        assert_eq!(placeholder_text(row), "640 × 480");
        let file = |file_type: FileType| Row {
            received: 5,
            image: Some(ImageFacts::new(5, 1, file_type)),
            ..Row::default()
        };
        assert_eq!(picture_text(&file(Format::Gif.into())), "5 B");
        assert_eq!(placeholder_text(&file(Format::Gif.into())), "no preview");
        let pdf = FileType::Other("application/pdf".into());
        assert_eq!(placeholder_text(&file(pdf)), "application/pdf");
    }
}
