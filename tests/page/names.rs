//! Names by a template: the preview, the presets, and what is in the zip.

use super::page_driver::with_page;
use crate::browser::Browser;

#[test]
fn a_template_with_columns_and_folders_names_the_entries() {
    with_page(async |browser| {
        let url = |path: &str| browser.origin.url(path);
        let list = format!(
            "SKU,Kind,Image\n17,cats,{}\n18,cats,{}\n18,,{}\n",
            url("/image/1/64x48.jpg"),
            url("/image/2/64x48.jpg"),
            url("/image/3/64x48.png"),
        );
        browser.paste(&list).await;
        browser.open_more_options().await;
        browser.name_by("{col.Kind|other}/{col.SKU}").await;
        browser.until_preview("cats/17, cats/18, other/18").await;
        browser.fetch().await;
        let names: Vec<_> = browser.save_entries().await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["cats/17.jpg", "cats/18.jpg", "other/18.png"]);
        assert_eq!(browser.rows().await[2].name, "other/18.png");
    });
}

#[test]
fn the_preview_counts_names_that_clash_and_shows_mistakes() {
    with_page(async |browser| {
        browser.fill_paths(&["/file/a/cat.jpg", "/file/b/cat.jpg", "/file/c/CAT.jpg", "/file/dog.jpg"]).await;
        browser.open_more_options().await;
        browser
            .until_preview("cat.jpg, cat.jpg, CAT.jpg, … · 2 names would clash, and will be numbered")
            .await;
        browser.the("combobox", "Name presets").await.select_by_value("{index+1}-{name}").await.unwrap();
        browser.until_preview("1-cat.jpg, 2-cat.jpg, 3-CAT.jpg, …").await;
        browser.name_by("{nmae}").await;
        browser.until_error("contains {nmae}; the fields are {name}").await;
        browser.press("Fetch").await;
        browser.until_run("idle").await;
        browser.name_by("{query.id}").await;
        browser.until_error("{query.id} is empty in line 1; write {query.id|unnamed}").await;
        browser.press("Fetch").await;
        browser
            .until("document.getElementById('plan').textContent.includes('Nothing was fetched: {query.id}')")
            .await;
        browser.name_by("{query.id|none}").await;
        browser.fetch().await;
        assert_eq!(browser.save_entries().await[1].0, "none (2).jpg");
    });
}

#[test]
fn a_template_survives_a_reload() {
    with_page(async |browser| {
        browser.open_more_options().await;
        browser.name_by("{index:3}").await;
        browser.click("textbox", "Image URLs").await;
        browser.client.refresh().await.unwrap();
        browser.until_ready().await;
        // The options are open, since one is set.
        let field = browser.the("textbox", "Names").await;
        assert_eq!(field.prop("value").await.unwrap().as_deref(), Some("{index:3}"));
    });
}

impl Browser {
    pub async fn name_by(&self, template: &str) {
        self.enter("textbox", "Names", template).await;
    }

    pub async fn until_preview(&self, text: &str) {
        let text = serde_json::to_string(text).unwrap();
        self.until(&format!("document.getElementById('names-preview').textContent === {text}")).await;
    }

    async fn until_error(&self, text: &str) {
        let text = serde_json::to_string(text).unwrap();
        self.until(&format!("document.getElementById('names-error').textContent.includes({text})")).await;
    }
}
