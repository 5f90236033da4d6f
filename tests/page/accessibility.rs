//! axe-core, both themes, a phone.

use serde_json::json;

use super::page_driver::{QUESTION, with_new_page_of, with_page_of};
use crate::browser::Browser;
use crate::browser::accessibility::axe;
use crate::browser::capability::{Capability, requires};
use crate::browser::keys::{ESCAPE, TAB};
use crate::browser::site::Site;

/// A page as wide as a phone, in a frame: no desktop browser makes its window as narrow.
const PHONE: &str = "<!doctype html><html lang=\"en\"><title>a phone</title>
    <iframe title=\"the page\" src=\"./\" width=\"360\" height=\"740\" style=\"border: 0\"></iframe>";

const WIDTHS: [&str; 2] = ["wide", "phone"];

#[test]
fn axe_finds_nothing_in_any_state_theme_or_width() {
    let axe = axe();
    for width in WIDTHS {
        with_page_of(Site::page().with("phone.html", PHONE), async |browser| {
            browser.show_as(width).await;
            browser.execute(&axe, vec![]).await;
            browser.check_in_both_themes(&format!("{width}, idle")).await;
            browser.relay("no relay").await;
            browser.until("document.activeElement.value === 'no relay'").await;
            browser.press_keys(&[TAB]).await;
            browser.until("document.body.innerText.includes('not a relay')").await;
            browser.check_in_both_themes(&format!("{width}, more options")).await;
            browser.relay("").await;
            browser.show_commands().await;
            browser.check_in_both_themes(&format!("{width}, handed over")).await;

            browser
                .fill_paths(&["/image/1/64x48.jpg?gate=g", "/image/2/64x48.png", "/fault/status/404"])
                .await;
            browser.press("Fetch").await;
            browser.until("document.body.innerText.includes('2 of 3 images')").await;
            browser.check_in_both_themes(&format!("{width}, running")).await;
            browser.press_keys(&[ESCAPE]).await;
            browser.the_coming("dialog", QUESTION).await;
            browser.check_in_both_themes(&format!("{width}, asked whether to stop")).await;
            browser.press("Go on").await;
            browser.origin.open_gate("g");
            browser.until_run("done").await;
            browser.check_in_both_themes(&format!("{width}, partly failed")).await;

            browser.choose("Compare").await;
            browser.fill_paths(&["/image/1/64x48.jpg?latency=20"; 3]).await;
            browser.fetch().await;
            browser.check_in_both_themes(&format!("{width}, compared")).await;
            browser.press("Help").await;
            browser.check_in_both_themes(&format!("{width}, help")).await;
        });
    }
}

#[test]
fn axe_finds_nothing_in_the_pictures_and_the_viewer() {
    let axe = axe();
    for width in WIDTHS {
        with_new_page_of(Site::page().with("phone.html", PHONE), async |browser| {
            browser.show_as(width).await;
            browser.execute(&axe, vec![]).await;
            browser
                .fill_paths(&["/image/1/64x48.jpg", "/image/2/640x480.png?gate=g", "/fault/status/404"])
                .await;
            browser.press("Fetch").await;
            browser.the_coming("checkbox", "64x48.jpg").await;
            browser.check_in_both_themes(&format!("{width}, pictures that arrive")).await;
            browser.origin.open_gate("g");
            browser.until_run("done").await;
            browser.the_coming("checkbox", "640x480.png").await;
            browser.check_in_both_themes(&format!("{width}, pictures")).await;
            browser.press("None").await;
            browser.check_in_both_themes(&format!("{width}, no picture chosen")).await;
            browser.check_fits(&format!("{width}, pictures")).await;
            browser.press("View 640x480.png").await;
            browser.until("document.querySelector('dialog[open] img')?.naturalWidth === 640").await;
            browser.check_in_both_themes(&format!("{width}, one picture")).await;
            browser.check_fits(&format!("{width}, one picture")).await;
            browser.press("Close").await;
            browser.click("tab", "Timeline").await;
            browser.check_in_both_themes(&format!("{width}, timeline")).await;
        });
    }
}

