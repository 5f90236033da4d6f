//! The pictures of a run: which are shown, and which are chosen for the zip.

use std::time::Duration;

use fantoccini::actions::{
    Actions, InputSource, KeyAction, KeyActions, MOUSE_BUTTON_LEFT, MouseActions, PointerAction,
};

use super::page_driver::{image_entries, with_new_page, with_new_page_of, with_page};
use crate::browser::Browser;
use crate::browser::capability::{Capability, requires};
use crate::browser::keys::{DOWN, END, HOME, LEFT, RIGHT, SHIFT, SPACE, UP};
use crate::browser::site::Site;

/// A picture of one pixel.
const IMAGE: &str = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAAAAACwAAAAAAQABAAACAkQBADs=";

/// The beginning of a PNG of 16,383 × 16,383 pixels.
const HUGE: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAP/8AAD//CAYAAADXUzFs";

#[test]
fn pictures_come_first_unless_the_run_is_measured_and_the_choice_is_remembered() {
    with_new_page(async |browser| {
        let shown = async || browser.selected_tab().await;
        browser.fill_paths(&["/image/1/64x48.jpg"]).await;
        browser.fetch().await;
        assert_eq!(shown().await, "Pictures");
        browser.the("list", "Pictures").await;
        assert!(browser.all("table", "Images").await.is_empty(), "the other view is hidden");
        browser.choose("Sequential").await;
        browser.fetch().await;
        assert_eq!(shown().await, "Timeline");
        browser.the("table", "Images").await;
        assert!(browser.all("list", "Pictures").await.is_empty());

        browser.choose("Concurrent").await;
        browser.fetch().await;
        assert_eq!(shown().await, "Pictures");
        browser.click("tab", "Pictures").await;
        browser.press_keys(&[RIGHT]).await;
        assert_eq!(shown().await, "Timeline", "an arrow key leads to the other tab");
        assert_eq!(browser.focused_label().await, "Timeline");
        browser.client.refresh().await.unwrap();
        browser.until_ready().await;
        browser.fetch().await;
        assert_eq!(shown().await, "Timeline", "as it was chosen");
    });
}

#[test]
fn pictures_appear_as_they_are_stored_and_what_failed_is_none() {
    with_new_page(async |browser| {
        let paths =
            ["/image/1/64x48.jpg", "/image/2/32x32.png?gate=g", "/fault/status/404", "/image/3/48x64.gif"];
        browser.fill_paths(&paths).await;
        browser.press("Fetch").await;
        browser.until_pictures(&["64x48.jpg", "48x64.gif"]).await;
        browser.origin.open_gate("g");
        browser.until_run("done").await;
        browser.until_pictures(&["64x48.jpg", "32x32.png", "48x64.gif"]).await;
        let pictures = browser.pictures().await;
        assert!(pictures.iter().all(|picture| picture.is_ticked), "{pictures:?}");
        let size = browser.origin.get(paths[0]).len();
        let expected = format!("64 × 48 · {}.{} kB", size / 1000, (size % 1000 + 50) / 100 % 10);
        assert_eq!(pictures[0].facts, expected);
    });
}

#[test]
fn no_picture_covers_the_text_of_another() {
    with_page(async |browser| {
        let paths: Vec<_> = (1..=16).map(|seed| format!("/image/{seed}/64x48.jpg")).collect();
        browser.paste_paths(&paths).await;
        browser.fetch().await;
        browser.click("tab", "Pictures").await;
        browser.until("document.querySelectorAll('#pictures .facts:not(:empty)').length === 16").await;
        let covered = "
            const boxes = (selector) => [...document.querySelectorAll(selector)].map((it) => it.getBoundingClientRect());
            const frames = boxes('#pictures .frame'), texts = boxes('#pictures .facts');
            return texts.filter((text) => frames.some((frame) => text.left < frame.right && frame.left < text.right
                && text.top < frame.bottom - 1 && frame.top < text.bottom - 1)).length;";
        assert_eq!(browser.execute(covered, vec![]).await, 0);
    });
}

