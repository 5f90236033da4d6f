//! Browsers in other time zones.

use serde_json::{Value, json};

use super::package_driver::{PLACES, Place, with_package_in_zone};
use crate::browser::capability::{Capability, requires};

/// Zones ahead of UTC and behind it, by no whole hours, with their offsets as JavaScript has them for November 1994.
const ZONES: [(&str, i64); 2] = [("Pacific/Auckland", -780), ("America/St_Johns", 210)];

/// 1994-11-06 08:49:37 in the forms that HTTP has had, and what is no date of HTTP's.
const MODIFIED: [&str; 6] = [
    "Sun, 06 Nov 1994 08:49:37 GMT",
    "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov  6 08:49:37 1994",
    "Sun, 06 Nov 1994 08:49:37",
    "1994-11-06T08:49:37",
    "2015-10-21 07:28:00",
];

/// 1994-11-06 08:49:36 in DOS' format, in UTC: the time and the date (APPNOTE 4.4.6).
const DOS: [u8; 4] = [0x32, 0x46, 0x66, 0x1d];

#[test]
fn the_same_images_give_the_same_archive_in_every_time_zone() {
    if !requires(Capability::TimeZone) {
        return;
    }
    let mut archives: Vec<Vec<u8>> = Vec::new();
    for (zone, offset) in ZONES {
        with_package_in_zone(zone, async |browser| {
            let urls = MODIFIED.map(|date| {
                let date = date.replace(' ', "%20").replace(',', "%2C");
                browser.origin.url(&format!("/image/1/64x48.jpg?modified={date}"))
            });
            let options = json!({ "names": "{date:%H%M|undated} {index}.jpg", "mode": "sequential" });
            for place in PLACES {
                let own = "return new Date(784111777000).getTimezoneOffset()";
                assert_eq!(browser.run(place, own, Value::Null).await.unwrap(), offset, "{zone}, {place:?}");
                let outcome = browser.fetch_zip(place, json!(urls), options.clone()).await;
                let dates = ["0849", "0849", "0849", "undated", "undated", "undated"];
                let names = dates.iter().enumerate().map(|(index, date)| format!("{date} {index}.jpg"));
                let names: Vec<_> = names.collect();
                assert_eq!(outcome.entry_names(), names);
                assert_eq!(outcome.zip()[10..14], DOS, "{zone}");
                archives.push(outcome.zip().to_vec());
            }
        });
    }
    assert!(archives.iter().all(|archive| *archive == archives[0]), "the archives differ");
}

#[test]
fn a_date_after_which_a_host_may_be_asked_again_is_in_gmt() {
    if !requires(Capability::TimeZone) {
        return;
    }
    for (zone, _) in ZONES {
        with_package_in_zone(zone, async |browser| {
            let url = browser.origin.url("/fault/too-many-wait?retry-after=");
            let body = "const date = new Date(Date.now() + 100_000).toUTCString();
                const controller = new AbortController();
                const waits = [];
                const onEvent = ({ kind, at, resumesAt }) => {
                  if (kind !== 'retrying') return;
                  waits.push(resumesAt - at);
                  controller.abort();
                };
                await fetchZip([args + encodeURIComponent(date)], { onEvent, signal: controller.signal }).catch(() => {});
                return waits;";
            let waits = browser.run(Place::Page, body, json!(url)).await.unwrap();
            // A wrong zone would be off by hours.
            let waits: Vec<f64> = serde_json::from_value(waits).unwrap();
            assert!(waits.len() == 1 && (10_000.0..=100_000.0).contains(&waits[0]), "{zone}: {waits:?}");
        });
    }
}
