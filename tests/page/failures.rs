//! Images that fail.

use std::fs;

use super::page_driver::{with_page, with_page_of};
use crate::browser::environment;
use crate::browser::site::Site;

/// Path, status and a part of the reason.
const FAILING: &[(&str, &str, &str)] = &[
    ("/fault/status/404", "404", "not found"),
    ("/fault/html", "not an image", "an HTML page instead of an image"),
    ("/fault/json-error", "not an image", "instead of an image"),
    ("/fault/empty", "empty", "response is empty"),
    ("/image/1/64x48.jpg?cors=off", "refused", "CORS"),
    ("/fault/reset", "refused", "broken off"),
    ("/fault/reset-mid", "cut off", "the connection broke"),
];

#[test]
fn each_failure_says_why_and_the_rest_is_saved() {
    with_page(async |browser| {
        let mut lines = vec![browser.origin.url("/image/1/64x48.jpg")];
        lines.extend(FAILING.iter().map(|(path, ..)| browser.origin.url(path)));
        lines.push(browser.origin.url("/image/2/32x32.png"));
        browser.fill(&lines.join("\n")).await;
        // One after the other, so that the first image has been read when others are refused.
        browser.at_once("1").await;
        browser.fetch().await;

        let rows = browser.rows().await;
        assert_eq!(rows.len(), lines.len());
        for ((path, status, reason), row) in FAILING.iter().zip(&rows[1..]) {
            assert_eq!(row.status, *status, "{path}: {row:?}");
            assert!(row.detail.contains(reason), "{path}: {row:?}");
        }
        assert_eq!((rows[0].status.as_str(), rows[lines.len() - 1].status.as_str()), ("ok", "ok"));
        let text = browser.text().await;
        assert!(text.contains("2 of 9 fetched, 7 failed"), "{text}");
        let names: Vec<_> = browser.save_entries().await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["64x48.jpg", "32x32.png"]);

        // The table can show failed images only.
        browser.press("Failed").await;
        browser.until("document.querySelector('[role=table]').getAttribute('aria-rowcount') === '8'").await;
    });
}

#[test]
fn refusals_by_cors_are_one_reason_with_what_to_do_and_their_hosts_on_request() {
    with_page(async |browser| {
        let elsewhere = format!("{}/image/1/64x48.jpg?cors=off&key=refused", browser.origin.cross);
        let good = browser.origin.url("/image/2/64x48.jpg");
        browser.fill(&[&elsewhere, &good, &elsewhere, &elsewhere].map(String::as_str).join("\n")).await;
        browser.fetch().await;
        let reasons = "return [...document.querySelectorAll('#failure-list > li > p:first-child')]
            .map((reason) => reason.innerText)";
        let reasons = async || -> Vec<String> {
            serde_json::from_value(browser.execute(reasons, vec![]).await).unwrap()
        };
        let reason = "the host answers, but does not let this page read it (CORS). The browser extension of fetchzip \
                    may read it. Or ask the host to let other sites read its images, or name a relay of your own under More options";
        assert_eq!(reasons().await, [format!("3 images from {}: {reason}", browser.origin.cross)]);
        assert_eq!(browser.rows().await[0].status, "CORS");
        let log = browser.origin.log("refused");
        assert_eq!(log.iter().filter(|request| request["method"] == "GET").count(), 3, "{log:?}");
        assert!(browser.all("button", "Retry").await.is_empty(), "what is final can't be retried");

        let here = browser.origin.url("/image/1/64x48.jpg?cors=off");
        browser.fill(&[&here, &elsewhere, &here, "http://127.0.0.1:9/1.jpg"].join("\n")).await;
        browser.fetch().await;
        let reasons = reasons().await;
        assert_eq!(reasons.len(), 2, "{reasons:?}");
        assert!(
            reasons[0].starts_with("3 images from 2 hosts: each host answers, but does not let"),
            "{reasons:?}"
        );
        assert!(
            reasons[1].contains("the host can’t be reached") && !reasons[1].contains("CORS"),
            "{reasons:?}"
        );
        browser.execute("document.querySelector('#failure-list summary').click()", vec![]).await;
        let hosts = [(&browser.origin.http, "2 images"), (&browser.origin.cross, "1 image")];
        for (host, images) in hosts {
            let line = format!("{host}: {images}");
            browser.until(&format!("document.body.innerText.includes('{line}')")).await;
        }
    });
}

