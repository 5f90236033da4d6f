//! The presets with their own addresses: a proxy sends requests for `picsum.photos` and
//! `images.unsplash.com` to the demo server, over TLS and HTTP/2.

use super::page_driver::{with_page, with_page_of};
use crate::browser::capability::{Capability, requires};
use crate::browser::site::Site;
use crate::browser::{Browser, Kind};

const MODES: [(&str, u64); 3] = [("Sequential", 1), ("Concurrent", 1), ("Compare", 6)];

#[test]
fn an_empty_box_offers_three_kinds_of_lists_that_can_be_fetched() {
    const KINDS: [(&str, &str, &str); 3] = [
        ("A list", "4 URLs", "01-dawn.jpg"),
        ("A spreadsheet", "addresses in “Picture”", "\tDawn\t"),
        ("A saved web page", "HTML", "<img src=\""),
    ];
    with_page(async |browser| {
        for (kind, understood, part) in KINDS {
            browser.press(kind).await;
            let plan = "document.getElementById('plan').textContent";
            browser.until(&format!("{plan}.includes('{understood}')")).await;
            assert!(browser.list().await.contains(part), "{kind}");
            assert!(browser.all("button", kind).await.is_empty(), "the box is not empty");
            browser.until("!document.getElementById('first-images').hidden").await;
            browser.fetch().await;
            let names: Vec<_> =
                browser.save_again("images.zip").await.into_iter().map(|(name, _)| name).collect();
            assert_eq!(names, ["01-dawn.jpg", "03-noon.jpg", "07-dusk.jpg", "11-night.jpg"], "{kind}");
            browser.paste("").await;
            browser.until("document.getElementById('first-images').hidden").await;
        }
    });
}

#[test]
fn the_first_three_images_are_shown_with_the_names_that_they_will_have() {
    with_page(async |browser| {
        browser.fill("https://a.example/[1-5].jpg\nhttps://b.example/x/6.png").await;
        let lines = "[...document.querySelectorAll('#first-images > li:not([hidden])')].map((line) => [...line.children].map(({ textContent }) => textContent).join(' ')).join('|')";
        let first = [
            "1.jpg https://a.example/1.jpg",
            "2.jpg https://a.example/2.jpg",
            "3.jpg https://a.example/3.jpg",
        ];
        browser.until(&format!("{lines}.replace(/[^|\\S]+/g, ' ') === '{}'", first.join("|"))).await;

        // What a filter leaves out is not asked for.
        browser.open_more_options().await;
        browser.enter("textbox", "Host", "b.example").await;
        browser.enter("textbox", "Names", "{index+1}-{name}").await;
        browser
            .until(&format!("{lines}.replace(/[^|\\S]+/g, ' ') === '6-6.png https://b.example/x/6.png'"))
            .await;
    });
}

#[test]
fn ten_from_picsum_are_ten_different_pictures_in_every_mode() {
    with_preset_hosts(async |browser| {
        browser.press("10 from picsum").await;
        assert_eq!(browser.list().await, "https://picsum.photos/200/300\n".repeat(10));
        browser.at_once("").await;
        for (mode, runs) in MODES {
            browser.origin.get("/control/reset");
            browser.choose(mode).await;
            browser.fetch().await;
            let entries = browser.save_again("images.zip").await;
            let names: Vec<_> = entries.iter().map(|(name, _)| name.clone()).collect();
            let expected: Vec<_> = (0..10).map(|number| format!("image-{number}.jpg")).collect();
            assert_eq!(names, expected, "{mode}");
            // The last run's ten, each as the server has it.
            let log = browser.origin.whole_log();
            let pictures: Vec<_> = log
                .iter()
                .filter_map(|request| request["path"].as_str())
                .filter(|path| path.starts_with("/id/"))
                .collect();
            assert_eq!(pictures.len() as u64, 10 * runs, "{mode}");
            let mut sent: Vec<_> =
                pictures.iter().rev().take(10).map(|path| browser.origin.get(path)).collect();
            let mut saved: Vec<_> = entries.into_iter().map(|(_, content)| content).collect();
            sent.sort();
            saved.sort();
            assert!(saved == sent, "{mode}: other pictures than the server sent");
            saved.dedup();
            assert_eq!(saved.len(), 10, "{mode}: ten different pictures");
            if mode == "Sequential" {
                assert_eq!(browser.origin.counters_of_all()["mostInFlight"], 1);
            }
        }
    });
}

