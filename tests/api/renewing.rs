//! `request` as a function: asked before each attempt, so that tokens and signatures may end in mid-run.

use serde_json::json;

use super::package_driver::{PLACES, Place, with_package};

#[test]
fn a_token_that_ends_in_mid_run_is_renewed_and_no_image_is_lost() {
    with_package(async |browser| {
        for place in PLACES {
            let key = format!("token{place:?}");
            browser.origin.get(&format!("/control/token?token={key}&value=first"));
            let path = format!("/image/1/64x48.jpg?bearer={key}&key={key}");
            let args = json!({
                "urls": vec![browser.origin.url(&path); 30],
                "replace": format!("{}/control/token?token={key}&value=second", browser.origin.cross),
            });
            let body = "let token = 'first', stored = 0, replaced, asked = [];
                const renew = async () => { await replaced; token = 'second'; };
                const { items } = await fetchZip(args.urls, {
                  concurrency: 3,
                  request: async (url, { item, attempt, error }) => {
                    asked.push([url instanceof URL, item, attempt, error?.status ?? null]);
                    if (error?.status === 401) await renew();
                    return { headers: { Authorization: `Bearer ${token}` } };
                  },
                  onEvent: ({ kind }) => {
                    if (kind === 'stored' && ++stored === 10) replaced = fetch(args.replace);
                  },
                });
                return { outcomes: [...new Set(items.map(({ outcome }) => outcome))], asked, attempts: items.map(({ attempts }) => attempts) };";
            let result = browser.run(place, body, args).await.unwrap();
            assert_eq!(result["outcomes"], json!(["stored"]), "{place:?}: {result}");
            let attempts: u64 =
                result["attempts"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).sum();
            let asked = result["asked"].as_array().unwrap();
            assert_eq!(asked.len() as u64, attempts, "before each attempt");
            assert!(attempts > 30, "some were refused");
            assert!(asked.iter().all(|call| call[0] == true));
            assert!(
                asked
                    .iter()
                    .all(|call| (call[2] == 1) == call[3].is_null() && (call[2] == 2) == (call[3] == 401))
            );
        }
    });
}

#[test]
fn a_refusal_that_stays_is_asked_for_once_more() {
    with_package(async |browser| {
        for status in [401, 403] {
            let url = browser.origin.url(&format!("/fault/status/{status}?key=s{status}"));
            let body = "const { items } = await fetchZip([args], { request: () => ({}) }); return items[0];";
            let item = browser.run(Place::Page, body, json!(url)).await.unwrap();
            assert_eq!((&item["attempts"], &item["error"]["status"]), (&json!(2), &json!(status)));
            assert_eq!(browser.origin.counters(&format!("s{status}"))["requests"], 2);
        }
    });
}

#[test]
fn addresses_signed_for_a_minute_are_signed_again_for_a_run_of_three() {
    with_package(async |browser| {
        let control = format!("{}/control", browser.origin.cross);
        let urls: Vec<_> = (1..=6)
            .map(|n| browser.origin.url(&format!("/image/{n}/64x48.jpg/photo-{n}.jpg?key=bucket")))
            .collect();
        // Half a minute passes with each image.
        let body = "const sign = async (url) => {
              const answer = await fetch(`${args.control}/sign?for=60000&path=${encodeURIComponent(url.pathname + url.search)}`);
              const { path } = await answer.json();
              return new URL(path, url);
            };
            const signed = await Promise.all(args.urls.map((url) => sign(new URL(url))));
            const run = async (sources, request) => {
              const { items } = await fetchZip(sources, { mode: 'sequential', request });
              return { items };
            };
            await fetch(`${args.control}/clock?forward=90000`);
            const before = await run(signed, undefined);
            const after = await run(args.urls, async (url) => {
              const address = await sign(url);
              await fetch(`${args.control}/clock?forward=30000`);
              return { url: address };
            });
            return [before, after];";
        let result =
            browser.run(Place::Page, body, json!({ "control": control, "urls": urls })).await.unwrap();
        let statuses: Vec<_> = result[0]["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["error"]["status"].clone())
            .collect();
        assert_eq!(
            json!(statuses),
            json!([403, 403, 403, 403, 403, 403]),
            "what was signed before has ended"
        );
        let items = result[1]["items"].as_array().unwrap();
        let names: Vec<_> = items.iter().map(|item| item["entryName"].as_str().unwrap_or("-")).collect();
        let expected: Vec<_> = (1..=6).map(|n| format!("photo-{n}.jpg")).collect();
        assert_eq!(names, expected, "names are those of the list");
        assert!(items.iter().zip(&urls).all(|(item, url)| item["url"] == *url && item["finalUrl"].is_null()));
    });
}

#[test]
fn what_the_function_throws_is_its_item_s_failure() {
    with_package(async |browser| {
        for place in PLACES {
            let url = browser.origin.url("/image/1/64x48.jpg?key=thrown");
            let body =
                "const { items } = await fetchZip([args, args, args, args], { request: (url, { item }) => {
                  if (item === 0) throw new Error('no token today');
                  if (item === 1) return Promise.reject('not you');
                  if (item === 2) return { url: 'https://user:secret@a.example/' };
                  return { headers: [['a b', 'secret']] };
                } });
                return items.map(({ error }) => [error.kind, error.message]);";
            let result = browser.run(place, body, json!(url)).await.unwrap();
            assert_eq!(
                (&result[0], &result[1]),
                (&json!(["request", "no token today"]), &json!(["request", "not you"]))
            );
            for item in [2, 3] {
                assert_eq!(result[item][0], "request");
                assert!(!result[item][1].as_str().unwrap().contains("secret"), "{result}");
            }
        }
        assert_eq!(browser.origin.counters("thrown")["requests"], 0);
    });
}

#[test]
fn no_more_calls_are_under_way_than_requests() {
    with_package(async |browser| {
        let urls = vec![browser.origin.url("/image/1/64x48.jpg"); 20];
        let body = "let now = 0, most = 0;
            const { items } = await fetchZip(args, { concurrency: 2, request: async () => {
              most = Math.max(most, ++now);
              await new Promise((resolve) => setTimeout(resolve));
              now--;
              return {};
            } });
            return [most, items.every(({ outcome }) => outcome === 'stored')];";
        let result = browser.run(Place::Page, body, json!(urls)).await.unwrap();
        assert!((1..=2).contains(&result[0].as_u64().unwrap()), "{result}");
        assert_eq!(result[1], true);
    });
}

#[test]
fn an_abort_ends_a_call_whose_function_never_answers() {
    with_package(async |browser| {
        let body = "const controller = new AbortController();
            await fetchZip([args], { signal: controller.signal, request: () => {
              controller.abort();
              return new Promise(() => {});
            } });";
        let url = browser.origin.url("/image/1/64x48.jpg");
        let rejection = browser.run(Place::Page, body, json!(url)).await.unwrap_err();
        assert_eq!(rejection.name, "AbortError");
    });
}
