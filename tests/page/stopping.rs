//! Runs that end early: what is kept, what is asked, and what a hasty click does.

use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};

use super::page_driver::{QUESTION, with_page};
use crate::browser::Browser;
use crate::browser::keys::{CONTROL, ENTER, ESCAPE};

#[test]
fn stop_and_keep_ends_with_the_images_that_have_arrived() {
    with_page(async |browser| {
        browser.begin_half_held_run().await;
        browser.stop_and_keep().await;
        browser.until_run("done").await;
        browser.origin.wait("held", "closedEarly=2&inFlight=0");
        let text = browser.text().await;
        assert!(text.contains("Stopped: 2 of 4 fetched, 2 not fetched"), "{text}");
        assert!(text.contains("2 images not fetched because the run was stopped"), "{text}");
        let statuses: Vec<_> = browser.rows().await.into_iter().map(|row| row.status).collect();
        assert_eq!(statuses, ["ok", "stopped", "ok", "stopped"]);
        assert!(browser.all("button", "Stop").await.is_empty());
        let names: Vec<_> = browser.save_entries().await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["64x48.jpg", "64x48.png"]);
    });
}

#[test]
fn escape_offers_to_keep_the_images_that_have_arrived() {
    with_page(async |browser| {
        browser.begin_half_held_run().await;
        browser.press_keys(&[ESCAPE]).await;
        browser.answer("Keep the 2 that arrived").await;
        browser.until_run("done").await;
        assert_eq!(browser.save_entries().await.len(), 2);
        assert!(browser.all("dialog", QUESTION).await.is_empty(), "the question is gone");
    });
}

#[test]
fn a_stop_before_anything_arrived_cancels_at_once() {
    with_page(async |browser| {
        browser.fill_paths(&["/image/1/64x48.jpg?key=held&gate=never"; 3]).await;
        browser.press("Fetch").await;
        browser.origin.wait("held", "inFlight=3");
        browser.press("Stop").await;
        browser.until_run("cancelled").await;
        browser.origin.wait("held", "closedEarly=3&inFlight=0");
        assert!(browser.all("dialog", QUESTION).await.is_empty());
        assert!(browser.all("link", "Save zip").await.is_empty());
    });
}

#[test]
fn the_question_counts_what_has_arrived_and_the_run_goes_on_meanwhile() {
    with_page(async |browser| {
        browser.begin_half_held_run().await;
        browser.press("Stop").await;
        browser.the_coming("button", "Keep the 2 that arrived").await;
        browser.origin.open_gate("never");
        browser.until_run("done").await;
        assert!(browser.all("dialog", QUESTION).await.is_empty(), "there is nothing left to stop");
        assert_eq!(browser.save_entries().await.len(), 4);
    });
}

#[test]
fn a_double_click_on_fetch_starts_one_run_and_one_on_stop_ends_none() {
    with_page(async |browser| {
        let paths = ["/image/1/64x48.jpg?key=k", "/image/2/64x48.png?key=held&gate=never"];
        browser.fill_paths(&paths).await;
        browser.double_click("Fetch").await;
        browser.origin.wait("held", "inFlight=1");
        browser.until("document.body.innerText.includes('1 of 2 images')").await;
        assert_eq!(browser.origin.counters("k")["requests"], 1);
        browser.double_click("Stop").await;
        browser.the_coming("dialog", QUESTION).await;
        assert_eq!(browser.origin.counters("held")["inFlight"], 1);
        browser.until_run("running").await;
        browser.answer("Keep the 1 that arrived").await;
        browser.until_run("done").await;
        browser.the("button", "Fetch").await;
    });
}

#[test]
fn after_a_double_click_on_fetch_the_focus_is_on_stop_and_at_the_end_on_save_zip() {
    with_page(async |browser| {
        browser.fill_paths(&["/image/1/64x48.jpg?key=held&gate=never"]).await;
        browser.double_click("Fetch").await;
        browser.origin.wait("held", "inFlight=1");
        browser.until("document.activeElement.textContent === 'Stop'").await;
        browser.origin.open_gate("never");
        browser.until_run("done").await;
        browser.until("document.activeElement.textContent === 'Save zip'").await;
    });
}

