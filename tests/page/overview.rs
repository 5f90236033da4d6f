//! The strip that shows a whole run, and the part of it that the time axis shows.

use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};

use super::page_driver::with_page;
use crate::browser::Browser;
use crate::browser::keys::{END, HOME, RIGHT};

#[test]
fn the_axis_says_how_long_the_run_took_at_every_width() {
    with_page(async |browser| {
        browser.fill_paths(&["/image/1/64x48.jpg", "/image/2/64x48.png"]).await;
        browser.fetch().await;
        let length = browser.overview_text().await.replace("the whole run, ", "");
        for width in [1440, 1024, 768, 720, 360] {
            browser.client.set_window_size(width, 800).await.unwrap();
            let labels =
                "[...document.querySelectorAll('#ticks *')].filter((label) => label.getClientRects().length)";
            browser.until(&format!("{labels}.some((label) => label.textContent === '{length}')")).await;
            let apart = format!(
                "(() => {{ const boxes = {labels}.map((label) => label.getBoundingClientRect());
                 return !boxes.some((one, place) => boxes.slice(place + 1).some((other) =>
                   one.left < other.right - 1 && other.left < one.right - 1)); }})()"
            );
            browser.until(&apart).await;
        }
    });
}

#[test]
fn a_part_of_the_run_is_selected_by_dragging_and_the_whole_comes_back() {
    with_page(async |browser| {
        browser.fill_paths(&["/image/1/64x48.jpg", "/image/2/64x48.png"]).await;
        browser.fetch().await;
        let whole = browser.overview_text().await;
        assert!(whole.starts_with("the whole run, "), "{whole}");
        assert_eq!(browser.axis_start().await, 0.0);
        browser.drag_over_a_quarter().await;
        browser.until_told("' of '").await;
        assert!(browser.axis_start().await > 0.0);
        browser.press("Whole run").await;
        browser
            .until(&format!(
                "document.getElementById('overview').getAttribute('aria-valuetext') === '{whole}'"
            ))
            .await;
        assert_eq!(browser.axis_start().await, 0.0);
        let focused = "return document.activeElement.getAttribute('aria-label')";
        assert_eq!(browser.execute(focused, vec![]).await, "Overview");
    });
}

#[test]
fn keys_select_a_part_of_the_run_move_it_and_bring_the_whole_back() {
    with_page(async |browser| {
        browser.fill_paths(&["/image/1/64x48.jpg", "/image/2/64x48.png"]).await;
        browser.fetch().await;
        let strip = browser.the("slider", "Overview").await;
        browser.execute("arguments[0].focus()", vec![serde_json::to_value(&strip).unwrap()]).await;
        browser.press_keys(&['+']).await;
        browser.until_told("' of '").await;
        let first = browser.axis_start().await;
        browser.press_keys(&[RIGHT]).await;
        browser.until_axis_start(&format!("> {first}")).await;
        browser.press_keys(&[HOME]).await;
        browser.until_axis_start("=== 0").await;
        browser.press_keys(&[END]).await;
        browser.until_axis_start(&format!("> {first}")).await;
        browser.press_keys(&['-']).await;
        browser.press_keys(&['-']).await;
        browser.until_told("'the whole run, '").await;
    });
}

const START: &str = "Number(document.querySelector('[role=table]').style.getPropertyValue('--start'))";

impl Browser {
    /// What is said of the part that is selected.
    async fn overview_text(&self) -> String {
        self.until_told("'run'").await;
        let script = "return document.getElementById('overview').getAttribute('aria-valuetext')";
        self.execute(script, vec![]).await.as_str().unwrap().to_owned()
    }

    async fn until_told(&self, part: &str) {
        self.until(&format!(
            "document.getElementById('overview').getAttribute('aria-valuetext')?.includes({part})"
        ))
        .await;
    }

    /// Where the axis begins, in milliseconds of the run.
    async fn axis_start(&self) -> f64 {
        self.execute_async("await new Promise(requestAnimationFrame)", vec![]).await;
        self.execute(&format!("return {START}"), vec![]).await.as_f64().unwrap()
    }

    async fn until_axis_start(&self, condition: &str) {
        self.until(&format!("{START} {condition}")).await;
    }

    /// Drags from the middle of the strip over a quarter of it.
    async fn drag_over_a_quarter(&self) {
        let element = self.the("slider", "Overview").await;
        let width = "document.getElementById('overview').scrollIntoView({ block: 'center' });
            return Math.round(document.getElementById('overview').clientWidth / 4)";
        let x = self.execute(width, vec![]).await.as_i64().unwrap();
        let mouse = MouseActions::new("mouse".into())
            .then(PointerAction::MoveToElement { element, duration: None, x: 0.0, y: 0.0 })
            .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
            .then(PointerAction::MoveBy { duration: None, x: x as f64, y: 0.0 })
            .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
        self.client.perform_actions(mouse).await.unwrap();
    }
}
