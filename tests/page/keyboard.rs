//! Without a pointer.

use serde_json::{Value, json};

use super::page_driver::with_page;
use crate::browser::Browser;
use crate::browser::keys::{CONTROL, DOWN, END, ENTER, HOME, TAB};

#[test]
fn a_run_from_the_list_to_the_file_on_disk() {
    with_page(async |browser| {
        browser.tab_to("Image URLs").await;
        let list =
            [browser.origin.url("/image/1/64x48.jpg?key=k"), browser.origin.url("/image/2/64x48.png?key=k")];
        for (number, url) in list.iter().enumerate() {
            if number > 0 {
                browser.press_keys(&[ENTER]).await;
            }
            for key in url.chars() {
                browser.press_keys(&[key]).await;
            }
        }
        browser.tab_to("Concurrent").await;
        browser.press_keys(&[DOWN]).await;
        assert_eq!(browser.focused().await, "Sequential");
        browser.tab_to("Fetch").await;
        browser.press_keys(&[ENTER]).await;
        browser.until_run("done").await;
        assert_eq!(browser.focused().await, "Save zip");
        assert_eq!(browser.origin.counters("k")["mostInFlight"], 1);
        browser.press_keys(&[ENTER]).await;
        browser.downloaded("images.zip").await;
    });
}

#[test]
fn during_a_run_the_focus_is_on_stop_and_enter_stops() {
    with_page(async |browser| {
        browser.fill_paths(&["/image/1/64x48.jpg?key=k&gate=never"]).await;
        browser.tab_to("Fetch").await;
        browser.press_keys(&[ENTER]).await;
        browser.origin.wait("k", "inFlight=1");
        assert_eq!(browser.focused().await, "Stop");
        browser.press_keys(&[ENTER]).await;
        browser.until_run("cancelled").await;
        assert_eq!(browser.focused().await, "Fetch");
    });
}

#[test]
fn control_enter_in_the_list_fetches() {
    with_page(async |browser| {
        browser.fill_paths(&["/image/1/64x48.jpg"]).await;
        browser.press_keys(&[CONTROL, ENTER]).await;
        browser.until_run("done").await;
    });
}

#[test]
fn arrows_walk_through_the_rows() {
    with_page(async |browser| {
        browser.fill_paths(&["/image/1/64x48.jpg", "/image/2/64x48.png", "/image/3/64x48.gif"]).await;
        browser.fetch().await;
        browser
            .until_met("a row can be reached", async || {
                browser.press_keys(&[TAB]).await;
                browser.focused_row().await == 2
            })
            .await;
        for (key, row) in [(DOWN, 3), (DOWN, 4), (DOWN, 4), (HOME, 2), (END, 4)] {
            browser.press_keys(&[key]).await;
            assert_eq!(browser.focused_row().await, row);
        }
    });
}

#[test]
fn the_list_the_mode_and_the_limit_survive_a_reload() {
    with_page(async |browser| {
        browser.fill_paths(&["/image/1/64x48.jpg"]).await;
        let list = browser.list().await;
        browser.at_once("3").await;
        browser.choose("Sequential").await;
        browser.fetch().await;
        assert_eq!(browser.list().await, list, "a run leaves the list where it was");
        browser.client.refresh().await.unwrap();
        browser.until_ready().await;
        assert_eq!(browser.list().await, list);
        assert!(browser.the("radio", "Sequential").await.is_selected().await.unwrap());
        let limit = browser.the("spinbutton", "At once").await;
        assert_eq!(limit.prop("value").await.unwrap().as_deref(), Some("3"));
    });
}

