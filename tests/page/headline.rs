//! What the page says of a result is true at every moment, and no result is replaced without a word.

use std::fs;

use super::page_driver::{image_entries, with_page};
use crate::browser::keys::ENTER;

const FIRST: [&str; 2] = ["/image/1/300000b.jpg", "/image/2/64x48.png"];

#[test]
fn the_headline_says_what_has_become_of_the_zip() {
    with_page(async |browser| {
        browser.fill_paths(&FIRST).await;
        browser.fetch().await;
        let headline = browser.headline().await;
        assert!(
            headline.starts_with("2 of 2 fetched · 30") && headline.ends_with("kB, not saved yet"),
            "{headline}"
        );
        browser.save().await;
        let says = "document.getElementById('run-text').innerText";
        browser.until(&format!("{says}.startsWith('Handed to the browser as images.zip')")).await;
        assert!(!browser.text().await.contains("not saved yet"));
        browser.press("Throw away").await;
        browser.until(&format!("{says} === 'Thrown away'")).await;
        browser.press("Undo").await;
        browser.until(&format!("{says}.startsWith('Handed to the browser as images.zip')")).await;
    });
}

#[test]
fn at_the_end_of_a_run_the_focus_is_on_save_zip_and_enter_replaces_nothing() {
    with_page(async |browser| {
        browser.fill_paths(&FIRST).await;
        let fetch = serde_json::to_value(browser.the("button", "Fetch").await).unwrap();
        browser.execute("arguments[0].focus()", vec![fetch]).await;
        browser.press_keys(&[ENTER]).await;
        browser.until_run("done").await;
        browser.until("document.activeElement.textContent === 'Save zip'").await;
        let requests = browser.origin.counters_of_all()["requests"].clone();
        browser.press_keys(&[ENTER]).await;
        browser.downloaded("images.zip").await;
        assert_eq!(browser.origin.counters_of_all()["requests"], requests);
    });
}

#[test]
fn one_button_at_a_time_is_the_primary_one() {
    with_page(async |browser| {
        // Its color changes gradually.
        let until_primary = async |name: &str| {
            let filled = "(() => {
                const accent = getComputedStyle(document.querySelector('dialog .primary')).backgroundColor;
                return [...document.querySelectorAll('main :is(button, .primary)')]
                  .filter((it) => it.getClientRects().length > 0 && getComputedStyle(it).visibility === 'visible')
                  .filter((it) => getComputedStyle(it).backgroundColor === accent)
                  .map((it) => it.querySelector('a')?.textContent ?? it.textContent).join();
              })()";
            browser.until(&format!("{filled} === '{name}'")).await;
        };
        until_primary("Fetch").await;
        browser.fill_paths(&FIRST).await;
        browser.fetch().await;
        until_primary("Save zip").await;
        browser.save().await;
        let says = "document.getElementById('run-text').innerText";
        browser.until(&format!("{says}.startsWith('Handed to the browser as images.zip')")).await;
        until_primary("Fetch").await;
        browser.fetch().await;
        until_primary("Save zip").await;
    });
}

#[test]
fn a_result_that_was_not_saved_stays_when_another_run_follows() {
    with_page(async |browser| {
        browser.fill_paths(&FIRST).await;
        browser.fetch().await;
        browser.fill_paths(&["/image/3/64x48.gif"]).await;
        browser.fetch().await;
        let line = "document.body.innerText.includes('Previous: 2 images, not saved')";
        browser.until(line).await;
        browser.press("Save").await;
        let saved = image_entries(&fs::read(browser.downloaded("images.zip").await).unwrap());
        let names: Vec<_> = saved.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["300000b.jpg", "64x48.png"]);
        browser.until("document.body.innerText.includes('Previous: 2 images, handed to the browser')").await;
        browser.forget_download("images.zip");
        // A result that was saved needs no line.
        browser.save().await;
        browser.fetch().await;
        assert!(!browser.text().await.contains("Previous: 1 image"), "{}", browser.text().await);
    });
}

#[test]
fn an_earlier_result_is_thrown_away_and_brought_back() {
    with_page(async |browser| {
        browser.fill_paths(&FIRST).await;
        browser.fetch().await;
        browser.fill_paths(&["/image/3/64x48.gif"]).await;
        browser.fetch().await;
        let previous = "document.body.innerText.includes('Previous: 2 images, not saved')";
        browser.until(previous).await;
        // The other one is that of the shown run.
        browser.all("button", "Throw away").await.swap_remove(0).click().await.unwrap();
        browser.until(&format!("!{previous}")).await;
        browser.press("Undo").await;
        browser.until(previous).await;
        browser.press("Save").await;
        assert_eq!(image_entries(&fs::read(browser.downloaded("images.zip").await).unwrap()).len(), 2);
        browser.until_run("done").await;
    });
}
