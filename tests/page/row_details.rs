//! The details of a row of the timeline: its own figures, its whole address, and what can be done.

use std::time::Duration;

use fantoccini::actions::{InputSource, MouseActions, PointerAction};
use serde_json::{Value, json};

use super::page_driver::with_page;
use crate::browser::Browser;
use crate::browser::capability::{Capability, requires};
use crate::browser::keys::{DOWN, ESCAPE, TAB, UP};

/// The element of the details.
const DETAILS: &str = "document.querySelector('[role=group][aria-label=\"Details of the image\"]')";

#[test]
fn the_row_under_the_pointer_has_its_own_details_beside_it_until_they_are_closed() {
    if !requires(Capability::RestingPointer) {
        return;
    }
    with_page(async |browser| {
        let paths = ["/image/1/64x48.jpg?n=1", "/fault/status/404?n=2", "/image/3/32x32.png?n=3"];
        browser.fill_paths(&paths).await;
        browser.fetch().await;
        for (row, path) in paths.iter().enumerate() {
            browser.point_at_row(row + 2).await;
            browser.until_details(&browser.origin.url(path)).await;
            let described =
                "return [...document.querySelectorAll('[role=row][aria-describedby]')].map((row) =>
                [row.ariaRowIndex ?? row.getAttribute('aria-rowindex'),
                 document.getElementById(row.getAttribute('aria-describedby')).textContent.length > 0]);";
            let described = browser.execute(described, vec![]).await;
            assert_eq!(described, json!([[(row + 2).to_string(), true]]), "no other row is described by it");
        }
        let text = browser.details().await;
        for part in ["32x32.png", "Queue", "Wait", "Receive", "Type", "image/png", "32 × 32", "Attempts"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let link = browser.the("link", "Open").await;
        assert_eq!(link.attr("href").await.unwrap().unwrap(), browser.origin.url(paths[2]));
        // The pointer can go there, and they stay.
        let details = browser.element_of(DETAILS).await;
        browser.move_pointer_to(details).await;
        browser.execute_async("await new Promise((next) => setTimeout(next, 300))", vec![]).await;
        assert!(browser.details().await.contains("32x32.png"));
        browser.press_keys(&[ESCAPE]).await;
        browser.until(&format!("{DETAILS}.hidden")).await;
    });
}

#[test]
fn by_keys_the_details_follow_and_neither_the_row_nor_its_neighbours_are_covered_or_leave_the_window() {
    with_page(async |browser| {
        browser.client.set_window_size(1440, 900).await.unwrap();
        browser.paste(&format!("{}\n", browser.origin.url("/image/1/64x48.jpg")).repeat(40)).await;
        browser.until("document.getElementById('plan').textContent.startsWith('40 URLs')").await;
        browser.fetch().await;
        browser.tab_to_row().await;
        let seen = "const box = (element) => element.getBoundingClientRect();
            const row = document.activeElement, index = Number(row.getAttribute('aria-rowindex'));
            const near = [index - 1, index, index + 1]
              .map((index) => document.querySelector(`tbody [aria-rowindex='${index}']`)).filter(Boolean);
            const details = document.querySelector('[role=group][aria-label=\"Details of the image\"]');
            const covers = (other) => box(details).top < box(other).bottom - 1
              && box(details).bottom > box(other).top + 1;
            const table = box(document.querySelector('[role=table]').parentElement);
            const { top, bottom } = box(row);
            // Not every browser scrolls by parts of a pixel.
            return { index, isSeen: top >= -2 && bottom <= innerHeight + 2, hasDetails: !details.hidden,
              coversNone: !near.some(covers), areSeen: box(details).top >= -1 && box(details).bottom <= innerHeight + 1,
              fits: table.height <= innerHeight };";
        let all_well = |row: u32| json!({ "index": row, "isSeen": true, "hasDetails": true, "coversNone": true, "areSeen": true, "fits": true });
        for row in 2..=41 {
            browser.until(&format!("document.activeElement.getAttribute('aria-rowindex') === '{row}'")).await;
            // The details come with a frame, and follow when the page has scrolled.
            let mut last = Value::Null;
            for _ in 0..100 {
                last = browser.execute(seen, vec![]).await;
                if last == all_well(row) {
                    break;
                }
                browser.execute_async("await new Promise(requestAnimationFrame)", vec![]).await;
            }
            assert_eq!(last, all_well(row));
            browser.press_keys(&[DOWN]).await;
        }
        for _ in 0..3 {
            browser.press_keys(&[UP]).await;
        }
        browser.press_keys(&[TAB]).await;
        assert_eq!(browser.active_text().await, "Open");
        browser.press_keys(&[TAB]).await;
        assert_eq!(browser.active_text().await, "Copy address");
        browser.press_keys(&[ESCAPE]).await;
        browser.until(&format!("{DETAILS}.hidden")).await;
        assert_eq!(
            browser.execute("return document.activeElement.getAttribute('aria-rowindex')", vec![]).await,
            "38"
        );
        browser.press_keys(&[UP]).await;
        browser.until(&format!("!{DETAILS}.hidden")).await;
    });
}

