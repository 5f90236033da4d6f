//! A hundred runs in one tab. `cargo xtask bench soak` measures what they leave in memory.

use std::time::Duration;

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::browser::capability::Capability;
use crate::package_driver::{Place, with_package};

const RUNS: usize = 100;

const LONGEST: Duration = Duration::from_secs(150);

/// Each result is disposed of when the next one is there, as the page does it.
const SOAK: &str = "
    let last, first, firstSize;
    for (let run = 0; run < args.runs; run += 1) {
      const next = await fetchZip(args.urls, { retries: 0 });
      last?.dispose();
      last = next;
      first ??= await left();
      firstSize ??= last.blob.size;
    }
    // The last archive can still be read whole.
    const { byteLength } = await last.blob.arrayBuffer();
    return { first, firstSize, size: last.blob.size, byteLength, outcomes: last.items.map(({ outcome }) => outcome) };";

/// Declares `left()`, which resolves to the kinds and sizes of all files.
const LEFT: &str = "
    const left = async () => {
      const kind = (path) => path.split('.').pop();
      const files = [...(await privateFiles())];
      return files.map(([path, { size }]) => `${kind(path)} of ${size} bytes`).sort();
    };";

#[test]
fn a_hundred_runs_leave_as_many_files_and_bytes_as_one() {
    with_package(async |browser| {
        let paths =
            ["/image/1/700000b.jpg", "/image/2/300000b.jpg", "/fault/status/404", "/image/3/64x48.png"];
        let urls: Vec<_> = paths.iter().map(|path| browser.origin.url(path)).collect();
        let body = format!("{LEFT}{SOAK}");
        let report = browser.run_for_long(&body, json!({ "runs": RUNS, "urls": urls }), LONGEST).await;
        assert_eq!(report["outcomes"], json!(["stored", "stored", "failed", "stored"]));
        assert!(
            report["size"] == report["byteLength"] && report["size"].as_u64().unwrap() > 1_000_000,
            "{report}"
        );

        // An archive's size depends on the order in which its images arrived.
        let files_for = |size: &Value| match Capability::PrivateFiles.is_in(browser.kind) {
            true => json!(["lock of 0 bytes", format!("zip of {size} bytes")]),
            false => json!([]),
        };
        assert_eq!(report["first"], files_for(&report["firstSize"]));
        // The files of the last run but one may still be on their way out.
        let last = files_for(&report["size"]);
        let are_only_the_last = async || browser.left().await == last;
        browser.until_met(&format!("the files are {last}"), are_only_the_last).await;
        assert_eq!(browser.origin.counters_of_all()["requests"], paths.len() * RUNS);
    });
}

impl Browser {
    async fn left(&self) -> Value {
        let body = format!("{LEFT} return left();");
        self.run(Place::Page, &body, Value::Null).await.expect("files can be listed")
    }
}