#[test]
fn fifteen_from_unsplash_are_named_after_their_paths_in_every_mode() {
    with_preset_hosts(async |browser| {
        browser.press("15 from Unsplash").await;
        let list = browser.list().await;
        assert_eq!(list.lines().count(), 15);
        let paths: Vec<_> = list
            .lines()
            .map(|url| url.strip_prefix("https://images.unsplash.com").unwrap().to_owned())
            .collect();
        let expected: Vec<_> =
            paths.iter().map(|path| (format!("{}.jpg", &path[1..]), browser.origin.get(path))).collect();
        for (mode, runs) in MODES {
            browser.origin.get("/control/reset");
            browser.choose(mode).await;
            browser.fetch().await;
            assert!(browser.save_again("images.zip").await == expected, "{mode}");
            let counters = browser.origin.counters_of_all();
            let requests = counters["requests"].as_u64().unwrap();
            // Of many large bodies that arrive fast over HTTP/2, Firefox interrupts some, with any
            // server and with plain `fetch` too. Those are requested again, and the bytes are right.
            let again = if browser.kind == Kind::Firefox { 15 * runs } else { 0 };
            assert!((15 * runs..=15 * runs + again).contains(&requests), "{mode}: {requests} requests");
            let most = counters["mostInFlight"].as_u64().unwrap();
            assert_eq!(most == 1, mode == "Sequential", "{mode}: {most} in flight");
        }
    });
}

#[test]
fn without_a_limit_all_ten_are_in_flight_at_once_over_http_2() {
    with_preset_hosts(async |browser| {
        browser.fill(&"https://picsum.photos/200/300?gate=g&key=k\n".repeat(10)).await;
        browser.at_once("").await;
        browser.press("Fetch").await;
        let counters = browser.origin.wait("k", "inFlight=10");
        assert_eq!(counters["mostInFlight"], 10);
        assert_eq!(browser.origin.log("k")[0]["protocol"], "HTTP/2");
        browser.origin.open_gate("g");
        browser.until_run("done").await;
        assert_eq!(browser.save_entries().await.len(), 10);
    });
}

#[test]
fn the_demo_over_both_protocols_stands_side_by_side() {
    with_preset_hosts(async |browser| {
        browser.press("Demo").await;
        browser.fetch().await;
        assert!(browser.timings().await.contains("HTTP/1.1"));
        browser.press("Demo over HTTP/2").await;
        browser.fetch().await;
        let rows = browser.execute(
            "return [...document.querySelectorAll('#history li')].map((row) =>
               [...row.children].slice(0, 3).map((cell) => cell.innerText))",
            vec![],
        );
        let run = |how, protocol| serde_json::json!(["12 of 12 images", how, protocol]);
        // Of an HTTP/1.1 host, browsers have six at once.
        let runs = [run("up to 12 asked for (auto)", "HTTP/1.1"), run("up to 12 at once (auto)", "HTTP/2")];
        assert_eq!(rows.await, serde_json::json!(runs));
    });
}

/// Holds the demo's list back until the test lets it through.
const SLOW_DEMO: &str = "
    const fetchNow = window.fetch;
    window.fetch = (url, ...more) => String(url).endsWith('demo.json')
      ? new Promise((resolve) => (window.letCome = () => resolve(fetchNow(url, ...more))))
      : fetchNow(url, ...more);";

#[test]
fn fetch_waits_for_the_demo_s_list_if_that_is_still_on_its_way() {
    with_page_of(Site::page().with_script("slow.js", SLOW_DEMO), async |browser| {
        browser.press("Demo").await;
        browser.press("Fetch").await;
        browser.until_run("idle").await;
        browser.execute("letCome()", vec![]).await;
        browser.until_run("done").await;
        assert!(browser.text().await.contains("12 of 12 fetched"));
    });
}

/// Runs a test on a page for which the hosts of the presets are the demo server.
fn with_preset_hosts(test: impl AsyncFnOnce(&Browser)) {
    if requires(Capability::Proxy) {
        with_page_of(Site::page().with_all_hosts_mapped(), test);
    }
}

#[test]
fn both_examples_are_filled_in_as_they_stand() {
    with_page(async |browser| {
        browser.press("10 from picsum").await;
        assert_eq!(browser.list().await, "https://picsum.photos/200/300\n".repeat(10));
        browser.press("15 from Unsplash").await;
        let list = browser.list().await;
        assert_eq!(list.lines().count(), 15);
        assert!(list.lines().all(|url| url.starts_with("https://images.unsplash.com/photo-")), "{list}");
    });
}

impl Browser {
    /// Saves one zip after another under the same name.
    async fn save_again(&self, name: &str) -> Vec<(String, Vec<u8>)> {
        let entries = self.save_entries().await;
        self.forget_download(name);
        entries
    }
}