#[test]
fn what_a_finger_aims_at_is_large_enough() {
    if !requires(Capability::TouchEmulation) {
        return;
    }
    with_new_page_of(Site::page(), async |browser| {
        browser.devtools("Emulation.setTouchEmulationEnabled", json!({ "enabled": true })).await;
        browser.fill_paths(&["/image/1/64x48.jpg", "/image/2/64x48.png"]).await;
        browser.fetch().await;
        browser.the_coming("checkbox", "64x48.jpg").await;
        let check = async |part: &str| {
            let small = "return [...document.querySelectorAll(arguments[0])]
              .filter((target) => target.getClientRects().length > 0)
              .filter((target) => { const { width, height } = target.getBoundingClientRect(); return width < 44 || height < 44; })
              .map((target) => target.outerHTML.slice(0, 120));";
            let targets = format!(
                "{part} :is(button, input, select, summary, a, [role=slider]):not(.check input, .unseen, #mode input, #save)"
            );
            assert_eq!(browser.execute("return matchMedia('(pointer: coarse)').matches", vec![]).await, true);
            assert_eq!(browser.execute(small, vec![targets.into()]).await, json!([]), "{part}");
        };
        // The box around "Save zip" is what a finger aims at.
        check("body").await;
        browser.click("tab", "Timeline").await;
        check("body").await;
        browser.click("tab", "Pictures").await;
        browser.press("Help").await;
        check("dialog[open]").await;
        browser.press("Close").await;
        browser.press("View 64x48.png").await;
        check("dialog[open]").await;
        // The session is the next test's, too.
        browser.devtools("Emulation.setTouchEmulationEnabled", json!({ "enabled": false })).await;
    });
}

#[test]
fn what_is_chosen_shows_where_colors_are_forced() {
    if !requires(Capability::ForcedColors) {
        return;
    }
    with_new_page_of(Site::page(), async |browser| {
        browser.fill_paths(&["/image/1/64x48.jpg", "/image/2/64x48.png"]).await;
        browser.fetch().await;
        browser.the_coming("checkbox", "64x48.jpg").await;
        let forced = json!({ "features": [{ "name": "forced-colors", "value": "active" }] });
        browser.devtools("Emulation.setEmulatedMedia", forced).await;
        browser.until("matchMedia('(forced-colors: active)').matches").await;
        let groups = [
            ("#mode input:checked + span", "#mode input:not(:checked) + span"),
            (".sizes input:checked + span", ".sizes input:not(:checked) + span"),
            (".chips [aria-pressed=true]", ".chips [aria-pressed=false]"),
            ("[role=tab][aria-selected=true]", "[role=tab][aria-selected=false]"),
        ];
        for (chosen, other) in groups {
            let background = async |selector: &str| {
                let script = "return getComputedStyle(document.querySelector(arguments[0])).backgroundColor";
                browser.execute(script, vec![selector.into()]).await
            };
            assert_ne!(background(chosen).await, background(other).await, "{chosen}");
        }
        // The session is the next test's, too.
        browser.devtools("Emulation.setEmulatedMedia", json!({ "features": [] })).await;
    });
}

#[test]
fn axe_finds_nothing_on_a_page_with_an_interrupted_run() {
    if !requires(Capability::PrivateFiles) {
        return;
    }
    let axe = axe();
    for width in WIDTHS {
        with_page_of(Site::page().with("phone.html", PHONE), async |browser| {
            browser.show_as(width).await;
            browser.fill_paths(&["/image/1/64x48.jpg?gate=never", "/image/2/64x48.png"]).await;
            browser.press("Fetch").await;
            browser.until_noted(1).await;
            // To the address where it is: a page that another takes the place of may live on in
            // the browser's cache of pages.
            if width == "phone" {
                browser.show_as(width).await;
            } else {
                browser.reload().await;
            }
            browser.execute(&axe, vec![]).await;
            browser.the_coming("list", "Runs on this device").await;
            browser.check_in_both_themes(&format!("{width}, interrupted")).await;
        });
    }
}

