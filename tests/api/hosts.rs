//! Several hosts in one call, and several calls at one host, by the server's counters.

use serde_json::{Value, json};

use super::package_driver::{PLACES, Place, with_package, with_package_over_http2};
use crate::browser::Browser;
use crate::browser::capability::{Capability, requires};

/// Three origins of the demo server.
fn origins(browser: &Browser) -> [String; 3] {
    let here = browser.origin.url("");
    [here.clone(), browser.origin.cross.clone(), here.replace("127.0.0.1", "localhost")]
}

/// Images of each origin, listed origin after origin, whose groups are `key` with the origin's number.
fn listed(browser: &Browser, key: &str, of_each: usize, parameters: &str) -> Vec<String> {
    let mut urls = Vec::new();
    for (host, base) in origins(browser).iter().enumerate() {
        urls.extend((0..of_each).map(|number| {
            format!("{base}/image/{}/64x48.jpg?key={key}{host}&{parameters}", host * of_each + number)
        }));
    }
    urls
}

#[test]
fn hosts_that_are_listed_one_after_the_other_are_all_asked_at_once() {
    with_package(async |browser| {
        for (key, options, of_each_host) in [
            ("free", json!({}), 6),
            ("eighteen", json!({ "concurrency": 18 }), 6),
            ("nine", json!({ "concurrency": 9 }), 3),
            ("two", json!({ "perOrigin": 2 }), 2),
        ] {
            let urls = listed(browser, key, 30, &format!("gate={key}"));
            let args = json!({ "urls": urls, "options": options });
            let call = "const { items } = await fetchZip(args.urls, args.options);
                return items.map(({ url, entryName, outcome }) => [url, entryName, outcome]);";
            browser.begin_run(call, args).await;
            for host in 0..3 {
                browser.origin.wait(&format!("{key}{host}"), &format!("inFlight={of_each_host}"));
            }
            browser.origin.open_gate(key);
            let items = browser.end_run().await.unwrap();
            let items = items.as_array().unwrap();
            assert!(items.iter().all(|item| item[2] == "stored"), "{key}");
            let order: Vec<_> = items.iter().map(|item| item[0].as_str().unwrap()).collect();
            assert_eq!(order, urls, "{key}");
            for host in 0..3 {
                let counters = browser.origin.counters(&format!("{key}{host}"));
                assert_eq!(counters["requests"], 30, "{key}: {counters}");
                assert!(counters["mostInFlight"].as_u64().unwrap() <= 6, "{key}: {counters}");
            }
        }
    });
}

#[test]
fn the_limit_of_an_origin_holds_for_addresses_that_the_caller_s_function_gives() {
    with_package(async |browser| {
        let [first, second, third] = origins(browser);
        let of =
            |base: &str, number: u32| format!("{base}/image/{number}/64x48.jpg?key=limited&gate=limited");
        let urls: Vec<_> =
            (0..4).flat_map(|n| [of(&first, n), of(&second, 10 + n), of(&third, 20 + n)]).collect();
        let call = "const request = (url) => ({ url: args.base + url.pathname + url.search });
            const { items } = await fetchZip(args.urls, { perOrigin: 2, request });
            return items.map(({ outcome }) => outcome);";
        browser.begin_run(call, json!({ "urls": urls, "base": second })).await;
        browser.origin.wait("limited", "inFlight=2");
        browser.origin.open_gate("limited");
        assert_eq!(browser.end_run().await.unwrap(), json!(vec!["stored"; 12]));
        let counters = browser.origin.counters("limited");
        assert_eq!((&counters["requests"], &counters["mostInFlight"]), (&json!(12), &json!(2)), "{counters}");
    });
}

#[test]
fn a_trickling_host_does_not_hold_up_another_one() {
    with_package(async |browser| {
        for place in PLACES {
            for slow in [6, 16, 20] {
                let key = format!("{place:?}{slow}");
                let trickle = format!("/image/1/20000b.jpg?rate=1&chunk=1&key=slow{key}");
                let mut urls = vec![browser.origin.url(&trickle); slow];
                let quick = format!("{}/image/2/64x48.jpg?key=quick{key}", browser.origin.cross);
                urls.extend(vec![quick; 30]);
                let call = "
                    const stop = new AbortController();
                    let stored = 0;
                    const onEvent = ({ kind }) => {
                      if (kind === 'stored' && (stored += 1) === 30) stop.abort();
                    };
                    await fetchZip(args.urls, { signal: stop.signal, onEvent }).catch(() => null);
                    return stored;";
                let stored = browser.run(place, call, json!({ "urls": urls })).await.unwrap();
                assert_eq!(stored, 30, "{key}");
                let counters = browser.origin.wait(&format!("slow{key}"), "inFlight=0");
                assert_eq!(counters["completed"], 0, "{counters}");
            }
        }
    });
}

#[test]
fn twelve_calls_at_once_lose_no_image_to_the_browser_s_queue() {
    with_package(async |browser| {
        let base = browser.origin.url("");
        let call = "
            const list = (call) => Array.from({ length: 20 }, (_, number) =>
              `${args.base}/image/${call * 20 + number}/64x48.jpg?latency=250&key=calls`);
            const calls = Array.from({ length: 12 }, (_, call) => fetchZip(list(call), { timeoutMs: 2500 }));
            const items = (await Promise.all(calls)).flatMap(({ items }) => items);
            return items.map(({ outcome, attempts }) => [outcome, attempts]);";
        let items = browser.run(Place::Page, call, json!({ "base": base })).await.unwrap();
        // In the queue of six connections, the last ones wait for ten seconds.
        assert_eq!(items, json!(vec![json!(["stored", 1]); 240]));
        assert_eq!(browser.origin.counters("calls")["requests"], 240);
    });
}

