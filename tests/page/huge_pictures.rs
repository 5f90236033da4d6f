//! Pictures of many pixels and few bytes: no list of them fills the memory.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::page_driver::with_new_page;
use crate::browser::Browser;
use crate::browser::capability::{Capability, requires};
use crate::browser::memory::peak;

/// The most bytes that a page may take above those at its start.
const MOST: u64 = 400_000_000;

/// How many of each kind are in a list.
const COUNT: usize = 20;

/// A PNG of so many black pixels each way, of one bit each.
fn png(side: u32) -> Vec<u8> {
    let mut data = ZlibEncoder::new(Vec::new(), Compression::fast());
    let row = vec![0; 1 + side.div_ceil(8) as usize];
    (0..side).for_each(|_| data.write_all(&row).unwrap());
    let header = [&side.to_be_bytes()[..], &side.to_be_bytes(), &[1, 0, 0, 0, 0]].concat();
    let mut file = b"\x89PNG\r\n\x1A\n".to_vec();
    for (kind, content) in [(b"IHDR", &header[..]), (b"IDAT", &data.finish().unwrap()), (b"IEND", b"")] {
        let named = [&kind[..], content].concat();
        file.extend((content.len() as u32).to_be_bytes());
        file.extend(&named);
        file.extend(crc32fast::hash(&named).to_be_bytes());
    }
    file
}

/// A GIF whose screen is one pixel, and whose only picture has `side` pixels each way.
fn gif(side: u16) -> Vec<u8> {
    let side = side.to_le_bytes();
    [
        &b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xFF\xFF\xFF\x2C\0\0\0\0"[..],
        &side,
        &side,
        b"\0\x02\x02\x44\x01\0\x3B",
    ]
    .concat()
}

fn address(media_type: &str, file: &[u8]) -> String {
    format!("data:{media_type};base64,{}\n", STANDARD.encode(file))
}

/// Fetches a list, looks at all of it, and returns the most memory that this took, in bytes.
async fn memory_of(browser: &Browser, list: &str, count: usize, is_there: &str) -> u64 {
    let sampler = browser.sample_memory(|| 0);
    browser.paste(list).await;
    browser.until(&format!("document.body.innerText.includes('{count} URLs')")).await;
    browser.fetch().await;
    browser.until(is_there).await;
    for place in [1.0, 0.5, 0.0] {
        let scroll = "const view = document.getElementById('pictures-view');
            view.scrollTop = Math.round(view.scrollHeight * arguments[0]);";
        browser.execute(scroll, vec![place.into()]).await;
        browser.until(is_there).await;
    }
    peak(&sampler.stop())
}

#[test]
fn no_list_of_huge_pictures_fills_the_memory() {
    if !requires(Capability::ProcessNumber) {
        return;
    }
    let canvases = "document.querySelectorAll('#pictures canvas').length > 3";
    let placeholders =
        "[...document.querySelectorAll('#pictures .thumb')].every((thumb) => thumb.textContent)";
    let kinds = [
        ("7,000 × 7,000", address("image/png", &png(7_000)), canvases),
        ("8,000 × 8,000", address("image/png", &png(8_000)), placeholders),
        ("16,383 × 16,383", address("image/png", &png(16_383)), placeholders),
        ("GIFs of 16,000 × 16,000 on a small screen", address("image/gif", &gif(16_000)), placeholders),
    ];
    for (kind, address, is_there) in kinds {
        with_new_page(async |browser| {
            let memory = memory_of(browser, &address.repeat(COUNT), COUNT, is_there).await;
            eprintln!("{kind}: {} MB", memory / 1_000_000);
            assert!(memory < MOST, "{kind}: {memory} bytes");
        });
    }
}

#[test]
fn a_drawing_with_a_huge_picture_in_it_does_not_fill_the_memory() {
    if !requires(Capability::ProcessNumber) {
        return;
    }
    with_new_page(async |browser| {
        let inner = address("image/png", &png(16_383));
        let drawing = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"90\" height=\"60\">\
             <image width=\"90\" height=\"60\" href=\"{}\"/></svg>",
            inner.trim_end()
        );
        let is_there = "document.querySelectorAll('#pictures .thumb').length > 3";
        let list = address("image/svg+xml", drawing.as_bytes()).repeat(COUNT);
        let memory = memory_of(browser, &list, COUNT, is_there).await;
        eprintln!("drawings: {} MB", memory / 1_000_000);
        assert!(memory < MOST, "{memory} bytes");
    });
}