#[test]
fn a_failed_row_has_its_address_and_what_is_not_final_is_fetched_again_alone() {
    with_page(async |browser| {
        let paths = ["/fault/status/404?key=gone", "/fault/status/403?key=a", "/fault/status/403?key=b"];
        browser.fill_paths(&paths).await;
        browser.fetch().await;
        browser.click_on_row(2).await;
        browser.until_details(&browser.origin.url(paths[0])).await;
        let text = browser.details().await;
        assert!(text.contains("Error") && text.contains("404"), "{text}");
        assert!(browser.button_of_details("row-retry").await.is_none(), "what is final is not retried");

        browser.click_on_row(3).await;
        browser.until_details(&browser.origin.url(paths[1])).await;
        let copies = "document.addEventListener('copy', () => {
            window.copied = getSelection().toString(); }, { once: true });";
        browser.execute(copies, vec![]).await;
        browser.press("Copy address").await;
        assert_eq!(browser.execute("return window.copied", vec![]).await, browser.origin.url(paths[1]));
        browser.until("document.body.innerText.includes('The address was copied.')").await;
        browser.press_in_details("row-retry").await;
        browser.origin.wait("a", "requests=2");
        browser.until_run("done").await;
        assert_eq!(browser.origin.counters("b")["requests"], 1);
        assert_eq!(
            browser.execute("return document.activeElement.getAttribute('aria-rowindex')", vec![]).await,
            "3",
            "the focus is where it was"
        );
    });
}

#[test]
fn a_stalled_image_says_so_and_can_be_asked_for_again_or_skipped() {
    with_page(async |browser| {
        browser.fill_paths(&["/image/1/64x48.jpg", "/fault/stall-mid?key=k", "/image/2/32x32.png"]).await;
        browser.press("Fetch").await;
        browser.origin.wait("k", "requests=1");
        browser
            .until_met("the row says that nothing arrives", async || {
                browser.rows().await.iter().any(|row| row.detail.starts_with("no data for "))
            })
            .await;
        // Not by the pointer: where it rests since Fetch, a row may have come whose details cover this one.
        browser.execute("document.querySelector('tbody [aria-rowindex=\"3\"]').focus()", vec![]).await;
        browser.until(&format!("{DETAILS}.innerText.includes('Stalled')")).await;
        browser.press_in_details("row-retry").await;
        browser.origin.wait("k", "requests=2");
        // The focus is on the row now, so its details stay.
        browser.press_in_details("row-skip").await;
        browser.until_run("done").await;
        let statuses: Vec<_> = browser.rows().await.into_iter().map(|row| row.status).collect();
        assert_eq!(statuses, ["ok", "skipped", "ok"]);
        assert!(browser.text().await.contains("2 of 3 fetched, 1 failed"), "{}", browser.text().await);
        assert!(browser.text().await.contains(": skipped before it had arrived"));
        assert_eq!(browser.save_entries().await.len(), 2);
        let again = "document.activeElement.blur();
            document.querySelector('tbody [aria-rowindex=\"3\"]').focus()";
        browser.execute(again, vec![]).await;
        browser.until(&format!("!{DETAILS}.hidden")).await;
        assert!(browser.button_of_details("row-retry").await.is_some(), "it can be had after all");
    });
}

