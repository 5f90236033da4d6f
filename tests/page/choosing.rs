//! Which images go into the zip: filters, repeated ones, the record, and a zip that is updated.

use std::fs;

use serde_json::{Value, json};

use super::page_driver::{image_entries, with_page};
use crate::browser::Browser;
use crate::browser::keys::{ENTER, TAB};
use support::archive::contents::entries;

#[test]
fn filters_of_addresses_decide_what_is_asked_for() {
    with_page(async |browser| {
        let paths = ["/image/1/64x48.jpg?key=k", "/image/2/64x48.png?key=k", "/file/dog.gif?key=k"];
        browser.fill_paths(&paths).await;
        browser.open_more_options().await;
        browser.filter_by("Address contains", "/\\.(jpg|gif)\\?/").await;
        browser.until_plan_ends("3 URLs from 1 origin · 2 to fetch · 1 left out by filters").await;
        browser.filter_by("Extension", "jpg, png").await;
        browser.until_plan_ends("1 to fetch · 2 left out by filters").await;
        browser.fetch().await;
        assert!(browser.text().await.contains("1 of 3 fetched, 2 left out"), "{}", browser.text().await);
        let names: Vec<_> = browser.save_entries().await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["64x48.jpg"]);
        assert_eq!(browser.origin.counters("k")["requests"], 1);
        let rows: Vec<_> = browser.rows().await.into_iter().map(|row| row.status).collect();
        assert_eq!(rows, ["ok", "left out", "left out"]);

        // The filters outlive the page, and are in sight.
        browser.open_page().await;
        browser.until_plan_ends("1 to fetch · 2 left out by filters").await;
        let field = browser.the("textbox", "Extension").await;
        assert_eq!(field.prop("value").await.unwrap().as_deref(), Some("jpg, png"));
        browser.filter_by("Host", "b.example").await;
        browser.until_plan_ends("0 to fetch · 3 left out by filters").await;
        browser.press("Fetch").await;
        browser.until("document.body.innerText.includes('the filters leave none of 3 URLs')").await;
        browser.until_run("idle").await;
    });
}

#[test]
fn filters_of_images_decide_what_goes_into_the_zip_and_the_record_names_the_rest() {
    with_page(async |browser| {
        let paths =
            ["/image/1/64x48.jpg", "/image/2/32x24.png", "/image/3/64x20.png", "/image/4/3000000b.jpg"];
        browser.fill_paths(&paths).await;
        browser.open_more_options().await;
        browser.filter_by("Width", "40-").await;
        browser.filter_by("Width ÷ height", "-16:9").await;
        browser.filter_by("Bytes", "-1MB").await;
        browser.fetch().await;
        assert!(browser.text().await.contains("1 of 4 fetched, 3 left out"), "{}", browser.text().await);
        let zip = fs::read(browser.save().await).unwrap();
        let found = entries(&zip);
        let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["64x48.jpg", "manifest.csv", "manifest.json"]);
        let record: Value = serde_json::from_slice(&found[2].1).unwrap();
        let items = record["items"].as_array().unwrap();
        let outcomes: Vec<_> = items.iter().map(|item| item["outcome"].as_str().unwrap()).collect();
        assert_eq!(outcomes, ["stored", "left-out", "left-out", "left-out"]);
        assert_eq!(items[2]["reason"], "a filter leaves it out");

        browser.forget_download("images.zip");
        browser.filter_by("Width", "wide").await;
        // By the keyboard: the error below the filters moves what a pointer would aim at.
        browser.press_keys(&[ENTER]).await;
        browser.until("document.body.innerText.includes('Nothing was fetched: \"wide\" is no range')").await;
        browser.until_error_of_filters("\"wide\" is no range; write 800-2000, 800- or -2000").await;
        browser.filter_by("Width", "").await;
        browser.filter_by("Format", "png").await;
        browser.fetch().await;
        let names: Vec<_> = browser.save_entries().await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["32x24.png"], "the other one is too wide for its height");
    });
}

#[test]
fn repeated_addresses_and_images_are_skipped_and_the_record_can_be_left_out() {
    with_page(async |browser| {
        let paths = ["/image/1/64x48.jpg?key=k", "/image/1/64x48.jpg?key=k", "/image/1/64x48.jpg?key=k&x"];
        browser.fill_paths(&paths).await;
        browser.open_more_options().await;
        browser.click("checkbox", "Skip repeated addresses").await;
        browser.until_plan_ends("3 URLs from 1 origin · 2 to fetch · 1 repeated").await;
        browser.click("checkbox", "Skip repeated images").await;
        browser.click("checkbox", "Leave out the record").await;
        browser.fetch().await;
        assert_eq!(browser.origin.counters("k")["requests"], 2);
        let rows: Vec<_> = browser.rows().await.into_iter().map(|row| row.detail).collect();
        assert_eq!(rows[1..], ["the same address as image 1", "the same bytes as image 1"]);
        let zip = fs::read(browser.save().await).unwrap();
        let names: Vec<_> = entries(&zip).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["64x48.jpg"]);
    });
}