#[test]
fn the_zip_holds_what_is_ticked_and_nothing_is_fetched_for_it() {
    with_new_page(async |browser| {
        let paths = [
            "/image/1/100000b.jpg?key=k",
            "/image/2/200000b.jpg?key=k",
            "/image/3/300000b.jpg?key=k",
            "/fault/status/404?key=k",
        ];
        browser.fill_paths(&paths).await;
        browser.fetch().await;
        let requests = browser.origin.counters("k")["requests"].clone();
        let entry = |name: &str, path: &str| (name.to_owned(), browser.origin.get(path));
        let all = [
            entry("100000b.jpg", "/image/1/100000b.jpg"),
            entry("200000b.jpg", "/image/2/200000b.jpg"),
            entry("300000b.jpg", "/image/3/300000b.jpg"),
        ];
        browser.the("link", "Save zip").await;
        browser.click("checkbox", "200000b.jpg").await;
        let zip = browser.save_as("Save zip · 2 of 3 · 400 kB").await;
        assert!(image_entries(&zip) == [all[0].clone(), all[2].clone()]);

        browser.press("None").await;
        browser.click("link", "Save zip · 0 of 3 · 0 B").await;
        browser.until("document.body.innerText.includes('No picture is chosen')").await;
        browser.press("Invert").await;
        let zip = browser.save_as("Save zip").await;
        assert!(image_entries(&zip) == all, "what is ticked again is there again");
        assert_eq!(browser.origin.counters("k")["requests"], requests);
    });
}

#[test]
fn shift_chooses_all_pictures_from_the_last_one_on() {
    with_new_page(async |browser| {
        browser.fill_paths(&["/image/1/64x48.jpg"; 8]).await;
        browser.fetch().await;
        browser.until_ticked("11111111").await;
        browser.click("checkbox", "64x48 (2).jpg").await;
        browser.until_ticked("10111111").await;
        browser.click_with_shift("64x48 (5).jpg").await;
        browser.until_ticked("10000111").await;
        // Back to the beginning, by keys.
        browser.press_keys(&[LEFT]).await;
        browser.press_keys(&[SPACE]).await;
        browser.until_ticked("10010111").await;
        browser.press_keys(&[HOME]).await;
        browser.press_keys(&[SHIFT, SPACE]).await;
        browser.until_ticked("00000111").await;
    });
}

#[test]
fn arrow_keys_move_between_pictures_and_the_focus_stays_on_the_screen() {
    with_new_page(async |browser| {
        browser.paste(&format!("{IMAGE}\n").repeat(300)).await;
        browser.until("document.body.innerText.includes('300 URLs')").await;
        browser.fetch().await;
        browser.until("document.querySelectorAll('#pictures [role=listitem]').length > 20").await;
        let reachable = "document.querySelectorAll('#pictures [tabindex=\"0\"]').length === 1";
        browser.until(reachable).await;
        browser.execute("document.querySelector('#pictures [tabindex=\"0\"]').focus()", vec![]).await;
        let columns = browser.columns().await;
        for (key, picture) in [
            (RIGHT, 2),
            (RIGHT, 3),
            (LEFT, 2),
            (DOWN, 2 + columns),
            (UP, 2),
            (UP, 2),
            (END, 300),
            (RIGHT, 300),
            (LEFT, 299),
            (HOME, 1),
            (LEFT, 1),
        ] {
            browser.press_keys(&[key]).await;
            assert_eq!(browser.focused_picture().await, picture, "after {key:?}");
            let on_screen = "const { top, bottom } = document.activeElement.getBoundingClientRect();
                return top >= 0 && bottom <= innerHeight;";
            assert_eq!(browser.execute(on_screen, vec![]).await, true, "picture {picture}");
            browser.until(reachable).await;
        }
    });
}

