//! What needs nothing but a browser.

use std::time::Duration;

use fetchzip::browser::{BrowserText, Clock};
use fetchzip::image::{EndFinder, Ending};
use fetchzip::plan::{NameTemplate, WebText};
use fetchzip::run::FetchError;
use fetchzip::zip::{Crc32, CrcBuffer};
use futures::FutureExt;
use wasm_bindgen_test::wasm_bindgen_test;

use super::fixtures::{fetch, plan_of, settings};

/// One transparent pixel.
const GIF: &str = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

#[wasm_bindgen_test]
fn the_browser_parses_urls_and_normalises_names() {
    let url = BrowserText.parse_url("HTTPS://Example.org:443/a/../b%20c?d#e");
    assert_eq!(url.as_deref(), Some("https://example.org/b%20c?d#e"));
    assert!(BrowserText.parse_url("cat.jpg").is_none());
    assert_eq!(BrowserText.nfc("e\u{301}"), "\u{e9}");
    assert_eq!(BrowserText.lower_case("ÄİK"), "äi\u{307}k");
    assert_eq!(BrowserText.upper_case("äßςı"), "ÄSSΣI");
}

#[wasm_bindgen_test]
async fn the_clock_sleeps_until_the_given_time() {
    let clock = Clock::start();
    let time = clock.now() + Duration::from_millis(20);
    clock.sleep_until(time).await;
    assert!(clock.now() >= time);
}

#[wasm_bindgen_test]
fn a_wait_that_ends_before_its_time_leaves_nothing() {
    let clock = Clock::start();
    let hour = clock.now() + Duration::from_secs(3600);
    let begin_and_drop = || assert!(clock.sleep_until(hour).now_or_never().is_none());
    begin_and_drop();
    let before = wasm_bindgen::externref_heap_live_count();
    (0..100).for_each(|_| begin_and_drop());
    assert_eq!(wasm_bindgen::externref_heap_live_count(), before);
}

#[wasm_bindgen_test]
fn crc32_in_wasm_agrees_with_a_reference() {
    let bytes: Vec<u8> = (0..70_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let mut buffer = CrcBuffer::new(bytes.len());
    for length in (0..300).chain(9590..9700).chain([4095, 12_345, 65_535, 65_536, 65_537, 70_000]) {
        let mut crc = Crc32::default();
        buffer.bytes()[..length].copy_from_slice(&bytes[..length]);
        crc.update_buffered(&mut buffer, length);
        assert_eq!(crc.value(), crc32fast::hash(&bytes[..length]), "{length}");
    }
}

/// The vectors that look for a JPEG's end are only made for wasm.
#[wasm_bindgen_test]
fn the_end_of_a_jpeg_is_found_in_wasm_at_any_offset() {
    let jpeg: &[u8] = include_bytes!("../../www/samples/01-dawn.jpg");
    let (head, end) = jpeg.split_at(jpeg.len() - 2);
    let ending = |parts: &[&[u8]]| {
        let mut finder = EndFinder::default();
        parts.iter().for_each(|part| finder.push(part));
        finder.ending()
    };
    for before in 0..70 {
        let coded = vec![0xFE; before];
        for after in [0, 1, 15, 16, 17, 40] {
            assert_eq!(
                ending(&[head, &[&coded, end, &vec![0xFF; after]].concat()]),
                Ending::Whole,
                "{before}"
            );
        }
        assert_eq!(ending(&[head, &coded, &end[..1], &end[1..]]), Ending::Whole, "{before}");
        assert_eq!(ending(&[head, &coded, &end[..1]]), Ending::CutShort, "{before}");
        assert_eq!(ending(&[head, &[&coded, &b"\xFF\0\xD9\xD9"[..]].concat()]), Ending::CutShort, "{before}");
    }
}

#[wasm_bindgen_test]
async fn data_urls_become_an_archive() {
    let svg = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E";
    let ran = fetch(&[GIF.to_owned(), svg.to_owned(), GIF.to_owned()], settings()).await;
    let entries = ran.entries().await;
    let names: Vec<_> = entries.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["image-0.gif", "image-1.svg", "image-2.gif"]);
    assert!(entries[0].1.starts_with(b"GIF89a"));
    assert_eq!(entries[1].1, b"<svg xmlns='http://www.w3.org/2000/svg'/>");
}

#[wasm_bindgen_test]
async fn a_run_that_stores_nothing_makes_no_archive() {
    let ran = fetch(&["not a url".to_owned()], settings()).await;
    assert!(ran.archive.blob.is_none());
    assert!(matches!(ran.error(0), Some(FetchError::Address(_))));
    assert!(fetch(&[], settings()).await.archive.blob.is_none());
}

#[wasm_bindgen_test]
fn a_plan_takes_its_origins_from_the_browser_s_parser() {
    let urls = ["https://a.example/1", "https://A.example:443/2", "http://a.example/3"];
    let plan = plan_of(&urls.map(str::to_owned));
    assert_eq!(*plan.origins(), ["https://a.example", "http://a.example"]);
    let template = NameTemplate::default();
    let names = fetchzip::plan::EntryNames::new(&plan, &template, &BrowserText);
    assert_eq!(names.expected(0), "1");
}