#[test]
fn files_that_are_no_images_are_kept_on_request() {
    with_page(async |browser| {
        // `%PDF-1.7`, a line feed and `%%EOF`.
        let pdf = "/bytes?hex=255044462d312e370a2525454f46&type=application/octet-stream&key=k";
        let paths = [pdf, "/image/1/64x48.jpg?key=k", "/fault/html", "/fault/empty"];
        browser.fill_paths(&paths).await;
        browser.fetch().await;
        let statuses = async || {
            let rows = browser.rows().await.into_iter();
            rows.map(|row| row.status).collect::<Vec<_>>()
        };
        assert_eq!(statuses().await, ["not an image", "ok", "not an image", "empty"]);
        let text = browser.text().await;
        assert!(
            text.contains(
                "a PDF document instead of an image: open the address in a tab, or choose Keep files"
            ),
            "{text}"
        );

        // What is retried is retried with the options of that time.
        browser.open_more_options().await;
        let name = "Keep files that are no images";
        browser.click("checkbox", name).await;
        browser.press("Retry the failed ones").await;
        browser.until_run("done").await;
        assert_eq!(statuses().await, ["ok", "ok", "not an image", "empty"]);
        browser.until("document.querySelectorAll('#images .thumb canvas').length > 0").await;
        let has_thumbnail = "return [...document.querySelectorAll('#images .thumb')].slice(0, 2)
            .map((thumb) => thumb.querySelector('canvas') !== null);";
        assert_eq!(browser.execute(has_thumbnail, vec![]).await, json!([false, true]));
        let zip = fs::read(browser.save().await).unwrap();
        let found = entries(&zip);
        let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["bytes.pdf", "64x48.jpg", "manifest.csv", "manifest.json"]);
        assert!(found[0].1 == browser.origin.get(pdf));
        let record: Value = serde_json::from_slice(&found[3].1).unwrap();
        let first = &record["items"][0];
        assert_eq!((&first["type"], &first["width"]), (&json!("application/pdf"), &Value::Null));

        // The choice outlives the page, and files of a zip are taken over like images.
        browser.forget_download("images.zip");
        browser.open_page().await;
        assert!(browser.the("checkbox", name).await.is_selected().await.unwrap());
        browser.fill_paths(&paths[..2]).await;
        browser.choose_files(&[("images.zip", &zip)]).await;
        browser
            .until("document.body.innerText.includes('2 images of the list will be taken from it.')")
            .await;
        let before = browser.origin.counters("k")["requests"].clone();
        browser.fetch().await;
        assert_eq!(browser.origin.counters("k")["requests"], before);
        assert!(entries(&fs::read(browser.save().await).unwrap())[..2] == found[..2]);
    });
}

#[test]
fn a_zip_is_updated_with_what_is_new_and_what_is_damaged_in_it_is_fetched() {
    with_page(async |browser| {
        let paths =
            ["/image/1/64x48.jpg?key=old", "/image/2/32x24.png?key=old", "/image/3/3000000b.jpg?key=old"];
        browser.fill_paths(&paths).await;
        browser.fetch().await;
        let mut zip = fs::read(browser.save().await).unwrap();
        browser.forget_download("images.zip");
        let png = browser.origin.get("/image/2/32x24.png");
        let place = zip.windows(png.len()).position(|bytes| bytes == png).unwrap();
        zip[place + png.len() / 2] ^= 1;

        browser.open_page().await;
        let more = [paths[2], paths[1], "/image/4/64x48.gif?key=new", paths[0]];
        browser.fill_paths(&more).await;
        let before = browser.origin.counters("old")["requests"].as_u64().unwrap();
        browser.choose_files(&[("images.zip", &zip)]).await;
        browser
            .until("document.body.innerText.includes('Updating images.zip: 3 images of the list will be taken from it.')")
            .await;
        browser.fetch().await;
        assert!(browser.text().await.contains("4 of 4 fetched"), "{}", browser.text().await);
        let requests = browser.origin.counters("old")["requests"].as_u64().unwrap() - before;
        assert_eq!(requests, 1, "only the damaged one is asked for again");
        assert_eq!(browser.origin.counters("new")["requests"], 1);
        let updated = fs::read(browser.save().await).unwrap();
        let found = image_entries(&updated);
        for (path, (name, content)) in more.iter().zip(&found) {
            let path = path.split('?').next().unwrap();
            assert!(path.ends_with(name.as_str()) && *content == browser.origin.get(path), "{name}");
        }
        assert_eq!(found.len(), more.len());

        // Without the zip all are fetched.
        browser.forget_download("images.zip");
        browser.press("Fetch all of them anew").await;
        browser.fetch().await;
        let requests = browser.origin.counters("old")["requests"].as_u64().unwrap() - before;
        assert_eq!(requests, 4);
    });
}

#[test]
fn a_zip_fills_an_empty_list() {
    with_page(async |browser| {
        browser.fill_paths(&["/image/1/64x48.jpg", "/image/2/32x24.png"]).await;
        browser.fetch().await;
        let zip = fs::read(browser.save().await).unwrap();
        browser.paste("").await;

        browser.choose_files(&[("pictures.zip", &zip)]).await;
        browser.until_plan_ends("2 URLs from 1 origin").await;
        browser.until("document.body.innerText.includes('Updating pictures.zip: 2 images')").await;
    });
}

impl Browser {
    /// Enters a filter, as typing and leaving the field do.
    async fn filter_by(&self, field: &str, text: &str) {
        self.enter("textbox", field, &format!("{text}{TAB}")).await;
    }

    /// Waits until the line below the list ends with this.
    async fn until_plan_ends(&self, end: &str) {
        self.until(&format!("document.getElementById('plan').textContent.endsWith({end:?})")).await;
    }

    async fn until_error_of_filters(&self, error: &str) {
        self.until(&format!("document.getElementById('filter-error').textContent === {error:?}")).await;
    }
}
