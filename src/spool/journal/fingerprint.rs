//! Whether a list is the one that a journal was written for.

use crate::plan::Plan;
use crate::zip::{Crc32, crc_buffer};

/// The CRC-32 of a plan's addresses, which differs if the list does.
pub fn fingerprint(plan: &Plan) -> u32 {
    let (mut crc, mut buffer) = (Crc32::default(), crc_buffer());
    for item in plan.items() {
        // The message about an invalid address may be worded differently by the next version.
        let address = item.address.as_ref().map_or("", |address| &address.href);
        crc.update(address.as_bytes(), &mut buffer);
        crc.update(b"\n", &mut buffer);
    }
    crc.value()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::tests::plan_of;

    #[test]
    fn a_fingerprint_covers_all_addresses_in_their_order() {
        let one = fingerprint(&plan_of(["https://a.example/1", "https://a.example/2"]));
        assert_eq!(one, crc32fast::hash(b"https://a.example/1\nhttps://a.example/2\n"));
        assert_ne!(one, fingerprint(&plan_of(["https://a.example/2", "https://a.example/1"])));
        let long = format!("https://a.example/{}", "x".repeat(40_000));
        assert_eq!(fingerprint(&plan_of([long.as_str()])), crc32fast::hash(format!("{long}\n").as_bytes()));
    }
}
