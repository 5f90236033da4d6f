//! Which items the views of a run show, and in which order.

use super::{Row, Rows, State, matches};
use crate::plan::{ItemId, Plan};

/// Items by what has become of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// All of them.
    #[default]
    All,
    /// Those that were asked for, and have not ended.
    UnderWay,
    /// Those that are stored.
    Done,
    /// Those that failed.
    Failed,
    /// Those that are left out of the archive.
    LeftOut,
}

/// What items are sorted by. Those that are equal in it stay in input order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Their places in the list.
    #[default]
    Input,
    /// How long they took, the longest first.
    Time,
    /// What was received of them, the most first.
    Size,
    /// The host of their address.
    Host,
    /// Their name.
    Name,
}

/// What is listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// What names or addresses are to contain.
    pub search: String,
    /// The items by what has become of them.
    pub part: Part,
    /// What they are sorted by.
    pub order: Order,
}

impl Part {
    /// Every part, in the order of their declaration.
    pub const ALL: [Self; 5] = [Self::All, Self::UnderWay, Self::Done, Self::Failed, Self::LeftOut];

    /// The part that a row is in, besides all of them.
    fn of(row: &Row) -> Option<Self> {
        match row.state {
            State::Waiting | State::Receiving | State::BackingOff { .. } => Some(Self::UnderWay),
            State::Stored => Some(Self::Done),
            State::Failed(_) => Some(Self::Failed),
            State::LeftOut(_) => Some(Self::LeftOut),
            State::Queued | State::Cancelled => None,
        }
    }
}

impl Order {
    /// Every order, as it is declared.
    pub const ALL: [Self; 5] = [Self::Input, Self::Time, Self::Size, Self::Host, Self::Name];
}

/// The number of rows in each part.
pub fn part_counts(rows: &Rows) -> [usize; 5] {
    let mut counts = [0; 5];
    for row in rows.as_slice() {
        counts[0] += 1;
        if let Some(part) = Part::of(row) {
            counts[part as usize] += 1;
        }
    }
    counts
}

impl Listing {
    /// Whether it lists every item in input order.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// Whether what is listed can change with what becomes of the items.
    pub fn depends_on_rows(&self) -> bool {
        self.part != Part::All || matches!(self.order, Order::Time | Order::Size)
    }

    /// The items. `name_of` returns an item's name.
    pub fn items<'a>(&self, plan: &'a Plan, rows: &Rows, name_of: &dyn Fn(ItemId) -> &'a str) -> Vec<ItemId> {
        let rows = rows.as_slice();
        let is_listed = |item: &ItemId| {
            let is_in_part = self.part == Part::All || Part::of(&rows[*item]) == Some(self.part);
            is_in_part && matches(&self.search, &plan.items()[*item], name_of(*item))
        };
        let items = (0..rows.len()).filter(is_listed);
        let host_of = |item: ItemId| plan.items()[item].address.as_ref().map_or("", |address| &address.host);
        let text_of = |item| match self.order {
            Order::Host => host_of(item),
            Order::Name => name_of(item),
            _ => "",
        };
        // A number decides most comparisons without a look at the rows, which are far apart.
        let key = |item: ItemId| match self.order {
            Order::Input => 0,
            Order::Time => !(rows[item].duration().as_nanos() as u64),
            Order::Size => !rows[item].received,
            Order::Host | Order::Name => beginning(text_of(item)),
        };
        if self.order == Order::Input {
            return items.collect();
        }
        let mut keyed: Vec<_> = items.map(|item| (key(item), item)).collect();
        sort(&mut keyed, &|left, right| {
            left.0 > right.0 || left.0 == right.0 && text_of(left.1) > text_of(right.1)
        });
        keyed.into_iter().map(|(_, item)| item).collect()
    }
}

/// An item with the number that it is sorted by.
type Keyed = (u64, ItemId);

