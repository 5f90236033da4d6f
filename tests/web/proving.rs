//! An archive is read back, and what was damaged is told and left out.

use std::cell::RefCell;

use fetchzip::browser::{collect, prove};
use fetchzip::report::Rows;
use fetchzip::run::Event;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use super::fixtures::{bytes_of, entries_of, job, plan_of, settings};
use super::origin::Origin;

#[wasm_bindgen(inline_js = "
    // Writes over a hundred bytes of every spool; false where there is none that can be written to.
    export async function damage(offset) {
      const root = await navigator.storage.getDirectory();
      const folder = await root.getDirectoryHandle('fetchzip');
      for await (const [name, file] of folder) {
        if (!name.endsWith('.spool') || !file.createSyncAccessHandle) continue;
        const access = await file.createSyncAccessHandle().catch(() => undefined);
        if (access?.getSize() > offset) access.write(new Uint8Array(100), { at: offset });
        access?.close();
      }
    }")]
extern "C" {
    fn damage(offset: f64) -> js_sys::Promise;
}

#[wasm_bindgen_test]
async fn an_archive_that_can_be_read_is_good_as_it_is() {
    let Some(origin) = Origin::find("proved").await else { return };
    let urls =
        [origin.url("/image/1/700000b.jpg"), origin.url("/fault/html"), origin.url("/image/2/32x32.png")];
    let plan = plan_of(&urls);
    let job = job(&plan, settings());
    let archive = collect(&job, &|_| (), &|_| ()).await.expect("there is an archive");
    let size = archive.size;
    let archive = prove(&job, archive, &|event| panic!("{event:?}")).await.expect("it is good");
    assert_eq!(bytes_of(&archive.blob.expect("it is still there")).await.len() as u64, size);
}

#[wasm_bindgen_test]
async fn an_image_whose_bytes_were_damaged_fails_and_the_others_are_saved() {
    let Some(origin) = Origin::find("damaged").await else { return };
    let urls = [1, 2, 3].map(|seed| origin.url(&format!("/image/{seed}/700000b.jpg")));
    let plan = plan_of(&urls);
    let job = job(&plan, settings());
    let rows = RefCell::new(Rows::new(plan.len()));
    let emit = |event: Event| rows.borrow_mut().apply(&event);
    let archive = collect(&job, &emit, &|_| ()).await.expect("there is an archive");
    if web_sys::window().is_some() {
        // In a page images are in Blobs, which nobody can damage.
        return;
    }
    JsFuture::from(damage(1_000_000.0)).await.expect("it is damaged");
    let archive = prove(&job, archive, &emit).await.expect("two are left");
    let entries = entries_of(bytes_of(&archive.blob.expect("two are left")).await);
    assert_eq!(entries.len(), 2);
    let rows = rows.borrow();
    assert_eq!((rows.totals().stored, rows.totals().failed), (2, 1));
    let lost = rows.as_slice().iter().find_map(|row| row.error()).expect("one is lost");
    assert!(lost.to_string().contains("other bytes came back"), "{lost}");
}