#[test]
fn a_search_narrows_what_is_shown_and_small_pictures_are_left_out() {
    with_new_page(async |browser| {
        browser
            .fill_paths(&["/image/1/64x48.jpg?a", "/image/2/300x100.png?b", "/image/3/90x200.gif?c"])
            .await;
        browser.fetch().await;
        let all = ["64x48.jpg", "300x100.png", "90x200.gif"];
        browser.until_pictures(&all).await;
        browser.enter("searchbox", "Search", "PNG").await;
        browser.until_pictures(&["300x100.png"]).await;
        browser.the("link", "Save zip").await;
        browser.press("None").await;
        browser.enter("searchbox", "Search", "/3/90").await;
        browser.until_pictures(&["90x200.gif"]).await;
        browser.enter("searchbox", "Search", "").await;
        browser.until_pictures(&all).await;
        browser.until_ticked("101").await;
        browser.press("All").await;

        browser.enter("spinbutton", "Leave out smaller than", "200").await;
        browser.until_pictures(&all[1..]).await;
        let save = "[...document.querySelectorAll('a')].some((link) => link.textContent.startsWith('Save zip · 2 of 3 · '))";
        browser.until(save).await;
        browser.enter("spinbutton", "Leave out smaller than", "").await;
        browser.until_pictures(&all).await;
        browser.the("link", "Save zip").await;
    });
}

#[test]
fn thumbnails_are_made_of_what_is_in_sight_and_never_of_huge_pictures() {
    with_new_page(async |browser| {
        let list = format!("{HUGE}\n{}", format!("{IMAGE}\n").repeat(2000));
        browser.paste(&list).await;
        browser.until("document.body.innerText.includes('2,001 URLs')").await;
        browser.fetch().await;
        browser.until("document.querySelectorAll('#pictures canvas').length > 10").await;
        let first = "document.querySelector('#pictures [aria-posinset=\"1\"] .thumb')";
        browser.until(&format!("{first}.textContent === '16383 × 16383'")).await;
        browser.until(&format!("{first}.childElementCount === 0")).await;
        browser.click("radio", "S").await;
        for place in [0.3, 0.6, 1.0, 0.0] {
            browser.scroll_pictures(place).await;
        }
        let kept =
            browser.execute("return document.querySelectorAll('#pictures canvas').length", vec![]).await;
        assert!(kept.as_u64().unwrap() < 400, "{kept} thumbnails are in the document");
    });
}

/// The page in a frame that can be made narrow.
const FRAME: &str = "<!doctype html><html lang=\"en\"><title>a frame</title>
    <iframe title=\"the page\" src=\"./\" width=\"600\" height=\"600\"></iframe>";

#[test]
fn a_page_that_had_no_width_shows_its_pictures_again() {
    with_new_page_of(Site::page().with("frame.html", FRAME), async |browser| {
        browser.client.goto(&format!("{}frame.html", browser.address)).await.unwrap();
        browser.client.enter_frame(0).await.unwrap();
        browser.until_ready().await;
        browser.fill_paths(&["/image/1/64x48.jpg", "/image/2/32x32.png"]).await;
        browser.fetch().await;
        let are_drawn = "document.querySelectorAll('#pictures canvas').length === 2";
        browser.until(are_drawn).await;
        for (width, has_it) in [(1, "innerWidth < 100"), (600, "innerWidth > 500")] {
            browser.execute("frameElement.width = arguments[0]", vec![width.into()]).await;
            browser.until(has_it).await;
        }
        browser.until(are_drawn).await;
        assert!(!browser.text().await.contains("The page has stopped"));
    });
}

#[test]
fn of_ten_thousand_pictures_only_those_in_view_are_elements() {
    with_new_page(async |browser| {
        browser.paste(&format!("{IMAGE}\n").repeat(10_000)).await;
        browser.until("document.body.innerText.includes('10,000 URLs')").await;
        browser.fetch().await;
        browser.until("document.querySelector('#pictures [aria-setsize=\"10000\"]')").await;
        for place in [0.0, 0.5, 1.0] {
            browser.scroll_pictures(place).await;
            let count = browser.pictures().await.len();
            assert!((3..400).contains(&count), "{count} pictures are in the document at {place}");
        }
        let last = browser.pictures().await.pop().unwrap();
        assert_eq!(last.name, "image-9999.gif");
    });
}

