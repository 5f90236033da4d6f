//! Pages, each with the list that must come out.

use serde_json::Value;

use super::extension_driver::{fixtures, with_extension, without_permission};
use crate::browser::{Browser, Kind, browse};

#[test]
fn every_way_to_show_an_image_is_collected_as_its_largest() {
    with_extension(async |browser| {
        browser.show_fixture("images.html").await;
        browser.until("[...document.images].every((image) => image.complete)").await;
        browser.press_toolbar_button().await;
        assert_eq!(browser.collected().await, browser.expected_list("images.list"));
        assert_eq!(browser.execute("return document.documentElement.dataset.run", vec![]).await, "idle");
        let title = browser.text_of("collected-title").await;
        assert_eq!(title, "Images of Every way to show an image");
    });
}

#[test]
fn odd_markup_and_names_that_take_the_place_of_an_element_s_own_hide_no_image() {
    with_extension(async |browser| {
        browser.show_fixture("odd.html").await;
        browser.press_toolbar_button().await;
        assert_eq!(browser.collected().await, browser.expected_list("odd.list"));
        let title = browser.text_of("collected-title").await;
        assert_eq!(title, "Images of <b>Bold</b> and turned", "as a text, in its own direction");
        browser.execute("document.getElementById('choosing').open = true", vec![]).await;
        let last = "return [...document.querySelectorAll('#collected-list input')].at(-1).ariaLabel";
        assert_eq!(browser.execute(last, vec![]).await, "gpj.exe.jpg");
    });
}

#[test]
fn frames_of_the_same_site_and_open_shadow_roots_are_looked_into() {
    with_extension(async |browser| {
        browser.show_fixture("inside-frame.html").await;
        browser.show_fixture("inside.html").await;
        browser.press_toolbar_button().await;
        assert_eq!(browser.collected().await, browser.expected_list("inside.list"));
        let notes = browser.text_of("collected-notes").await;
        assert!(notes.contains("1 frame of another site was not looked into"), "{notes}");
    });
}

#[test]
fn frames_of_other_sites_that_the_user_permits_are_looked_into() {
    with_extension(async |browser| {
        browser.show_fixture("inside-frame.html").await;
        let page = "<!doctype html><title>around</title><iframe src='{{site}}/inside-frame.html'></iframe>
            <iframe srcdoc='&lt;iframe src=&quot;{{site}}/inside-frame.html?again&quot;&gt;&lt;/iframe&gt;'></iframe>";
        browser.show_page("around.html", page).await;
        // The page itself is of a host without permission, and its frame of one with it.
        let address = browser.client.current_url().await.unwrap();
        browser.client.goto(&without_permission(address.as_str())).await.unwrap();
        browser.press_toolbar_button().await;
        assert_eq!(browser.collected().await, [browser.origin.url("/image/2/64x48.jpg?n=frame")]);
        assert_eq!(browser.text_of("collected-notes").await, "");
    });
}

