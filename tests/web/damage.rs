//! An archive whose bytes were damaged. Only a worker can write to a spool, so a page has no such test.

use std::cell::RefCell;

use fetchzip::report::Rows;
use fetchzip::run::Event;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use super::fixtures::{bytes_of, entries_of, plan_of, settings, start};
use super::origin::Origin;

#[wasm_bindgen(inline_js = "
    // Overwrites a hundred bytes of every spool that has as many there; resolves to how many it damaged.
    export async function damage(offset) {
      let damaged = 0;
      const root = await navigator.storage.getDirectory();
      const folder = await root.getDirectoryHandle('fetchzip');
      for await (const [name, file] of folder) {
        if (!name.endsWith('.zip')) continue;
        // A run that has not ended keeps its spool to itself.
        const access = await file.createSyncAccessHandle().catch(() => undefined);
        if (access?.getSize() > offset) damaged += access.write(new Uint8Array(100), { at: offset }) / 100;
        access?.close();
      }
      return damaged;
    }")]
extern "C" {
    fn damage(offset: f64) -> js_sys::Promise;
}

#[wasm_bindgen_test]
async fn a_damaged_image_fails_and_the_others_are_saved() {
    let Some(origin) = Origin::find("a_damaged_image_fails_and_the_others_are_saved").await else {
        return;
    };
    let urls = [1, 2, 3].map(|seed| origin.url(&format!("/image/{seed}/700000b.jpg")));
    let plan = plan_of(&urls);
    let run = start(&plan, settings()).await;
    let rows = RefCell::new(Rows::new(plan.len()));
    let emit = |event: Event| rows.borrow_mut().apply(&event);
    run.finish(&emit).await.expect("there is an archive");
    let damaged = JsFuture::from(damage(1_000_000.0)).await.expect("files can be written to");
    assert!(damaged.as_f64() >= Some(1.0), "no spool was damaged: {damaged:?}");
    let archive = run.verify(&emit).await.expect("two are left").expect("it is another archive");
    let entries = entries_of(bytes_of(&archive.blob.expect("two are left")).await);
    assert_eq!(entries.len(), 2);
    let rows = rows.borrow();
    assert_eq!((rows.totals().stored, rows.totals().failed), (2, 1));
    let lost = rows.as_slice().iter().find_map(|row| row.error()).expect("one is lost");
    assert!(lost.to_string().contains("other bytes came back"), "{lost}");
}