#[test]
fn what_went_straight_to_disk_can_t_be_chosen_and_the_page_says_so() {
    if !requires(Capability::FilePicker) {
        return;
    }
    let picker = "window.showSaveFilePicker = async () =>
        (await navigator.storage.getDirectory()).getFileHandle('picked.zip', { create: true });";
    with_new_page_of(Site::page().with_script("picker.js", picker), async |browser| {
        browser.click("checkbox", "Save straight to disk").await;
        browser.fill_paths(&["/image/1/64x48.jpg"]).await;
        browser.fetch().await;
        assert_eq!(browser.selected_tab().await, "Timeline");
        browser.click("tab", "Pictures").await;
        browser
            .until("document.body.innerText.includes('Saved straight to disk: the images are written')")
            .await;
        assert!(browser.all("list", "Pictures").await.is_empty());
        assert!(browser.all("button", "None").await.is_empty());
    });
}

impl Browser {
    async fn selected_tab(&self) -> String {
        let script = "return document.querySelector('[role=tab][aria-selected=true]').textContent";
        self.execute(script, vec![]).await.as_str().unwrap().to_owned()
    }

    async fn focused_label(&self) -> String {
        let script = "return document.activeElement.textContent";
        self.execute(script, vec![]).await.as_str().unwrap().to_owned()
    }

    async fn until_pictures(&self, names: &[&str]) {
        let are_shown = async || {
            let pictures = self.pictures().await;
            pictures.iter().map(|picture| &*picture.name).eq(names.iter().copied())
        };
        self.until_met(&format!("the pictures are {names:?}"), are_shown).await;
    }

    /// Waits until the boxes are ticked as the digits say.
    async fn until_ticked(&self, digits: &str) {
        let are_ticked = async || {
            let pictures = self.pictures().await;
            pictures.iter().map(|picture| if picture.is_ticked { '1' } else { '0' }).eq(digits.chars())
        };
        self.until_met(&format!("the boxes are ticked as {digits}"), are_ticked).await;
    }

    /// The place of the picture that has the focus, from 1.
    async fn focused_picture(&self) -> u64 {
        let script =
            "return Number(document.activeElement.closest('[role=listitem]')?.getAttribute('aria-posinset'))";
        self.execute(script, vec![]).await.as_u64().unwrap()
    }

    /// The number of pictures in a row.
    async fn columns(&self) -> u64 {
        let script = "const tops = [...document.querySelectorAll('#pictures [role=listitem]')]
              .map((picture) => picture.getBoundingClientRect().top);
            return tops.filter((top) => top === tops[0]).length;";
        self.execute(script, vec![]).await.as_u64().unwrap()
    }

    /// Scrolls the grid to a share of its height, and waits until it is drawn there.
    async fn scroll_pictures(&self, share: f64) {
        let script = "const view = document.getElementById('pictures-view');
            view.scrollTop = Math.round((view.scrollHeight - view.clientHeight) * arguments[0]);";
        self.execute(script, vec![share.into()]).await;
        self.until(
            "(() => { const view = document.getElementById('pictures-view').getBoundingClientRect();
                return [...document.querySelectorAll('#pictures [role=listitem]')].some((picture) => {
                  const { top, bottom } = picture.getBoundingClientRect();
                  return bottom > view.top && top < view.bottom;
                }); })()",
        )
        .await;
    }

    /// Clicks on the box of a picture while Shift is held.
    async fn click_with_shift(&self, name: &str) {
        let element = self.the("checkbox", name).await;
        let pause = || KeyAction::Pause { duration: Duration::ZERO };
        let keys = KeyActions::new("keyboard".into())
            .then(KeyAction::Down { value: SHIFT })
            .then(pause())
            .then(pause())
            .then(pause())
            .then(KeyAction::Up { value: SHIFT });
        let still = || PointerAction::Pause { duration: Duration::ZERO };
        let mouse = MouseActions::new("mouse".into())
            .then(still())
            .then(PointerAction::MoveToElement { element, duration: None, x: 0.0, y: 0.0 })
            .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
            .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT })
            .then(still());
        self.client.perform_actions(Actions::from(keys).and(mouse)).await.unwrap();
    }

    /// Saves the zip by the link of this name, and returns its bytes.
    async fn save_as(&self, link: &str) -> Vec<u8> {
        self.the_coming("link", link).await;
        self.click("link", link).await;
        let zip = std::fs::read(self.downloaded("images.zip").await).unwrap();
        self.forget_download("images.zip");
        zip
    }
}
