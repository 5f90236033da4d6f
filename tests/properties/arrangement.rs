//! Any spool becomes a zip without gaps, and no payload is lost on the way.

use fetchzip::spool::{Arrangement, Extent, Unarranged, arrange};
use fetchzip::zip::is_padding;
use proptest::collection::vec;
use proptest::prelude::*;

use super::cases;

/// Entries with some space before each payload, in any order.
fn entries() -> impl Strategy<Value = Vec<Unarranged>> {
    let space = prop_oneof![4 => 0..400_u64, 1 => 0..300_000_u64];
    let size = prop_oneof![4 => 0..500_u64, 1 => 0..90_000_u64];
    let entry = (30..60_u64, space, size);
    vec(entry, 0..40).prop_map(|entries| {
        let mut end = 0;
        let placed = entries.into_iter().map(|(header, space, length)| {
            let payload = Extent { offset: end + space, length };
            end = payload.end();
            Unarranged { payload, header }
        });
        placed.collect()
    })
}

/// Carries the moves out on bytes, as the spool's file does, and returns each entry's payload.
fn moved(entries: &[Unarranged], arrangement: &Arrangement) -> Vec<Vec<u8>> {
    let end = arrangement.moves.iter().map(|step| step.to + step.from.length);
    let end = entries.iter().map(|entry| entry.payload.end()).chain(end).max().unwrap_or(0);
    let mut file = vec![0_u8; end as usize];
    let mut places: Vec<_> = entries.iter().map(|entry| entry.payload).collect();
    for (index, place) in places.iter().enumerate() {
        file[place.offset as usize..place.end() as usize].fill(index as u8 + 1);
    }
    for step in &arrangement.moves {
        assert_eq!(places[step.entry], step.from, "it moves from where it is");
        file.copy_within(step.from.offset as usize..step.from.end() as usize, step.to as usize);
        places[step.entry].offset = step.to;
    }
    let mut end = 0;
    for header in &arrangement.headers {
        assert_eq!(header.offset, end, "there is no gap");
        assert!(is_padding(header.padding));
        let entry = &entries[header.entry];
        let payload = header.offset + entry.header + header.padding;
        assert_eq!(places[header.entry].offset, payload);
        file[end as usize..payload as usize].fill(0xFF);
        end = places[header.entry].end();
    }
    assert_eq!(arrangement.end, end);
    places.iter().map(|place| file[place.offset as usize..place.end() as usize].to_vec()).collect()
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn every_payload_is_behind_its_header_and_there_are_no_gaps(
        entries in entries().prop_shuffle(),
    ) {
        let arrangement = arrange(&entries);
        let mut placed: Vec<_> = arrangement.headers.iter().map(|header| header.entry).collect();
        placed.sort_unstable();
        prop_assert_eq!(placed, (0..entries.len()).collect::<Vec<_>>());
        for (index, payload) in moved(&entries, &arrangement).into_iter().enumerate() {
            prop_assert_eq!(payload, vec![index as u8 + 1; entries[index].payload.length as usize]);
        }
    }
}