#[test]
fn a_silent_request_times_out_although_its_host_answers_others() {
    with_package(async |browser| {
        let mut urls = vec![browser.origin.url("/fault/stall-head?key=silent")];
        urls.extend(vec![browser.origin.url("/image/1/64x48.jpg?latency=50&key=others"); 60]);
        let options = json!({ "timeoutMs": 400, "retries": 0 });
        let outcome = browser.fetch_zip(Place::Page, json!(urls), options).await;
        let kinds: Vec<&Value> = outcome.items().iter().map(|item| &item["error"]["kind"]).collect();
        assert_eq!(kinds[0], "timeout");
        assert!(kinds[1..].iter().all(|kind| kind.is_null()), "{kinds:?}");
        browser.origin.wait("silent", "closedEarly=1&inFlight=0");
    });
}

#[test]
fn calls_of_a_page_share_the_places_of_a_host_and_one_alone_has_them_all() {
    with_package(async |browser| {
        let base = browser.origin.url("");
        let call = "
            const list = (call, count) => Array.from({ length: count }, (_, number) =>
              `${args.base}/image/${call * 100 + number}/64x48.jpg?latency=60&key=shared`);
            const order = [];
            const inFlight = [0, 0, 0];
            const most = [0, 0, 0];
            const run = (call, count) => fetchZip(list(call, count), { onEvent: ({ kind }) => {
              if (kind === 'started') most[call] = Math.max(most[call], ++inFlight[call]);
              if (['retrying', 'stored', 'failed'].includes(kind)) inFlight[call] -= 1;
            } }).then(({ items }) => {
              order.push(call);
              return items.every(({ outcome, attempts }) => outcome === 'stored' && attempts === 1);
            });
            const alone = await run(0, 20);
            const first = run(1, 90);
            const second = run(2, 12);
            return { areStored: [alone, await first, await second], order, most };";
        for place in PLACES {
            let report = browser.run(place, call, json!({ "base": base })).await.unwrap();
            assert_eq!(report["areStored"], json!([true, true, true]), "{place:?}: {report}");
            // The shorter one is not behind all of the longer one's.
            assert_eq!(report["order"], json!([0, 2, 1]), "{place:?}: {report}");
            assert!(report["most"][0].as_u64().unwrap() >= 16, "{place:?}: {report}");
            assert!(report["most"][2].as_u64().unwrap() <= 12, "{place:?}: {report}");
        }
        assert_eq!(browser.origin.counters("shared")["requests"], 2 * 122);
    });
}

/// How many requests are in flight when each begins, as the run's events say.
const IN_FLIGHT: &str = "
    let inFlight = 0;
    const atStart = [];
    const { items } = await fetchZip(args, { onEvent: ({ kind }) => {
      if (kind === 'started') atStart.push(inFlight += 1);
      if (['retrying', 'stored', 'failed'].includes(kind)) inFlight -= 1;
    } });
    return { errors: items.map(({ error }) => error).filter((error) => error), atStart };";

#[test]
fn an_http_2_host_that_breaks_off_what_is_too_much_gets_fewer_at_once_and_loses_no_image() {
    if !requires(Capability::Proxy) {
        return;
    }
    with_package_over_http2(async |browser, host| {
        for how in ["most=8:reset", "most=8:goaway"] {
            for place in PLACES {
                let key = format!("{place:?}{how}");
                let url = |seed| format!("{host}/image/{seed}/64x48.jpg?latency=40&{how}&key={key}");
                let urls: Vec<_> = (0..120).map(url).collect();
                let report = browser.run(place, IN_FLIGHT, json!(urls)).await.unwrap();
                assert_eq!(report["errors"], json!([]), "{key}");
                let at_start: Vec<u64> = serde_json::from_value(report["atStart"].clone()).unwrap();
                assert!(at_start.contains(&16), "{key}: {at_start:?}");
                // In the second half it gets about what it serves, and not one at a time. Firefox itself may hold
                // some of them back.
                let mut later = at_start[at_start.len() / 2..].to_vec();
                later.sort_unstable();
                assert!(later[later.len() / 2] > 1, "{key}: {at_start:?}");
                assert!(at_start.len() < 2 * urls.len() + 60, "{key}: {} requests", at_start.len());
            }
        }
    });
}

#[test]
fn an_http_2_host_that_ends_each_connection_in_time_gets_what_it_can_use() {
    if !requires(Capability::Proxy) {
        return;
    }
    with_package_over_http2(async |browser, host| {
        for place in PLACES {
            let key = format!("{place:?}");
            let url = |seed| format!("{host}/image/{seed}/64x48.jpg?latency=40&per-connection=10&key={key}");
            let urls: Vec<_> = (0..120).map(url).collect();
            let report = browser.run(place, IN_FLIGHT, json!(urls)).await.unwrap();
            assert_eq!(report["errors"], json!([]), "{key}");
            let at_start = report["atStart"].as_array().unwrap();
            assert!(at_start.iter().any(|in_flight| in_flight.as_u64().unwrap() > 16), "{key}: {report}");
        }
    });
}
