//! What the page shows at its beginning, in its help, and while a run takes the place of the form.

use super::page_driver::{with_page, with_page_of};
use crate::browser::keys::ENTER;
use crate::browser::site::Site;

#[test]
fn the_page_says_what_happens_to_the_data_and_which_version_it_is() {
    with_page(async |browser| {
        let text = browser.text().await;
        let promise = "Images go straight from their sites to this browser. No server of ours sees them.";
        assert!(text.contains(promise), "{text}");
        let version = concat!("fetchzip ", env!("CARGO_PKG_VERSION"));
        assert!(text.contains(version) && text.contains("MIT or Apache-2.0"), "{text}");
    });
}

#[test]
fn the_help_opens_at_its_beginning() {
    with_page(async |browser| {
        browser.press("Help").await;
        browser.until("document.activeElement.textContent === 'How it works'").await;
        browser.until("document.querySelector('dialog[open]').scrollTop === 0").await;
        browser.press("Close").await;
    });
}

#[test]
fn the_form_is_one_line_during_a_run_and_is_back_at_its_end() {
    with_page(async |browser| {
        browser.begin_half_held_run().await;
        let edit = browser.the_coming("button", "Edit").await;
        assert!(browser.text().await.contains("4 addresses"));
        assert!(browser.all("textbox", "Image URLs").await.is_empty());
        edit.click().await.unwrap();
        browser.the_coming("textbox", "Image URLs").await;
        browser.stop_and_keep().await;
        browser.until_run("done").await;

        browser.begin_half_held_run().await;
        browser.the_coming("button", "Edit").await;
        let top = "return Math.round(document.getElementById('run').getBoundingClientRect().top)";
        browser.stop_and_keep().await;
        let before = browser.execute(top, vec![]).await;
        browser.until_run("done").await;
        browser.the_coming("textbox", "Image URLs").await;
        assert_eq!(browser.execute(top, vec![]).await, before, "what the user looks at stays where it is");
    });
}

#[test]
fn the_line_in_place_of_the_form_says_what_the_list_is_and_where_the_names_are_from() {
    with_page(async |browser| {
        let list = format!("SKU,Image\n17,{}\n", browser.origin.url("/image/1/64x48.jpg?key=k&gate=never"));
        for (template, names) in [("{col.SKU}", "names from SKU"), ("{index+1}", "names {index+1}")] {
            browser.paste(&list).await;
            browser.until("document.getElementById('plan').textContent.includes(' URL')").await;
            browser.open_more_options().await;
            browser.name_by(template).await;
            browser.press("Fetch").await;
            browser.the_coming("button", "Edit").await;
            let text = browser.text().await;
            assert!(text.contains(&format!("1 address · CSV · {names} · Edit")), "{text}");
            browser.press("Stop").await;
            browser.until_run("cancelled").await;
        }
    });
}

#[test]
fn progress_and_stop_stay_in_sight_while_the_rest_scrolls() {
    with_page(async |browser| {
        let paths: Vec<_> = (0..60).map(|seed| format!("/image/{seed}/64x48.jpg?key=k&gate=never")).collect();
        browser.paste_paths(&paths).await;
        browser.press("Fetch").await;
        browser.the_coming("button", "Edit").await;
        browser.execute("window.scrollTo(0, document.documentElement.scrollHeight)", vec![]).await;
        let in_sight = "(({ top, bottom }) => top >= 0 && bottom <= innerHeight)
            (document.getElementById('stop').getBoundingClientRect())";
        browser.until(in_sight).await;
        browser.press("Stop").await;
        browser.until_run("cancelled").await;
    });
}

/// A page as wide and high as a phone.
const PHONE: &str = "<!doctype html><html lang=\"en\"><title>a phone</title>
    <iframe title=\"the page\" src=\"./\" width=\"360\" height=\"640\" style=\"border: 0\"></iframe>";

#[test]
fn on_a_phone_the_run_comes_into_view() {
    with_page_of(Site::page().with("phone.html", PHONE), async |browser| {
        browser.client.goto(&format!("{}phone.html", browser.address)).await.unwrap();
        browser.client.enter_frame(0).await.unwrap();
        browser.until_ready().await;
        browser.fill_paths(&["/image/1/64x48.jpg?key=k&gate=never"]).await;
        browser.press("Fetch").await;
        browser.origin.wait("k", "inFlight=1");
        browser.until(HEADLINE_IN_SIGHT).await;
        browser.press("Stop").await;
        browser.until_run("cancelled").await;
        browser.until(HEADLINE_IN_SIGHT).await;
    });
}

const HEADLINE_IN_SIGHT: &str = "(({ top, bottom }) => top >= 0 && bottom <= innerHeight)
    (document.getElementById('run-text').getBoundingClientRect())";

#[test]
fn on_a_phone_a_run_that_is_over_at_once_comes_into_view_too() {
    with_page_of(Site::page().with("phone.html", PHONE), async |browser| {
        browser.client.goto(&format!("{}phone.html", browser.address)).await.unwrap();
        browser.client.enter_frame(0).await.unwrap();
        browser.until_ready().await;
        for path in ["/image/1/64x48.jpg?status=404", "/image/2/64x48.jpg"] {
            browser.fill_paths(&[path]).await;
            browser.fetch().await;
            browser.until(HEADLINE_IN_SIGHT).await;
        }
    });
}

#[test]
fn on_a_phone_the_focus_is_in_sight_after_a_run_with_nothing_to_save() {
    with_page_of(Site::page().with("phone.html", PHONE), async |browser| {
        browser.client.goto(&format!("{}phone.html", browser.address)).await.unwrap();
        browser.client.enter_frame(0).await.unwrap();
        browser.until_ready().await;
        browser.fill_paths(&["/image/1/64x48.jpg?status=404"]).await;
        let fetch = serde_json::to_value(browser.the("button", "Fetch").await).unwrap();
        browser.execute("arguments[0].focus()", vec![fetch]).await;
        browser.press_keys(&[ENTER]).await;
        browser.until_run("done").await;
        browser.until(HEADLINE_IN_SIGHT).await;
        let in_sight = "(() => { const { top, bottom } = document.activeElement.getBoundingClientRect();
            return document.activeElement !== document.body && top >= 0 && bottom <= innerHeight; })()";
        browser.until(in_sight).await;
    });
}

#[test]
fn on_a_phone_the_end_of_a_run_leaves_users_where_they_have_scrolled_to() {
    with_page_of(Site::page().with("phone.html", PHONE), async |browser| {
        browser.client.goto(&format!("{}phone.html", browser.address)).await.unwrap();
        browser.client.enter_frame(0).await.unwrap();
        browser.until_ready().await;
        browser.fill_paths(&["/image/1/64x48.jpg?key=k&gate=held"]).await;
        browser.press("Fetch").await;
        browser.origin.wait("k", "inFlight=1");
        let edit = browser.the_coming("button", "Edit").await;
        edit.click().await.unwrap();
        browser.the_coming("textbox", "Image URLs").await;
        browser.execute("window.scrollTo(0, 0)", vec![]).await;
        browser.origin.open_gate("held");
        browser.until_run("done").await;
        browser.until("window.scrollY === 0").await;
    });
}
