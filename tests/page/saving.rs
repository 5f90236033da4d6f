//! From a list to a file on disk.

use std::fs;

use super::page_driver::{image_entries, with_page, with_page_of};
use crate::browser::Browser;
use crate::browser::site::Site;
use support::archive::check_in_every_reader;
use support::archive::contents::{File, entries};

#[test]
fn the_demo_s_zip_holds_what_the_server_sent_in_every_reader() {
    with_page(async |browser| {
        let expected = run_demo(browser).await;
        let archive = browser.save().await;
        let zip = fs::read(&archive).unwrap();
        assert!(image_entries(&zip) == expected);
        let files: Vec<_> = entries(&zip).iter().map(|(name, content)| File::new(name, content)).collect();
        check_in_every_reader(&archive, &files);
    });
}

#[test]
fn the_page_works_below_a_sub_path() {
    with_page_of(Site::page().at("/some/sub/path/"), async |browser| {
        let expected = run_demo(browser).await;
        assert!(browser.save_entries().await == expected);
    });
}

/// Runs the demo preset, and returns the names and bytes that its zip must hold.
async fn run_demo(browser: &Browser) -> Vec<(String, Vec<u8>)> {
    browser.press("Demo").await;
    browser.until("document.querySelector('textarea').value !== ''").await;
    let list = browser.list().await;
    assert_eq!(list.lines().count(), 12, "{list}");
    browser.fetch().await;
    let entry = |url: &str| {
        let path = url.strip_prefix(&browser.origin.http).expect("the demo server's own images");
        // Without the parameters for latency and rate.
        let path = path.split('?').next().unwrap();
        let name = path.rsplit('/').next().unwrap();
        (name.to_owned(), browser.origin.get(path))
    };
    list.lines().map(entry).collect()
}

#[test]
fn on_a_host_without_a_demo_server_the_demo_is_the_sample_images() {
    let site = Site::page().with_page_below("anywhere").at("/anywhere/");
    with_page_of(site, async |browser| {
        browser.press("Demo").await;
        browser.until("document.querySelector('textarea').value !== ''").await;
        let list = browser.list().await;
        browser.fetch().await;
        let mut expected = Vec::new();
        for url in list.lines() {
            let path = url.strip_prefix(&browser.address).expect("an image beside the page");
            let name = path.rsplit('/').next().unwrap().to_owned();
            expected.push((name, browser.site_file(&format!("anywhere/{path}"))));
        }
        assert_eq!(expected.len(), 12);
        assert!(browser.save_entries().await == expected);
    });
}

#[test]
fn entries_are_in_input_order_whatever_arrives_first() {
    with_page(async |browser| {
        let paths = [
            "/image/1/64x48.jpg?latency=300",
            "/image/2/32x32.png?latency=150",
            "/file/%C3%A9t%C3%A9?kind=gif",
            "/image/1/64x48.jpg",
        ];
        browser.fill_paths(&paths).await;
        browser.fetch().await;
        let names = ["64x48.jpg", "32x32.png", "été.gif", "64x48 (2).jpg"];
        let contents = paths.map(|path| browser.origin.get(path));
        let expected: Vec<_> = names.map(str::to_owned).into_iter().zip(contents).collect();
        assert!(browser.save_entries().await == expected);
    });
}

#[test]
fn large_images_arrive_whole() {
    with_page(async |browser| {
        let paths = ["/image/1/9000000b.jpg", "/image/2/5000001b.jpg"];
        browser.fill_paths(&paths).await;
        browser.fetch().await;
        let contents: Vec<_> = browser.save_entries().await.into_iter().map(|(_, content)| content).collect();
        assert!(contents == paths.map(|path| browser.origin.get(path)));
    });
}