#[test]
fn images_inside_the_page_are_saved_like_others() {
    with_extension(async |browser| {
        let svg = "data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>";
        let page = format!(
            "<!doctype html><title>data</title><img src=\"{svg}\"><img src='{{{{origin}}}}/image/1/64x48.jpg'>"
        );
        browser.show_page("data.html", &page).await;
        browser.press_toolbar_button().await;
        assert_eq!(browser.collected().await.len(), 2);
        browser.until_list_is_read(2).await;
        browser.fetch().await;
        let entries = browser.save_entries().await;
        assert_eq!(entries[0].1, b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>");
        assert_eq!(entries.len(), 2);
    });
}

#[test]
fn a_page_without_images_says_so() {
    with_extension(async |browser| {
        browser.show_page("empty.html", "<!doctype html><title>empty</title><p>Nothing here.</p>").await;
        browser.press_toolbar_button().await;
        assert_eq!(browser.collected().await, [""; 0]);
        let text = browser.text_of("collected-text").await;
        assert_eq!(text, "fetchzip found no images on this page.");
    });
}

/// A million elements, 100 MB of addresses, and addresses of the user's own router.
const HOSTILE: &str = "<!doctype html><title>hostile</title><body>
    <img src='http://192.168.1.1/reboot.jpg'><img src='{{origin}}/image/1/64x48.jpg?n=good'><script src='hostile.js'></script>";

/// Out of sight, so that the browser does not take most of a minute to lay it out and to decode it.
const HOSTILE_SCRIPT: &str = "
    const hidden = document.createElement('div');
    hidden.hidden = true;
    const long = 'data:image/png;base64,' + 'A'.repeat(900_000);
    for (let n = 0; n < 110; n += 1) {
        const image = document.createElement('img');
        image.loading = 'lazy';
        image.src = long + n;
        hidden.append(image);
    }
    hidden.insertAdjacentHTML('beforeend', '<b></b>'.repeat(1_000_000));
    document.body.append(hidden);";

#[test]
fn a_page_that_lies_about_its_images_costs_a_clear_message() {
    browse(fixtures().with("hostile.js", HOSTILE_SCRIPT), async |browser| {
        browser.show_page("hostile.html", HOSTILE).await;
        browser.press_toolbar_button().await;
        let list = browser.collected().await;
        assert!(list.contains(&browser.origin.url("/image/1/64x48.jpg?n=good")), "{}", list.len());
        let length = list.iter().map(String::len).sum::<usize>();
        assert!(length < 10_000_000, "{length}");
        let notes = browser.text_of("collected-notes").await;
        assert!(notes.contains("too large to be looked through"), "{notes}");
        assert!(notes.contains("left out, because together or alone they are too long"), "{notes}");
        assert!(notes.contains("1 address leads into your own network"), "{notes}");
        let text = browser.text_of("collected-text").await;
        assert!(text.contains(" of them were put into the list below"), "{text}");
        assert!(
            !list.iter().any(|line| line.contains("192.168.1.1")),
            "what leads to the router is not ticked"
        );
        browser.check_records().await;
    });
}

#[test]
fn of_a_page_with_more_images_than_are_listed_the_first_are_and_the_page_says_so() {
    let script = "for (let n = 0; n < 30_000; n += 1) {
        const image = document.createElement('img');
        image.loading = 'lazy';
        image.src = `/${n}.jpg`;
        document.body.append(image);
    }";
    browse(fixtures().with("many.js", script), async |browser| {
        let page = "<!doctype html><title>many</title><body hidden><script src='many.js'></script>";
        browser.show_page("many.html", page).await;
        browser.press_toolbar_button().await;
        let length = browser.collected().await.len();
        let notes = browser.text_of("collected-notes").await;
        let text = browser.text_of("collected-text").await;
        // A machine that is too slow for 20,000 says how far it came.
        let is_whole = length == 20_000 && notes.contains("the first 20,000 are here");
        assert!(is_whole || notes.contains("too large to be looked through"), "{length}: {notes}");
        assert!(text.contains("They were put into the list below"), "{text}");
        browser.check_records().await;
    });
}

/// The ids of all tabs but this one, which shows the extension's page, in their order.
async fn other_tabs(browser: &Browser) -> Vec<Value> {
    let others = "const api = globalThis.browser ?? chrome;
        const own = await api.tabs.getCurrent();
        const tabs = await api.tabs.query({});
        return tabs.filter(({ id }) => id !== own.id).map(({ id }) => id);";
    browser.execute_async(others, vec![]).await.as_array().unwrap().clone()
}

async fn open_tab(browser: &Browser) {
    let tab = browser.client.new_window(true).await.unwrap();
    browser.client.switch_to_window(tab.handle).await.unwrap();
}

#[test]
fn several_tabs_are_collected_together_with_a_folder_each() {
    with_extension(async |browser| {
        let page = |title: &str, seed: u32| {
            format!(
                "<!doctype html><title>{title}</title><img src='{{{{origin}}}}/image/{seed}/64x48.jpg/cat.jpg?cors=off'>"
            )
        };
        browser.show_page("one.html", &page("Cats: one", 1)).await;
        open_tab(browser).await;
        browser.show_page("two.html", &page("Cats: one", 2)).await;
        open_tab(browser).await;
        browser.open_extension().await;
        let tabs = other_tabs(browser).await;
        browser.open_extension_for(&tabs).await;
        assert_eq!(browser.collected().await.len(), 3, "a heading, and an image of each");
        browser.until_list_is_read(2).await;
        browser.fetch().await;
        let entries = browser.save_entries().await;
        let names: Vec<_> = entries.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["Cats one/cat.jpg", "Cats one (2)/cat.jpg"]);
    });
}

#[test]
fn a_page_that_no_extension_may_look_into_is_said_to_be_one() {
    with_extension(async |browser| {
        let restricted = match browser.kind {
            Kind::Firefox => "about:license",
            _ => "chrome://version",
        };
        browser.client.goto(restricted).await.unwrap();
        open_tab(browser).await;
        browser.open_extension().await;
        let tabs = other_tabs(browser).await;
        browser.open_extension_for(&tabs).await;
        browser
            .until("document.getElementById('collected-notes').innerText.includes('lets no extension look')")
            .await;
        assert!(browser.all("button", "Allow all sites").await.is_empty());
    });
}
