//! The requests of a call, as the server sees them.

use serde_json::{Value, json};

use super::package_driver::{Place, with_package};
use crate::browser::capability::Capability;
use support::archive::contents::entries;

#[test]
fn concurrency_bounds_what_is_in_flight() {
    with_package(async |browser| {
        for (key, options, most) in [
            ("two", json!({ "concurrency": 2 }), 2),
            ("one", json!({ "mode": "sequential" }), 1),
            ("both", json!({ "mode": "sequential", "concurrency": 4 }), 1),
            ("four", json!({ "concurrency": 4 }), 4),
        ] {
            let path = format!("/image/1/64x48.jpg?key={key}&gate={key}");
            let urls = vec![browser.origin.url(&path); 6];
            let args = json!({ "urls": urls, "options": options });
            browser.begin_run("await fetchZip(args.urls, args.options)", args).await;
            browser.origin.wait(key, &format!("inFlight={most}"));
            browser.origin.open_gate(key);
            browser.end_run().await.unwrap();
            let counters = browser.origin.counters(key);
            assert_eq!(
                (&counters["mostInFlight"], &counters["requests"]),
                (&json!(most), &json!(6)),
                "{key}"
            );
        }
    });
}

#[test]
fn without_a_limit_the_browser_s_own_limit_is_reached() {
    with_package(async |browser| {
        // Browsers open six HTTP/1.1 connections per host.
        let path = "/image/1/64x48.jpg?key=all&gate=all";
        let mut urls = vec![browser.origin.url(path); 6];
        urls.extend(vec![format!("{}{path}", browser.origin.cross); 6]);
        let args = json!({ "urls": urls });
        browser.begin_run("await fetchZip(args.urls, { concurrency: Infinity })", args).await;
        browser.origin.wait("all", "inFlight=12");
        browser.origin.open_gate("all");
        browser.end_run().await.unwrap();
    });
}

#[test]
fn per_origin_bounds_each_origin_for_itself() {
    with_package(async |browser| {
        let mut urls = vec![browser.origin.url("/image/1/64x48.jpg?key=here&gate=g"); 3];
        urls.extend(vec![format!("{}/image/1/64x48.jpg?key=there&gate=g", browser.origin.cross); 3]);
        let args = json!({ "urls": urls });
        browser.begin_run("await fetchZip(args.urls, { perOrigin: 1 })", args).await;
        browser.origin.wait("here", "inFlight=1");
        browser.origin.wait("there", "inFlight=1");
        browser.origin.open_gate("g");
        browser.end_run().await.unwrap();
        for key in ["here", "there"] {
            let counters = browser.origin.counters(key);
            assert_eq!((&counters["mostInFlight"], &counters["requests"]), (&json!(1), &json!(3)), "{key}");
        }
    });
}

#[test]
fn temporary_failures_are_retried_and_attempts_are_counted() {
    with_package(async |browser| {
        let cases = [
            // Path and key, retries, attempts, status.
            ("/image/1/64x48.jpg?fail=2:503&key=passes", Value::Null, 3, None),
            ("/fault/status/404?key=missing", Value::Null, 1, Some(404)),
            ("/fault/status/503?key=stays", json!(1), 2, Some(503)),
            ("/fault/status/500?key=once", json!(0), 1, Some(500)),
        ];
        for (path, retries, attempts, status) in cases {
            let urls = json!([browser.origin.url(path)]);
            let outcome = browser.fetch_zip(Place::Page, urls, json!({ "retries": retries })).await;
            let item = &outcome.items()[0];
            assert_eq!(item["attempts"], attempts, "{path}");
            assert_eq!(item["error"]["status"].as_u64(), status, "{path}");
            let key = path.split("key=").nth(1).unwrap();
            assert_eq!(browser.origin.counters(key)["requests"], attempts, "{path}");
        }
    });
}

#[test]
fn an_attempt_without_a_byte_times_out_and_its_request_is_closed() {
    with_package(async |browser| {
        for fault in ["stall-head", "stall-mid"] {
            let url = browser.origin.url(&format!("/fault/{fault}?key={fault}"));
            let options = json!({ "timeoutMs": 150, "retries": 0 });
            let outcome = browser.fetch_zip(Place::Page, json!([url]), options).await;
            let error = &outcome.items()[0]["error"];
            assert_eq!(error["kind"], "timeout", "{fault}: {error}");
            assert!(error["message"].as_str().unwrap().contains("150 ms"), "{error}");
            browser.origin.wait(fault, "closedEarly=1&inFlight=0");
        }
    });
}

#[test]
fn the_same_url_ten_times_makes_ten_requests() {
    with_package(async |browser| {
        // Even if the response may be cached.
        let path = "/image/1/64x48.jpg?key=ten&cache=max-age%3D3600";
        let urls = json!(vec![browser.origin.url(path); 10]);
        let outcome = browser.fetch_zip(Place::Page, urls, Value::Null).await;
        assert_eq!(entries(outcome.zip()).len(), 10);
        assert_eq!(browser.origin.counters("ten")["requests"], 10);
    });
}

#[test]
fn the_cache_is_used_if_the_caller_allows_it() {
    with_package(async |browser| {
        let path = "/image/1/64x48.jpg?key=kept&cache=max-age%3D3600";
        let urls = json!(vec![browser.origin.url(path); 3]);
        let options = json!({ "cache": "default", "mode": "sequential" });
        let outcome = browser.fetch_zip(Place::Page, urls, options).await;
        assert_eq!(entries(outcome.zip()).len(), 3);
        let requests = if Capability::HttpCache.is_in(browser.kind) { 1 } else { 3 };
        assert_eq!(browser.origin.counters("kept")["requests"], requests);
    });
}

#[test]
fn a_request_carries_no_cookie_and_no_referrer() {
    with_package(async |browser| {
        browser.execute("document.cookie = 'secret=1; path=/'", vec![]).await;
        // Cookies ignore ports, so a request with credentials would carry this one.
        let urls = json!([browser.origin.url("/image/1/64x48.jpg?key=anyone")]);
        browser.fetch_zip(Place::Page, urls, Value::Null).await;
        let headers = browser.origin.log("anyone")[0]["headers"].to_string().to_lowercase();
        assert!(!headers.contains("cookie") && !headers.contains("referer"), "{headers}");
    });
}