#[test]
fn each_reason_has_its_acts_and_what_is_final_is_not_retried() {
    with_page(async |browser| {
        let paths = [
            "/image/1/64x48.jpg",
            "/fault/status/404?key=gone&n=1",
            "/fault/status/403?key=refused",
            "/fault/status/404?key=gone&n=2",
        ];
        browser.fill_paths(&paths).await;
        browser.fetch().await;
        let reasons = "return [...document.querySelectorAll('#failure-list > li > p:first-child')]
            .map((reason) => reason.innerText.split(':')[0])";
        let reasons = browser.execute(reasons, vec![]).await.to_string();
        assert!(reasons.contains("2 images from") && reasons.contains("1 image from"), "{reasons}");
        assert!(reasons.find("2 images") < reasons.find("1 image "), "the most frequent first: {reasons}");
        // Of two reasons, one can be retried.
        browser.press("Retry").await;
        browser.origin.wait("refused", "requests=2");
        browser.until_run("done").await;
        browser.press("Retry the failed ones").await;
        browser.origin.wait("refused", "requests=3");
        browser.until_run("done").await;
        assert_eq!(browser.origin.counters("gone")["requests"], 2, "what is final is not asked for again");

        let copies = "document.addEventListener('copy', () => {
            window.copied = document.activeElement.value; }, { once: true });";
        browser.execute(copies, vec![]).await;
        browser.all("button", "Copy the addresses").await.swap_remove(0).click().await.unwrap();
        let expected = [paths[1], paths[3]].map(|path| browser.origin.url(path)).join("\n");
        assert_eq!(browser.execute("return window.copied", vec![]).await, expected);
        browser.all("button", "Keep only these in the list").await.swap_remove(0).click().await.unwrap();
        assert_eq!(browser.list().await, expected);
        browser.press("Undo").await;
        assert_eq!(browser.list().await.lines().count(), 4);
        assert_eq!(browser.all("button", "Open one").await.len(), 2);
    });
}

#[test]
fn a_list_that_names_no_address_starts_nothing_and_its_lines_are_listed_above_the_images() {
    with_page(async |browser| {
        browser.fill("htp://b\nftp://c").await;
        browser.until("document.body.innerText.includes('2 lines can’t be read')").await;
        let watch = "window.states = [];
            new MutationObserver(() => states.push(document.documentElement.dataset.run))
              .observe(document.documentElement, { attributeFilter: ['data-run'] });";
        browser.execute(watch, vec![]).await;
        browser.press("Fetch").await;
        browser.until("document.getElementById('plan').textContent.includes('Nothing was fetched')").await;
        let text = browser.text().await;
        assert!(text.contains("line 1: ") && text.contains("line 2: "), "{text}");
        assert_eq!(browser.execute("return states", vec![]).await, serde_json::json!([]));
        assert!(browser.all("table", "Images").await.is_empty());

        let url = browser.origin.url("/image/1/64x48.jpg");
        browser.fill(&format!("htp://b\n{url}")).await;
        browser.fetch().await;
        assert_eq!(browser.rows().await.len(), 1, "a line that names no address is no image");
        assert!(browser.text().await.contains("line 1: "));
    });
}

#[test]
fn if_all_images_failed_there_is_nothing_to_save() {
    with_page(async |browser| {
        browser.fill_paths(&["/fault/status/404", "/fault/status/403"]).await;
        browser.fetch().await;
        assert!(browser.all("link", "Save zip").await.is_empty());
        let text = browser.text().await;
        assert!(text.contains("nothing to save"), "{text}");
    });
}

#[test]
fn a_temporary_failure_is_retried_in_the_same_row() {
    with_page(async |browser| {
        browser.fill_paths(&["/image/1/64x48.jpg?fail=1:503&key=k"]).await;
        browser.fetch().await;
        let rows = browser.rows().await;
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].status, "ok");
        assert!(rows[0].detail.contains("attempt 2"), "{rows:?}");
        assert_eq!(browser.origin.counters("k")["requests"], 2);
    });
}