/// Sorts by merging; what is equal stays in its order. The standard library's sort is much more code.
fn sort(items: &mut Vec<Keyed>, is_after: &dyn Fn(&Keyed, &Keyed) -> bool) {
    let mut merged = Vec::with_capacity(items.len());
    let mut sorted = 1;
    while sorted < items.len() {
        for part in items.chunks(2 * sorted) {
            let (mut left, mut right) = part.split_at(sorted.min(part.len()));
            while let (Some((first, lefts)), Some((other, rights))) =
                (left.split_first(), right.split_first())
            {
                if is_after(first, other) {
                    merged.push(*other);
                    right = rights;
                } else {
                    merged.push(*first);
                    left = lefts;
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        std::mem::swap(items, &mut merged);
        merged.clear();
        sorted *= 2;
    }
}

/// The first bytes of a text as a number that sorts as they do.
fn beginning(text: &str) -> u64 {
    (0..8).fold(0, |number, place| number << 8 | u64::from(*text.as_bytes().get(place).unwrap_or(&0)))
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::ms;
    use super::*;
    use crate::image::{Format, ImageFacts};
    use crate::plan::LeftOut;
    use crate::plan::tests::plan_of;
    use crate::run::{Event, EventKind, FetchError};

    const NAMES: [&str; 5] = ["landscape-b", "landscape-a", "c", "b", "a"];

    fn listed(listing: Listing) -> Vec<ItemId> {
        let plan = plan_of([
            "https://b.example/1",
            "https://a.example/2",
            "https://b.example/3",
            "https://a.example/4",
            "https://c.example/5",
        ]);
        let mut rows = Rows::new(5);
        let stored = |bytes| EventKind::Stored(ImageFacts::new(bytes, 1, Format::Gif));
        let started = EventKind::Started { attempt: 1 };
        let events = [
            (0, 0, started.clone()),
            (0, 1, started.clone()),
            (0, 3, started),
            (9, 0, stored(10)),
            (20, 1, stored(500)),
            (21, 2, EventKind::Failed { error: FetchError::http(404) }),
            (22, 4, EventKind::LeftOut { reason: LeftOut::Filter }),
        ];
        for (at, item, kind) in events {
            rows.apply(&Event { at: ms(at), item, kind });
        }
        assert_eq!(part_counts(&rows), [5, 1, 2, 1, 1]);
        listing.items(&plan, &rows, &|item| NAMES[item])
    }

    #[test]
    fn each_part_has_its_items() {
        let items = |part| listed(Listing { part, ..Listing::default() });
        let parts = Part::ALL.map(items);
        assert_eq!(parts, [vec![0, 1, 2, 3, 4], vec![3], vec![0, 1], vec![2], vec![4]]);
    }

    #[test]
    fn each_order_keeps_equal_items_in_input_order() {
        let items = |order| listed(Listing { order, ..Listing::default() });
        assert_eq!(items(Order::Time), [1, 0, 2, 3, 4], "the longest first");
        assert_eq!(items(Order::Size), [1, 0, 2, 3, 4], "the largest first");
        assert_eq!(items(Order::Host), [1, 3, 0, 2, 4]);
        assert_eq!(items(Order::Name), [4, 3, 2, 1, 0], "beyond the first eight bytes, too");
    }

    #[test]
    fn every_length_is_sorted_and_what_is_equal_keeps_its_order() {
        for length in 0..70 {
            let mut items: Vec<_> = (0..length).map(|item| ((item * 31 % 7) as u64, item)).collect();
            let mut expected = items.clone();
            expected.sort();
            sort(&mut items, &|left, right| left.0 > right.0);
            assert_eq!(items, expected);
        }
    }

    #[test]
    fn a_search_narrows_a_part() {
        let search = "a.example".to_owned();
        assert_eq!(listed(Listing { search: search.clone(), ..Listing::default() }), [1, 3]);
        assert_eq!(listed(Listing { search, part: Part::Done, ..Listing::default() }), [1]);
    }
}
