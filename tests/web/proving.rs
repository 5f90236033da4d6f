//! An archive is read back.

use wasm_bindgen_test::wasm_bindgen_test;

use super::fixtures::{bytes_of, plan_of, settings, start};
use super::origin::Origin;

#[wasm_bindgen_test]
async fn an_intact_archive_passes_its_proof() {
    let Some(origin) = Origin::find("an_intact_archive_passes_its_proof").await else { return };
    let urls =
        [origin.url("/image/1/700000b.jpg"), origin.url("/fault/html"), origin.url("/image/2/32x32.png")];
    let plan = plan_of(&urls);
    let run = start(&plan, settings()).await;
    let archive = run.finish(&|_| ()).await.expect("there is an archive");
    let other = run.verify(&|event| panic!("{event:?}")).await.expect("it is good");
    assert!(other.is_none(), "another archive was made");
    let blob = archive.blob.expect("it is still there");
    assert_eq!(bytes_of(&blob).await.len() as u64, archive.summary.size);
}
