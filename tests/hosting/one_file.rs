//! `fetchzip.html`, the page in one file, opened from the disk.

use std::env;
use std::path::PathBuf;

use crate::browser::browse;
use crate::browser::site::Site;

/// What `cargo xtask test --only hosting` has made.
fn one_file() -> PathBuf {
    env::var("FETCHZIP_ONE_FILE").expect("`cargo xtask test --only hosting` sets FETCHZIP_ONE_FILE").into()
}

#[test]
fn the_page_in_one_file_does_its_main_job_from_the_disk() {
    browse(Site::page(), async |browser| {
        browser.client.goto(&format!("file://{}", one_file().display())).await.unwrap();
        browser.until_ready().await;
        assert!(browser.text().await.contains("fetchzip in one file, opened from your disk"));
        let images = ["/image/1/64x48.jpg", "/image/2/80x60.png", "/fault/status/404"];
        browser.fill_paths(&images).await;
        browser.fetch().await;
        assert!(browser.text().await.contains("2 of 3 fetched"), "{}", browser.text().await);
        let expected = [("64x48.jpg", images[0]), ("80x60.png", images[1])];
        let expected = expected.map(|(name, path)| (name.to_owned(), browser.origin.get(path)));
        assert!(browser.save_entries().await == expected);
        // What it can't do is not offered.
        assert!(browser.all("button", "Demo").await.is_empty());
        // Nothing beside it is asked for.
        let asked = "return performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.startsWith('file:'))";
        assert_eq!(browser.execute(asked, vec![]).await, serde_json::json!([]));
    });
}

#[test]
fn a_long_list_is_read_in_one_file_too() {
    browse(Site::page(), async |browser| {
        browser.client.goto(&format!("file://{}", one_file().display())).await.unwrap();
        browser.until_ready().await;
        // Longer than what the page on a server reads on its own thread.
        let lines: Vec<String> =
            (0..4_000).map(|index| format!("https://a.example/images/{index}.jpg")).collect();
        browser.paste(&lines.join("\n")).await;
        browser.until("document.getElementById('plan').textContent.includes('4,000')").await;
    });
}