/// A second press at the same place that the browser does not count as a double click, such as a finger's.
#[test]
fn a_click_on_what_has_just_come_under_the_pointer_does_nothing() {
    with_page(async |browser| {
        browser.fill_paths(&["/image/1/64x48.jpg?key=k&gate=never"]).await;
        let fetch = serde_json::to_value(browser.the("button", "Fetch").await).unwrap();
        // Stop comes to where Fetch was, and has been there for a moment at the second try.
        let presses = "
            const [x, y] = [500, 300];
            const fetch = arguments[0], stop = document.getElementById('stop');
            const at = (element) => element.style.cssText = `position: fixed; z-index: 9; left: ${x - 20}px; top: ${y - 20}px; width: 40px; height: 40px`;
            const press = () => {
              const element = document.elementFromPoint(x, y);
              const init = { bubbles: true, cancelable: true, clientX: x, clientY: y, detail: 1 };
              element.dispatchEvent(new PointerEvent('pointerdown', init));
              element.dispatchEvent(new MouseEvent('click', init));
              return element.id;
            };
            at(fetch);
            const first = press();
            fetch.removeAttribute('style');
            at(stop);
            const met = [first, press(), document.documentElement.dataset.run];
            stop.removeAttribute('style');
            return met;";
        let met = browser.execute(presses, vec![fetch]).await;
        assert_eq!(met, serde_json::json!(["fetch", "stop", "running"]));
        browser.origin.wait("k", "inFlight=1");
        browser.press("Stop").await;
        browser.until_run("cancelled").await;
    });
}

#[test]
fn a_comparison_that_is_stopped_keeps_its_images_and_compares_nothing() {
    with_page(async |browser| {
        browser.choose("Compare").await;
        browser.fill_paths(&["/image/1/64x48.jpg?key=c", "/image/2/64x48.png?key=held&gate=never"]).await;
        browser.press("Fetch").await;
        browser.origin.wait("held", "inFlight=1");
        browser.stop_and_keep().await;
        browser.until_run("done").await;
        assert_eq!(browser.origin.counters("c")["requests"], 1, "no further run begins");
        assert!(!browser.timings().await.contains("as fast"));
        assert_eq!(browser.save_entries().await.len(), 1);
    });
}

#[test]
fn the_focus_is_kept_when_stop_goes_away() {
    with_page(async |browser| {
        browser.begin_half_held_run().await;
        let button = serde_json::to_value(browser.the("button", "Stop").await).unwrap();
        browser.execute("arguments[0].focus()", vec![button]).await;
        browser.press_keys(&[ENTER]).await;
        browser.until("document.activeElement.textContent === 'Go on'").await;
        browser.answer("Keep the 2 that arrived").await;
        browser.until_run("done").await;
        browser.until("document.activeElement.textContent === 'Save zip'").await;
    });
}

#[test]
fn leaving_the_page_asks_for_confirmation_only_during_a_run() {
    const IS_ASKED: &str = "!dispatchEvent(new Event('beforeunload', { cancelable: true }))";
    with_page(async |browser| {
        browser.until(&format!("!({IS_ASKED})")).await;
        browser.begin_half_held_run().await;
        browser.until(IS_ASKED).await;
        browser.stop_and_keep().await;
        browser.until_run("done").await;
        browser.until(&format!("!({IS_ASKED})")).await;
        // And a run can follow.
        browser.fill_paths(&["/image/1/64x48.jpg"]).await;
        browser.press_keys(&[CONTROL, ENTER]).await;
        browser.until("document.body.innerText.includes('1 of 1 fetched')").await;
    });
}

impl Browser {
    /// Clicks twice at once, as a user's hand does.
    async fn double_click(&self, button: &str) {
        let element = self.the("button", button).await;
        let (x, y) = (0.0, 0.0);
        let mut mouse = MouseActions::new("mouse".into()).then(PointerAction::MoveToElement {
            element,
            duration: None,
            x,
            y,
        });
        for _ in 0..2 {
            mouse = mouse
                .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
                .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
        }
        self.client.perform_actions(mouse).await.unwrap();
        self.client.release_actions().await.unwrap();
    }

    /// Starts a run of four images, and returns their paths. Two arrive; the other two wait for the
    /// gate "never".
    pub async fn begin_half_held_run(&self) -> [&'static str; 4] {
        let paths = [
            "/image/1/64x48.jpg?key=k",
            "/image/3/64x48.gif?key=held&gate=never",
            "/image/2/64x48.png?key=k",
            "/image/4/64x48.webp?key=held&gate=never",
        ];
        self.fill_paths(&paths).await;
        self.press("Fetch").await;
        self.origin.wait("held", "inFlight=2");
        self.until("document.body.innerText.includes('2 of 4 images')").await;
        paths
    }
}
