//! An archive is read back.

use fetchzip::browser::{collect, prove};
use wasm_bindgen_test::wasm_bindgen_test;

use super::fixtures::{bytes_of, job, plan_of, settings};
use super::origin::Origin;

#[wasm_bindgen_test]
async fn an_intact_archive_passes_its_proof() {
    let Some(origin) = Origin::find("an_intact_archive_passes_its_proof").await else { return };
    let urls =
        [origin.url("/image/1/700000b.jpg"), origin.url("/fault/html"), origin.url("/image/2/32x32.png")];
    let plan = plan_of(&urls);
    let job = job(&plan, settings());
    let archive = collect(&job, &|_| (), &|_| ()).await.expect("there is an archive");
    let size = archive.size;
    let archive = prove(&job, archive, &|event| panic!("{event:?}")).await.expect("it is good");
    assert_eq!(bytes_of(&archive.blob.expect("it is still there")).await.len() as u64, size);
}
