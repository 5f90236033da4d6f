//! A hundred runs in one tab. What they leave in memory is measured by `cargo xtask bench soak`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::bench::{Place, with_package};
use crate::browser::{Browser, Kind};

const RUNS: usize = 100;

const LONGEST: Duration = Duration::from_secs(150);

/// Each result is let go when the next is there, as the page does it.
const SOAK: &str = "
    let last;
    window.first = undefined;
    for (let run = 0; run < args.runs; run += 1) {
      const next = await fetchZip(args.urls, { retries: 0 });
      last?.dispose();
      last = next;
      window.first ??= await left();
    }
    // Read whole: it is there for as long as it was promised.
    const { byteLength } = await last.blob.arrayBuffer();
    return { size: last.blob.size, byteLength, outcomes: last.items.map(({ outcome }) => outcome) };";

/// Kinds and sizes of all files of the origin's own.
const LEFT: &str = "
    window.left = async () => {
      const files = [];
      const list = async (folder) => {
        for await (const [name, entry] of folder.entries()) {
          if (entry.kind === 'directory') await list(entry);
          else files.push(`${name.split('.').pop()} of ${(await entry.getFile()).size} bytes`);
        }
      };
      const root = await navigator.storage?.getDirectory?.().catch(() => undefined);
      if (root) await list(root);
      return files.sort();
    };";

#[test]
fn a_hundred_runs_leave_as_many_files_and_bytes_as_one() {
    with_package(async |browser| {
        let paths =
            ["/image/1/700000b.jpg", "/image/2/300000b.jpg", "/fault/status/404", "/image/3/64x48.png"];
        let urls: Vec<_> = paths.iter().map(|path| browser.origin.url(path)).collect();
        browser.execute(LEFT, vec![]).await;
        let told = browser.run_for_long(SOAK, json!({ "runs": RUNS, "urls": urls }), LONGEST).await;
        assert_eq!(told["outcomes"], json!(["stored", "stored", "failed", "stored"]));
        assert!(told["size"] == told["byteLength"] && told["size"].as_u64().unwrap() > 1_000_000, "{told}");

        let first = browser.execute("return window.first", vec![]).await;
        assert_eq!(first.as_array().unwrap().is_empty(), browser.kind == Kind::WebKit, "{first}");
        // The last but one may still be on its way out.
        let as_after_the_first = async || browser.left().await == first;
        browser.until_met(&format!("what is left is {first}"), as_after_the_first).await;
        assert_eq!(browser.origin.counters_of_all()["requests"], paths.len() * RUNS);
    });
}

impl Browser {
    async fn left(&self) -> Value {
        self.run(Place::Page, "return window.left();", Value::Null).await.expect("files can be listed")
    }
}