#[test]
fn the_help_page_is_accessible_and_fits_a_phone() {
    let phone = PHONE.replace("\"./\"", "\"help.html\"");
    assert_ne!(phone, PHONE);
    with_page_of(Site::page().with("phone.html", &phone), async |browser| {
        for page in ["help.html", "phone.html"] {
            browser.client.goto(&format!("{}{page}", browser.address)).await.unwrap();
            if page == "phone.html" {
                browser.client.enter_frame(0).await.unwrap();
            }
            browser.until("document.body.innerText.includes('Images to fetchzip')").await;
            browser.execute(&axe(), vec![]).await;
            browser.check_in_both_themes(page).await;
            browser.check_fits(page).await;
        }
    });
}

#[test]
fn nothing_is_wider_than_a_phone() {
    with_page_of(Site::page().with("phone.html", PHONE), async |browser| {
        browser.show_as("phone").await;
        browser.check_width("idle").await;
        let long = format!("/file/{}.jpg", "a-very-long-name-".repeat(8));
        browser.fill_paths(&[&long, "/fault/status/404", "/image/1/64x48.jpg"]).await;
        browser.check_width("with a list").await;
        browser.open_more_options().await;
        browser.check_width("with more options").await;
        browser.show_commands().await;
        browser.check_width("handed over").await;
        browser.fetch().await;
        browser.check_width("done").await;
        browser.choose("Compare").await;
        browser.fetch().await;
        browser.check_width("compared").await;
    });
}

#[test]
fn the_form_fits_320_pixels_with_all_modes_on_one_line() {
    let narrow = PHONE.replace("360", "320");
    with_page_of(Site::page().with("phone.html", &narrow), async |browser| {
        browser.client.goto(&format!("{}phone.html", browser.address)).await.unwrap();
        browser.client.enter_frame(0).await.unwrap();
        browser.until_ready().await;
        assert_eq!(browser.execute("return innerWidth", vec![]).await, 320);
        for mode in ["Concurrent", "Sequential", "Compare"] {
            browser.choose(mode).await;
            browser.check_width(mode).await;
            let lines = "return new Set([...document.querySelectorAll('#mode label')]
                .map((label) => label.getBoundingClientRect().top)).size";
            assert_eq!(browser.execute(lines, vec![]).await, 1, "{mode}");
        }
    });
}

impl Browser {
    async fn show_as(&self, width: &str) {
        if width == "phone" {
            self.client.goto(&format!("{}phone.html", self.address)).await.unwrap();
            self.client.enter_frame(0).await.unwrap();
            self.until_ready().await;
            assert_eq!(self.execute("return innerWidth", vec![]).await, 360);
        }
    }

    /// Exports a list for img2dataset, whose commands are the longest texts.
    async fn show_commands(&self) {
        if self.list().await.is_empty() {
            self.fill_paths(&["/image/1/64x48.jpg"]).await;
        }
        let script = "const details = document.getElementById('hand-over');
            details.open = true;
            [...details.querySelectorAll('button')].find((button) => button.textContent.includes('img2dataset')).click();";
        self.execute(script, vec![]).await;
        self.until("document.getElementById('commands').textContent.includes('--distributor ray')").await;
    }

    async fn check_width(&self, state: &str) {
        self.check_fits(state).await;
        let cut_off = "const ticks = document.getElementById('ticks');
            const { right } = ticks.getBoundingClientRect();
            return [...ticks.children].filter((label) => label.getBoundingClientRect().right > right)
              .map((label) => label.textContent);";
        assert_eq!(self.execute(cut_off, vec![]).await, json!([]), "{state}: labels are cut off");
    }
}