#[test]
fn the_details_fit_a_window_of_320_pixels() {
    with_page(async |browser| {
        browser.client.set_window_size(320, 640).await.unwrap();
        let long = format!("/image/1/64x48.jpg?{}", "long".repeat(60));
        browser.fill_paths(&[&long, "/image/2/64x48.png"]).await;
        browser.fetch().await;
        browser.click_on_row(2).await;
        browser.until_details(&browser.origin.url(&long)).await;
        let fits = format!(
            "const box = {DETAILS}.getBoundingClientRect();
             return box.left >= 0 && box.right <= document.documentElement.clientWidth
               && document.documentElement.scrollWidth <= document.documentElement.clientWidth;"
        );
        assert_eq!(browser.execute(&fits, vec![]).await, true);
    });
}

impl Browser {
    /// The text of the details that are shown, without line ends.
    async fn details(&self) -> String {
        let script = format!("return {DETAILS}.innerText");
        self.execute(&script, vec![]).await.as_str().unwrap().replace('\n', " ")
    }

    /// Waits until the details are shown that have this address.
    async fn until_details(&self, address: &str) {
        let shown =
            format!("!{DETAILS}.hidden && {DETAILS}.querySelector('code').textContent === {address:?}");
        self.until(&shown).await;
    }

    async fn active_text(&self) -> String {
        let script = "return document.activeElement.textContent";
        self.execute(script, vec![]).await.as_str().unwrap_or_default().to_owned()
    }

    async fn element_of(&self, expression: &str) -> fantoccini::elements::Element {
        let value = self.execute(&format!("return {expression}"), vec![]).await;
        let reference = value.as_object().and_then(|object| object.values().next()).unwrap().clone();
        let id = reference.as_str().unwrap().to_owned().into();
        fantoccini::elements::Element::from_element_id(self.client.clone(), id)
    }

    /// The name of the image in a row, by its `aria-rowindex`, which is brought into sight.
    async fn row(&self, index: usize) -> fantoccini::elements::Element {
        self.show_timeline().await;
        let row = format!("document.querySelector('tbody [aria-rowindex=\"{index}\"] .name')");
        self.execute(&format!("{row}.scrollIntoView({{ block: 'center' }})"), vec![]).await;
        self.element_of(&row).await
    }

    async fn point_at_row(&self, index: usize) {
        let row = self.row(index).await;
        // No driver scrolls for its pointer.
        self.show(&row).await.unwrap();
        self.move_pointer_to(row).await;
    }

    async fn move_pointer_to(&self, element: fantoccini::elements::Element) {
        let mouse = MouseActions::new("mouse".into()).then(PointerAction::MoveToElement {
            element,
            duration: Some(Duration::ZERO),
            x: 1.0,
            y: 1.0,
        });
        self.client.perform_actions(mouse).await.unwrap();
    }

    async fn click_on_row(&self, index: usize) {
        let clicked = async || Some(self.row(index).await);
        assert!(self.click_found(&format!("row {index}"), clicked).await);
    }

    /// A button of the details by its id, if it is shown.
    async fn button_of_details(&self, id: &str) -> Option<fantoccini::elements::Element> {
        let is_shown = format!("return !{DETAILS}.hidden && !document.getElementById({id:?}).hidden");
        if self.execute(&is_shown, vec![]).await != true {
            return None;
        }
        Some(self.element_of(&format!("document.getElementById({id:?})")).await)
    }

    async fn press_in_details(&self, id: &str) {
        self.until_met(&format!("#{id} is shown"), async || self.button_of_details(id).await.is_some()).await;
        assert!(self.click_found(id, async || self.button_of_details(id).await).await);
    }

    /// Moves the focus by Tab until it is on the first row.
    async fn tab_to_row(&self) {
        self.until_met("a row can be reached", async || {
            self.press_keys(&[TAB]).await;
            self.execute("return document.activeElement.getAttribute('aria-rowindex')", vec![]).await == "2"
        })
        .await;
    }
}
