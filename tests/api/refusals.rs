//! Hosts that answer and do not let the page read it (CORS), and hosts that can't be reached.

use serde_json::{Value, json};

use super::package_driver::{Outcome, Place, with_package};

/// A port of this machine on which nothing listens.
const CLOSED: &str = "http://127.0.0.1:9/image.jpg";

fn kinds(outcome: &Outcome) -> Vec<(&str, u64)> {
    let kind = |item: &'_ Value| item["error"]["kind"].as_str().map(str::to_owned).unwrap_or_default();
    let kinds: Vec<_> = outcome.items().iter().map(kind).collect();
    let attempts = outcome.items().iter().map(|item| item["attempts"].as_u64().unwrap());
    kinds.into_iter().map(|kind| &*kind.leak()).zip(attempts).collect()
}

#[test]
fn a_host_that_refuses_the_page_is_asked_once_an_image_and_told_from_one_that_is_not_there() {
    with_package(async |browser| {
        let refused = |n: usize| format!("{}/image/{n}/64x48.jpg?cors=off&key=refused", browser.origin.cross);
        let mut urls: Vec<_> = (0..5).map(refused).collect();
        urls.push(CLOSED.to_owned());
        urls.push(browser.origin.url("/image/1/64x48.jpg"));
        let outcome = browser.fetch_zip(Place::Page, json!(urls), json!({ "retries": 1 })).await;
        let mut expected = vec![("cors", 1); 5];
        expected.extend([("unreachable", 2), ("", 1)]);
        assert_eq!(kinds(&outcome), expected);
        let message = outcome.items()[0]["error"]["message"].as_str().unwrap();
        assert!(
            message.starts_with("the host answers, but does not let this page read it (CORS)"),
            "{message}"
        );
        assert!(!outcome.items()[5]["error"]["message"].as_str().unwrap().contains("CORS"));

        // A request for each image, and for the host a probe that reads nothing and one that would read.
        let log = browser.origin.log("refused");
        let sent = |method: &str| log.iter().filter(|request| request["method"] == method).count();
        assert_eq!((sent("GET"), sent("HEAD"), log.len()), (5, 2, 7), "{log:?}");
        let asks = |request: &&Value| request["method"] == "HEAD" && request["headers"]["cookie"].is_null();
        assert_eq!(log.iter().filter(asks).count(), 2, "without credentials: {log:?}");
    });
}

#[test]
fn errors_without_cors_are_a_refusal_and_beside_answers_that_can_be_read_they_may_be_more() {
    with_package(async |browser| {
        let error = format!("{}/fault/status/503?cors=off&key=error", browser.origin.cross);
        let outcome = browser.fetch_zip(Place::Page, json!([error]), Value::Null).await;
        assert_eq!(kinds(&outcome), [("cors", 1)]);

        // One after the other, so that the image has been read when the page with the error is asked for.
        let urls = json!([
            browser.origin.url("/image/1/64x48.jpg"),
            browser.origin.url("/fault/status/503?cors=off&key=e")
        ]);
        let options = json!({ "mode": "sequential", "retries": 1 });
        let outcome = browser.fetch_zip(Place::Page, urls, options).await;
        assert_eq!(kinds(&outcome), [("", 1), ("network", 2)]);
        let message = outcome.items()[1]["error"]["message"].as_str().unwrap();
        assert!(message.starts_with("refused, broken off, or an error page without CORS"), "{message}");
        let log = browser.origin.log("e");
        assert!(log.iter().all(|request| request["method"] == "GET") && log.len() == 2, "{log:?}");
    });
}

#[test]
fn a_host_that_refuses_costs_none_of_the_time_of_retries() {
    with_package(async |browser| {
        let mut urls = vec![browser.origin.url("/image/1/64x48.jpg")];
        urls.extend((0..3).map(|n| format!("{}/image/{n}/64x48.jpg?cors=off", browser.origin.cross)));
        let body = "const retries = [];
            const { items } = await fetchZip(args, { onEvent: (event) => {
              if (event.kind === 'retrying') retries.push(event); } });
            return [retries.length, items.map(({ attempts }) => attempts)];";
        let told = browser.run(Place::Page, body, json!(urls)).await.unwrap();
        assert_eq!(told, json!([0, [1, 1, 1, 1]]));
    });
}