#[test]
fn an_image_that_may_be_truncated_is_saved_and_marked() {
    with_page(async |browser| {
        browser.fill_paths(&["/fault/no-end-marker?key=k", "/image/1/64x48.jpg"]).await;
        browser.fetch().await;
        let rows = browser.rows().await;
        assert_eq!((rows[0].status.as_str(), rows[1].status.as_str()), ("cut short?", "ok"));
        assert!(rows[0].detail.contains("may be cut short"), "{rows:?}");
        assert_eq!(browser.origin.counters("k")["requests"], 2, "it is asked for once more");
        let text = browser.text().await;
        assert!(text.contains("2 of 2 fetched, 1 may be cut short"), "{text}");
        assert_eq!(browser.save_entries().await.len(), 2);
    });
}

#[test]
fn an_image_that_may_be_truncated_is_left_out_on_request() {
    with_page(async |browser| {
        browser.open_more_options().await;
        let name = "Leave out images that may be cut short";
        browser.click("checkbox", name).await;
        browser.fill_paths(&["/fault/no-end-marker", "/image/1/64x48.jpg"]).await;
        browser.fetch().await;
        let rows = browser.rows().await;
        assert_eq!((rows[0].status.as_str(), rows[1].status.as_str()), ("cut short", "ok"));
        assert!(browser.text().await.contains("1 of 2 fetched, 1 failed"));
        assert_eq!(browser.save_entries().await.len(), 1);
        browser.client.refresh().await.unwrap();
        browser.until_ready().await;
        // In sight, since it has an effect.
        assert!(browser.the("checkbox", name).await.is_selected().await.unwrap());
    });
}

#[test]
fn a_line_that_is_not_a_url_is_reported_while_the_list_is_typed() {
    with_page(async |browser| {
        browser.fill("https://a.example/1.jpg\nhtp://b\nhttps://a.example/2.jpg").await;
        browser.until("document.body.innerText.includes('htp:')").await;
        let text = browser.text().await;
        assert!(text.contains("2 URLs") && text.contains("line 2"), "{text}");
    });
}

#[test]
fn a_password_is_never_shown() {
    with_page(async |browser| {
        let url = browser.origin.http.replacen("//", "//me:secret@", 1);
        browser.fill(&format!("{url}/image/1/64x48.jpg")).await;
        browser.press("Fetch").await;
        browser.until("document.getElementById('plan').textContent.includes('Nothing was fetched')").await;
        let text = browser.text().await;
        assert!(!text.contains("secret") && text.contains("password"), "{text}");
    });
}

/// Hosts of which none lets the page read anything; with `FETCHZIP_LARGE` 100 times as many.
const REFUSING_HOSTS: usize = 1_000;

/// In the engine's worker, the network that such hosts are: only requests without CORS are answered.
const REFUSING: &str = "
self.fetch = async (url, { mode } = {}) => {
  if (mode !== 'no-cors') throw new TypeError('Failed to fetch');
  return Response.error();
};
";

#[test]
fn the_failures_of_a_thousand_hosts_are_one_reason_with_the_first_hundred_of_them() {
    let site = Site::page();
    let worker = site.named("engine/worker.js");
    let script = fs::read_to_string(&worker).unwrap();
    fs::write(&worker, format!("{REFUSING}{script}")).unwrap();
    with_page_of(site, async |browser| {
        let hosts = if environment::is_large() { 100 * REFUSING_HOSTS } else { REFUSING_HOSTS };
        // Browsers that can't tell leave the list empty.
        let observe = "window.longTasks = [];
            const note = (tasks) => window.longTasks.push(...tasks.getEntries().map(({ duration }) => duration));
            new PerformanceObserver(note).observe({ type: 'longtask' });";
        browser.execute(observe, vec![]).await;
        browser.fill(&format!("https://h[1-{hosts}].example/1.jpg")).await;
        browser.fetch().await;
        eprintln!("tasks of over 50 ms: {}", browser.execute("return window.longTasks", vec![]).await);
        let listed =
            "return [...document.querySelectorAll('#failure-list li li')].map((host) => host.textContent)";
        let listed = browser.execute(listed, vec![]).await;
        let listed: Vec<String> = serde_json::from_value(listed).unwrap();
        assert_eq!(listed.len(), 101);
        assert_eq!(listed[0], "https://h1.example: 1 image");
        assert!(listed[100].starts_with("and ") && listed[100].ends_with(" more"), "{:?}", listed[100]);
        assert_eq!(
            browser.execute("return document.querySelectorAll('#failure-list > li').length", vec![]).await,
            1
        );
    });
}