#[test]
fn forget_leaves_nothing_of_the_list_and_the_settings_on_the_device() {
    with_page(async |browser| {
        let text = browser.text().await;
        assert!(text.contains("This list and these settings are kept on this device only."), "{text}");
        browser.fill("https://a.example/secret.jpg").await;
        browser.until_plan("1 URL from 1 origin").await;
        browser.at_once("3").await;
        browser.choose("Sequential").await;
        browser.relay("https://relay.example/?").await;
        browser.until("document.activeElement.value === 'https://relay.example/?'").await;
        browser.press_keys(&[TAB]).await;
        // How the page looks is none of the form's settings.
        let stored = "Object.entries(localStorage).filter(([, value]) => value).map(([key]) => key)
            .filter((key) => !['fetchzip.view', 'fetchzip.view-measured', 'fetchzip.picture-size', 'fetchzip.theme'].includes(key))";
        browser
            .until(&format!(
                "['list', 'mode', 'at-once', 'relay'].every((key) => {stored}.includes('fetchzip.' + key))"
            ))
            .await;
        browser.press("Forget").await;
        browser.until("document.getElementById('status').textContent === 'The list and the settings are forgotten. Runs on this device stay.'").await;
        browser.until("document.activeElement.textContent === 'Forget'").await;
        assert_eq!(browser.list().await, "");
        browser.until("!document.getElementById('plan').textContent.includes('1 URL')").await;
        assert_eq!(browser.execute(&format!("return {stored}"), vec![]).await, json!([]));
        let is_as_at_first = async || {
            assert!(browser.the("radio", "Concurrent").await.is_selected().await.unwrap());
            let values = "return ['list', 'at-once', 'relay'].map((id) => document.getElementById(id).value)";
            assert_eq!(browser.execute(values, vec![]).await, json!(["", "", ""]));
        };
        is_as_at_first().await;
        browser.reload().await;
        is_as_at_first().await;

        // The list and the settings can still be had back.
        browser.fill("https://a.example/1.jpg").await;
        browser.choose("Sequential").await;
        browser.press("Forget").await;
        browser.press("Undo").await;
        assert_eq!(browser.list().await, "https://a.example/1.jpg");
        assert!(browser.the("radio", "Sequential").await.is_selected().await.unwrap());
    });
}

#[test]
fn of_a_list_that_the_browser_can_not_store_an_older_one_does_not_take_the_place() {
    with_page(async |browser| {
        browser.fill("https://a.example/an-address-that-is-stored.jpg").await;
        browser.until_plan("1 URL from 1 origin").await;
        browser.until("localStorage.getItem('fetchzip.list').includes('stored.jpg')").await;
        let fill_up = "
            let filler = '';
            for (let length = 1 << 24; length >= 1; length /= 2) {
              const longer = filler + 'x'.repeat(length);
              try { localStorage.setItem('filler', longer); filler = longer; } catch {}
            }";
        browser.execute(fill_up, vec![]).await;
        let lines: Vec<_> = (0..20).map(|number| format!("https://b.example/{number}.jpg")).collect();
        browser.fill(&lines.join("\n")).await;
        browser.until_plan("20 URLs from 1 origin").await;
        browser.reload().await;
        assert_eq!(browser.list().await, "");
        browser.until_plan("too long for this browser to keep").await;
        // The next one is stored again.
        browser.execute("localStorage.removeItem('filler')", vec![]).await;
        browser.fill("https://c.example/1.jpg").await;
        browser.until("localStorage.getItem('fetchzip.list')?.includes('c.example')").await;
        browser.reload().await;
        assert_eq!(browser.list().await, "https://c.example/1.jpg");
    });
}

#[test]
fn a_list_that_a_preset_replaced_can_be_restored() {
    with_page(async |browser| {
        browser.fill("https://mine.example/1.jpg").await;
        browser.press("10 from picsum").await;
        assert!(browser.list().await.contains("picsum"));
        browser.press("Undo").await;
        assert_eq!(browser.list().await, "https://mine.example/1.jpg");
    });
}

/// The accessible name of the element that has the focus, as far as these tests need it.
const FOCUSED: &str = "
    const element = document.activeElement;
    return element.getAttribute('aria-label') || element.labels?.[0]?.innerText.trim() || element.innerText?.trim() || '';";

impl Browser {
    async fn focused(&self) -> String {
        self.execute(FOCUSED, vec![]).await.as_str().unwrap_or_default().to_owned()
    }

    /// The `aria-rowindex` of the row that has the focus.
    async fn focused_row(&self) -> u64 {
        let index = "return Number(document.activeElement.getAttribute('aria-rowindex') ?? 0)";
        self.execute(index, vec![]).await.as_u64().unwrap()
    }

    async fn tab_to(&self, name: &str) {
        /// More than the page has elements that take the focus.
        const PLACES: usize = 40;
        let mut passed = Vec::<Value>::new();
        for _ in 0..PLACES {
            self.press_keys(&[TAB]).await;
            let focused = self.focused().await;
            if focused == name {
                return;
            }
            passed.push(focused.into());
        }
        panic!("Tab does not lead to {name}, but to {passed:?}");
    }
}
